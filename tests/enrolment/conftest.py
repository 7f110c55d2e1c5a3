"""The district at ten in the morning with the documents that are agreed to, and a newcomer with a bill in their hand."""

from __future__ import annotations

import pytest

from nesk.consents.operations import install_documents
from nesk.core import events
from nesk.notifications.operations import recording_only
from nesk.people.models import Person
from tests.district import district, make_person

__all__ = ["district"]


@pytest.fixture
def documents(district: object) -> None:
    install_documents()


def react() -> None:
    """Let everything that is owed to what has happened be done; messages are written and sent to nobody."""
    with recording_only():
        events.drain()


@pytest.fixture
def newcomer(district: object) -> Person:
    """Belongs to no account yet; dom77@demo.nesk, +79000000077."""
    install_documents()
    return make_person(77)[0]
