"""What a volume costs and how a month adds up: pure arithmetic of §3 and §4 in integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from nesk.core.money import Kopecks, cost, divide, split
from nesk.core.period import Month

DUE_DAY_CHANGED = Month(2026, 3)
"""From the period of March 2026 on, payment is due on the 15th instead of the 10th (ЖК, since 01.03.2026)."""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A volume of one zone in one price range, rounded to the kopeck on its own."""

    zone: str
    range_no: int
    kwh: int
    price_e5: int
    amount_kop: Kopecks


def price_lines(
    volumes: Mapping[str, int],
    prices: Mapping[tuple[str, int], int],
    bounds: tuple[int, int] | None,
    *,
    already_kwh: int = 0,
) -> list[PricedLine]:
    """Zone × range lines of a volume: only what lies above a boundary is dearer (§3.2, §3.5).

    `prices` by (zone, range), in 1/100000 ₽; `bounds` are the ends of the first and second range in kWh a month, None
    when there are no ranges. `already_kwh` of the month were charged before. With several zones the range goes by the
    total and is shared among them in proportion. The kWh of the lines add up to the volumes exactly.
    """
    zones = [zone for zone, kwh in volumes.items() if kwh > 0]
    left = [volumes[zone] for zone in zones]
    lines = []
    for range_no, room in enumerate(_rooms(sum(left), bounds, already_kwh), start=1):
        if room <= 0:
            continue
        parts = split(room, left)
        for index, (zone, kwh) in enumerate(zip(zones, parts, strict=True)):
            left[index] -= kwh
            if kwh:
                price = prices[zone, range_no]
                lines.append(PricedLine(zone, range_no, kwh, price, cost(kwh, price)))
    return lines


def _rooms(total: int, bounds: tuple[int, int] | None, already_kwh: int) -> list[int]:
    """How much of the volume falls into each range."""
    if bounds is None:
        return [total]
    first = min(max(bounds[0] - already_kwh, 0), total)
    second = min(max(bounds[1] - max(already_kwh, bounds[0]), 0), total - first)
    return [first, second, total - first - second]


def closing(opening: int, charged: int, recalculated: int, quality: int, paid: int) -> Kopecks:
    """Исходящее сальдо (§4.1): positive is a debt, negative an overpayment."""
    return Kopecks(opening + charged + recalculated - quality - paid)


def quality_reduction(charged_kop: int, hours: int, *, rate_e4: int = 15) -> Kopecks:
    """«Снято за качество»: 0.15 % of the month's charge for each hour beyond the allowed (PP 354, appendix 1)."""
    return Kopecks(divide(charged_kop * rate_e4 * hours, 10_000))


def vat_inside(amount_kop: int, percent: int) -> Kopecks:
    """The VAT contained in a sum, half up."""
    return Kopecks(divide(amount_kop * percent, 100 + percent))


def due_on(month: Month, *, shift_weekend: bool = True) -> date:
    """The last day to pay the bill of a month (§4.2): the 10th of the next month, from March 2026 the 15th.

    A day off moves to the next working day of the week (ГК art. 193).
    """
    day = (month + 1).day(15 if month >= DUE_DAY_CHANGED else 10)
    while shift_weekend and day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def is_heating_season(month: Month) -> bool:
    """October to April."""
    return month.number >= 10 or month.number <= 4


NORMS_E2 = {
    1: (8137, 5045, 3906, 3173, 2767),
    2: (10_497, 6508, 5038, 4094, 3569),
    3: (11_880, 7365, 5702, 4633, 4039),
    4: (12_856, 7971, 6171, 5014, 4371),
}
"""kWh × 100 a person and month by rooms and residents: a neighbouring region's norm, marked «демо» (§2.6)."""


def norm_kwh(rooms: int, residents: int) -> int:
    """The norm of a dwelling for a month, half up to 1 kWh; an empty dwelling is reckoned as one person."""
    people = max(residents, 1)
    per_person = NORMS_E2[min(max(rooms, 1), 4)][min(people, 5) - 1]
    return divide(per_person * people, 100)
