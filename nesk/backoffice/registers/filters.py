"""Filters of the registers: a choice, a day, a sum; drawn as plain fields of one form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import peewee
from flask import has_request_context
from flask_admin.contrib.peewee.filters import BasePeeweeFilter

from nesk.core import clock
from nesk.core.db import MomentField
from nesk.core.money import parse_amount

Options = list[tuple[str, str]] | Callable[[], list[tuple[str, str]]]


class Filter(BasePeeweeFilter):
    """A named filter; `key` is its name in the address."""

    widget = "text"

    def __init__(self, key: str, column: peewee.Field, name: str, options: Options | None = None) -> None:
        super().__init__(column, name, options)
        self.key_name = key

    def operation(self) -> str:
        return ""


class Choice(Filter):
    """One of the given values."""

    widget = "select"

    def get_options(self, view: Any) -> Any:
        """Asked for each page; Flask-Admin would read them once, at the start, when there may be no table yet."""
        return super().get_options(view) if has_request_context() else []

    def validate(self, value: Any) -> bool:
        return value in {str(key) for key, _ in self.get_options(None)}

    def apply(self, query: Any, value: Any) -> Any:
        return query.where(self.column == value)


class Since(Filter):
    """From a day on."""

    widget = "date"

    def clean(self, value: Any) -> date:
        return date.fromisoformat(value)

    def apply(self, query: Any, value: Any) -> Any:
        return query.where(self.column >= self.beginning(value))

    def beginning(self, day: date) -> date | datetime:
        """Where a day begins on the column: a day on days, its midnight on moments."""
        return clock.at(day, 0) if isinstance(self.column, MomentField) else day


class Until(Since):
    """Up to and including a day."""

    def apply(self, query: Any, value: Any) -> Any:
        return query.where(self.column < self.beginning(value + timedelta(days=1)))


class OwesAtLeast(Filter):
    """A debt of so many roubles or more."""

    widget = "money"

    def clean(self, value: Any) -> int:
        amount = parse_amount(value)
        if amount is None:
            raise ValueError(value)
        return amount

    def apply(self, query: Any, value: Any) -> Any:
        return query.where(self.column >= value)
