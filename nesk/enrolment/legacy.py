"""Subscribers of the previous cabinet (S0-08): their logins and hashes of passwords, from a file, line by line.

Each line is taken or named with its reason, and nothing of a refused line is kept; a login that is here already is left
as it is, so the same file may be given again after its faults are mended.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from nesk.accounts.models import Account, Binding
from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.emails import parse_email
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.core.phones import parse_phone
from nesk.people import passwords
from nesk.people.events import PeopleImported
from nesk.people.models import Identity, Person

COLUMNS = ("kind", "value", "name", "scheme", "salt", "hash", "accounts")
CHUNK = 200
ENCODINGS = ("utf-8-sig", "cp1251")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file as it came."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a line: taken, here already, or refused with a reason."""

    number: int
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """A line that makes sense."""

    kind: str
    value: str
    name: str
    password_hash: str
    accounts: tuple[str, ...]


def read_lines(content: bytes) -> list[Line]:
    """The lines below the heading. Raises Refused when the file is no such table."""
    text = _text(content)
    heading = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text), delimiter=";" if heading.count(";") >= heading.count(",") else ",")
    if tuple(table.fieldnames or ()) != COLUMNS:
        raise Refused(f"В первой строке должны стоять столбцы: {', '.join(COLUMNS)}.")
    try:
        return [
            Line(number, {name: (row.get(name) or "").strip() for name in COLUMNS})
            for number, row in enumerate(table, start=2)
            if any(row.get(name) for name in COLUMNS)
        ]
    except csv.Error as error:
        raise Refused(f"Таблица не читается: строка {table.line_num}.") from error


def _text(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("Кодировка файла не распознана. Нужна UTF-8 или Windows-1251.")


def take_people(lines: list[Line], *, by: Actor) -> Iterator[list[Verdict]]:
    """Take the lines in steps of a few hundred; what became of a step is told once it is committed."""
    for start in range(0, len(lines), CHUNK):
        yield _take_step(lines[start : start + CHUNK], by)


def _take_step(lines: list[Line], by: Actor) -> list[Verdict]:
    verdicts, taken = [], []
    with transaction():
        for line in lines:
            try:
                person = _take(_read(line.cells))
            except Refused as refused:
                verdicts.append(Verdict(line.number, "refused", refused.message))
            else:
                verdicts.append(Verdict(line.number, "taken" if person else "known"))
                taken += [person.id] if person else []
        if taken:
            record(PeopleImported(min(taken), max(taken), len(taken)), by=by)
    return verdicts


def _read(cells: dict[str, str]) -> _Read:
    """What the line says. Raises Refused with what is wrong in it."""
    kind, typed = cells["kind"], cells["value"]
    if kind not in ("phone", "email", "account"):
        raise Refused("вид входа — не phone, email или account")
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= 20
    value = {"phone": parse_phone(typed), "email": parse_email(typed), "account": typed if is_number else None}[kind]
    if value is None:
        raise Refused("логин не распознан")
    try:
        stored = passwords.legacy(cells["scheme"].lower(), cells["salt"], cells["hash"])
    except ValueError as error:
        what = {"scheme": f"схема не из числа {', '.join(passwords.LEGACY_SCHEMES)}", "salt": "соль слишком длинная"}
        raise Refused(what.get(str(error), "хеш не подходит к схеме")) from error
    return _Read(kind, value, cells["name"], stored, tuple(cells["accounts"].replace(",", " ").split()))


def _take(read: _Read) -> Person | None:
    """The new person of a line, with what they may do; None when the login is here already."""
    if Identity.select().where(Identity.kind == read.kind, Identity.value == read.value).exists():
        return None
    found = dict(Account.select(Account.number, Account.id).where(Account.number.in_(read.accounts)).tuples())
    if missing := [number for number in read.accounts if number not in found]:
        raise Refused(f"нет лицевого счёта {', '.join(missing)}")
    now = clock.now()
    surname, name, patronymic = (*read.name.split(maxsplit=2), "", "", "")[:3]
    person = Person.create(
        surname=surname[:80],
        name=name[:80],
        patronymic=patronymic[:80],
        password_hash=read.password_hash,
        password_changed_at=now,
        created_at=now,
        search=" ".join(filter(None, (read.name, "" if read.kind == "account" else read.value))).lower()[:300],
    )
    Identity.create(person=person, kind=read.kind, value=read.value, confirmed_at=now)
    for account_id in found.values():
        # Nobody is told of these bindings: they are as old as the previous cabinet.
        Binding.create(person=person, account=account_id, way="account", bound_at=now)
    return person
