"""The subscriber who signs in and is remembered."""

from __future__ import annotations

import pytest

from nesk.core import clock
from nesk.core.actor import system
from nesk.people.models import Person
from nesk.people.operations import register_person
from tests.hashes import cheap_hashes

__all__ = ["cheap_hashes"]

PHONE, EMAIL, PASSWORD = "+79000000001", "abonent@demo.nesk", "demo-2026"


@pytest.fixture
def person(database: str) -> Person:
    with clock.stopped_at("2026-11-01 10:00"):
        return register_person(
            surname="Ковальчук", name="Марина", phone=PHONE, email=EMAIL, password=PASSWORD, by=system("test")
        )
