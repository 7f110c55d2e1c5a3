"""What the company may change about charging (§13)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BillingSettings:
    shift_weekend: bool = True
    """A due day on a day off moves to the next working day."""
    recalculation_includes_norm: bool = True
    penalties_accrue: bool = True
