"""The subscriber of the contract, signed in, at the cabinet of the demo town."""

from __future__ import annotations

import pytest

from nesk.accounts.models import Account
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
