"""What happens to money."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MonthClosed:
    branch_id: int
    month: int
    accounts: int
