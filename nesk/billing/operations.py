"""Charging readings, posting payments, and undoing both by entries that reverse."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from peewee import fn

from nesk.accounts.models import Account, Premises
from nesk.billing.models import Entry, Line, RangeBound, Tariff
from nesk.billing.posting import NewEntry, post, reversal
from nesk.billing.pricing import Prices, prices_of
from nesk.billing.rules import PricedLine
from nesk.billing.tariffs import bound_rows, tariff_rows
from nesk.branches.queries import open_month
from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.money import cost
from nesk.core.period import Month
from nesk.metering.models import Reading
from nesk.metering.rules import ZONES

AVERAGE_BASE = 1_000_000
"""A charge by the average has no reading: its source_id is installation × 10⁶ + YYYYMM."""


def install_tariffs() -> None:
    """Fill the tables of tariffs and boundaries of a new copy; rows that exist stay."""
    with transaction():
        for table, rows in ((Tariff, tariff_rows()), (RangeBound, bound_rows())):
            table.insert_many(rows).on_conflict_ignore().execute()


def charge_reading(reading_id: int, *, by: Actor) -> bool:
    """Charge what a reading consumed, once (S4-03: at once, in the open month). False when it is charged or consumed nothing."""
    with transaction():
        reading = Reading.get_by_id(reading_id)
        Account.locked(reading.account_id)
        reading = Reading.get_by_id(reading_id)
        if reading.withdrawn_at is not None:
            return False
        return charge_readings([reading], prices_of(reading.month), by=by) > 0


def charge_readings(readings: list[Reading], prices: Prices, *, by: Actor) -> int:
    """Charge readings of one month together; gives how many entries were appended. The caller holds the transaction."""
    ids = sorted({reading.account_id for reading in readings})
    accounts = {
        account.id: account for account in Account.select(Account, Premises).join(Premises).where(Account.id.in_(ids))
    }
    already = _charged_kwh(ids, prices.month)
    averaged = _averaged([reading for reading in readings if reading.used])
    entries = []
    for reading in readings:
        if reading.used and (entry := _charge(reading, accounts[reading.account_id], prices, already, averaged)):
            entries.append(entry)
            already[reading.account_id] += entry.kwh or 0
    return post(entries, by=by)


def _charge(
    reading: Reading, account: Account, prices: Prices, already: dict[int, int], averaged: dict[int, dict[str, int]]
) -> NewEntry | None:
    zones = ZONES[len(reading.used)]
    before = averaged.get(reading.id, {})
    volumes = {str(zone): used - before.get(str(zone), 0) for zone, used in zip(zones, reading.used, strict=True)}
    common = {"source": "reading", "source_id": reading.id, "value_on": reading.taken_on}
    if any(kwh < 0 for kwh in volumes.values()):
        # More was charged by the average than was used: the difference goes back (§2.6, «Перерасчёт»).
        lines = _back_lines(volumes, prices.by_category[account.tariff_category])
        kind = "recalculation"
    else:
        kind = "charge"
        lines = prices.lines(
            account.tariff_category,
            account.premises,
            volumes,
            already_kwh=max(already[account.id], 0),
            has_ranges=account.kind == "person",
        )
    if not lines:
        return None
    total = sum(line.amount_kop for line in lines)
    return NewEntry(
        account.id, reading.month, kind, total, kwh=sum(line.kwh for line in lines), lines=tuple(lines), **common
    )


def _back_lines(volumes: dict[str, int], prices: dict[tuple[str, int], int]) -> list[PricedLine]:
    return [
        PricedLine(zone, 1, kwh, prices[zone, 1], cost(kwh, prices[zone, 1])) for zone, kwh in volumes.items() if kwh
    ]


def _charged_kwh(account_ids: list[int], month: Month) -> dict[int, int]:
    """kWh charged to each account in the month so far: where in the ranges the next volume begins."""
    rows = (
        Entry.select(Entry.account, fn.SUM(Entry.kwh))
        .where(Entry.account.in_(account_ids), Entry.month == month, Entry.kind == "charge", Entry.kwh.is_null(False))
        .group_by(Entry.account)
        .tuples()
    )
    return defaultdict(int, {account: int(kwh) for account, kwh in rows})


def _averaged(readings: list[Reading]) -> dict[int, dict[str, int]]:
    """kWh by zone that were charged by the average since the reading before, for each reading."""
    if not readings:
        return {}
    ids = [reading.installation_id for reading in readings]
    low, high = min(ids) * AVERAGE_BASE, (max(ids) + 1) * AVERAGE_BASE
    rows = (
        Line.select(Entry.source_id, Line.zone, Line.kwh)
        .join(Entry)
        .where(
            Entry.source == "average",
            Entry.source_id.between(low, high),
            Entry.account.in_([r.account_id for r in readings]),
        )
        .tuples()
    )
    charged: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    for source_id, zone, kwh in rows:
        installation, month = divmod(source_id, AVERAGE_BASE)
        charged[installation].append((month, zone, kwh))
    found: dict[int, dict[str, int]] = {}
    for reading in readings:
        if not (months := charged.get(reading.installation_id)):
            continue
        since = _month_before(reading)
        sums: dict[str, int] = defaultdict(int)
        for month, zone, kwh in months:
            if since < month < int(reading.month):
                sums[zone] += kwh
        if sums:
            found[reading.id] = sums
    return found


def _month_before(reading: Reading) -> int:
    before = (
        Reading.select(Reading.month)
        .where(
            Reading.installation == reading.installation_id,
            Reading.withdrawn_at.is_null(),
            (Reading.taken_on < reading.taken_on)
            | ((Reading.taken_on == reading.taken_on) & (Reading.id < reading.id)),
        )
        .order_by(Reading.taken_on.desc(), Reading.id.desc())
        .first()
    )
    return int(before.month) if before else 0


def charge_imported(first_id: int, last_id: int, month: int, *, by: Actor) -> int:
    """Charge a set of imported readings, in chunks. Gives how many entries were appended."""
    prices = prices_of(Month.from_int(month))
    charged = 0
    for start in range(first_id, last_id + 1, 500):
        span = Reading.select().where(
            Reading.id.between(start, min(start + 499, last_id)),
            Reading.month == month,
            Reading.withdrawn_at.is_null(),
            Reading.role == "regular",
        )
        with transaction():
            charged += charge_readings(list(span.order_by(Reading.id)), prices, by=by)
    return charged


def reverse_reading(reading_id: int, *, by: Actor) -> int:
    """Undo the charge of a withdrawn reading by an entry that reverses it. Gives how many entries were appended."""
    with transaction():
        reading = Reading.get_by_id(reading_id)
        Account.locked(reading.account_id)
        mine = Entry.get_or_none(Entry.source == "reading", Entry.source_id == reading_id)
        if mine is None:
            return 0
        return post(
            [reversal(mine, source="entry", source_id=mine.id, value_on=clock.today(), comment="Показание удалено")],
            by=by,
        )


def post_payment(
    payment_id: int, account_id: int, *, principal_kop: int, penalty_kop: int, paid_on: date, by: Actor
) -> bool:
    """Put a payment into the ledger, once; penalties only by their own part. False when it stood there before."""
    with transaction():
        account = Account.locked(account_id)
        return (
            post(
                payment_entries(
                    payment_id, account_id, principal_kop, penalty_kop, paid_on, open_month(account.branch_id)
                ),
                by=by,
            )
            > 0
        )


def payment_entries(
    payment_id: int, account_id: int, principal_kop: int, penalty_kop: int, paid_on: date, month: Month
) -> list[NewEntry]:
    """The entries of a payment: the services' part and the penalties' part, each lessening the debt."""
    common = {"source": "payment", "source_id": payment_id, "value_on": paid_on}
    parts = (("principal", principal_kop), ("penalty", penalty_kop))
    return [NewEntry(account_id, month, "payment", -amount, book=book, **common) for book, amount in parts if amount]


def post_opening(balances: dict[int, tuple[int, int]], month: Month, *, by: Actor) -> int:
    """Opening balances of accounts taken from another system: account → (principal, penalty) in kopecks."""
    entries = [
        NewEntry(account, month, "opening", amount, "import", account, month.first_day, book=book)
        for account, sums in balances.items()
        for book, amount in zip(("principal", "penalty"), sums, strict=True)
        if amount
    ]
    with transaction():
        return post(entries, by=by)
