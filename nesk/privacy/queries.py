"""Reading about a person's own data: their latest archive, and who of the staff has opened their card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nesk.accounts.models import Account, Binding
from nesk.branches.models import Branch
from nesk.core import clock
from nesk.core.errors import NotFound
from nesk.core.events import EventRecord
from nesk.core.files import File
from nesk.people.models import Role, Staff, StaffRole
from nesk.privacy.models import Archive

LATE = timedelta(minutes=30)
"""An archive that is not ready by then will not be: the person may ask anew."""
SHOWN = 10


def latest_archive(person_id: int) -> Archive | None:
    """The archive that a person asked for last."""
    asked = Archive.select().where(Archive.person == person_id)
    return asked.order_by(Archive.id.desc()).first()  # type: ignore[no-any-return]


def state_of(archive: Archive | None) -> str:
    """none, preparing, late, ready, or gone when the file has been deleted or is about to be."""
    now = clock.now()
    if archive is None:
        return "none"
    if archive.ready_at is None:
        return "preparing" if now < archive.asked_at + LATE else "late"
    return "ready" if archive.file_id is not None and now < archive.expires_at else "gone"


def archive_of(person_id: int, archive_id: int) -> Archive:
    """A ready archive of a person with its file. Raises NotFound for another's, a late and a deleted one."""
    found = Archive.select(Archive, File).join(File).where(Archive.id == archive_id, Archive.person == person_id)
    archive: Archive | None = found.first()
    if archive is None or state_of(archive) != "ready":
        raise NotFound
    return archive


@dataclass(frozen=True, slots=True)
class Sighting:
    """A member of staff opened a card: when, in which role and of which branch, and whose card it was; no name."""

    at: datetime
    role: str
    branch: str
    card: str


def own_accounts(person_id: int) -> list[Account]:
    """The accounts that a person may do everything for now: those whose bills and readings are theirs."""
    mine = Account.select(Account).join(Binding).where(Binding.person == person_id, Binding.ended_at.is_null())
    today = clock.today()
    lasting = Binding.until_on.is_null() | (Binding.until_on >= today)
    return list(mine.where(Binding.rights == "all", lasting).order_by(Account.number))


def sightings(person_id: int, *, limit: int = SHOWN) -> list[Sighting]:
    """Who of the staff has opened the person's card or those of their accounts, the latest first (D4, Z7)."""
    numbers = {account.id: account.number for account in own_accounts(person_id)}
    facts = EventRecord.facts
    seen = (facts["kind"] == "person") & (facts["subject_id"] == person_id)
    if numbers:
        seen |= (facts["kind"] == "account") & facts["subject_id"].in_(list(numbers))
    rows = list(
        EventRecord.select()
        .where(EventRecord.name == "SubscriberCardSeen", seen)
        .order_by(EventRecord.id.desc())
        .limit(limit)
    )
    places = _places({int(row.by.partition(":")[2]) for row in rows if row.by.startswith("staff:")})
    found = []
    for row in rows:
        role, branch = places.get(
            int(row.by.partition(":")[2]) if row.by.startswith("staff:") else 0, ("Сотрудник", "")
        )
        number = numbers.get(row.facts["subject_id"], "") if row.facts["kind"] == "account" else ""
        found.append(Sighting(row.at, role, branch, f"Лицевой счёт {number}" if number else "Карточка абонента"))
    return found


def _places(staff_ids: set[int]) -> dict[int, tuple[str, str]]:
    """Member of staff → role and branch as they are now."""
    roles: dict[int, list[str]] = {}
    for staff, title in (
        StaffRole.select(StaffRole.staff, Role.title).join(Role).where(StaffRole.staff.in_(list(staff_ids))).tuples()
    ):
        roles.setdefault(staff, []).append(title)
    rows = Staff.select(Staff.id, Branch.name).left_outer_join(Branch).where(Staff.id.in_(list(staff_ids)))
    return {id: (", ".join(roles.get(id, ["Сотрудник"])), branch or "Все филиалы") for id, branch in rows.tuples()}
