"""Penalties of art. 155 p. 14 of the Housing Code: nothing for 30 days, 1/300 to day 90, then 1/130 of the rate a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from nesk.core.money import Kopecks

FREE_DAYS = 30
DEAR_FROM = 91


@dataclass(frozen=True, slots=True)
class Rate:
    """A yearly rate in 1/100 %, in force from a day on."""

    from_on: date
    percent_e2: int


CAPPED = (Rate(date(2022, 2, 28), 950),)
"""9.5 %: the key rate of 27.02.2022, the cap of PP 474 and PP 329 until 01.01.2027 (§4.3)."""


@dataclass(frozen=True, slots=True)
class Paid:
    """A part of a debt that was paid on a day; the day of payment counts as a day of delay."""

    on: date
    amount_kop: int


def penalty(
    debt_kop: int, due: date, until: date, payments: Iterable[Paid] = (), *, rates: tuple[Rate, ...] = CAPPED
) -> Kopecks:
    """The penalty for one month's debt by the end of `until`, exact to the day and rounded half up once.

    Day 1 is the day after `due`. Nothing accrues on a penalty, and never less than zero.
    """
    exact = Fraction(0)
    by_day = sorted((paid for paid in payments if paid.amount_kop > 0), key=lambda paid: paid.on)
    left, previous = debt_kop, due
    for paid in [*by_day, Paid(until, 0)]:
        end = min(max(paid.on, due), until)
        if left > 0:
            exact += _accrued(left, due, previous, end, rates)
        previous = max(previous, end)
        if paid.on <= until:
            left -= paid.amount_kop
    return Kopecks(int(exact + Fraction(1, 2)))


def _accrued(debt_kop: int, due: date, after: date, until: date, rates: tuple[Rate, ...]) -> Fraction:
    """For the days after `after` up to and including `until`."""
    total = Fraction(0)
    for first, last, part in ((FREE_DAYS + 1, DEAR_FROM - 1, 300), (DEAR_FROM, None, 130)):
        start = max((after - due).days + 1, first)
        end = (until - due).days if last is None else min((until - due).days, last)
        for rate_from, rate_to, percent_e2 in _spans(rates, due + timedelta(days=start), due + timedelta(days=end)):
            days = (rate_to - rate_from).days + 1
            total += Fraction(debt_kop * percent_e2 * days, 10_000 * part)
    return total


def _spans(rates: tuple[Rate, ...], start: date, end: date) -> Iterable[tuple[date, date, int]]:
    for index, rate in enumerate(rates):
        begins = max(start, rate.from_on)
        ends = min(end, rates[index + 1].from_on - timedelta(days=1)) if index + 1 < len(rates) else end
        if begins <= ends:
            yield begins, ends, rate.percent_e2
