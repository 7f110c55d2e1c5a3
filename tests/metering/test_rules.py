"""What a reading may be, and what it means."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.core.period import Month
from nesk.metering.rules import (
    SOURCE_NAMES,
    Judgement,
    average,
    consumption,
    judge,
    outranks,
    parse_value,
    unusual_from,
    window,
)


@pytest.mark.parametrize(
    ("typed", "value"),
    [("4350", 4350), (" 004350 ", 4350), ("4 350", 4350), ("4\u00a0350", 4350), ("0", 0), ("999999", 999_999)],
)
def test_a_dial_is_read_as_it_stands(typed, value):
    parsed = parse_value(typed, digits=6)
    assert (parsed.value, parsed.note, parsed.problem) == (value, "", "")


@pytest.mark.parametrize(
    "typed", ["", "  ", "-1", "+1", "4,", ",4", "4.5.6", "1e5", "٤٣", "4350кВт", "1000000", "9" * 40, "4350\n12"]
)
def test_what_is_no_dial_value_has_a_sentence(typed):
    assert parse_value(typed, digits=6).problem


@pytest.mark.parametrize(
    ("fraction", "typed", "value", "refused"),
    [
        ("truncate", "4350,9", 4350, False),
        ("ceil", "4350.1", 4351, False),
        ("ceil", "4350,0", 4350, False),
        ("reject", "4350,1", 0, True),
    ],
)
def test_a_fraction_is_treated_as_the_company_has_decided(fraction, typed, value, refused):
    parsed = parse_value(typed, digits=6, fraction=fraction)
    assert (parsed.value, bool(parsed.problem)) == (value, refused)


@given(st.text(max_size=60), st.integers(4, 8), st.sampled_from(["truncate", "ceil", "reject"]))
def test_whatever_is_typed_gives_a_value_of_the_dial_or_a_sentence(typed, digits, fraction):
    parsed = parse_value(typed, digits=digits, fraction=fraction)
    assert parsed.problem or 0 <= parsed.value < 10**digits


@given(st.integers(4, 8), st.data())
def test_consumption_is_what_turns_one_dial_into_the_other(digits, data):
    dial = st.integers(0, 10**digits - 1)
    before, now = data.draw(dial), data.draw(dial)
    used = consumption(before, now, digits=digits)
    assert 0 <= used < 10**digits
    assert (before + used) % 10**digits == now


HOME = {"digits": 6, "average_kwh": 200, "max_power_w": 15_000, "days": 30}


@pytest.mark.parametrize(
    ("before", "now", "judgement", "kwh"),
    [
        (4350, 4350, Judgement.FINE, 0),
        (4350, 4550, Judgement.FINE, 200),
        (4350, 5850, Judgement.FINE, 1500),
        (4350, 5851, Judgement.ASK, 1501),
        (4350, 15_150, Judgement.ASK, 10_800),
        (4350, 15_151, Judgement.REFUSE, 10_801),
        (4350, 4349, Judgement.REFUSE, 0),
        (999_900, 50, Judgement.ASK, 150),
        (899_999, 50, Judgement.REFUSE, 0),
        (999_900, 5000, Judgement.REFUSE, 0),
    ],
)
def test_a_reading_is_judged_by_what_could_have_been_used(before, now, judgement, kwh):
    verdict = judge(before, now, **HOME)
    assert (verdict.judgement, verdict.kwh) == (judgement, kwh)
    assert bool(verdict.words) == (judgement is not Judgement.FINE)


def test_unusual_is_three_usual_months_but_never_less_than_a_flat_may_use():
    assert [unusual_from(kwh) for kwh in (0, 400, 500, 501, 2000)] == [1500, 1500, 1500, 1503, 6000]


def test_sources_are_ranked_from_the_signed_round_down_to_the_norm():
    order = list(SOURCE_NAMES)
    assert order[0] == "control_signed"
    assert order[-2:] == ["average", "norm"]
    for index, source in enumerate(order):
        assert [outranks(source, other) for other in order] == [index < other for other in range(len(order))]


def test_the_window_is_counted_with_its_last_day():
    days = window(Month(2026, 11), from_day=23, to_day=25)
    assert (days.opens, days.closes) == (date(2026, 11, 23), date(2026, 11, 25))
    assert [days.contains(date(2026, 11, day)) for day in (22, 23, 25, 26)] == [False, True, True, False]
    assert [days.days_left(date(2026, 11, day)) for day in (23, 25, 26)] == [3, 1, 0]


def test_the_usual_month_needs_three_and_is_rounded_half_up():
    assert [average([100, 101]), average([100, 101, 101]), average([1, 2, 2, 2])] == [None, 101, 2]
