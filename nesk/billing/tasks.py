"""What billing does when readings come and go."""

from nesk.billing import operations
from nesk.core.actor import system
from nesk.core.events import on
from nesk.metering.events import MeterReplaced, ReadingAccepted, ReadingsImported, ReadingWithdrawn

BY = system("billing")


@on(ReadingAccepted, prompt=True)
def charge_reading(reading_id: int, account_id: int) -> None:
    """The charge is there when the page answers (S4-03)."""
    operations.charge_reading(reading_id, by=BY)


@on(ReadingWithdrawn, prompt=True)
def reverse_reading(reading_id: int, account_id: int) -> None:
    operations.reverse_reading(reading_id, by=BY)


@on(ReadingsImported)
def charge_imported(first_id: int, last_id: int, month: int, count: int) -> None:
    operations.charge_imported(first_id, last_id, month, by=BY)


@on(MeterReplaced, prompt=True)
def charge_final_reading(
    account_id: int, old_installation_id: int, new_installation_id: int, final_reading_id: int
) -> None:
    """What the old meter still showed is charged like any reading (§2.7)."""
    operations.charge_reading(final_reading_id, by=BY)
