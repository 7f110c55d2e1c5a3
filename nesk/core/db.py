"""The database: one connection a thread, one owner of each transaction, the field types both engines agree on."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import peewee
import psycopg
from playhouse import migrations
from playhouse.pool import PooledPostgresqlDatabase

from nesk.core.errors import NotFound
from nesk.core.period import Month

log = logging.getLogger(__name__)

db: peewee.Database = peewee.DatabaseProxy()
MIGRATIONS = Path(__file__).parents[2] / "migrations"

_waiting: ContextVar[list[Callable[[], object]] | None] = ContextVar("waiting", default=None)


class Sqlite(peewee.SqliteDatabase):
    """SQLite whose every transaction takes the write lock at once.

    A deferred transaction that first reads and then writes fails with «database is locked» as soon as two threads
    do it together; IMMEDIATE makes them wait for each other instead.
    """

    def begin(self, lock_type: str | None = None) -> None:
        super().begin(lock_type or "IMMEDIATE")


def connect(url: str, *, max_connections: int = 24) -> peewee.Database:
    """A database for `sqlite:///path` or `postgresql://…`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(parts.path)[1:] if parts.path.startswith("//") or not parts.path.startswith("/") else parts.path
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        pragmas = {
            "journal_mode": "wal",
            "foreign_keys": 1,
            "busy_timeout": 10_000,
            "synchronous": 1,
            "cache_size": -65_536,
        }
        database = Sqlite(path, pragmas=pragmas)
        # SQLite's own lower() knows only ASCII, and the search is in Russian.
        database.func("lower", 1, deterministic=True)(lambda text: text.lower() if isinstance(text, str) else text)
        return database
    if parts.scheme in ("postgresql", "postgres"):
        return PooledPostgresqlDatabase(
            url.replace("postgres://", "postgresql://", 1),
            prefer_psycopg3=True,
            # Client-side binding: server-bound parameters break GROUP BY and interval expressions that repeat one.
            cursor_factory=psycopg.ClientCursor,
            max_connections=max_connections,
            stale_timeout=300,
            timeout=5,
        )
    raise ValueError(f"DATABASE_URL: {parts.scheme!r} is neither sqlite nor postgresql")


def init(url: str, **options: Any) -> peewee.Database:
    """Bind the models of this process to the database at `url`."""
    database = connect(url, **options)
    db.initialize(database)
    return database


def is_postgres() -> bool:
    return isinstance(db.obj, peewee.PostgresqlDatabase)


def close() -> None:
    """Give back this thread's connection."""
    if not db.is_closed():
        db.close()


@contextmanager
def connection() -> Iterator[None]:
    """A connection for one unit of work: a request, a message, a command."""
    if not db.is_closed():
        yield
        return
    db.connect()
    try:
        yield
    finally:
        close()


def migrate() -> list[str]:
    """Apply the pending migrations; gives their names."""
    with connection():
        return migrations.run(db.obj, str(MIGRATIONS))


@contextmanager
def transaction() -> Iterator[None]:
    """All or nothing. Inside another it is a savepoint; what waits for a commit waits for the outermost."""
    outer = _waiting.get()
    waiting: list[Callable[[], object]] = [] if outer is None else outer
    mark, token = len(waiting), _waiting.set(waiting)
    try:
        with db.atomic():
            yield
    except BaseException:
        del waiting[mark:]  # undone work has nothing to announce
        raise
    finally:
        _waiting.reset(token)
    if outer is None:
        for callback in waiting:
            try:
                callback()
            except Exception:  # the change is committed: what merely announces it must not turn it into an error
                log.exception("a callback after the commit failed")


def after_commit(callback: Callable[[], object]) -> None:
    """Run once the current transaction has committed; at once if there is none."""
    waiting = _waiting.get()
    if waiting is None:
        callback()
    else:
        waiting.append(callback)


def in_transaction() -> bool:
    return _waiting.get() is not None


class Model(peewee.Model):
    """The base of every table; named `<package>_<model>`."""

    class Meta:
        database = db
        legacy_table_names = False

    @classmethod
    def locked(cls, key: object) -> Self:
        """The row, held against other transactions until this one ends. Raises NotFound."""
        query = cls.select().where(cls._meta.primary_key == key)
        row: Self | None = (query.for_update() if is_postgres() else query).first()
        if row is None:
            raise NotFound
        return row


class MomentField(peewee.Field):
    """An aware moment in UTC: timestamptz in PostgreSQL, a text that sorts as time in SQLite."""

    field_type = "TIMESTAMPTZ"

    def db_value(self, value: datetime | None) -> str | None:
        if value is None or isinstance(value, str):
            return value
        if value.tzinfo is None:
            raise ValueError("a moment must be aware")
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")

    def python_value(self, value: str | datetime | None) -> datetime | None:
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)


class MonthField(peewee.IntegerField):
    """A billing month, stored as the integer YYYYMM so that set-based SQL can compare it on both engines."""

    def db_value(self, value: Month | int | None) -> int | None:
        return None if value is None else int(value)

    def python_value(self, value: int | None) -> Month | None:
        return None if value is None else Month.from_int(value)


class JSONField(peewee.JSONField):
    """JSONB in PostgreSQL, readable text in SQLite (escaped Cyrillic would never match a query)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(dumps=lambda value: json.dumps(value, ensure_ascii=False), **options)


def reference(model: type[Model] | str, **options: Any) -> peewee.ForeignKeyField:
    """A foreign key that refuses to let its target be deleted."""
    return peewee.ForeignKeyField(model, on_delete="RESTRICT", **options)


def one_of(column: str, values: type | tuple[str, ...]) -> peewee.Check:  # type: ignore[valid-type]
    """A CHECK that a text column holds one of the values of an enum."""
    allowed = ", ".join(f"'{value}'" for value in values)  # type: ignore[union-attr]
    return peewee.Check(f"{column} IN ({allowed})")
