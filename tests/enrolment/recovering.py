"""Somebody who forgot their password: what the tests of recovery share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nesk.accounts.models import Binding
from nesk.core.actor import Actor, system
from nesk.core.events import drain
from nesk.enrolment import recovery
from nesk.notifications.models import Message
from nesk.payments import cards
from nesk.people.models import Person
from nesk.people.operations import register_person
from nesk.people.passwords import matches
from nesk.people.queries import signed_in
from nesk.people.sessions import open_session
from tests.district import make_branch, make_home

BY = system("test")
PASSWORD, NEW = "Старый-чайник-7", "Новый-зонтик-12"
BROWSER, IP = "b" * 64, "198.51.100.7"


@dataclass(frozen=True)
class Owner:
    """A person with a phone, an e-mail and a password."""

    person: Person
    phone: str
    email: str

    @property
    def actor(self) -> Actor:
        return Actor("person", self.person.id)


def make_owner(number: int = 1, *, password: str = PASSWORD, is_demo: bool = False, **changes: str) -> Owner:
    """Owner `number`: +7900000000N, dom{N}@demo.nesk."""
    contacts = {"phone": f"+7900000{number:04}", "email": f"dom{number}@demo.nesk", **changes}
    person = register_person(
        surname="Кравец", name="Глафира", patronymic="Львовна", password=password, is_demo=is_demo, by=BY, **contacts
    )
    return Owner(person, contacts["phone"], contacts["email"])


def keep_card(owner: Owner, binding: str = "aa11-bb22") -> int:
    card = cards.keep(
        owner.person.id, kind="energy", binding_id=binding, masked_pan="411111**1111", expiry="203012", by=BY
    )
    return int(card.id)


def move_in(owner: Owner) -> None:
    """Let the owner act for account 230000000009."""
    home = make_home(make_branch(), 9)
    Binding.update(person=owner.person.id).where(Binding.account == home.account.id).execute()


def works(owner: Owner, password: str) -> bool:
    """Whether the owner may sign in by the password now."""
    return matches(Person.get_by_id(owner.person.id).password_hash, password)


def ask_code(owner: Owner, browser: str = BROWSER) -> int:
    """Ask for a code by SMS; gives the challenge of the browser's next page."""
    return int(recovery.ask_by_phone(owner.phone, browser=browser, ip=IP).id)


def signed(owner: Owner) -> str:
    """The token of a new session."""
    return open_session("person", owner.person.id)


def is_alive(token: str) -> bool:
    return signed_in("person", token) is not None


def ask(owner: Owner, *, ip: str = IP) -> str:
    """Ask for a letter and read the token of the link in it; empty when no letter came."""
    before = _letters()
    recovery.ask_by_email(owner.email, browser=BROWSER, ip=ip)
    drain()
    return token_of(newest(owner.email, "recovery_link").text) if _letters() > before else ""


def _letters() -> int:
    return int(Message.select().where(Message.template == "recovery_link").count())


def newest(recipient: str, template: str) -> Message:
    """The latest message of a kind to an address."""
    drain()
    return (
        Message.select()
        .where(Message.recipient == recipient, Message.template == template)
        .order_by(Message.id.desc())
        .get()
    )


def token_of(text: str) -> str:
    found = re.search(r"/recover/link/([\w-]{43})\s", text)
    assert found, text
    return found[1]


def code_to(phone: str) -> str:
    """The digits of the latest SMS with a code."""
    found = re.search(r"\d{6}", newest(phone, "code").text)
    assert found
    return found[0]


def told(person_id: int) -> set[tuple[str, str]]:
    """(template, channel) of everything that the person was told."""
    drain()
    return {(row.template, row.channel) for row in Message.select().where(Message.person == person_id)}
