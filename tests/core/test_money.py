"""Kopecks: one way of rounding, sharing out without a remainder, and what counts as a typed sum."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.core.money import cost, divide, kopecks, parse_amount, split


@pytest.mark.parametrize(
    ("roubles", "kop"),
    [("5.005", 501), ("-5.005", -501), ("0.004", 0), ("0.005", 1), (7, 700), (Decimal("1418.55"), 141_855)],
)
def test_half_a_kopeck_goes_away_from_zero(roubles, kop):
    assert kopecks(roubles) == kop


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_a_quotient_is_never_further_than_half_from_the_exact_one(numerator, denominator):
    exact = Fraction(numerator, denominator)
    assert abs(divide(numerator, denominator) - exact) <= Fraction(1, 2)
    assert divide(-numerator, denominator) == -divide(numerator, denominator)


@pytest.mark.parametrize(
    ("kwh", "price_e5", "kop"),
    [(193, 735_000, 141_855), (120, 845_000, 101_400), (60, 441_000, 26_460), (1, 512_345, 512), (0, 735_000, 0)],
)
def test_a_volume_costs_what_the_worked_examples_say(kwh, price_e5, kop):
    assert cost(kwh, price_e5) == kop


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_shares_add_up_and_none_is_a_kopeck_off(total, weights):
    parts = split(total, weights)
    assert sum(parts) == total
    assert all(
        abs(part - Fraction(total * weight, sum(weights))) < 1 for part, weight in zip(parts, weights, strict=True)
    )


def test_there_must_be_something_to_share_out_by():
    with pytest.raises(ValueError, match="share out"):
        split(100, [0, 0])


@pytest.mark.parametrize(
    ("typed", "kop"),
    [
        ("1284,56", 128_456),
        ("1 284.56", 128_456),
        ("1\u00a0284,5 ₽", 128_450),
        (" 10 р.", 1_000),
        ("0", 0),
        ("999999999,99", 99_999_999_999),
    ],
)
def test_a_sum_is_read_as_people_type_it(typed, kop):
    assert parse_amount(typed) == kop


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-1",
        "+5",
        "1,555",
        "NaN",
        "sNaN",
        "Infinity",
        "1E+30",
        "1_000",
        "٣",
        "１２３",
        "0x10",
        "1,5,5",
        "12 руб",
        "1" * 10,
    ],
)
def test_what_is_no_sum_is_none(typed):
    assert parse_amount(typed) is None
