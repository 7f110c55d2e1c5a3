"""Every test of shared access may ask for the district, and for somebody who is let in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from nesk.accounts import sharing
from nesk.accounts.models import Binding
from nesk.core import clock
from nesk.core.actor import Actor
from nesk.people.models import Person
from tests.district import Home, district, make_person

__all__ = ["district"]


@dataclass(frozen=True)
class Sharing:
    """A household and what its holder may do for others."""

    home: Home

    @property
    def account(self) -> int:
        return self.home.account.id  # type: ignore[no-any-return]

    def invite(self, **changes: object) -> sharing.Invited:
        facts: dict[str, object] = {
            "rights": "readings",
            "title": "Дочь",
            "whom": "relative",
            "until_on": None,
            "by": self.home.actor,
        }
        return sharing.invite(self.account, self.home.person.id, **facts | changes)  # type: ignore[arg-type]

    def let_in(self, number: int = 21, **changes: object) -> tuple[Person, Binding]:
        """Person `number` with a right by an invitation."""
        person = make_person(number)[0]
        return person, sharing.accept(self.invite(**changes).token, person.id, by=acting(person))


def acting(person: Person) -> Actor:
    return Actor("person", person.id)


def in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)


@pytest.fixture
def shared(district: SimpleNamespace) -> Sharing:
    return Sharing(district.home)
