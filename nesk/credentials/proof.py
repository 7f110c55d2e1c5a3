"""A fresh proof of the password: what is dear (contacts, password, unbinding, taking data away) asks for one (S5)."""

from __future__ import annotations

from datetime import timedelta

from nesk.core import clock, limits
from nesk.core.actor import system
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.credentials import devices
from nesk.credentials.events import ProofGuessed
from nesk.people import passwords
from nesk.people.models import BusinessUser, Person, Session, Staff

FRESH_FOR = timedelta(minutes=10)
WRONG = "{} не подошёл. Проверьте раскладку и Caps Lock и введите его ещё раз."


def is_fresh(session: Session) -> bool:
    """Whether the password was shown in this session within the last ten minutes."""
    return session.proved_at is not None and session.proved_at > clock.now() - FRESH_FOR


_TRIES = ((10, 300), (30, 86_400))
"""As many as at the door (A3): at most so many in so many seconds."""


def prove(
    session: Session, subject: Person | Staff | BusinessUser, password: str, *, called: str = "Текущий пароль"
) -> None:
    """Take the current password, `called` so on its page, as a proof for this session. Raises Refused (field
    `current_password`), TooOften.

    Whoever uses up the day's tries does not know the password of the session they are in: it ends, and its owner is told.
    Call it outside any transaction: a wrong try stays counted.
    """
    whose = f"{session.kind}:{session.subject_id}"
    for most, seconds in _TRIES:
        limits.count("proof", whose, limit=most, seconds=seconds)
    if not passwords.matches(subject.password_hash, password):
        if limits.counted(("proof", whose, 86_400))[0] >= _TRIES[1][0]:
            _end_guessed(session)
        raise Refused(WRONG.format(called), field="current_password")
    for _, seconds in _TRIES:
        limits.forgive("proof", whose, seconds=seconds)
    session.proved_at = clock.now()
    Session.update(proved_at=session.proved_at).where(Session.id == session.id).execute()


def forget_tries(kind: str, subject_id: int) -> None:
    """Begin the tries anew: the password is another."""
    limits.forget("proof", f"{kind}:{subject_id}", *(seconds for _, seconds in _TRIES))


def _end_guessed(session: Session) -> None:
    by = system("proof")
    with transaction():
        devices.end_device(session.kind, session.subject_id, session.id, by=by)
        record(ProofGuessed(session.kind, session.subject_id), by=by)
