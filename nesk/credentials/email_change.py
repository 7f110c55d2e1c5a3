"""Changing the e-mail: it changes once both the old and the new address have been opened by their links (S0-30, S4-13).

Whose address it already is, is told only to whoever has proved it to be theirs (A6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from nesk.core import clock, limits
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused, TooOften
from nesk.core.events import record
from nesk.credentials import challenges
from nesk.credentials.allowance import may_write_to
from nesk.credentials.events import ContactChangeCancelled, ContactChanged
from nesk.credentials.models import Challenge
from nesk.credentials.queries import open_challenge
from nesk.people import contacts
from nesk.people.models import Person
from nesk.people.queries import contact, identities

Side = Literal["new", "old"]
EMAIL = {"new": "email_new", "old": "email_old"}
"""Which mailbox a link went to → the purpose of its challenge."""
LINK_LIFE = timedelta(hours=24)
CHANGES_AN_HOUR = 5


@dataclass(frozen=True, slots=True)
class PendingEmail:
    """A change of the e-mail that waits for its links; `old` is empty when there was no address."""

    new: str
    old: str
    new_is_proved: bool
    old_is_proved: bool


def begin_email_change(person_id: int, email: str, *, browser: str, by: Actor) -> None:
    """Send the links of a change of the e-mail (S4-13). Raises Refused for the address that is there, TooOften."""
    known = contact(person_id, "email")
    if known and known.value == email:
        raise Refused("Это ваш нынешний адрес. Введите другой.", field="email")
    count_change(person_id)
    send_links(person_id, email, is_login=known.is_login if known else True, browser=browser, by=by)


def count_change(person_id: int) -> None:
    """Raise TooOften when a person begins changes one after another: each costs somebody a letter."""
    try:
        limits.count("email_change", str(person_id), limit=CHANGES_AN_HOUR, seconds=3600)
    except TooOften as often:
        raise TooOften(often.message, retry_after=often.retry_after, field="email") from often


def send_links(person_id: int, email: str, *, is_login: bool, browser: str, by: Actor) -> None:
    """Write to both addresses anew; links that went out before lead nowhere any more."""
    may_send = may_write_to(email)
    with transaction():
        Person.locked(person_id)
        challenges.end_all(person_id, *EMAIL.values())
        was = identities(person_id).get("email", "")
        asked = {"person_id": person_id, "browser": browser, "life": LINK_LIFE, "by": by}
        old = challenges.ask_link(EMAIL["old"], was, facts={"email": email}, **asked) if was else None
        facts = {"was": was, "is_login": is_login, "old": old.id if old else None}
        challenges.ask_link(EMAIL["new"], email, facts=facts, is_sent=may_send, **asked)


def pending_email(person_id: int) -> PendingEmail | None:
    """The change of the e-mail that a person has begun and not yet confirmed."""
    new = open_challenge(person_id, EMAIL["new"])
    if new is None:
        return None
    old = Challenge.get_or_none(Challenge.id == new.facts["old"])
    return PendingEmail(new.recipient, new.facts["was"], new.used_at is not None, bool(old and old.used_at))


def of_link(person_id: int, side: Side, token: str) -> Challenge:
    """The live link of this person. Raises Refused with one sentence for a used, late, foreign or invented one."""
    challenge = challenges.of_token(EMAIL[side], token)
    if challenge.person_id != person_id:
        raise Refused(challenges.DEAD_LINK)
    return challenge


def confirm_email(person_id: int, side: Side, token: str, *, by: Actor) -> bool:
    """Note that a mailbox was opened; with the other one open too, the e-mail changes. Gives whether it did.

    Raises Refused for a dead link and for an address that is confirmed for somebody else by now.
    """
    with transaction():
        Person.locked(person_id)
        of_link(person_id, side, token)
        Challenge.update(used_at=clock.now()).where(
            Challenge.person == person_id, Challenge.purpose == EMAIL[side], Challenge.ended_at.is_null()
        ).execute()
        pending, new = pending_email(person_id), open_challenge(person_id, EMAIL["new"])
        if pending is None or new is None:
            raise Refused(challenges.DEAD_LINK)
        if not pending.new_is_proved or (pending.old and not pending.old_is_proved):
            return False
        if identities(person_id).get("email", "") != pending.old:
            raise Refused(challenges.DEAD_LINK)
        # A first address begins as the form said; a later one stays what its forerunner is by now.
        contacts.put_contact(person_id, "email", pending.new, is_login=None if pending.old else new.facts["is_login"])
        challenges.end_all(person_id, *EMAIL.values())
        record(ContactChanged(person_id, "email", new.id), by=by)
    return True


def cancel_email_change(person_id: int, *, by: Actor) -> None:
    """Take a begun change back: its links lead nowhere any more."""
    with transaction():
        Person.locked(person_id)
        if pending_email(person_id) is not None:
            challenges.end_all(person_id, *EMAIL.values())
            record(ContactChangeCancelled(person_id, "email"), by=by)
