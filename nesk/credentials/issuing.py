"""Access that staff give and take: passwords that we make up and nobody keeps, blocking, unblocking (S2-04, A11).

Staff never choose a password for somebody else. What is issued opens nothing but the page of a new password, for a time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nesk.branches.models import Branch
from nesk.core import clock, settings
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.credentials.events import AccessBlocked, AccessUnblocked, CredentialsIssued
from nesk.credentials.settings import CredentialSettings
from nesk.people import operations, passwords, sessions
from nesk.people.models import BusinessUser, Staff

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")


@dataclass(frozen=True, slots=True)
class Statement:
    """«Заявление на присоединение к системе дистанционного обслуживания»: on what paper access was asked for (S2-04)."""

    number: str
    on: date


def good_until(*, by_post: bool = False) -> datetime:
    """How long a password issued now may be used; a letter by post travels longer."""
    chosen = settings.load(CredentialSettings)
    life = timedelta(days=chosen.issued_letter_days) if by_post else timedelta(hours=chosen.issued_password_hours)
    return clock.now() + life


def open_business_access(
    organization_id: int,
    branch: Branch,
    *,
    login: str,
    name: str,
    email: str,
    password: str,
    until: datetime,
    by_post: bool,
    statement: Statement,
    by: Actor,
) -> BusinessUser:
    """Let somebody act for a legal entity, on its statement. Raises Refused for a login that is taken or cannot be typed."""
    if not _LOGIN.fullmatch(login):
        raise Refused(
            "Логин — от трёх латинских букв, цифр, точек и дефисов. Начните с буквы или цифры.", field="login"
        )
    if statement.on > clock.today():
        raise Refused("Дата заявления ещё не наступила. Проверьте её.", field="statement_on")
    stored = passwords.hashed(password)
    with transaction():
        user = operations.create_business_user(
            login,
            name,
            password_hash=stored,
            branch=branch,
            organization_id=organization_id,
            email=email,
            issued_until=until,
            by=by,
        )
        record(CredentialsIssued("business", user.id, by_post, statement.number, statement.on.isoformat()), by=by)
    return user


def issue_password(
    subject: Staff | BusinessUser, password: str, *, until: datetime, by_post: bool = False, by: Actor
) -> None:
    """Give an employee or a user of a legal entity a new password in place of a lost one; their sessions end."""
    stored = passwords.hashed(password)
    with transaction():
        operations.keep_password(subject, stored, by=by, issued_until=until)
        record(CredentialsIssued(operations.kind_of(subject), subject.id, by_post), by=by)


def block(subject: Staff | BusinessUser, *, by: Actor) -> None:
    """Shut an employee or a user of a legal entity out: their sessions end with it (A11). Raises Refused."""
    kind = operations.kind_of(subject)
    if (by.kind, by.id) == (kind, subject.id):
        raise Refused("Себя заблокировать нельзя. Попросите другого администратора.")
    with transaction():
        _turn(subject, is_active=False, otherwise="Доступ уже заблокирован.")
        sessions.end_sessions(kind, subject.id, by=by)
        record(AccessBlocked(kind, subject.id), by=by)


def unblock(subject: Staff | BusinessUser, *, by: Actor) -> None:
    """Let them in again, with the password they had. Raises Refused."""
    with transaction():
        _turn(subject, is_active=True, otherwise="Доступ и так открыт.")
        record(AccessUnblocked(operations.kind_of(subject), subject.id), by=by)


def _turn(subject: Staff | BusinessUser, *, is_active: bool, otherwise: str) -> None:
    model = type(subject)
    turned = (
        model.update(is_active=is_active).where(model.id == subject.id, model.is_active == (not is_active)).execute()
    )
    if not turned:
        raise Refused(otherwise)
