"""What happens to meters and readings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadingAccepted:
    reading_id: int
    account_id: int


@dataclass(frozen=True)
class ReadingWithdrawn:
    reading_id: int
    account_id: int


@dataclass(frozen=True)
class ReadingsImported:
    """A set of readings was taken at once: those with ids between the two, for one billing month."""

    first_id: int
    last_id: int
    month: int
    count: int


@dataclass(frozen=True)
class MeterReplaced:
    account_id: int
    old_installation_id: int
    new_installation_id: int
    final_reading_id: int
