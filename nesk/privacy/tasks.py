"""What follows a wish of a person about their data: the archive is prepared, and they are told."""

from __future__ import annotations

from nesk.core.events import current_event_id, on
from nesk.notifications.operations import notify
from nesk.people.closing import waiting
from nesk.people.events import ClosingAsked, ClosingCancelled
from nesk.privacy import closing, operations
from nesk.privacy.events import ArchiveAsked, ArchiveReady
from nesk.privacy.models import Archive

__all__ = ["closing"]


@on(ArchiveAsked, queue="bulk", outside=True, max_attempts=5)
def prepare_archive(archive_id: int, person_id: int) -> None:
    """Outside a transaction, for papers are drawn there."""
    operations.prepare(archive_id)


@on(ArchiveReady)
def tell_of_archive(archive_id: int, person_id: int) -> None:
    until = Archive.get_by_id(archive_id).expires_at
    notify(current_event_id(), "archive_ready", person_id=person_id, link="/cabinet/my-data", until=until)


@on(ClosingAsked)
def tell_of_closing(closing_id: int, person_id: int) -> None:
    """Silent when the wish has been taken back meanwhile: of that another letter tells."""
    wish = waiting(person_id)
    if wish is not None:
        notify(current_event_id(), "closing_asked", person_id=person_id, link="/cabinet/closing", due=wish.due_at)


@on(ClosingCancelled)
def tell_of_cancelled_closing(closing_id: int, person_id: int) -> None:
    notify(current_event_id(), "closing_cancelled", person_id=person_id, link="/cabinet/")
