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
from nesk.people.queries import is_closed
from nesk.privacy.bundle import bundle
from nesk.privacy.events import ArchiveAsked, ArchiveReady
from nesk.privacy.models import Archive
from nesk.privacy.queries import LATE, latest_archive, state_of
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
    """Put the archive together and note that it is ready; one that is ready is left as it is.

    The row of the file is committed before its bytes are written, so that a worker killed at any moment leaves nothing of
    the person where nobody would look for it.
    """
    person_id = Archive.get_by_id(archive_id).person_id
    if not _is_awaited(archive_id, person_id):
        return
    packed = bundle(person_id)
    with transaction():
        Person.locked(person_id)
        if not _is_awaited(archive_id, person_id):
            return
        _delete(Archive.get_by_id(archive_id))  # what a killed worker has left
        file = files.announce(packed, "application/zip", f"Мои данные {clock.today():%d.%m.%Y}.zip", by=BY)
        Archive.update(file=file).where(Archive.id == archive_id).execute()
    fault("privacy.archive_announced")
    files.write(file, packed)
    fault("privacy.archive_stored")
    now = clock.now()
    lives = timedelta(hours=settings.load(PrivacySettings).archive_hours)
    with transaction():
        Person.locked(person_id)
        mine = (Archive.id == archive_id) & (Archive.file == file) & Archive.ready_at.is_null()
        if Archive.update(ready_at=now, expires_at=now + lives).where(mine).execute():
            record(ArchiveReady(archive_id, person_id), by=BY)


def _is_awaited(archive_id: int, person_id: int) -> bool:
    archive = Archive.get_by_id(archive_id)
    return archive.ready_at is None and not is_closed(person_id)


@scheduled("privacy.delete_archives", every=600)
def delete_archives() -> int:
    """Let go of the files whose day is over, and of those that nobody has finished. Gives how many."""
    now = clock.now()
    over = (Archive.expires_at <= now) | (Archive.ready_at.is_null() & (Archive.asked_at <= now - LATE))
    over = Archive.select().where(Archive.file.is_null(False), over)
    return sum(_delete(archive) for archive in over.order_by(Archive.id))


def delete_all(person_id: int) -> None:
    """Let go of every archive of a person, in the transaction of the closing."""
    for archive in Archive.select().where(Archive.person == person_id):
        _delete(archive)


def _delete(archive: Archive) -> int:
    if archive.file_id is None:
        return 0
    with transaction():
        taken = Archive.update(file=None).where(Archive.id == archive.id, Archive.file == archive.file_id).execute()
        if taken:
            files.forget(archive.file_id)
    return int(taken)
