"""Looking people up: by their session, by their login, with what they may do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from nesk.branches.models import Branch
from nesk.core import clock
from nesk.core.compiled import Compiled, compiled
from nesk.core.db import Model
from nesk.people.models import BusinessUser, Identity, Person, RolePermission, Session, Staff, StaffRole

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
    if row is None or (now - row.seen_at).total_seconds() > row.idle_seconds:
        return None
    if row.subject.closed_at is not None if kind == "person" else not row.subject.is_active:
        return None
    return SignedInAs(row, row.subject)


def sessions_of(kind: str, subject_id: int) -> list[Session]:
    """Live sessions, the latest first («Мои устройства»)."""
    live = Session.select().where(Session.kind == kind, Session.subject_id == subject_id)
    return list(
        live.where(Session.ended_at.is_null(), Session.expires_at > clock.now()).order_by(Session.seen_at.desc())
    )


def person_by_identity(kind: str, value: str) -> Person | None:
    """The person whose phone or e-mail this is, confirmed or not."""
    return Person.select().join(Identity).where(Identity.kind == kind, Identity.value == value).first()


def is_closed(person_id: int) -> bool:
    """Whether the person's cabinet is closed and their data erased."""
    return Person.select().where(Person.id == person_id, Person.closed_at.is_null(False)).exists()  # type: ignore[no-any-return]


def staff_by_login(kind: str, login: str) -> Staff | None:
    """An employee of the office (`office`) or of a crew (`crew`)."""
    return Staff.select().where(Staff.kind == kind, Staff.login == login).first()


def permissions_of(staff_id: int) -> frozenset[str]:
    """Everything a member of staff may do, through all their roles."""
    rows = RolePermission.select(RolePermission.permission).join(StaffRole, on=(StaffRole.role == RolePermission.role))
    return frozenset(row.permission for row in rows.where(StaffRole.staff == staff_id))


def identities(person_id: int) -> dict[str, str]:
    """Confirmed phone and e-mail of a person, by kind."""
    rows = (
        Identity.select()
        .where(Identity.person == person_id, Identity.confirmed_at.is_null(False))
        .order_by(Identity.id)
    )
    return {row.kind: row.value for row in rows}


def branches() -> list[Branch]:
    return list(Branch.select().order_by(Branch.name))
