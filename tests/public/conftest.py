"""People at the door: a subscriber who is not signed in yet, and a stranger who reads pictures, SMS and letters."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from nesk.accounts.models import Account
from nesk.accounts.operations import unbind
from nesk.consents.operations import install_documents
from nesk.core import clock, events
from nesk.core.actor import system
from nesk.credentials.models import Captcha, Challenge
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.people.models import Identity, Person
from nesk.people.operations import register_person
from tests.browser import Browser
from tests.district import BY, district, make_home
from tests.hashes import cheap_hashes
from tests.pages import Page

__all__ = ["cheap_hashes", "district"]

PHONE, EMAIL, ACCOUNT, PASSWORD = "+79000000001", "abonent@demo.nesk", "230000000017", "demo-2026"


@pytest.fixture
def person(browser: Browser) -> Person:
    with clock.stopped_at("2026-11-01 10:00"):
        person = register_person(
            surname="Ковальчук", name="Марина", phone=PHONE, email=EMAIL, password=PASSWORD, by=system("test")
        )
        Identity.create(person=person, kind="account", value=ACCOUNT, confirmed_at=clock.now())
        return person


NEW_PASSWORD = "осенний трамвай 9"
NEW_PHONE, NEW_EMAIL = "+79180000101", "new@demo.nesk"
DONE = "Вы успешно зарегистрировались"


@pytest.fixture
def stranger(browser: Browser, district: object) -> Browser:
    """Somebody new before the pages of the district, which have their documents."""
    install_documents()
    return browser


@pytest.fixture
def free(district: object) -> object:
    """Household 2, whose account nobody acts for."""
    home = make_home(district.branch, 2)  # type: ignore[attr-defined]
    unbind(home.person.id, home.account.id, by=BY)
    return home.account


def word_on(page: Page) -> str:
    """The word on the picture of a page."""
    (field,) = page.find("input", name="captcha_id")
    return Captcha.get_by_id(field.attrib["value"]).answer  # type: ignore[no-any-return]


def react() -> None:
    """Messages are written and sent to nobody."""
    with recording_only():
        events.drain()


def code_from_sms(phone: str) -> str:
    react()
    text = Message.select().where(Message.recipient == phone).order_by(Message.id.desc()).first().text
    found = re.search(r"\b\d{6}\b", text)
    assert found, text
    return found[0]


def link_from_letter(email: str) -> str:
    """The path of the link in the latest letter; it leads to us and nowhere else (W4)."""
    react()
    text = Message.select().where(Message.recipient == email).order_by(Message.id.desc()).first().text
    found = re.search(r"^http://127\.0\.0\.1:8000(/register/link/\S+)$", text, re.M)
    assert found, text
    return found[1]


def later(**more: float) -> Any:
    """The clock so much later."""
    return clock.stopped_at(clock.now() + timedelta(**more))


def latest() -> Challenge:
    return Challenge.select().order_by(Challenge.id.desc()).first()  # type: ignore[no-any-return]


def people() -> int:
    """How many there are."""
    return Person.select().count()


def ask_phone(browser: Browser, phone: str = "8 (918) 000-01-01", **more: str) -> Page:
    """The first page by phone, filled in and sent."""
    page = browser.open("public.registration.phone")
    return browser.submit("public.registration.phone", {"phone": phone, "captcha": word_on(page), "agree": "y", **more})


def ask_email(browser: Browser, email: str = NEW_EMAIL, *, password: str = NEW_PASSWORD, **more: str) -> Page:
    """The first page by e-mail, filled in and sent."""
    page = browser.open("public.registration.email")
    data = {"email": email, "password": password, "confirmation": password, "captcha": word_on(page), "agree": "y"}
    return browser.submit("public.registration.email", {**data, **more})


@pytest.fixture
def nobody(browser: Browser, town: object) -> Browser:
    """Somebody without a session before the demo town."""
    return browser


@pytest.fixture
def account(town: object) -> Account:
    """The account whose holder has given them a link."""
    return Account.get(Account.number == ACCOUNT)
