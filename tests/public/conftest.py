"""Somebody without a session, and the account whose holder has given them a link."""

from __future__ import annotations

import pytest

from nesk.accounts.models import Account
from tests.browser import Browser

NUMBER = "230000000017"


@pytest.fixture
def nobody(browser: Browser, town: object) -> Browser:
    return browser


@pytest.fixture
def account(town: object) -> Account:
    return Account.get(Account.number == NUMBER)
