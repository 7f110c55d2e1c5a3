"""The district on a stopped clock: one branch, one household, one crew, a morning in November."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from nesk.core import clock
from tests.district import NOW, make_branch, make_crew, make_home


@pytest.fixture
def district(database: str) -> Iterator[SimpleNamespace]:
    """`branch`, `home`, `crew` and `leader` (the id of its first member), at 10:00 on Tuesday, 24 November 2026."""
    with clock.stopped_at(NOW):
        branch = make_branch()
        home = make_home(branch)
        crew, leader = make_crew(branch)
        yield SimpleNamespace(branch=branch, home=home, crew=crew, leader=leader)
