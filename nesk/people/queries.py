"""Looking people up: by their session, by their login, with what they may do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from peewee import JOIN

from nesk.branches.models import Branch
from nesk.core import clock
from nesk.core.compiled import Compiled, compiled
from nesk.core.db import Model
from nesk.core.errors import NotFound
from nesk.people.devices import device_of
from nesk.people.models import (
    BusinessUser,
    Identity,
    Person,
    Profile,
    Role,
    RolePermission,
    Session,
    SmsPhone,
    Staff,
    StaffRole,
)

A_YEAR = timedelta(days=365)
SUBJECTS = {"person": Person, "staff": Staff, "crew": Staff, "business": BusinessUser}


@dataclass(frozen=True, slots=True)
class SignedInAs:
    """A live session and whose it is."""

    session: Session
    subject: Person | Staff | BusinessUser


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _live(model: type[Model]) -> Compiled:
    return compiled(
        lambda token, kind, now: (
            Session.select(Session, model)
            .join(model, on=(Session.subject_id == model.id), attr="subject")
            .where(Session.token_hash == token, Session.kind == kind)
            .where(Session.ended_at.is_null(), Session.expires_at > now)
        )
    )


_LIVE = {model: _live(model) for model in SUBJECTS.values()}


def signed_in(kind: str, token: str) -> SignedInAs | None:
    """The live session behind a cookie and its subject, in one query; None when it ended, idled out or never was."""
    now = clock.now()
    row = _LIVE[SUBJECTS[kind]].first(token_hash(token), kind, now)
    if row is None or _has_idled_out(row, now):
        return None
    if row.subject.closed_at is not None if kind == "person" else not row.subject.is_active:
        return None
    return SignedInAs(row, row.subject)


def sessions_of(kind: str, subject_id: int) -> list[Session]:
    """Live sessions, the latest first («Мои устройства»)."""
    now = clock.now()
    live = Session.select().where(Session.kind == kind, Session.subject_id == subject_id, Session.ended_at.is_null())
    rows = live.where(Session.expires_at > now).order_by(Session.seen_at.desc(), Session.id.desc())
    return [row for row in rows if not _has_idled_out(row, now)]


def _has_idled_out(session: Session, now: datetime) -> bool:
    return bool((now - session.seen_at).total_seconds() > session.idle_seconds)


@dataclass(frozen=True, slots=True)
class AtWork:
    """Somebody of staff, of a crew or of a legal entity who is signed in now."""

    kind: str
    subject: Staff | BusinessUser
    sessions: int
    seen_at: datetime


def employees_signed_in(branch_id: int | None) -> list[AtWork]:
    """Everybody of a branch but subscribers who is signed in now, whoever did something last first; None sees everybody."""
    now = clock.now()
    live = Session.select().where(Session.kind != "person", Session.ended_at.is_null(), Session.expires_at > now)
    seen: dict[tuple[str, int], list[datetime]] = {}
    for row in live:
        if not _has_idled_out(row, now):
            seen.setdefault((row.kind, row.subject_id), []).append(row.seen_at)
    found = {
        (kind, row.id): row
        for kind in ("staff", "crew", "business")
        for row in SUBJECTS[kind].select().where(SUBJECTS[kind].id.in_([id for of, id in seen if of == kind]))
        if branch_id in (None, row.branch_id)
    }
    at_work = [AtWork(key[0], who, len(seen[key]), max(seen[key])) for key, who in found.items()]
    return sorted(at_work, key=lambda each: each.seen_at, reverse=True)


def employee(kind: str, subject_id: int) -> Staff | BusinessUser:
    """A member of staff, of a crew, or a user of a legal entity by row. Raises NotFound."""
    if kind == "business":
        row = BusinessUser.get_or_none(BusinessUser.id == subject_id)
    else:
        row = Staff.get_or_none(Staff.id == subject_id, Staff.kind == ("crew" if kind == "crew" else "office"))
    if row is None:
        raise NotFound
    return row  # type: ignore[no-any-return]


def employees_for_branch(branch_id: int | None) -> list[Staff]:
    """Everybody of the office and the crews of a branch, with their branch, the titles of their roles as `titles` and all
    that they may do as `permissions`; None sees everybody."""
    query = Staff.select(Staff, Branch).join(Branch, JOIN.LEFT_OUTER).order_by(Staff.kind.desc(), Staff.name)
    rows = list(query if branch_id is None else query.where(Staff.branch == branch_id))
    titles: dict[int, list[str]] = {row.id: [] for row in rows}
    held = StaffRole.select(StaffRole.staff, Role.title).join(Role).where(StaffRole.staff.in_(list(titles)))
    for staff_id, title in held.order_by(Role.title).tuples():
        titles[staff_id].append(title)
    permissions = _permissions(titles)
    for row in rows:
        row.titles, row.permissions = titles[row.id], permissions[row.id]
    return rows


def employee_for_branch(branch_id: int | None, kind: str, staff_id: int) -> Staff:
    """A member of staff or of a crew of a branch; None sees everybody. Raises NotFound."""
    row = employee(kind, staff_id)
    if branch_id is not None and row.branch_id != branch_id:
        raise NotFound
    return row  # type: ignore[return-value]


def demo_people_exist() -> bool:
    """Whether anybody here is invented."""
    return any(model.select().where(model.is_demo).exists() for model in (Staff, BusinessUser, Person))


def business_users(organization_id: int) -> list[BusinessUser]:
    """Everybody who signs in for a legal entity, the blocked ones too."""
    return list(
        BusinessUser.select().where(BusinessUser.organization_id == organization_id).order_by(BusinessUser.login)
    )


def business_user(organization_id: int, user_id: int) -> BusinessUser:
    """One of them. Raises NotFound."""
    row = BusinessUser.get_or_none(BusinessUser.id == user_id, BusinessUser.organization_id == organization_id)
    if row is None:
        raise NotFound
    return row  # type: ignore[no-any-return]


def is_new_device(session_id: int) -> bool:
    """Whether a session is of a browser and a system that its person had none with in the year before it.

    The very first sign-in is of no new device: there is nothing to compare it with.
    """
    session = Session.get_by_id(session_id)
    before = Session.select(Session.device).where(
        Session.kind == session.kind,
        Session.subject_id == session.subject_id,
        Session.id < session.id,
        Session.created_at > session.created_at - A_YEAR,
    )
    known = {device_of(row.device) for row in before.distinct()}
    return bool(known) and device_of(session.device) not in known


def person_by_identity(kind: str, value: str) -> Person | None:
    """The person whose phone or e-mail this is, confirmed or not."""
    return Person.select().join(Identity).where(Identity.kind == kind, Identity.value == value).first()


def person_by_confirmed(kind: str, value: str) -> Person | None:
    """The person who has proved that this phone or e-mail is theirs, unless their cabinet is closed."""
    owner = Person.select().join(Identity).where(Identity.kind == kind, Identity.value == value)
    return owner.where(Identity.confirmed_at.is_null(False), Person.closed_at.is_null()).first()


def person_by_login(kind: str, value: str) -> Person | None:
    """The person who may sign in by this phone, e-mail or account number (S0-30), unless their cabinet is closed."""
    login = Person.select().join(Identity).where(Identity.kind == kind, Identity.value == value)
    return login.where(Identity.is_login, Person.closed_at.is_null()).first()


def is_closed(person_id: int) -> bool:
    """Whether the person's cabinet is closed and their data erased."""
    return Person.select().where(Person.id == person_id, Person.closed_at.is_null(False)).exists()  # type: ignore[no-any-return]


def staff_by_login(kind: str, login: str) -> Staff | None:
    """An employee of the office (`office`) or of a crew (`crew`)."""
    return Staff.select().where(Staff.kind == kind, Staff.login == login).first()


def permissions_of(staff_id: int) -> frozenset[str]:
    """Everything a member of staff may do, through all their roles."""
    return _permissions([staff_id])[staff_id]


def _permissions(staff_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """The same of many, in one query."""
    found: dict[int, set[str]] = {staff_id: set() for staff_id in staff_ids}
    rows = StaffRole.select(StaffRole.staff, RolePermission.permission)
    held = rows.join(RolePermission, on=(StaffRole.role == RolePermission.role))
    for staff_id, permission in held.where(StaffRole.staff.in_(list(found))).tuples():
        found[staff_id].add(permission)
    return {staff_id: frozenset(permissions) for staff_id, permissions in found.items()}


def identities(person_id: int) -> dict[str, str]:
    """Confirmed phone and e-mail of a person, by kind."""
    rows = (
        Identity.select()
        .where(Identity.person == person_id, Identity.confirmed_at.is_null(False))
        .order_by(Identity.id)
    )
    return {row.kind: row.value for row in rows}


def contact(person_id: int, kind: str) -> Identity | None:
    """The confirmed phone or e-mail of a person; None when there is none."""
    rows = Identity.select().where(Identity.person == person_id, Identity.kind == kind)
    return rows.where(Identity.confirmed_at.is_null(False)).order_by(Identity.id.desc()).first()


def profile_of(person_id: int) -> Profile:
    """What a person has told of themselves; an empty one, not saved, when they have told nothing yet."""
    return Profile.get_or_none(Profile.person == person_id) or Profile(person=person_id)


def sms_phones(person_id: int) -> list[SmsPhone]:
    """The further numbers that a person's informational SMS go to, the oldest first."""
    return list(SmsPhone.select().where(*_live_sms_phones(person_id)).order_by(SmsPhone.id))


def sms_phone_of(person_id: int, sms_phone_id: int) -> SmsPhone:
    """One of them. Raises NotFound for an ended and for somebody else's."""
    row = SmsPhone.select().where(*_live_sms_phones(person_id), SmsPhone.id == sms_phone_id).first()
    if row is None:
        raise NotFound
    return row


def _live_sms_phones(person_id: int) -> tuple[object, object]:
    return SmsPhone.person == person_id, SmsPhone.ended_at.is_null()


def branches() -> list[Branch]:
    return list(Branch.select().order_by(Branch.name))
