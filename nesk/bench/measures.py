"""What is measured: the demo town, the hot pages, readings, a receipt, the closing of a month."""

from __future__ import annotations

import io
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from flask import Flask
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from nesk import tasks
from nesk.accounts.models import Account, Binding
from nesk.bench.timing import compare, result
from nesk.billing import closing as billing_closing
from nesk.core import clock, config, db, settings
from nesk.core.actor import Actor, system
from nesk.core.period import Month
from nesk.demo import build
from nesk.documents.assembly import receipt_facts
from nesk.documents.qr import png
from nesk.documents.receipt import receipt_pdf
from nesk.metering.models import Installation, Reading
from nesk.metering.operations import submit_reading
from nesk.people.sessions import open_session

MARINA = "230000000017"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "60"))


@contextmanager
def scratch() -> Iterator[None]:
    """A database of its own on the engine that is configured: a scratch SQLite file, or a new database on the configured
    PostgreSQL server, dropped afterwards. What the configured database holds is never touched."""
    before = config.current()
    with tempfile.TemporaryDirectory() as folder, _database(before.database_url, Path(folder)) as url:
        home = Path(folder)
        config.use(replace(before, env="test", home=home, files_url=f"file://{home / 'files'}", database_url=url))
        settings.forget()
        tasks.load()
        db.init(url)
        db.migrate()
        try:
            with db.connection():
                yield
        finally:
            if db.is_postgres():
                db.db.obj.close_all()
            config.use(before)
            settings.forget()


@contextmanager
def _database(configured: str, folder: Path) -> Iterator[str]:
    if not configured.startswith("postgres"):
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    name = f"nesk_bench_{os.getpid()}"
    with psycopg.connect(configured, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            yield urlunsplit(urlsplit(configured)._replace(path=f"/{name}"))
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def demo_town(accounts: int | None) -> Iterator[dict[str, object]]:
    """The whole town against the bare writing of as many rows."""
    with scratch():
        began = time.perf_counter()
        build.build(accounts=accounts)
        took = time.perf_counter() - began
        rows, total = Reading.select().count(), Account.select().count()
        notes = f"счетов {total}, 24 месяца, {rows} показаний; предел для города договора 60 с"
        yield result("demo", [took], _bare_rows(rows * 4), n=total, notes=notes)


def _bare_rows(count: int) -> float:
    """Seconds to write that many short rows in one transaction."""
    db.db.execute_sql("CREATE TABLE bench_floor (a INTEGER, b INTEGER, c TEXT)")
    began = time.perf_counter()
    with db.db.atomic():
        for start in range(0, count, 500):
            values = ",".join(f"({i},{i},'x')" for i in range(start, min(start + 500, count)))
            db.db.execute_sql(f"INSERT INTO bench_floor VALUES {values}")  # noqa: S608 - numbers of our own
    took = time.perf_counter() - began
    db.db.execute_sql("DROP TABLE bench_floor")
    return took


def pages(accounts: int | None) -> Iterator[dict[str, object]]:
    """The front page and the readings page against their own queries in raw SQL and a prebuilt string."""
    from nesk import create_app

    with scratch():
        build.build(accounts=accounts)
        app = create_app(config.current())
        client = _signed_in(app)
        for name, path in (("home", "/cabinet/"), ("readings_page", "/cabinet/readings/")):
            asked, body = _recorded(client, path)
            yield compare(
                name,
                lambda path=path: client.get(path),
                lambda asked=asked, body=body: _floor(asked, body),
                rounds=ROUNDS,
                notes=f"{len(asked)} запросов, {len(body) // 1024} КБ HTML; пол — те же запросы и готовая строка",
            )


def _signed_in(app: Flask) -> Any:
    person = Binding.select(Binding.person).join(Account).where(Account.number == MARINA).scalar()
    client = app.test_client()
    client.set_cookie("sid", open_session("person", person))
    client.get("/cabinet/")
    return client


def _recorded(client: Any, path: str) -> tuple[list[tuple[str, Any]], bytes]:
    """Every statement that the page sends to the database, with its parameters, and the page itself."""
    asked: list[tuple[str, Any]] = []
    real = db.db.obj.execute_sql

    def listening(sql: str, params: Any = None, *rest: Any, **options: Any) -> Any:
        asked.append((sql, params))
        return real(sql, params, *rest, **options)

    db.db.obj.execute_sql = listening
    try:
        body = client.get(path).data
    finally:
        db.db.obj.execute_sql = real
    return [(sql, params) for sql, params in asked if sql.startswith("SELECT")], body


def _floor(asked: list[tuple[str, Any]], body: bytes) -> bytes:
    cursor = db.db.cursor()
    for sql, params in asked:
        cursor.execute(sql, params or ())
        cursor.fetchall()
    return bytes(body)


def readings(accounts: int | None) -> Iterator[dict[str, object]]:
    """Passing a reading with its charge, against the same statements sent raw."""
    with scratch():
        build.build(accounts=accounts)
        rows = list(
            Installation.select(Installation.id, Installation.account, Installation.zones)
            .join(Account)
            .where(Installation.removed_on.is_null(), Account.kind == "person")
            .limit(ROUNDS + 1)
        )
        asked: list[tuple[str, Any]] = []
        real = db.db.obj.execute_sql
        db.db.obj.execute_sql = lambda sql, params=None, *rest, **options: (
            asked.append((sql, params)),
            real(sql, params, *rest, **options),
        )[1]
        try:
            _pass(rows[0])
        finally:
            db.db.obj.execute_sql = real
        times, floors = [], []
        for row in rows[1:]:
            began = time.perf_counter()
            _pass(row)
            times.append(time.perf_counter() - began)
            began = time.perf_counter()
            _replay(asked)
            floors.append(time.perf_counter() - began)
        floor = sorted(floors)[len(floors) // 2]
        yield result(
            "readings",
            times,
            sum(floors),
            n=len(times),
            floor_median=floor,
            notes=f"показание и начисление, {len(asked)} запросов",
        )


def _pass(row: Installation) -> None:
    last = Reading.select().where(Reading.installation == row.id).order_by(Reading.id.desc()).first()
    values = [value + 90 for value in last.values]
    submit_reading(row.account_id, row.id, values, source="control_signed", by=Actor("staff", 1), confirmed=True)


def _replay(asked: list[tuple[str, Any]]) -> None:
    """The reads as they were, the writes rolled back: the statements' own cost and nothing of ours."""
    cursor = db.db.cursor()
    cursor.execute("BEGIN IMMEDIATE" if not db.is_postgres() else "BEGIN")
    try:
        for sql, params in asked:
            if sql.startswith("SELECT"):
                cursor.execute(sql, params or ())
                cursor.fetchall()
            elif sql.startswith(("INSERT", "UPDATE")):
                cursor.execute("SAVEPOINT one")
                try:
                    cursor.execute(sql, params or ())
                except Exception:  # the very row is there already: its cost is paid
                    cursor.execute("ROLLBACK TO one")
    finally:
        cursor.execute("ROLLBACK")


def receipt(accounts: int | None) -> Iterator[dict[str, object]]:
    """One receipt by xhtml2pdf against a bare ReportLab canvas page with the same QR."""
    with scratch():
        build.build(accounts=accounts)
        account = Account.get(Account.number == MARINA)
        facts = receipt_facts(account.id, Month.of(clock.today()) - 1)
        yield compare(
            "receipt",
            lambda: receipt_pdf(facts),
            lambda: _bare_page(facts.qr),
            rounds=max(ROUNDS // 3, 10),
            notes="xhtml2pdf в отдельном процессе; пол — страница ReportLab canvas с тем же QR",
        )


def _bare_page(qr: str) -> bytes:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=A4)
    page.drawString(60, 780, "Bill")
    for line in range(40):
        page.drawString(60, 740 - 12 * line, "Electricity 168 8,22 1380,96 0,00 0,00 1247,49")
    page.drawImage(ImageReader(io.BytesIO(png(qr))), 400, 640, 120, 120)
    page.save()
    return buffer.getvalue()


def closing(accounts: int | None) -> Iterator[dict[str, object]]:
    """Closing the open month of a town of `accounts` (1000 by default), against the bare writing of its statements."""
    with scratch():
        build.build(accounts=accounts or 1000, months=3)
        month = Month.of(clock.today())
        with clock.stopped_at(clock.at((month + 1).first_day, 9)):
            began = time.perf_counter()
            closed = billing_closing.close_month(month, by=system("bench"))
            took = time.perf_counter() - began
        yield result("close", [took], _bare_rows(closed * 3), n=closed, notes="закрытие месяца: средние, пени, сальдо")
