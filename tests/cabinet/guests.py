"""Guests of the subscriber of the contract: people who were let in to her account, and their browsers."""

from __future__ import annotations

from nesk.accounts import sharing
from nesk.accounts.models import Account, Binding
from nesk.core.actor import Actor, system
from nesk.people.models import Person
from nesk.people.operations import register_person
from nesk.people.queries import person_by_identity
from tests.browser import Browser

BY = system("test")


def make_guest(number: int = 1) -> Person:
    """Somebody with a cabinet of their own and no account: gost{N}@demo.nesk."""
    return register_person(
        surname="Гость", name=f"Анна {number}", email=f"gost{number}@demo.nesk", password="demo-2026", by=BY
    )


def invite(account: Account, **changes: object) -> sharing.Invited:
    """An invitation of the account's holder."""
    holder = person_by_identity("email", "abonent@demo.nesk")
    facts = {"rights": "readings", "title": "Дочь", "whom": "relative", "until_on": None} | changes
    return sharing.invite(account.id, holder.id, by=Actor("person", holder.id), **facts)  # type: ignore[arg-type]


def let_in(account: Account, person: Person, **changes: object) -> Binding:
    """The person accepts an invitation to the account."""
    return sharing.accept(invite(account, **changes).token, person.id, by=Actor("person", person.id))


def browser_of(browser: Browser, person: Person) -> Browser:
    """The person's own browser, signed in."""
    own = browser.another()
    own.sign_in_as(person)
    return own
