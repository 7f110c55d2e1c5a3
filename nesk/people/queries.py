"""Looking people up: by their session, by their login, with what they may do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from nesk.branches.models import Branch
from nesk.core import clock
from nesk.core.compiled import Compiled, compiled
from nesk.core.db import Model
from nesk.core.errors import NotFound
from nesk.people.models import (
    BusinessUser,
    Identity,
    Person,
    Profile,
    RolePermission,
    Session,
    SmsPhone,
    Staff,
    StaffRole,
)

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
    if kind != "person" and not row.subject.is_active:
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
