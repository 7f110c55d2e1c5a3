"""What the company may change about the accounts of people."""

from dataclasses import dataclass

from nesk.core.settings import number


@dataclass(frozen=True)
class PeopleSettings:
    closing_days: int = number(30, 1, 90)
    """How long a cabinet waits between the wish to close it and its closing."""
