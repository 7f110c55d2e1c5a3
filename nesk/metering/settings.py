"""What the company may change about readings (§13)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MeteringSettings:
    window_from: int = 23
    """The first day of a month on which readings are asked for."""
    window_to: int = 25
    fraction: str = "truncate"
    """What becomes of a typed decimal part: truncate, ceil or reject (S3-12)."""
    average_months: int = 6
    average_at_least: int = 3
    average_periods: int = 3
    """How many months in a row may be reckoned by the average before the norm is taken."""
