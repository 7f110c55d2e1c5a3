"""A subscriber who is not signed in yet, and nothing else in the database."""

from __future__ import annotations

import pytest

from nesk.core import clock
from nesk.core.actor import system
from nesk.people.models import Identity, Person
from nesk.people.operations import register_person
from tests.browser import Browser
from tests.hashes import cheap_hashes

__all__ = ["cheap_hashes"]

PHONE, EMAIL, ACCOUNT, PASSWORD = "+79000000001", "abonent@demo.nesk", "230000000017", "demo-2026"


@pytest.fixture
def person(browser: Browser) -> Person:
    with clock.stopped_at("2026-11-01 10:00"):
        person = register_person(
            surname="Ковальчук", name="Марина", phone=PHONE, email=EMAIL, password=PASSWORD, by=system("test")
        )
        Identity.create(person=person, kind="account", value=ACCOUNT, confirmed_at=clock.now())
        return person
