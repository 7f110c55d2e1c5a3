"""A fresh proof of the password: what is dear (contacts, password, unbinding, taking data away) asks for one (S5)."""

from __future__ import annotations

from datetime import timedelta

from nesk.core import clock, limits
from nesk.core.errors import Refused
from nesk.people import passwords
from nesk.people.models import BusinessUser, Person, Session, Staff

FRESH_FOR = timedelta(minutes=10)
WRONG = "Текущий пароль не подошёл. Проверьте раскладку и Caps Lock и введите его ещё раз."


def is_fresh(session: Session) -> bool:
    """Whether the password was shown in this session within the last ten minutes."""
    return session.proved_at is not None and session.proved_at > clock.now() - FRESH_FOR


def prove(session: Session, subject: Person | Staff | BusinessUser, password: str) -> None:
    """Take the current password as a proof for this session. Raises Refused (field `current_password`), TooOften."""
    limits.count("proof", f"{session.kind}:{session.subject_id}", limit=10, seconds=300)
    if not passwords.matches(subject.password_hash, password):
        raise Refused(WRONG, field="current_password")
    limits.forgive("proof", f"{session.kind}:{session.subject_id}", seconds=300)
    session.proved_at = clock.now()
    Session.update(proved_at=session.proved_at).where(Session.id == session.id).execute()
