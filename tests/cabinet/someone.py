"""A subscriber with a phone and an e-mail, signed in, and nothing else in the database; codes and links as messages carry them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nesk.core import clock
from nesk.core.actor import system
from nesk.core.events import drain
from nesk.credentials import challenges
from nesk.credentials.models import Captcha, Challenge
from nesk.notifications.operations import recording_only
from nesk.people.models import Person, Session
from nesk.people.operations import register_person
from tests.browser import PASSWORD, Browser
from tests.hashes import cheap_hashes

__all__ = ["cheap_hashes", "me", "person"]

HOSTILE = (
    "a\x00b",
    "\u202eкабоР",
    "👩‍👩‍👧‍👦",
    "' OR 1=1; --",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "Я" * 10_000,
    "a@b\r\nBcc: x@y.ru",
    "mıke@demo.nesk",
    "+7 900 000-00-01;ext=1",
)
"""Nothing that is a phone, an e-mail or a name."""

PHONE, EMAIL = "+79000000001", "abonent@demo.nesk"


@pytest.fixture
def person(browser: Browser, cheap_hashes: None) -> Person:
    return register_person(
        surname="Ковальчук", name="Марина", phone=PHONE, email=EMAIL, password=PASSWORD, by=system("test")
    )


@pytest.fixture
def me(browser: Browser, person: Person) -> Browser:
    browser.sign_in_as(person)
    return browser


def secret(purpose: str) -> str:
    """The code or the token that was sent last for a purpose."""
    newest = Challenge.select().where(Challenge.purpose == purpose).order_by(Challenge.id.desc()).get()
    found = challenges.secret_of(newest.id)
    assert found is not None
    return found


def kept(text: str) -> str:
    """A hostile text as a form shows it again: without what nobody types."""
    return text.replace("\x00", "").replace("\u202e", "").replace("\r\n", "\n")


def captcha() -> str:
    """The word on the picture that was shown last."""
    return str(Captcha.select().order_by(Captcha.created_at.desc()).get().answer)


def write_letters() -> None:
    with recording_only():
        drain()


def forget_proof() -> None:
    """As if everybody had shown their password eleven minutes ago (S5)."""
    Session.update(proved_at=clock.now() - timedelta(minutes=11)).execute()
