"""What the company may change about readings (§13)."""

from dataclasses import dataclass

from nesk.core.settings import choice, number


@dataclass(frozen=True)
class MeteringSettings:
    window_from: int = number(23, 1, 31)
    """The first day of a month on which readings are asked for."""
    window_to: int = number(25, 1, 31)
    fraction: str = choice("truncate", "ceil", "reject")
    """What becomes of a typed decimal part: truncate, ceil or reject (S3-12)."""
    average_months: int = number(6, 6, 36)
    average_at_least: int = number(3, 3, 6)
    average_periods: int = number(3, 1, 6)
    """How many months in a row may be reckoned by the average before the norm is taken."""
