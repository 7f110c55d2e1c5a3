"""Queries of the hot pages, put into words once: peewee takes longer to write such a query than the database to answer.

    @compiled
    def _of_month(account, month):
        return Statement.select().where(Statement.account == account, Statement.month == month)

    rows = _of_month(card.id, month)

The function is called once, with a stand-in for each argument; what an argument is compared with tells how it is
converted. It must not look at its arguments: no `if`, no arithmetic, no lists of unknown length.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import update_wrapper
from typing import Any

import peewee

from nesk.core.db import db

Convert = Callable[[Any], Any]


class Slot(peewee.Node):  # type: ignore[misc]
    """The place of an argument in a query, and how the argument is turned into what the driver takes."""

    def __init__(self, number: int, convert: Convert | None = None) -> None:
        self.number = number
        self.convert = convert

    def __sql__(self, ctx: Any) -> Any:
        return ctx.value(Slot(self.number, ctx.state.converter), converter=_as_it_is)

    def value(self, arguments: tuple[Any, ...]) -> Any:
        given = arguments[self.number]
        return self.convert(given) if self.convert else given


def _as_it_is(slot: Slot) -> Any:
    return _Marked(slot)


class _Marked:
    """A slot among the parameters: no longer a part of the query, which peewee would go on to put into words."""

    __slots__ = ("slot",)

    def __init__(self, slot: Slot) -> None:
        self.slot = slot


class Compiled:
    """A query with its words kept, for each kind of database apart."""

    def __init__(self, build: Callable[..., Any]) -> None:
        self._build = build
        self._slots = [Slot(number) for number in range(len(inspect.signature(build).parameters))]
        self._kept: dict[type, tuple[Any, str, list[Any]]] = {}
        update_wrapper(self, build)

    def __call__(self, *arguments: Any) -> list[Any]:
        """The rows that the query finds, as models or tuples."""
        query, words, parameters = self._kept.get(type(db.obj)) or self._compile()
        values = [each.slot.value(arguments) if type(each) is _Marked else each for each in parameters]
        return list(query._get_cursor_wrapper(db.execute_sql(words, values)))

    def first(self, *arguments: Any) -> Any:
        """The first row, or None; the query says itself that it wants no more."""
        rows = self(*arguments)
        return rows[0] if rows else None

    def _compile(self) -> tuple[Any, str, list[Any]]:
        query = self._build(*self._slots)
        self._kept[type(db.obj)] = made = (query, *query.sql())
        return made


compiled = Compiled
