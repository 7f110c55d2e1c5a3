"""The subscriber of the contract, signed in, at the cabinet of the demo town."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nesk.accounts.models import Account, Binding
from nesk.demo.build import bill_facts
from nesk.notifications.operations import recording_only
from nesk.people.queries import person_by_identity
from tests.browser import Browser

NUMBER, STRANGERS = "230000000017", "230000000033"


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
