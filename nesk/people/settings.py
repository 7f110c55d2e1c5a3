"""What the company may change about the accounts of people."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PeopleSettings:
    closing_days: int = 30
    """How long a cabinet waits between the wish to close it and its closing."""
