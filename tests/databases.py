"""The databases of a test run: built once by the migrations, empty at the start of every test, dropped at the end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import peewee
import psycopg

from nesk.core import db as core_db
from nesk.core import settings
from tests import servers

Engine = Literal["postgresql", "sqlite"]

WAIT_SECONDS = 5
"""How long emptying waits for a transaction that a test has left open somewhere before the test fails for it."""


class Databases:
    """One PostgreSQL database and one SQLite file a run; the models are bound to whichever a test asks for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._postgres: peewee.Database | None = None
        self._template: Path | None = None
        self._copies = 0

    @contextmanager
    def empty(self, engine: Engine) -> Iterator[None]:
        """The models on an empty database of that engine. Raises Missing when there is no PostgreSQL."""
        if engine == "postgresql":
            core_db.db.initialize(self._empty_postgres())
        else:
            core_db.init(f"sqlite:///{self._empty_sqlite()}")
        settings.forget()
        core_db.db.connect()
        try:
            yield
        finally:
            settings.forget()
            core_db.close()
            if engine == "sqlite":
                Path(core_db.db.obj.database).unlink(missing_ok=True)

    @contextmanager
    def elsewhere(self, url: str, *, migrate: bool = True) -> Iterator[None]:
        """The models on another database for as long as the block lasts."""
        bound = core_db.db.obj
        there = core_db.init(url)
        if migrate:
            core_db.migrate()
        try:
            yield
        finally:
            core_db.close()
            if isinstance(there, peewee.PostgresqlDatabase):
                there.close_all()  # type: ignore[attr-defined]
            if bound is not None:
                core_db.db.initialize(bound)

    def close(self) -> None:
        if self._postgres is not None:
            self._postgres.close_all()  # type: ignore[attr-defined]

    def _empty_postgres(self) -> peewee.Database:
        if self._postgres is None:
            server = servers.postgres()
            self._postgres = core_db.init(server.url(server.create("main")))
            core_db.migrate()
        with self._postgres.connection_context():
            _delete_everything(self._postgres)
        return self._postgres

    def _empty_sqlite(self) -> Path:
        if self._template is None:
            self._template = self.folder / "template.sqlite3"
            core_db.init(f"sqlite:///{self._template}")
            core_db.migrate()
            with core_db.connection():
                core_db.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._copies += 1
        copy = self.folder / f"{self._copies}.sqlite3"
        shutil.copyfile(self._template, copy)
        return copy


def _delete_everything(database: peewee.Database) -> None:
    """Empty the tables that a test has filled: a few milliseconds, where TRUNCATE of them all takes a hundred."""
    every = [table for table in database.get_tables() if table != "schema_migration"]
    question = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in every)
    filled = [table for (table,) in database.execute_sql(question)]
    with database.atomic():
        database.execute_sql(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
        if filled and _triggers_sleep(database):
            database.execute_sql("; ".join(f'DELETE FROM "{table}"' for table in filled))
        elif filled:
            names = ", ".join(f'"{table}"' for table in filled)
            database.execute_sql(f"TRUNCATE {names} CASCADE")
        database.execute_sql(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, 1, false)"
            " FROM pg_sequences WHERE last_value IS NOT NULL"
        ).fetchall()


def _triggers_sleep(database: peewee.Database) -> bool:
    """Whether this user may switch off, for the transaction, the triggers that keep history and the foreign keys."""
    try:
        with database.atomic():
            database.execute_sql("SET LOCAL session_replication_role = replica")
    except peewee.ProgrammingError as error:
        if isinstance(error.__cause__ or error.orig, psycopg.errors.InsufficientPrivilege):  # type: ignore[attr-defined]
            return False
        raise
    return True
