"""The prices of Krasnodar krai as far as they are public, and the demo values where they are not (§3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from nesk.core.money import divide

KNOWN = "опубликовано"
DEMO = "демо"

CATEGORIES = ("urban_gas", "rural_or_electric")
FACTOR_E2 = {"single": 100, "day": 115, "night": 60, "peak": 125, "half_peak": 100}
"""Zone prices as a share of the one-rate price in 1/100: demo values, the krai's own were not found."""


@dataclass(frozen=True, slots=True)
class Rates:
    """One-rate prices in kopecks from a day on: three ranges of the city, three of the reduced category."""

    from_on: date
    city: tuple[int, int, int]
    reduced: tuple[int, int, int]
    source: str


def _ranges(first: int) -> tuple[int, int, int]:
    """Ranges 2 and 3 where they are not known: ×1.36 and ×1.99, to the kopeck."""
    return first, divide(first * 136, 100), divide(first * 199, 100)


def _raised(prices: tuple[int, int, int]) -> tuple[int, int, int]:
    first, second, third = (divide(price * 110, 100) for price in prices)
    return first, second, third


_CITY_2026 = (747, 1017, 1488)
_REDUCED_2026 = (524, 712, 1488)

HISTORY = (
    Rates(date(2022, 7, 1), _ranges(550), _ranges(385), KNOWN),
    Rates(date(2022, 12, 1), _ranges(600), _ranges(420), KNOWN),
    Rates(date(2024, 7, 1), _ranges(653), _ranges(457), KNOWN),
    Rates(date(2025, 7, 1), (735, 1000, 1464), (515, 700, 1464), KNOWN),
    Rates(date(2026, 1, 1), _CITY_2026, _REDUCED_2026, DEMO),
    Rates(date(2026, 10, 1), _raised(_CITY_2026), _raised(_REDUCED_2026), DEMO),
)


def tariff_rows() -> list[dict[str, object]]:
    """Every price as a row of the table of tariffs, in 1/100000 ₽, each in force until the next begins."""
    rows: list[dict[str, object]] = []
    for index, rates in enumerate(HISTORY):
        ends = HISTORY[index + 1].from_on - timedelta(days=1) if index + 1 < len(HISTORY) else None
        for category, prices in zip(CATEGORIES, (rates.city, rates.reduced), strict=True):
            for zone, factor in FACTOR_E2.items():
                for range_no, price in enumerate(prices, start=1):
                    known = (
                        zone == "single"
                        and (range_no == 1 or rates.from_on == date(2025, 7, 1))
                        and rates.source == KNOWN
                    )
                    rows.append(
                        {
                            "category": category,
                            "zone": zone,
                            "range_no": range_no,
                            "price_e5": divide(price * factor, 100) * 1000,
                            "from_on": rates.from_on,
                            "to_on": ends,
                            "source": KNOWN if known else DEMO,
                            "is_demo": not known,
                        }
                    )
    return rows


def bound_rows() -> list[dict[str, object]]:
    """The boundaries of the ranges: those of the second half of 2024, and a sample table from 2025 on (§3.2)."""
    rows = [
        _bound(stove, heating, season, 11_000, 20_000, date(2024, 7, 1), date(2024, 12, 31))
        for stove in ("gas", "electric")
        for heating in (False, True)
        for season in (False, True)
    ]
    for stove in ("gas", "electric"):
        for heating in (False, True):
            for season in (False, True):
                if heating and season:
                    first, second = 3900, 6000
                elif stove == "electric" or heating or season:
                    first, second = 1500, 2300
                else:
                    first, second = 1100, 1700
                rows.append(_bound(stove, heating, season, first, second, date(2025, 1, 1), None))
    return rows


def _bound(
    stove: str,
    electric_heating: bool,
    is_heating_season: bool,
    first_kwh: int,
    second_kwh: int,
    from_on: date,
    to_on: date | None,
) -> dict[str, object]:
    return {
        "stove": stove,
        "electric_heating": electric_heating,
        "is_heating_season": is_heating_season,
        "first_kwh": first_kwh,
        "second_kwh": second_kwh,
        "from_on": from_on,
        "to_on": to_on,
        "is_demo": True,
    }
