"""The district at ten in the morning, with the documents that are agreed to."""

from __future__ import annotations

import pytest

from nesk.consents.operations import install_documents
from nesk.core import events
from nesk.notifications.operations import recording_only
from tests.district import district

__all__ = ["district"]


@pytest.fixture
def documents(district: object) -> None:
    install_documents()


def react() -> None:
    """Let everything that is owed to what has happened be done; messages are written and sent to nobody."""
    with recording_only():
        events.drain()
