"""Refusals at the doors: whoever is not there must cost as long as whoever is, or the time tells them apart (A3, B1)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from nesk.bench.measures import MARINA, ROUNDS, scratch
from nesk.bench.timing import compare
from nesk.core.errors import Refused
from nesk.demo import build
from nesk.enrolment.binding import Claim, proved
from nesk.people.operations import authenticate


def doors(accounts: int | None) -> Iterator[dict[str, object]]:
    """A wrong password of nobody against one of somebody; a wrong sum of no account against one of a real account."""
    with scratch():
        build.build(accounts=accounts)
        yield compare(
            "sign_in_of_nobody",
            lambda: _knock("nobody@demo.nesk"),
            lambda: _knock("abonent@demo.nesk"),
            rounds=ROUNDS,
            notes="отказ логину, которого нет; пол — отказ тому, что есть: отношение от 0,9 до 1,1",
        )
        yield compare(
            "binding_of_nothing",
            lambda: _claim("239999999999"),
            lambda: _claim(MARINA),
            rounds=ROUNDS * 3,
            notes="отказ счёту, которого нет; пол — отказ тому, что есть: отношение от 0,9 до 1,1",
        )


def _knock(email: str) -> None:
    with suppress(Refused):
        authenticate("person", email, "не тот пароль", identity="email")


def _claim(number: str) -> None:
    _, way = proved(number, Claim(number, "sum", "7777,31"))
    assert not way, "nobody owes exactly that much"
