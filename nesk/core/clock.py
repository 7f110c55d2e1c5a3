"""The one source of «now» and «today»; the demo town and the tests stop it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

MOSCOW = ZoneInfo("Europe/Moscow")
"""The supplier's time: Krasnodar lives by Moscow time, UTC+3 without summer time."""

_stopped: ContextVar[datetime | None] = ContextVar("stopped", default=None)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _stopped.get() or datetime.now(UTC)


def local_now() -> datetime:
    """This moment on the supplier's clock."""
    return now().astimezone(MOSCOW)


def today() -> date:
    """The supplier's date."""
    return local_now().date()


def local(moment: datetime) -> datetime:
    """An aware moment as the supplier's clock shows it."""
    return moment.astimezone(MOSCOW)


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The aware UTC moment of that hour of the supplier's day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=MOSCOW).astimezone(UTC)


@contextmanager
def stopped_at(moment: datetime | str) -> Iterator[datetime]:
    """Stop the clock for the block. A text («2026-03-24 10:00») is the supplier's local time."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=MOSCOW)
    moment = moment.astimezone(UTC)
    token = _stopped.set(moment)
    try:
        yield moment
    finally:
        _stopped.reset(token)
