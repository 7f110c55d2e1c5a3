"""What a person who is signed in changes of how they are known: the password, the use of a contact as a login, removal (S0-30).

Callers have taken a fresh proof of the password (S5). E-mails change in `email_change`, phones in `phone_change`.
"""

from __future__ import annotations

import secrets

from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.credentials import challenges, email_change, passwords
from nesk.credentials.email_change import EMAIL, LINK_LIFE
from nesk.credentials.events import ContactRemoved, LoginUseChanged
from nesk.credentials.models import Challenge
from nesk.credentials.phone_change import PHONE
from nesk.people import contacts
from nesk.people.models import Person
from nesk.people.queries import identities


def change_account(
    person: Person, *, email: str, email_is_login: bool, stored: str, browser: str, keep: int, by: Actor
) -> bool:
    """What «Сохранить изменения» does: password, use of the e-mail as a login, a begun change of the e-mail, or nothing
    of it. Gives whether links were sent. Raises Refused with the field at fault, TooOften.

    `stored` is the new password's stored form, empty when it stays; `keep` the session that outlives the old one.
    """
    known = identities(person.id).get("email", "")
    has_another = bool(email) and email != known
    if has_another:
        email_change.count_change(person.id)
    with transaction():
        if stored:
            passwords.replace(person, stored, keep=keep, by=by)
        if known:
            use_as_login(person.id, "email", email_is_login, by=by)
        if has_another:
            email_change.send_links(person.id, email, is_login=email_is_login, browser=browser, by=by)
    return has_another


def use_as_login(person_id: int, kind: str, is_login: bool, *, by: Actor) -> None:
    """Let the person sign in by a contact, or no more. Raises Refused when it is their last login."""
    with transaction():
        if contacts.use_as_login(person_id, kind, is_login):
            record(LoginUseChanged(person_id, kind, is_login), by=by)


def remove_contact(person_id: int, kind: str, *, by: Actor) -> None:
    """Take the phone or the e-mail away. Raises Refused when it is the last login or there is none."""
    with transaction():
        was = contacts.drop_contact(person_id, kind)
        if not was:
            raise Refused("Удалять нечего: обновите страницу.")
        challenges.end_all(person_id, PHONE, *EMAIL.values())
        record(ContactRemoved(person_id, kind, _note(person_id, kind, was).id), by=by)


def _note(person_id: int, kind: str, was: str) -> Challenge:
    """Where the removed address is told of it: an event carries no addresses, and the row is forgotten in a day."""
    now = clock.now()
    return Challenge.create(
        purpose="removed",
        channel="sms" if kind == "phone" else "email",
        recipient=was,
        person=person_id,
        secret_hash=secrets.token_hex(32),
        created_at=now,
        expires_at=now + LINK_LIFE,
        ended_at=now,
    )
