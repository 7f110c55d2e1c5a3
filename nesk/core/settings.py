"""What the company may change by itself: typed dataclasses with defaults, stored by name, each change an event."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from typing import Any, TypeVar, get_type_hints

import peewee

from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.db import JSONField, Model, MomentField, transaction
from nesk.core.errors import Refused
from nesk.core.events import record

T = TypeVar("T")
FRESH_SECONDS = 5.0
"""How long a process trusts what it last read: a page never pays a query for settings, a change shows within this."""


class Setting(Model):
    """One value that differs from its default."""

    key = peewee.CharField(100, primary_key=True)
    value = JSONField()
    changed_at = MomentField()
    changed_by = peewee.CharField(64)

    class Meta:
        table_name = "core_setting"


@dataclass(frozen=True)
class SettingChanged:
    key: str
    value: Any


_cache: dict[str, Any] = {}
_read_at = float("-inf")


def load(kind: type[T]) -> T:
    """The settings of one package: its defaults, with what staff have changed."""
    global _read_at
    if time.monotonic() - _read_at > FRESH_SECONDS:
        _cache.clear()
        _cache.update({row.key: row.value for row in Setting.select(Setting.key, Setting.value)})
        _read_at = time.monotonic()
    prefix = _prefix(kind)
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: _cache[prefix + name] for name in known if prefix + name in _cache})


def change(kind: type, name: str, value: Any, *, by: Actor) -> None:
    """Set one value. Raises Refused when it is not of the setting's type, KeyError for an unknown name."""
    hints = get_type_hints(kind)
    expected = hints[name]
    if type(value) is not expected:
        raise Refused("Значение не подходит к этой настройке. Проверьте, число это или текст.", field=name)
    key = _prefix(kind) + name
    with transaction():
        (
            Setting.insert(key=key, value=value, changed_at=clock.now(), changed_by=str(by))
            .on_conflict(
                conflict_target=[Setting.key], preserve=[Setting.value, Setting.changed_at, Setting.changed_by]
            )
            .execute()
        )
        record(SettingChanged(key, value), by=by)
    forget()


def forget() -> None:
    """Read anew at the next question."""
    global _read_at
    _read_at = float("-inf")


def _prefix(kind: type) -> str:
    package = kind.__module__.removeprefix("nesk.").partition(".")[0]
    return f"{package}."
