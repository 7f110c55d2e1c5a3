"""Which prices and boundaries hold for an account in a month, read once for a whole run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from nesk.accounts.models import Premises
from nesk.billing.models import RangeBound, Tariff
from nesk.billing.rules import PricedLine, is_heating_season, price_lines
from nesk.core.compiled import compiled
from nesk.core.errors import NeskError
from nesk.core.period import Month


class NoTariff(NeskError):
    """The table of tariffs has no price for a month: nothing can be charged before somebody enters it."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of one month."""

    month: Month
    by_category: Mapping[str, Mapping[tuple[str, int], int]]
    bounds: Mapping[tuple[str, bool], tuple[int, int]]

    def lines(
        self,
        category: str,
        premises: Premises,
        volumes: Mapping[str, int],
        *,
        already_kwh: int = 0,
        has_ranges: bool = True,
    ) -> list[PricedLine]:
        """What the volumes by zone cost. A business pays one range here; its own prices are contracts' matter."""
        bounds = self.bounds.get((premises.stove, premises.electric_heating)) if has_ranges else None
        return price_lines(volumes, self.by_category[category], bounds, already_kwh=already_kwh)


def prices_of(month: Month) -> Prices:
    """The prices in force on the first day of a month. Raises NoTariff when there are none."""
    day = month.first_day
    by_category: dict[str, dict[tuple[str, int], int]] = {}
    for category, zone, range_no, price_e5 in _in_force(day, day):
        by_category.setdefault(category, {})[zone, range_no] = price_e5
    if not by_category:
        raise NoTariff(str(month))
    bounds = {
        (stove, heating): (first_kwh, second_kwh)
        for stove, heating, first_kwh, second_kwh in _bounds(is_heating_season(month), day, day)
    }
    return Prices(month, by_category, bounds)


@compiled
def _in_force(since: date, until: date) -> object:
    return (
        Tariff.select(Tariff.category, Tariff.zone, Tariff.range_no, Tariff.price_e5)
        .where(Tariff.from_on <= since, Tariff.to_on.is_null() | (Tariff.to_on >= until))
        .order_by(Tariff.from_on)
        .tuples()
    )


@compiled
def _bounds(is_season: bool, since: date, until: date) -> object:
    return (
        RangeBound.select(RangeBound.stove, RangeBound.electric_heating, RangeBound.first_kwh, RangeBound.second_kwh)
        .where(
            RangeBound.is_heating_season == is_season,
            RangeBound.from_on <= since,
            RangeBound.to_on.is_null() | (RangeBound.to_on >= until),
        )
        .order_by(RangeBound.from_on)
        .tuples()
    )
