"""Closing a month: what has no reading is reckoned by the average, penalties accrue, and every account gets its statement.

Accounts go in chunks, each a transaction and a resume point: a run that was killed goes on where it stopped, and a
chunk that was done is not done again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from peewee import fn

from nesk.accounts.models import Account, Premises
from nesk.billing.events import MonthClosed
from nesk.billing.models import Bill, Entry, Line, Statement
from nesk.billing.operations import AVERAGE_BASE
from nesk.billing.penalties import Paid, penalty
from nesk.billing.posting import NewEntry, post
from nesk.billing.pricing import Prices, prices_of
from nesk.billing.rules import due_on, norm_kwh
from nesk.billing.settings import BillingSettings
from nesk.branches.models import Branch, ClosedMonth
from nesk.core import clock, settings
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.core.money import split
from nesk.core.period import Month
from nesk.metering.models import Installation, Reading
from nesk.metering.rules import ZONES, average
from nesk.metering.settings import MeteringSettings

CHUNK = 500
PENALTY_MONTHS = 36
"""How far back debts are looked at for penalties: the limitation period of three years."""
Progress = Callable[[int], None]


def close_month(month: Month, *, by: Actor, branch_id: int | None = None, progress: Progress | None = None) -> int:
    """Close a billing month for a branch, or for all. Gives how many accounts got their statement in this run.

    Months are closed in their order: raises Refused when an earlier one is open or this one has not ended.
    """
    if month >= Month.of(clock.today()):
        raise Refused(f"{month.title.capitalize()} ещё не закончился. Закрыть можно только прошедший месяц.")
    branches = Branch.select().where(Branch.id == branch_id) if branch_id else Branch.select().order_by(Branch.id)
    return sum(_close_branch(branch, month, by, progress or (lambda done: None)) for branch in branches)


def _close_branch(branch: Branch, month: Month, by: Actor, progress: Progress) -> int:
    last = ClosedMonth.select(fn.MAX(ClosedMonth.month)).where(ClosedMonth.branch == branch).scalar()
    last = None if last is None else Month.from_int(int(last))
    if last is not None and last >= month:
        return 0
    if last is not None and last + 1 != month:
        raise Refused(f"Сначала закройте {(last + 1).title}.")
    prices, closed, after = prices_of(month), 0, 0
    while chunk := _chunk(branch.id, month, after):
        after = chunk[-1].id
        with transaction():
            todo = _without_statement(chunk, month)
            if todo:
                _close_accounts(todo, month, prices, by)
        closed += len(todo)
        progress(len(chunk))
    with transaction():
        ClosedMonth.create(branch=branch, month=month, closed_at=clock.now(), closed_by=str(by))
        record(MonthClosed(branch.id, int(month), closed), by=by)
    return closed


def _chunk(branch_id: int, month: Month, after: int) -> list[Account]:
    return list(
        Account.select(Account, Premises)
        .join(Premises)
        .where(Account.branch == branch_id, Account.id > after, Account.opened_on <= month.last_day)
        .where(Account.closed_on.is_null() | (Account.closed_on >= month.first_day))
        .order_by(Account.id)
        .limit(CHUNK)
    )


def _without_statement(accounts: list[Account], month: Month) -> list[Account]:
    ids = [account.id for account in accounts]
    done = {
        row.account_id
        for row in Statement.select(Statement.account).where(Statement.account.in_(ids), Statement.month == month)
    }
    return [account for account in accounts if account.id not in done]


def _close_accounts(accounts: list[Account], month: Month, prices: Prices, by: Actor) -> None:
    entries = _missing_readings(accounts, month, prices)
    if settings.load(BillingSettings).penalties_accrue:
        entries += _penalties(accounts, month)
    post(entries, by=by)
    _write_statements([account.id for account in accounts], month)


# --- what has no reading (PP 354 points 59, 60)


def _missing_readings(accounts: list[Account], month: Month, prices: Prices) -> list[NewEntry]:
    by_id = {account.id: account for account in accounts}
    working = Installation.select().where(
        Installation.account.in_(list(by_id)),
        Installation.removed_on.is_null(),
        Installation.installed_on <= month.last_day,
    )
    read = Reading.select(Reading.installation).where(
        Reading.account.in_(list(by_id)),
        Reading.month == month,
        Reading.withdrawn_at.is_null(),
        Reading.role.in_(("regular", "initial")),
    )
    have = {row.installation_id for row in read}
    missing = [row for row in working if row.id not in have]
    if not missing:
        return []
    history = _history([row.id for row in missing], month)
    charged = _charged_months([row.account_id for row in missing], month)
    entries = []
    for installation in missing:
        account = by_id[installation.account_id]
        volumes, words = _estimate(
            installation, account, history.get(installation.id, []), charged[installation.id], month
        )
        lines = prices.lines(account.tariff_category, account.premises, volumes, has_ranges=account.kind == "person")
        if lines:
            entries.append(
                NewEntry(
                    account.id,
                    month,
                    "charge",
                    sum(line.amount_kop for line in lines),
                    "average",
                    installation.id * AVERAGE_BASE + int(month),
                    month.last_day,
                    kwh=sum(line.kwh for line in lines),
                    lines=tuple(lines),
                    comment=words,
                )
            )
    return entries


def _history(installations: list[int], month: Month) -> dict[int, list[Reading]]:
    chosen = settings.load(MeteringSettings)
    rows = (
        Reading.select()
        .where(
            Reading.installation.in_(installations),
            Reading.withdrawn_at.is_null(),
            Reading.role == "regular",
            Reading.month.between(int(month - 2 * chosen.average_months), int(month - 1)),
        )
        .order_by(Reading.month.desc(), Reading.id.desc())
    )
    found: dict[int, list[Reading]] = defaultdict(list)
    for reading in rows:
        if len(found[reading.installation_id]) < chosen.average_months:
            found[reading.installation_id].append(reading)
    return found


def _charged_months(accounts: list[int], month: Month) -> dict[int, set[int]]:
    """Months that were charged by the average already, by installation."""
    rows = Entry.select(Entry.source_id).where(
        Entry.account.in_(accounts), Entry.source == "average", Entry.month >= month - 6
    )
    months: dict[int, set[int]] = defaultdict(set)
    for (source_id,) in rows.tuples():
        installation, charged = divmod(source_id, AVERAGE_BASE)
        months[installation].add(charged)
    return months


def _estimate(
    installation: Installation, account: Account, readings: list[Reading], charged: set[int], month: Month
) -> tuple[dict[str, int], str]:
    """Volumes by zone for a month without a reading: the usual month, at most three times in a row, then the norm."""
    chosen = settings.load(MeteringSettings)
    zones = [str(zone) for zone in ZONES[installation.zones]]
    in_a_row = sum(1 for back in range(1, chosen.average_periods + 1) if int(month - back) in charged)
    spans = [sum(reading.used) for reading in readings if reading.used]
    usual = average(spans, at_least=chosen.average_at_least)
    if usual is not None and in_a_row < chosen.average_periods:
        weights = [sum(reading.used[index] for reading in readings if reading.used) for index in range(len(zones))]
        parts = split(usual, weights) if sum(weights) else [usual, *[0] * (len(zones) - 1)]
        return dict(zip(zones, parts, strict=True)), "Среднее"
    norm = norm_kwh(account.premises.rooms, account.residents)
    return dict(zip(zones, split(norm, [1] * len(zones)), strict=True)), "Норматив"


# --- penalties


def _penalties(accounts: Iterable[Account], month: Month) -> list[NewEntry]:
    """What penalties have grown by: the whole penalty as of the month's end less what was charged before.

    Reckoned from the ledger each time, so a payment that came late with an earlier date puts right what it changes.
    """
    ids = [account.id for account in accounts]
    since, until = month - PENALTY_MONTHS, month.last_day
    rows = (
        Entry.select(Entry.account, Entry.month, Entry.book, Entry.kind, Entry.amount_kop, Entry.value_on)
        .where(Entry.account.in_(ids), Entry.month >= since, Entry.month <= month)
        .order_by(Entry.id)
        .tuples()
    )
    by_account: dict[int, list[tuple[Month, str, str, int, date]]] = defaultdict(list)
    for account, *rest in rows:
        by_account[account].append(tuple(rest))  # type: ignore[arg-type]
    shift = settings.load(BillingSettings).shift_weekend
    entries = []
    for account, moves in by_account.items():
        owed = _penalty_of(moves, until, shift)
        charged = sum(
            amount for _, book, kind, amount, _ in moves if book == "penalty" and kind in ("charge", "opening")
        )
        if owed > charged:
            entries.append(
                NewEntry(
                    account,
                    month,
                    "charge",
                    owed - charged,
                    "closing",
                    account * AVERAGE_BASE + int(month),
                    until,
                    book="penalty",
                )
            )
    return entries


def _penalty_of(moves: list[tuple[Month, str, str, int, date]], until: date, shift: bool) -> int:
    debts: dict[Month, int] = defaultdict(int)
    payments = []
    opening_penalty = 0
    for month, book, kind, amount, on in moves:
        if book == "penalty":
            opening_penalty += amount if kind == "opening" else 0
        elif amount < 0 and kind in ("payment", "opening"):
            payments.append(Paid(on, -amount))
        else:
            debts[month] += amount
    total = opening_penalty
    credit = sorted(payments, key=lambda paid: paid.on)
    for month in sorted(debts):
        debt = debts[month]
        if debt <= 0:
            credit.insert(0, Paid(month.first_day, -debt))
            continue
        mine, credit = _take(credit, debt)
        due = due_on(month, shift_weekend=shift)
        if due + timedelta(days=30) < until:
            total += penalty(debt, due, until, mine)
    return total


def _take(credit: list[Paid], debt_kop: int) -> tuple[list[Paid], list[Paid]]:
    """The payments that meet a debt, oldest first, and what is left of them for later ones."""
    taken, rest = [], list(credit)
    while rest and debt_kop > 0:
        paid = rest.pop(0)
        part = min(paid.amount_kop, debt_kop)
        taken.append(Paid(paid.on, part))
        debt_kop -= part
        if part < paid.amount_kop:
            rest.insert(0, Paid(paid.on, paid.amount_kop - part))
    return taken, rest


# --- statements

_COLUMN = {
    "charge": "charged_kop",
    "opening": "opening_kop",
    "recalculation": "recalculated_kop",
    "correction": "recalculated_kop",
    "quality": "quality_kop",
    "payment": "paid_kop",
    "refund": "paid_kop",
}


def _write_statements(ids: list[int], month: Month) -> None:
    before = {
        (row.account_id, row.book, row.service): row.closing_kop
        for row in Statement.select().where(Statement.account.in_(ids), Statement.month == month - 1)
    }
    sums: dict[tuple[int, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    moved = (
        Entry.select(Entry.account, Entry.book, Entry.service, Entry.kind, fn.SUM(Entry.amount_kop), fn.SUM(Entry.kwh))
        .where(Entry.account.in_(ids), Entry.month == month)
        .group_by(Entry.account, Entry.book, Entry.service, Entry.kind)
        .tuples()
    )
    for account, book, service, kind, amount, kwh in moved:
        line = sums[account, book, service]
        sign = -1 if kind in ("payment", "refund", "quality") else 1
        line[_COLUMN[kind]] += sign * int(amount)
        line["kwh"] += int(kwh or 0)
    prices = _single_prices(ids, month)
    keys = set(before) | set(sums) | {(id, "principal", "energy") for id in ids}
    rows = []
    for account, book, service in sorted(keys):
        line = sums.get((account, book, service), {})
        opening = before.get((account, book, service), 0) + line.get("opening_kop", 0)
        charged, recalculated = line.get("charged_kop", 0), line.get("recalculated_kop", 0)
        quality, paid = line.get("quality_kop", 0), line.get("paid_kop", 0)
        rows.append(
            {
                "account": account,
                "month": month,
                "book": book,
                "service": service,
                "opening_kop": opening,
                "kwh": line.get("kwh", 0),
                "price_e5": prices.get(account) if (book, service) == ("principal", "energy") else None,
                "charged_kop": charged,
                "recalculated_kop": recalculated,
                "quality_kop": quality,
                "paid_kop": paid,
                "closing_kop": opening + charged + recalculated - quality - paid,
            }
        )
    for start in range(0, len(rows), 500):
        Statement.insert_many(rows[start : start + 500]).execute()
    _write_bills(rows, month)


def _write_bills(statements: Iterable[dict[str, Any]], month: Month) -> None:
    """What each account's bill asks for: the services together, and with the penalties."""
    owed: dict[int, dict[str, int]] = defaultdict(lambda: {"principal": 0, "penalty": 0})
    for row in statements:
        owed[row["account"]][row["book"]] += row["closing_kop"]
    bills = []
    for account, sums in owed.items():
        services = max(sums["principal"], 0)
        total = services + max(sums["penalty"], 0)
        bills.append({"account": account, "month": month, "services_kop": services, "total_kop": total})
    for start in range(0, len(bills), 500):
        Bill.insert_many(bills[start : start + 500]).execute()


def _single_prices(ids: list[int], month: Month) -> dict[int, int]:
    """The price of those accounts whose month was charged at one price."""
    rows = (
        Line.select(Entry.account, fn.MIN(Line.price_e5), fn.MAX(Line.price_e5))
        .join(Entry)
        .where(Entry.account.in_(ids), Entry.month == month, Entry.kind == "charge")
        .group_by(Entry.account)
        .tuples()
    )
    return {account: low for account, low, high in rows if low == high}
