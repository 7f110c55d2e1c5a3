"""Sessions: opened, renewed, used, ended. Only the hash of a token is stored, and what has ended never opens again (S1–S3)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from nesk.core import clock, places
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.core.schedule import scheduled
from nesk.people.events import SessionEnded, SignedIn
from nesk.people.models import Session
from nesk.people.queries import SUBJECTS, token_hash

LIFETIMES = {
    "person": (timedelta(minutes=30), timedelta(hours=12)),
    "business": (timedelta(minutes=30), timedelta(hours=12)),
    "staff": (timedelta(minutes=15), timedelta(hours=8)),
    "crew": (timedelta(hours=12), timedelta(hours=12)),
}
"""Idle and absolute life of a session by kind; a crew's lasts a shift, for there is no network in a cellar."""
TOUCH_EVERY = timedelta(minutes=1)


def open_session(
    kind: str,
    subject_id: int,
    *,
    remember: bool = False,
    purpose: str = "all",
    is_proved: bool = True,
    password_hash: str | None = None,
    ip: str = "",
    device: str = "",
) -> str:
    """A new session with a new random token; only its hash is stored.

    `purpose` «password» opens nothing but the page of a new password; `is_proved` says that the password was just shown;
    `remember` that the device will come back by «Запомнить меня», which lengthens no session. With `password_hash`, what
    the password was compared with, the session is opened only if it still stands: one that was changed meanwhile opens
    nothing (A5). Raises Refused.
    """
    token = secrets.token_urlsafe(32)
    idle, absolute = LIFETIMES[kind]
    now = clock.now()
    with transaction():
        if password_hash is not None and SUBJECTS[kind].locked(subject_id).password_hash != password_hash:
            raise Refused("Пароль только что изменился. Войдите с новым.", field="password")
        session = Session.create(
            token_hash=token_hash(token),
            kind=kind,
            subject_id=subject_id,
            created_at=now,
            seen_at=now,
            expires_at=now + absolute,
            idle_seconds=int(idle.total_seconds()),
            remembered=remember,
            purpose=purpose,
            proved_at=now if is_proved else None,
            ip=ip[:45],
            place=places.place_of(ip),
            device=device[:200],
        )
        record(SignedIn(kind, subject_id, session.id), by=Actor(kind, subject_id))
    return token


def renew_session(session_id: int) -> str:
    """The same session under a new token, its password just shown: whoever copied the old cookie is nobody (S1)."""
    token, now = secrets.token_urlsafe(32), clock.now()
    with transaction():
        Session.locked(session_id)
        Session.update(token_hash=token_hash(token), proved_at=now, seen_at=now).where(
            Session.id == session_id
        ).execute()
    return token


def touch(session: Session) -> None:
    """Note that the session is in use, at most once a minute."""
    now = clock.now()
    if now - session.seen_at > TOUCH_EVERY:
        Session.update(seen_at=now).where(Session.id == session.id, Session.ended_at.is_null()).execute()


def end_session(session_id: int, *, by: Actor) -> bool:
    """End one session for good; False when it had ended before."""
    with transaction():
        session = Session.locked(session_id)
        if session.ended_at is not None:
            return False
        Session.update(ended_at=clock.now()).where(Session.id == session_id).execute()
        record(SessionEnded(session.kind, session.subject_id, session_id), by=by)
    return True


def end_sessions(kind: str, subject_id: int, *, by: Actor, keep: int | None = None) -> int:
    """End every session of a subject but `keep`. Gives how many."""
    live = Session.select(Session.id).where(
        Session.kind == kind, Session.subject_id == subject_id, Session.ended_at.is_null()
    )
    return sum(end_session(row.id, by=by) for row in live if row.id != keep)


@scheduled("people.forget_sessions", daily=(3, 20))
def forget_sessions() -> None:
    """Delete sessions that ended or expired over a year ago (retention of access logs, §11)."""
    Session.delete().where(Session.expires_at < clock.now() - timedelta(days=365)).execute()
