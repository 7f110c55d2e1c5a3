"""What a volume costs, how a month adds up, and what is paid for being late: the worked numbers of the domain."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.billing.penalties import Paid, Rate, penalty
from nesk.billing.pricing import prices_of
from nesk.billing.rules import closing, due_on, norm_kwh, price_lines, quality_reduction, vat_inside
from nesk.core.period import Month

BOUNDS = (1100, 1700)
DUE = date(2026, 4, 15)


@pytest.fixture
def prices(district):
    return prices_of(Month(2025, 12)).by_category


def total(volumes, prices, **more):
    return sum(line.amount_kop for line in price_lines(volumes, prices, BOUNDS, **more))


@pytest.mark.parametrize(
    ("category", "volumes", "kopecks"),
    [
        ("urban_gas", {"day": 120}, 101_400),
        ("urban_gas", {"night": 60}, 26_460),
        ("urban_gas", {"day": 120, "night": 60}, 127_860),
        ("urban_gas", {"peak": 40}, 36_760),
        ("urban_gas", {"half_peak": 80}, 58_800),
    ],
)
def test_zones_cost_what_the_order_says(prices, category, volumes, kopecks):
    assert total(volumes, prices[category]) == kopecks


def test_only_what_lies_above_a_boundary_is_dearer(prices):
    city, rural = prices["urban_gas"], prices["rural_or_electric"]
    assert total({"single": 193}, city) == 141_855
    assert total({"single": 1250}, city) == 958_500
    lines = price_lines({"single": 1900}, rural, BOUNDS)
    assert [(line.range_no, line.kwh, line.amount_kop) for line in lines] == [
        (1, 1100, 566_500),
        (2, 600, 420_000),
        (3, 200, 292_800),
    ]


@given(
    st.dictionaries(st.sampled_from(["day", "night"]), st.integers(0, 5000), min_size=1),
    st.integers(0, 3000),
)
def test_lines_carry_the_whole_volume_in_the_right_ranges(volumes, already):
    prices = {(zone, n): n * 100_000 for zone in ("day", "night") for n in (1, 2, 3)}
    lines = price_lines(volumes, prices, BOUNDS, already_kwh=already)
    for zone, kwh in volumes.items():
        assert sum(line.kwh for line in lines if line.zone == zone) == kwh
    end = already + sum(volumes.values())
    for n, (low, high) in enumerate(((0, 1100), (1100, 1700), (1700, 10**9)), start=1):
        inside = max(min(end, high) - max(already, low), 0)
        assert sum(line.kwh for line in lines if line.range_no == n) == inside


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_month_in_two_readings_costs_what_it_costs_in_one(first, second):
    prices = {("single", n): n * 100_000 for n in (1, 2, 3)}
    apart = total({"single": first}, prices) + total({"single": second}, prices, already_kwh=first)
    assert apart == total({"single": first + second}, prices)


@pytest.mark.parametrize(
    ("opening", "charged", "paid", "end"),
    [(-1032, 3000, 0, 1968), (-3232, 2200, 0, -1032), (-7332, 550, 0, -6782), (8_928_108, 372_330, 0, 9_300_438)],
)
def test_a_month_adds_up_as_on_the_papers(opening, charged, paid, end):
    assert closing(opening, charged, 0, 0, paid) == end


def test_quality_vat_and_norm():
    assert quality_reduction(141_855, 10) == 2128
    assert (vat_inside(141_855, 20), vat_inside(141_855, 22)) == (23_643, 25_580)
    assert (norm_kwh(1, 1), norm_kwh(2, 0), norm_kwh(9, 9)) == (81, 105, 393)


@pytest.mark.parametrize(
    ("month", "day"),
    [
        (Month(2026, 1), date(2026, 2, 10)),
        (Month(2026, 2), date(2026, 3, 10)),
        (Month(2026, 3), date(2026, 4, 15)),
        (Month(2026, 10), date(2026, 11, 16)),
    ],
)
def test_the_day_to_pay_by_changed_with_the_code_and_a_weekend_moves_it(month, day):
    assert due_on(month) == day


@pytest.mark.parametrize(
    ("days", "kopecks"), [(0, 0), (30, 0), (31, 317), (60, 9500), (90, 19_000), (91, 19_731), (120, 40_923)]
)
def test_the_penalty_of_ten_thousand_roubles_by_the_day_of_payment(days, kopecks):
    paid_on = DUE + timedelta(days=days)
    assert penalty(1_000_000, DUE, paid_on, [Paid(paid_on, 1_000_000)]) == kopecks
    later = paid_on + timedelta(days=200)
    assert penalty(1_000_000, DUE, later, [Paid(paid_on, 1_000_000)]) == kopecks


def test_parts_paid_later_and_another_rate():
    parts = [Paid(date(2026, 5, 30), 400_000), Paid(date(2026, 6, 29), 600_000)]
    assert penalty(1_000_000, DUE, date(2026, 12, 1), parts) == 10_450
    assert penalty(123_456, DUE, DUE + timedelta(days=47)) == 665
    uncapped = (Rate(date(2022, 1, 1), 2100),)
    assert penalty(1_000_000, DUE, DUE + timedelta(days=60), rates=uncapped) == 21_000


@given(st.integers(0, 10**8), st.integers(0, 400), st.integers(0, 400))
def test_waiting_longer_never_costs_less_and_nothing_is_below_zero(debt, days, more):
    now, later = (penalty(debt, DUE, DUE + timedelta(days=n)) for n in (days, days + more))
    assert 0 <= now <= later
