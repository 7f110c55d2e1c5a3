"""«Запомнить меня» (S2-08) that survives a theft (S4): a chain of links, each used once and giving the next.

The cookie holds `selector:validator`; the table holds the selector and a hash of the validator. A link opens an ordinary
session whose password nobody has just shown, and ends the session before it. Shown again, it tells that two browsers
have it: the chain ends with its session, and the owner gets a letter.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from nesk.core import clock, settings
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.core.schedule import scheduled
from nesk.credentials.events import DeviceForgotten, DeviceRemembered, RememberedTwice
from nesk.credentials.models import Remembered
from nesk.credentials.settings import CredentialSettings
from nesk.people import queries, sessions
from nesk.people.models import Person, Session

TOGETHER = timedelta(seconds=10)
"""Two tabs that open at once show the same link: within this time the second is let in with the first."""
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Link:
    """What the browser is given: the text of its cookie and until when it is good."""

    cookie: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Resumed:
    """A session that a link opened. Without a token it is one that another tab has opened a moment ago."""

    session: Session
    token: str = ""
    link: Link | None = None


def remember(person_id: int, token: str) -> Link:
    """Begin a chain for the device that has just been given this session's token; what ended the session meanwhile (a new
    password) ends the chain before it is given."""
    session = Session.get(Session.token_hash == queries.token_hash(token))
    expires_at = clock.now() + timedelta(days=settings.load(CredentialSettings).remember_days)
    chain = secrets.token_hex(16)
    with transaction():
        if Session.locked(session.id).ended_at is not None:
            raise Refused("Вход завершён. Войдите ещё раз.")
        link = _give(person_id, chain, session.id, expires_at)
        record(DeviceRemembered(person_id, chain), by=Actor("person", person_id))
    return link


def resume(cookie: str, *, ip: str, device: str) -> Resumed | None:
    """Open the session that a cookie promises, for the link it holds and with the next one; None when it is worth nothing."""
    found = _of_cookie(cookie)
    if found is None:
        return None
    with transaction():
        link = Remembered.locked(found.id)
        if not _is_good(link):
            return None
        if link.used_at is None:
            return _open(link, ip, device)
        if clock.now() - link.used_at <= TOGETHER:
            return _with_the_other_tab(link, device)
        by = Actor("person", link.person_id)
        _end([link.chain], by=by, is_told=False)
        record(RememberedTwice(link.person_id, link.chain), by=by)
    return None


def _of_cookie(cookie: str) -> Remembered | None:
    selector, _, validator = cookie.partition(":")
    if not selector.isalnum():  # PostgreSQL refuses a NUL even in a question
        return None
    link: Remembered | None = Remembered.get_or_none(Remembered.selector == selector[:32])
    return link if link and secrets.compare_digest(link.validator_hash, _hash(validator)) else None


def _is_good(link: Remembered) -> bool:
    """Neither ended nor late, and no older than the password: what a change of it forgot to end is dead all the same."""
    now = clock.now()
    if link.ended_at is not None or link.expires_at <= now or link.person.closed_at is not None:
        return False
    changed_at = link.person.password_changed_at
    return changed_at is None or bool(link.created_at >= changed_at)


def _open(link: Remembered, ip: str, device: str) -> Resumed:
    by = Actor("person", link.person_id)
    sessions.end_session(link.session_id, by=by)
    token = sessions.open_session("person", link.person_id, remember=True, is_proved=False, ip=ip, device=device)
    session = Session.get(Session.token_hash == queries.token_hash(token))
    Remembered.update(used_at=clock.now()).where(Remembered.id == link.id).execute()
    return Resumed(session, token, _give(link.person_id, link.chain, session.id, link.expires_at))


def _with_the_other_tab(link: Remembered, device: str) -> Resumed | None:
    """The session that the link opened, for this one request: its cookies are on their way with the first answer."""
    session = (
        Session.select()
        .join(Remembered, on=(Remembered.session_id == Session.id))
        .where(Remembered.chain == link.chain, Remembered.used_at.is_null(), Session.device == device[:200])
        .where(Session.ended_at.is_null())
        .first()
    )
    return Resumed(session) if session else None


def _give(person_id: int, chain: str, session_id: int, expires_at: datetime) -> Link:
    selector, validator = secrets.token_hex(16), secrets.token_urlsafe(32)
    Remembered.create(
        person=person_id,
        chain=chain,
        selector=selector,
        validator_hash=_hash(validator),
        session_id=session_id,
        created_at=clock.now(),
        expires_at=expires_at,
    )
    return Link(f"{selector}:{validator}", expires_at)


def _hash(validator: str) -> str:
    return hashlib.sha256(validator.encode()).hexdigest()


def chains_of(person_id: int) -> list[Remembered]:
    """The unused link of every live chain of a person, the latest first."""
    live = Remembered.select().where(Remembered.person == person_id, Remembered.used_at.is_null())
    live = live.where(Remembered.ended_at.is_null(), Remembered.expires_at > clock.now())
    return list(live.order_by(Remembered.id.desc()))


def forget_device(session_id: int, *, by: Actor) -> bool:
    """End a session together with the chain that would open the next one. False when there was nothing to end."""
    with transaction():
        chains = [row.chain for row in Remembered.select().where(Remembered.session_id == session_id)]
        ended = _end(chains, by=by)
        return sessions.end_session(session_id, by=by) or ended > 0


def forget_cookie(cookie: str) -> None:
    """End the chain that a browser's cookie is of: it signs out."""
    if (link := _of_cookie(cookie)) is not None:
        with transaction():
            _end([link.chain], by=Actor("person", link.person_id))


def forget_devices(kind: str, subject_id: int, *, by: Actor, keep: int | None = None) -> int:
    """End every session and every chain of a subject but the session `keep` and its chain. Gives how many devices."""
    with transaction():
        kept = {row.chain for row in Remembered.select().where(Remembered.session_id == keep)} if keep else set()
        chains = [row.chain for row in chains_of(subject_id) if row.chain not in kept] if kind == "person" else []
        return _end(chains, by=by) + sessions.end_sessions(kind, subject_id, by=by, keep=keep)


def _end(chains: list[str], *, by: Actor, is_told: bool = True) -> int:
    """End chains with the sessions beside their links. Gives how many were alive."""
    ended = 0
    for chain in chains:
        links = list(Remembered.select().where(Remembered.chain == chain, Remembered.ended_at.is_null()))
        if not links:
            continue
        Remembered.update(ended_at=clock.now()).where(Remembered.chain == chain).execute()
        for link in links:
            sessions.end_session(link.session_id, by=by)
        if is_told:
            record(DeviceForgotten(links[0].person_id, chain), by=by)
        ended += 1
    return ended


def forget_before_password(person_id: int) -> None:
    """End every chain that is older than the person's password: whoever knew the old one is remembered nowhere (A5)."""
    changed_at = Person.select(Person.password_changed_at).where(Person.id == person_id)
    Remembered.update(ended_at=clock.now()).where(
        Remembered.person == person_id, Remembered.ended_at.is_null(), Remembered.created_at <= changed_at
    ).execute()


@scheduled("credentials.forget_remembered", daily=(3, 30))
def forget() -> int:
    """Delete chains a month after their time: until then a stolen link is known when it is shown."""
    return int(Remembered.delete().where(Remembered.expires_at < clock.now() - KEPT_FOR).execute())
