"""The subscriber of the contract, signed in, at the cabinet of the demo town."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nesk.accounts.models import Account, Binding
from nesk.consents.models import Consent
from nesk.core.events import EventRecord
from nesk.demo.bill import bill_facts
from nesk.notifications.operations import recording_only
from nesk.people.queries import person_by_identity
from tests.browser import Browser

NUMBER, STRANGERS = "230000000017", "230000000033"
NEWCOMERS = STRANGERS
"""Nobody acts for it yet: whoever has its paper bill may."""


@pytest.fixture
def marina(browser: Browser, town: object) -> Browser:
    browser.sign_in_as(person_by_identity("email", "abonent@demo.nesk"))
    return browser


@pytest.fixture
def account(town: object) -> Account:
    return Account.get(Account.number == NUMBER)


@pytest.fixture
def stranger(town: object) -> Account:
    """An account that Marina has no right to see."""
    return Account.get(Account.number == STRANGERS)


@pytest.fixture
def nobody_is_written_to() -> Iterator[None]:
    """Messages are recorded, not sent."""
    with recording_only():
        yield


@pytest.fixture
def facts(town: object) -> dict[str, str]:
    """What stands on the newcomer's paper bill."""
    return bill_facts()["bind"]


@pytest.fixture
def ivan(browser: Browser, town: object) -> Browser:
    """Somebody else of the town, with one account."""
    another = browser.another()
    another.sign_in_as(person_by_identity("email", "abonent2@demo.nesk"))
    return another


@pytest.fixture
def empty(ivan: Browser) -> Browser:
    """The same person after the last account was unbound."""
    ivan.submit(f"/cabinet/accounts/{own(ivan).id}/unbinding")
    return ivan


def own(browser: Browser) -> Binding:
    """The first live binding of whoever sits at the browser: Marina, or else Ivan."""
    email = "abonent@demo.nesk" if browser.page and "ЛС 2300 0000 0017" in browser.page.text else "abonent2@demo.nesk"
    person = person_by_identity("email", email)
    return Binding.get(Binding.person == person, Binding.ended_at.is_null())


def form(way: str = "sum", value: str = "", number: str = NEWCOMERS, **more: str) -> dict[str, str]:
    """The form of binding, filled in: the value goes into the field of its way."""
    field = {"sum": "sum", "meter": "serial", "password": "account_password"}[way]
    return {"number": number, "way": way, field: value, "consent": "y", **more}


def count() -> tuple[int, int, int]:
    """Bindings, consents and events: what a refusal leaves as it was."""
    quiet = EventRecord.name.not_in(("BindingRefused", "SignedIn"))
    return Binding.select().count(), Consent.select().count(), EventRecord.select().where(quiet).count()
