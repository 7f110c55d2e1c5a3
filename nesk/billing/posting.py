"""The one place that appends to the ledger and moves the balances with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from peewee import EXCLUDED

from nesk.billing.models import Balance, Entry, Line
from nesk.billing.rules import PricedLine
from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.db import in_transaction
from nesk.core.period import Month

CHUNK = 400


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be appended; `amount_kop` is positive when the debt grows."""

    account_id: int
    month: Month
    kind: str
    amount_kop: int
    source: str
    source_id: int
    value_on: date
    book: str = "principal"
    service: str = "energy"
    kwh: int | None = None
    lines: tuple[PricedLine, ...] = ()
    reverses: int | None = None
    comment: str = ""

    @property
    def identity(self) -> tuple[str, int, str, str, str]:
        return (self.source, self.source_id, self.kind, self.book, self.service)


def post(entries: Sequence[NewEntry], *, by: Actor) -> int:
    """Append the entries that are not in the ledger yet, and add them to the balances. Gives how many were appended.

    Must run in the caller's transaction, with the accounts locked or the run alone: the unique index of the ledger
    refuses what slips past the look before, and everything is rolled back.
    """
    if not in_transaction():
        raise RuntimeError("the ledger moves only inside a transaction")
    appended = 0
    for start in range(0, len(entries), CHUNK):
        appended += _post(entries[start : start + CHUNK], by)
    return appended


def _post(entries: Sequence[NewEntry], by: Actor) -> int:
    known = _known(entries)
    fresh = [entry for entry in entries if entry.identity not in known]
    if not fresh:
        return 0
    now = clock.now()
    Entry.insert_many(
        [
            {
                "account": entry.account_id,
                "month": entry.month,
                "book": entry.book,
                "service": entry.service,
                "kind": entry.kind,
                "amount_kop": entry.amount_kop,
                "kwh": entry.kwh,
                "source": entry.source,
                "source_id": entry.source_id,
                "reverses": entry.reverses,
                "comment": entry.comment,
                "value_on": entry.value_on,
                "at": now,
                "by": str(by),
            }
            for entry in fresh
        ]
    ).execute()
    _post_lines([entry for entry in fresh if entry.lines])
    _move_balances(fresh)
    return len(fresh)


def _known(entries: Sequence[NewEntry]) -> dict[tuple[str, int, str, str, str], int]:
    """Identities that stand in the ledger already, with their ids."""
    by_source = defaultdict(list)
    for entry in entries:
        by_source[entry.source].append(entry.source_id)
    found = {}
    for source, ids in by_source.items():
        rows = Entry.select(Entry.source, Entry.source_id, Entry.kind, Entry.book, Entry.service, Entry.id)
        for row in rows.where(Entry.source == source, Entry.source_id.in_(ids)).tuples():
            found[row[:5]] = row[5]
    return found


def _post_lines(entries: Sequence[NewEntry]) -> None:
    if not entries:
        return
    ids = _known(entries)
    rows = [
        {
            "entry": ids[entry.identity],
            "zone": line.zone,
            "range_no": line.range_no,
            "kwh": line.kwh,
            "price_e5": line.price_e5,
            "amount_kop": line.amount_kop,
        }
        for entry in entries
        for line in entry.lines
    ]
    for start in range(0, len(rows), CHUNK):
        Line.insert_many(rows[start : start + CHUNK]).execute()


def _move_balances(entries: Sequence[NewEntry]) -> None:
    moved: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for entry in entries:
        moved[entry.account_id][entry.book == "penalty"] += entry.amount_kop
    rows = [{"account": id, "principal_kop": sums[0], "penalty_kop": sums[1]} for id, sums in sorted(moved.items())]
    for start in range(0, len(rows), CHUNK):
        Balance.insert_many(rows[start : start + CHUNK]).on_conflict(
            conflict_target=[Balance.account],
            update={
                Balance.principal_kop: Balance.principal_kop + EXCLUDED.principal_kop,
                Balance.penalty_kop: Balance.penalty_kop + EXCLUDED.penalty_kop,
            },
        ).execute()


def reversal(entry: Entry, *, source: str, source_id: int, value_on: date, comment: str = "") -> NewEntry:
    """The entry that undoes another, in the same month, book and service."""
    return NewEntry(
        entry.account_id,
        entry.month,
        entry.kind,
        -entry.amount_kop,
        source,
        source_id,
        value_on,
        book=entry.book,
        service=entry.service,
        kwh=None if entry.kwh is None else -entry.kwh,
        reverses=entry.id,
        comment=comment,
    )
