"""What the outside world remembers: one SQLite file, written before anything is answered, so that a kill loses nothing."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FILE = "sandbox.sqlite3"
SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_order (
    id TEXT PRIMARY KEY, number TEXT UNIQUE NOT NULL, amount INTEGER NOT NULL, description TEXT NOT NULL DEFAULT '',
    return_url TEXT NOT NULL, fail_url TEXT NOT NULL, email TEXT NOT NULL DEFAULT '',
    state INTEGER NOT NULL DEFAULT 0, action_code INTEGER NOT NULL DEFAULT -100, pan TEXT NOT NULL DEFAULT '',
    expiry TEXT NOT NULL DEFAULT '', tries INTEGER NOT NULL DEFAULT 0, refunded INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL, expires_at REAL NOT NULL, answer_at REAL, loses_callback INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS bank_refund (
    key TEXT PRIMARY KEY, order_id TEXT NOT NULL, amount INTEGER NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS bank_callback (
    id INTEGER PRIMARY KEY, order_id TEXT NOT NULL, operation TEXT NOT NULL, status INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, due_at REAL NOT NULL, done INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS bank_client (
    order_id TEXT PRIMARY KEY, client_id TEXT NOT NULL, keeps_card INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS bank_binding (
    id TEXT PRIMARY KEY, client_id TEXT NOT NULL, order_id TEXT UNIQUE NOT NULL, pan TEXT NOT NULL,
    expiry TEXT NOT NULL, active INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, outer_id TEXT NOT NULL, sender TEXT NOT NULL DEFAULT '',
    recipient TEXT NOT NULL, subject TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '',
    html TEXT NOT NULL DEFAULT '', at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS attachment (
    id INTEGER PRIMARY KEY, message INTEGER NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS message_outer ON message (channel, outer_id);
"""


class Store:
    """The file, one connection a thread."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.path = home / FILE
        self._local = threading.local()
        with self.write() as db:
            db.executescript(SCHEMA)

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "db"):
            db = sqlite3.connect(self.path, timeout=10, isolation_level=None)
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            self._local.db = db
        return self._local.db  # type: ignore[no-any-return]

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One writer at a time, all or nothing."""
        db = self._connection()
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        if db.in_transaction:
            db.execute("COMMIT")

    def one(self, query: str, *values: Any) -> sqlite3.Row | None:
        return self._connection().execute(query, values).fetchone()  # type: ignore[no-any-return]

    def all(self, query: str, *values: Any) -> list[sqlite3.Row]:
        return self._connection().execute(query, values).fetchall()


def read_only(home: Path, query: str, *values: Any) -> list[sqlite3.Row]:
    """Rows for whoever only looks; none while the sandbox has never run."""
    path = home / FILE
    if not path.exists():
        return []
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
    try:
        db.row_factory = sqlite3.Row
        return db.execute(query, values).fetchall()
    except sqlite3.OperationalError:  # the tables are being made
        return []
    finally:
        db.close()
