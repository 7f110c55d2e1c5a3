"""Which prices and boundaries hold for an account in a month, read once for a whole run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nesk.accounts.models import Premises
from nesk.billing.models import RangeBound, Tariff
from nesk.billing.rules import PricedLine, is_heating_season, price_lines
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
    in_force = Tariff.select().where(Tariff.from_on <= day, Tariff.to_on.is_null() | (Tariff.to_on >= day))
    for row in in_force.order_by(Tariff.from_on):
        by_category.setdefault(row.category, {})[row.zone, row.range_no] = row.price_e5
    if not by_category:
        raise NoTariff(str(month))
    season = is_heating_season(month)
    valid = RangeBound.select().where(
        RangeBound.is_heating_season == season,
        RangeBound.from_on <= day,
        RangeBound.to_on.is_null() | (RangeBound.to_on >= day),
    )
    bounds = {
        (row.stove, row.electric_heating): (row.first_kwh, row.second_kwh) for row in valid.order_by(RangeBound.from_on)
    }
    return Prices(month, by_category, bounds)
