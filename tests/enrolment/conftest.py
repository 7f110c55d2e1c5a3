"""The district with its consents, and a newcomer who holds a bill of the household in their hand."""

from __future__ import annotations

import pytest

from nesk.consents.operations import install_documents
from nesk.people.models import Person
from tests.district import district, make_person

__all__ = ["district"]


@pytest.fixture
def newcomer(district: object) -> Person:
    """Belongs to no account yet; dom77@demo.nesk, +79000000077."""
    install_documents()
    return make_person(77)[0]
