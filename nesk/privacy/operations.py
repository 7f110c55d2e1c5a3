"""Asking for an archive of one's own data, preparing it, and deleting it when its day is over."""

from __future__ import annotations

from datetime import timedelta

from nesk.core import clock, files, settings
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.errors import TooOften
from nesk.core.events import record
from nesk.core.faults import fault
from nesk.core.schedule import scheduled
from nesk.people.models import Person
from nesk.privacy.bundle import bundle
from nesk.privacy.events import ArchiveAsked, ArchiveReady
from nesk.privacy.models import Archive
from nesk.privacy.queries import latest_archive, state_of
from nesk.privacy.settings import PrivacySettings

BY = system("privacy")


def ask_archive(person_id: int, *, by: Actor) -> Archive:
    """Ask for a copy of everything; a worker prepares it. Raises TooOften when the last one was asked for lately.

    One that is being prepared is the one that is asked for; one that failed does not count.
    """
    now = clock.now()
    with transaction():
        Person.locked(person_id)
        last = latest_archive(person_id)
        state = state_of(last)
        if last is not None and state == "preparing":
            return last
        pause = timedelta(hours=settings.load(PrivacySettings).archive_pause_hours)
        if last is not None and state != "late" and now < last.asked_at + pause:
            wait = int((last.asked_at + pause - now).total_seconds())
            raise TooOften(
                f"Архив готовится не чаще раза в сутки. Следующий можно заказать через {_hours(wait)}.",
                retry_after=wait,
            )
        archive = Archive.create(person=person_id, asked_at=now)
        record(ArchiveAsked(archive.id, person_id), by=by)
    return archive


def _hours(seconds: int) -> str:
    return f"{-(-seconds // 3600)} ч" if seconds > 3600 else f"{max(-(-seconds // 60), 1)} мин"


def prepare(archive_id: int) -> None:
    """Put the archive together and note that it is ready; one that is ready is left as it is."""
    archive = Archive.get_by_id(archive_id)
    if archive.ready_at is not None:
        return
    name = f"Мои данные {clock.today():%d.%m.%Y}.zip"
    file = files.store(bundle(archive.person_id), "application/zip", name, by=BY)
    fault("privacy.archive_stored")
    now = clock.now()
    with transaction():
        person, archive = Person.locked(archive.person_id), Archive.locked(archive_id)
        if archive.ready_at is not None or person.closed_at is not None:
            files.forget(file.id)  # another worker was quicker, or there is nobody to give it to any more
            return
        lives = timedelta(hours=settings.load(PrivacySettings).archive_hours)
        Archive.update(file=file, ready_at=now, expires_at=now + lives).where(Archive.id == archive_id).execute()
        record(ArchiveReady(archive_id, archive.person_id), by=BY)


@scheduled("privacy.delete_archives", every=600)
def delete_archives() -> int:
    """Let go of the files whose day is over. Gives how many."""
    over = Archive.select().where(Archive.file.is_null(False), Archive.expires_at <= clock.now())
    return sum(_delete(archive) for archive in over.order_by(Archive.id))


def delete_all(person_id: int) -> None:
    """Let go of every archive of a person, in the transaction of the closing."""
    for archive in Archive.select().where(Archive.person == person_id):
        _delete(archive)


def _delete(archive: Archive) -> int:
    with transaction():
        taken = Archive.update(file=None).where(Archive.id == archive.id, Archive.file == archive.file_id).execute()
        if taken:
            files.forget(archive.file_id)
    return int(taken)
