"""Money is an integer number of kopecks; here is the only place that rounds, shares out and reads it."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NewType

Kopecks = NewType("Kopecks", int)

PRICE_SCALE = 100_000
"""Tariffs are stored in 1/100000 ₽ per kWh, so that five decimals of an order are exact."""

_AMOUNT = re.compile(r"\d{1,9}(?:[.,]\d{1,2})?", re.ASCII)


def kopecks(roubles: Decimal | int | str) -> Kopecks:
    """Roubles as kopecks, rounded half up (5.005 ₽ is 501 kopecks; −5.005 ₽ is −501)."""
    exact = Decimal(roubles) * 100
    return Kopecks(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)))


def divide(numerator: int, denominator: int) -> int:
    """An integer quotient rounded half away from zero: the one rounding of money, `denominator` > 0."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def cost(kwh: int, price_e5: int) -> Kopecks:
    """What a volume costs at a price in 1/100000 ₽ per kWh, rounded half up to a kopeck."""
    return Kopecks(divide(kwh * price_e5, PRICE_SCALE // 100))


def split(total: int, weights: Sequence[int]) -> list[Kopecks]:
    """Share out `total` in proportion to `weights`; the parts always add up to it (largest remainders first)."""
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("there is nothing to share out by")
    parts = [total * weight // whole for weight in weights]
    rest = total - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[:rest]:
        parts[i] += 1
    return [Kopecks(part) for part in parts]


def parse_amount(text: str) -> Kopecks | None:
    """Read «1 284,56» or «1284.56» as a person types it; None when it is no sum of money.

    Only ASCII digits count: WTForms' own Decimal field takes NaN, 1E+30 and ١٢٣.
    """
    typed = (
        text.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "").removesuffix("₽").removesuffix("р.")
    )
    if not _AMOUNT.fullmatch(typed):
        return None
    whole, _, fraction = typed.replace(",", ".").partition(".")
    return Kopecks(int(whole) * 100 + int(fraction.ljust(2, "0") or 0))
