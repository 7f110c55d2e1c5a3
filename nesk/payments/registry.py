"""Registries of payments from banks and cash offices: the «=» format of §6.7, checked against its own totals."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nesk.accounts.models import Account
from nesk.billing.operations import payment_entries
from nesk.billing.posting import post
from nesk.branches.queries import open_month
from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.core.money import parse_amount
from nesk.payments.events import RegistryImported
from nesk.payments.models import Payment, Registry

CHUNK = 500
FIELDS = 12


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """A payment of a registry."""

    line: int
    external_id: str
    account_number: str
    amount_kop: int
    paid_on: date


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that was not taken, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    registry_id: int
    accepted: int
    rejected: tuple[Rejected, ...]
    is_repeated: bool = False


def parse(data: bytes) -> tuple[list[RegistryRow], list[Rejected]]:
    """Rows of a registry, and lines that cannot be read. Raises Refused when the whole does not fit its own totals."""
    lines = [line.strip() for line in _text(data).splitlines() if line.strip()]
    if not lines or not lines[-1].startswith("="):
        raise Refused("В реестре нет итоговой строки. Получите файл заново: он мог прийти не целиком.")
    rows, rejected, total, count = [], [], 0, 0
    for number, line in enumerate(lines[:-1], start=1):
        count += 1
        try:
            row = _row(number, line)
        except ValueError as error:
            rejected.append(Rejected(number, str(error)))
            continue
        rows.append(row)
        total += row.amount_kop
    told = lines[-1][1:].split(";")
    if told[0] != str(count) or (not rejected and parse_amount(told[1] if len(told) > 1 else "") != total):
        raise Refused("Число строк или сумма реестра не сходятся с итоговой строкой. Файл не принят целиком.")
    return rows, rejected


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("Кодировка реестра не распознана. Нужна Windows-1251 или UTF-8.")


def _row(number: int, line: str) -> RegistryRow:
    parts = line.split(";")
    if len(parts) != FIELDS:
        raise ValueError(f"полей {len(parts)}, а нужно {FIELDS}")
    day, month, year = parts[0].split("-")
    amount = parse_amount(parts[9])
    if not amount:
        raise ValueError("сумма не распознана")
    if not parts[4] or not parts[5]:
        raise ValueError("нет УИП или лицевого счёта")
    return RegistryRow(number, parts[4], parts[5], amount, date(int(year), int(month), int(day)))


def import_registry(data: bytes, *, name: str, source: str, by: Actor) -> Imported:
    """Take a registry: payments posted in sets, each line accepted or rejected with a reason.

    The same contents are taken once: a second time it gives what became of the first. A payment's УИП is taken once
    whatever file it comes in. Raises Refused for a file that does not fit its own totals.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    rows, rejected = parse(data)
    with transaction():
        earlier = Registry.get_or_none(Registry.sha256 == sha256)
        if earlier is not None:
            return Imported(earlier.id, earlier.accepted, tuple(rejected), is_repeated=True)
        registry = Registry.create(
            sha256=sha256,
            name=name[:200],
            source=source,
            rows=len(rows) + len(rejected),
            total_kop=sum(row.amount_kop for row in rows),
            at=clock.now(),
            by=str(by),
        )
        accepted = 0
        for start in range(0, len(rows), CHUNK):
            taken, refused = _take(rows[start : start + CHUNK], registry, source, by)
            accepted += taken
            rejected += refused
        Registry.update(accepted=accepted, rejected=len(rejected)).where(Registry.id == registry.id).execute()
        record(RegistryImported(registry.id, accepted, len(rejected)), by=by)
    return Imported(registry.id, accepted, tuple(sorted(rejected, key=lambda each: each.line)))


def _take(rows: Sequence[RegistryRow], registry: Registry, source: str, by: Actor) -> tuple[int, list[Rejected]]:
    numbers = {row.account_number for row in rows}
    accounts = {
        row.number: row
        for row in Account.select(Account.id, Account.number, Account.branch).where(Account.number.in_(numbers))
    }
    ids = [row.external_id for row in rows]
    known = {
        row.external_id
        for row in Payment.select(Payment.external_id).where(
            Payment.channel == "registry", Payment.external_id.in_(ids)
        )
    }
    rejected, fresh = [], {}
    for row in rows:
        if row.account_number not in accounts:
            rejected.append(Rejected(row.line, f"лицевого счёта {row.account_number} нет"))
        elif row.external_id in known or row.external_id in fresh:
            rejected.append(Rejected(row.line, f"платёж {row.external_id} уже учтён"))
        else:
            fresh[row.external_id] = row
    if not fresh:
        return 0, rejected
    now = clock.now()
    Payment.insert_many(
        [
            {
                "account": accounts[row.account_number].id,
                "channel": "registry",
                "source": source,
                "state": "paid",
                "principal_kop": row.amount_kop,
                "external_id": row.external_id,
                "registry": registry.id,
                "created_at": now,
                "paid_on": row.paid_on,
                "posted_at": now,
                "by": str(by),
            }
            for row in fresh.values()
        ]
    ).execute()
    months = {branch: open_month(branch) for branch in {account.branch_id for account in accounts.values()}}
    saved = Payment.select(Payment.id, Payment.external_id).where(
        Payment.channel == "registry", Payment.external_id.in_(list(fresh))
    )
    entries = []
    for payment in saved:
        row = fresh[payment.external_id]
        account = accounts[row.account_number]
        entries += payment_entries(payment.id, account.id, row.amount_kop, 0, row.paid_on, months[account.branch_id])
    post(entries, by=by)
    return len(fresh), rejected
