"""How often a thing may be tried: counters in the database, so that no restart and no second process resets them."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

import peewee

from nesk.core import clock, schedule
from nesk.core.db import Model, MomentField
from nesk.core.errors import TooOften
from nesk.core.formatting import counted as counted_words
from nesk.core.sealing import mac

_PAUSE = 0
"""The window of a row that counts nothing but says, by its `expires_at`, until when a subject has to wait."""


class Counter(Model):
    """How many tries one key has had in one window of time."""

    key = peewee.CharField(64)
    """A hash under our key: a table of limits must not become a list of who signs in from where, nor be tried through."""
    window = peewee.BigIntegerField()
    count = peewee.IntegerField()
    expires_at = MomentField(index=True)

    class Meta:
        table_name = "core_limit"
        primary_key = peewee.CompositeKey("key", "window")


def count(name: str, subject: str, *, limit: int, seconds: int) -> None:
    """Count one try of `subject` at `name`. Raises TooOften beyond `limit` tries in a window of `seconds`."""
    if add(name, subject, seconds=seconds) > limit:
        now = int(clock.now().timestamp())
        wait = (now // seconds + 1) * seconds - now
        raise TooOften(f"Слишком много попыток. Повторите через {_words(wait)}.", retry_after=wait)


def add(name: str, subject: str, *, seconds: int) -> int:
    """Count one try, and give how many there are with it in this window of `seconds`."""
    key, window = _key(name, subject, seconds)
    expires = clock.now() + timedelta(seconds=2 * seconds)
    row = (
        Counter.insert(key=key, window=window, count=1, expires_at=expires)
        .on_conflict(conflict_target=[Counter.key, Counter.window], update={Counter.count: Counter.count + 1})
        .returning(Counter.count)
        .execute()
    )
    return int(next(iter(row)).count)


def counted(*tries: tuple[str, str, int]) -> list[int]:
    """How many tries there are by now of each (name, subject, seconds), in one query and without adding any."""
    keys = [_key(name, subject, seconds) for name, subject, seconds in tries]
    rows = Counter.select().where(Counter.key.in_([key for key, _ in keys]))
    found = {(row.key, row.window): row.count for row in rows}
    return [found.get(key, 0) for key in keys]


def pause(name: str, subject: str, *, seconds: int) -> None:
    """Let this try pass and none for the next `seconds`. Raises TooOften within an earlier pause, which stays as it is."""
    now = clock.now()
    until = now + timedelta(seconds=seconds)
    key, _ = _key(name, subject, _PAUSE)
    passed = (
        Counter.insert(key=key, window=_PAUSE, count=1, expires_at=until)
        .on_conflict(
            conflict_target=[Counter.key, Counter.window],
            update={Counter.expires_at: until},
            where=(Counter.expires_at <= now),
        )
        .returning(Counter.count)
        .execute()
    )
    if not list(passed):
        heed(name, subject)
        raise TooOften("Слишком много попыток. Повторите через секунду.", retry_after=1)  # the pause has just ended


def heed(name: str, subject: str) -> None:
    """Raises TooOften within a pause of the subject; begins none."""
    now = clock.now()
    key, _ = _key(name, subject, _PAUSE)
    ends = Counter.select(Counter.expires_at).where(Counter.key == key, Counter.window == _PAUSE).scalar()
    if ends is not None and ends > now:
        wait = ceil((ends - now).total_seconds())
        raise TooOften(f"Слишком много попыток. Повторите через {_words(wait)}.", retry_after=wait)


def forgive(name: str, subject: str, *, seconds: int) -> None:
    """Take one counted try back: it succeeded, and only failures should count."""
    key, window = _key(name, subject, seconds)
    Counter.update(count=Counter.count - 1).where(
        Counter.key == key, Counter.window == window, Counter.count > 0
    ).execute()


def forget(name: str, subject: str, *windows: int) -> None:
    """Delete what was counted of a subject in windows of these lengths, and its pause."""
    keys = [_key(name, subject, seconds)[0] for seconds in (*windows, _PAUSE)]
    Counter.delete().where(Counter.key.in_(keys)).execute()


def _key(name: str, subject: str, seconds: int) -> tuple[str, int]:
    key = mac(f"{name}\0{seconds}\0{subject}", purpose="limits")
    return key, int(clock.now().timestamp()) // seconds if seconds else _PAUSE


def _words(seconds: int) -> str:
    if seconds < 60:
        return counted_words(seconds, "секунду", "секунды", "секунд")
    return "минуту" if seconds == 60 else f"{-(-seconds // 60)} мин"


@schedule.scheduled("core.forget_limits", daily=(3, 40))
def forget_expired() -> None:
    """Delete the counters whose windows are long past."""
    Counter.delete().where(Counter.expires_at < clock.now()).execute()
