"""What the company may change by itself: typed dataclasses with defaults, stored by name, each change an event."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, get_type_hints

import peewee

from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.db import JSONField, Model, MomentField, after_commit, transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.core.formatting import quantity

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


def number(default: int, least: int, most: int) -> Any:
    """A setting that is a number: its default, and what it may be at the least and at the most."""
    return field(default=default, metadata={"least": least, "most": most})


def text(default: str, *, longest: int) -> Any:
    """A setting that is a text of so many characters at the most, and never empty."""
    return field(default=default, metadata={"longest": longest})


def choice(default: str, *others: str) -> Any:
    """A setting that is one of a few words."""
    return field(default=default, metadata={"words": (default, *others)})


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
    """Set one value. Raises Refused when it is not of the setting's type or out of its bounds, KeyError for an unknown name."""
    hints = get_type_hints(kind)
    expected = hints[name]
    if type(value) is not expected:
        raise Refused("Значение не подходит к этой настройке. Проверьте, число это или текст.", field=name)
    (bounds,) = (each.metadata for each in fields(kind) if each.name == name)
    if refusal := _refusal(value, bounds):
        raise Refused(refusal, field=name)
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
        after_commit(forget)


def _refusal(value: Any, bounds: Mapping[str, Any]) -> str | None:
    if "least" in bounds and not bounds["least"] <= value <= bounds["most"]:
        return f"Введите число от {quantity(bounds['least'])} до {quantity(bounds['most'])}."
    if "longest" in bounds and not value.strip():
        return "Заполните это поле."
    if "longest" in bounds and len(value) > bounds["longest"]:
        return f"Слишком длинно. Оставьте не больше {bounds['longest']} знаков."
    if "words" in bounds and value not in bounds["words"]:
        return f"Введите одно из слов: {', '.join(bounds['words'])}."
    return None


def forget() -> None:
    """Read anew at the next question."""
    global _read_at
    _read_at = float("-inf")


def _prefix(kind: type) -> str:
    package = kind.__module__.removeprefix("nesk.").partition(".")[0]
    return f"{package}."
