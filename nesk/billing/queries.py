"""Reading about money: the balance, a month and how it was reckoned, the history; always for one account."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from peewee import JOIN, fn

from nesk.accounts.models import Account, Binding, Premises
from nesk.accounts.rules import RIGHT_NAMES, Deed, may
from nesk.billing.models import Balance, Entry, Line, Statement
from nesk.billing.pricing import prices_of
from nesk.billing.rules import PricedLine, due_on
from nesk.billing.settings import BillingSettings
from nesk.branches.models import Branch, Town
from nesk.branches.queries import last_closed_month, month_after, open_month
from nesk.core import clock, settings
from nesk.core.compiled import compiled
from nesk.core.formatting import day
from nesk.core.period import Month
from nesk.metering.models import Installation

SERVICE_NAMES = {"energy": "Электроснабжение", "odn": "Общедомовые нужды", "works": "Услуги"}
ICONS = {"apartment": "home", "house": "plug", "garage": "car", "business": "building"}


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An account as the switcher and the pages' heads show it; `debt_kop` is minus for an overpayment."""

    account: Account
    title: str
    debt_kop: int
    rights: str = "all"
    until_on: date | None = None
    way: str = ""
    """How it was bound."""

    def may(self, deed: str) -> bool:
        """Whether the person's right covers a deed of `accounts.rules.Deed`."""
        return may(self.rights, Deed(deed))

    @property
    def note(self) -> str:
        """What marks somebody else's account in the switcher: «только просмотр, до 31 декабря»; empty for one's own."""
        if self.rights == "all":
            return ""
        return RIGHT_NAMES[self.rights] + (f", до {day(self.until_on)}" if self.until_on else "")

    @property
    def id(self) -> int:
        return self.account.id  # type: ignore[no-any-return]

    @property
    def number(self) -> str:
        return self.account.number  # type: ignore[no-any-return]

    @property
    def address(self) -> str:
        return self.account.premises.address  # type: ignore[no-any-return]

    @property
    def icon(self) -> str:
        return ICONS[self.account.premises.kind]


def account_cards(person_id: int) -> list[AccountCard]:
    """The accounts a person has a right to now, with place, branch and balance, in one query."""
    return [
        _card(row.account, row.title, row.rights, row.until_on, row.way) for row in _bound(person_id, clock.today())
    ]


@compiled
def _bound(person: int, today: date) -> object:
    return (
        Binding.select(Binding, Account, Premises, Town, Branch, Balance)
        .join_from(Binding, Account)
        .join_from(Account, Premises)
        .join_from(Premises, Town)
        .join_from(Account, Branch)
        .join_from(Account, Balance, JOIN.LEFT_OUTER, on=(Balance.account == Account.id), attr="kept")
        .where(Binding.person == person, Binding.ended_at.is_null())
        .where(Binding.until_on.is_null() | (Binding.until_on >= today))
        .order_by(Account.number)
    )


def organization_cards(organization_id: int) -> list[AccountCard]:
    """The accounts of a legal entity, with place, branch and balance, in one query."""
    rows = (
        Account.select(Account, Premises, Town, Branch, Balance)
        .join_from(Account, Premises)
        .join_from(Premises, Town)
        .join_from(Account, Branch)
        .join_from(Account, Balance, JOIN.LEFT_OUTER, on=(Balance.account == Account.id), attr="kept")
        .where(Account.organization == organization_id)
        .order_by(Account.number)
    )
    return [_card(row, "") for row in rows]


def _card(
    account: Account, title: str, rights: str = "all", until_on: date | None = None, way: str = ""
) -> AccountCard:
    kept = getattr(account, "kept", None)
    debt = (kept.principal_kop or 0) + (kept.penalty_kop or 0) if kept else 0
    return AccountCard(account, title or account.premises.short_address, debt, rights, until_on, way)


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A row of the table of a month (S0-43): one service."""

    name: str
    opening_kop: int
    kwh: int
    price_e5: int | None
    charged_kop: int
    recalculated_kop: int
    quality_kop: int
    paid_kop: int
    closing_kop: int


@dataclass(frozen=True, slots=True)
class MonthView:
    """A billing month of an account: services, penalties apart, open or closed."""

    month: Month
    is_closed: bool
    lines: tuple[MonthLine, ...]
    penalty: MonthLine

    def total(self, column: str) -> int:
        """The sum of a column over the services (row «ИТОГО»)."""
        return sum(getattr(line, column) for line in self.lines)

    @property
    def due_kop(self) -> int:
        """«Всего к оплате» with penalties; never negative."""
        return max(self.total("closing_kop"), 0) + max(self.penalty.closing_kop, 0)


@dataclass(frozen=True, slots=True)
class BalanceView:
    """The panel «Баланс» (S0-29): how the open month has come to what is owed now."""

    view: MonthView
    due_on: date | None
    """The last day to pay the bill of the last closed month; empty when nothing is owed for it."""
    billed: Month | None

    @property
    def month(self) -> Month:
        return self.view.month

    @property
    def principal_kop(self) -> int:
        return self.view.total("closing_kop")

    @property
    def penalty_kop(self) -> int:
        return self.view.penalty.closing_kop

    @property
    def due_kop(self) -> int:
        return self.view.due_kop

    @property
    def overpaid_kop(self) -> int:
        return max(-self.principal_kop, 0)


def balance(account: Account) -> BalanceView:
    """What an account owes now and why."""
    billed = last_closed_month(account.branch_id)
    view = month_view(account.id, month_after(billed))
    shift = settings.load(BillingSettings).shift_weekend
    return BalanceView(view, due_on(billed, shift_weekend=shift) if billed and view.due_kop else None, billed)


def month_view(account_id: int, month: Month) -> MonthView:
    """A month of an account: from its statements when it is closed, from the ledger while it is open."""
    both = _statements(account_id, month - 1, month)
    rows = [row for row in both if row.month == month]
    before = [row for row in both if row.month != month]
    lines = (
        {(row.book, row.service): _from_statement(row) for row in rows}
        if rows
        else _from_ledger(account_id, month, before)
    )
    services = [line for (book, _), line in sorted(lines.items()) if book == "principal"]
    return MonthView(
        month, bool(rows), tuple(services or [_empty("energy")]), lines.get(("penalty", "energy"), _empty("energy"))
    )


@compiled
def _statements(account: int, since: Month, until: Month) -> object:
    return Statement.select().where(Statement.account == account, Statement.month >= since, Statement.month <= until)


def _empty(service: str, opening_kop: int = 0) -> MonthLine:
    return MonthLine(SERVICE_NAMES[service], opening_kop, 0, None, 0, 0, 0, 0, opening_kop)


def _from_statement(row: Statement) -> MonthLine:
    return MonthLine(
        SERVICE_NAMES[row.service],
        row.opening_kop,
        row.kwh,
        row.price_e5,
        row.charged_kop,
        row.recalculated_kop,
        row.quality_kop,
        row.paid_kop,
        row.closing_kop,
    )


def _from_ledger(account_id: int, month: Month, before: list[Statement]) -> dict[tuple[str, str], MonthLine]:
    openings = _openings(account_id, month, before)
    sums: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for book, service, kind, amount, kwh in _moved(account_id, month):
        sums[book, service][kind] += int(amount)
        sums[book, service]["kwh"] += int(kwh or 0)
    return {key: _ledger_line(key[1], openings.get(key, 0), sums[key]) for key in {*openings, *sums}}


@compiled
def _moved(account: int, month: Month) -> object:
    return (
        Entry.select(Entry.book, Entry.service, Entry.kind, fn.SUM(Entry.amount_kop), fn.SUM(Entry.kwh))
        .where(Entry.account == account, Entry.month >= month)
        .group_by(Entry.book, Entry.service, Entry.kind)
        .tuples()
    )


def _openings(account_id: int, month: Month, before: list[Statement]) -> dict[tuple[str, str], int]:
    """What each service stood at when the month began: the statements before it, or everything before it."""
    if before:
        return {(row.book, row.service): row.closing_kop for row in before}
    rows = (
        Entry.select(Entry.book, Entry.service, fn.SUM(Entry.amount_kop))
        .where(Entry.account == account_id, Entry.month < month)
        .group_by(Entry.book, Entry.service)
        .tuples()
    )
    return {(book, service): int(amount) for book, service, amount in rows}


def _ledger_line(service: str, opening: int, sums: dict[str, int]) -> MonthLine:
    opening += sums.get("opening", 0)
    recalculated = sums.get("recalculation", 0) + sums.get("correction", 0)
    quality, paid = -sums.get("quality", 0), -(sums.get("payment", 0) + sums.get("refund", 0))
    charged = sums.get("charge", 0)
    return MonthLine(
        SERVICE_NAMES[service],
        opening,
        sums.get("kwh", 0),
        None,
        charged,
        recalculated,
        quality,
        paid,
        opening + charged + recalculated - quality - paid,
    )


@dataclass(frozen=True, slots=True)
class ChargedLine:
    """How a part of a month's charge was reckoned."""

    zone: str
    range_no: int
    kwh: int
    price_e5: int
    amount_kop: int
    comment: str


def charged_lines(account_id: int, month: Month) -> list[ChargedLine]:
    """Zone × range × price of a month, with what was reversed left out."""
    undone = Entry.select(Entry.reverses).where(Entry.account == account_id, Entry.reverses.is_null(False))
    rows = (
        Line.select(Line, Entry)
        .join(Entry)
        .where(Entry.account == account_id, Entry.month == month, Entry.id.not_in(undone))
        .order_by(Line.entry, Line.range_no, Line.id)
    )
    return [
        ChargedLine(row.zone, row.range_no, row.kwh, row.price_e5, row.amount_kop, row.entry.comment) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A closed month in a list (S0-44, S0-46)."""

    month: Month
    opening_kop: int
    charged_kop: int
    paid_kop: int
    closing_kop: int
    penalty_kop: int
    kwh: int


def charges_history(account_id: int, *, since: Month, until: Month) -> list[HistoryLine]:
    """Closed months of an account, the newest first, in one query."""
    rows = (
        Statement.select()
        .where(Statement.account == account_id, Statement.month.between(int(since), int(until)))
        .order_by(Statement.month.desc())
    )
    months: dict[Month, list[Statement]] = defaultdict(list)
    for row in rows:
        months[row.month].append(row)
    return [_history_line(month, of) for month, of in months.items()]


def _history_line(month: Month, rows: list[Statement]) -> HistoryLine:
    main = [row for row in rows if row.book == "principal"]
    return HistoryLine(
        month,
        sum(row.opening_kop for row in main),
        sum(row.charged_kop + row.recalculated_kop - row.quality_kop for row in main),
        sum(row.paid_kop for row in main),
        sum(row.closing_kop for row in main),
        sum(row.closing_kop for row in rows if row.book == "penalty"),
        sum(row.kwh for row in main),
    )


def statement_years(account_id: int) -> list[int]:
    """Years that have closed months, the newest first."""
    rows = Statement.select(Statement.month).where(Statement.account == account_id).distinct()
    return sorted({row.month.year for row in rows}, reverse=True)


def charged_kwh_by_zone(account_id: int, *, since: Month) -> dict[Month, dict[str, int]]:
    """kWh by zone of every month since, for the chart of consumption."""
    months: dict[Month, dict[str, int]] = defaultdict(dict)
    for month, zone, kwh in _used(account_id, since):
        key = month if isinstance(month, Month) else Month.from_int(month)
        months[key][zone] = months[key].get(zone, 0) + int(kwh)
    return months


@compiled
def _used(account: int, since: Month) -> object:
    undone = Entry.select(Entry.reverses).where(Entry.account == account, Entry.reverses.is_null(False))
    return (
        Line.select(Entry.month, Line.zone, fn.SUM(Line.kwh))
        .join(Entry)
        .where(Entry.account == account, Entry.month >= since, Entry.service == "energy", Entry.id.not_in(undone))
        .group_by(Entry.month, Line.zone)
        .tuples()
    )


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a volume would cost if it were charged now."""

    amount_kop: int
    lines: tuple[PricedLine, ...]


def estimate(account: Account, installation: Installation, used: dict[str, int]) -> Estimate:
    """What a reading's volumes would cost in the open month («Проверить»). The account comes with its premises."""
    month = open_month(account.branch_id)
    already = (
        Entry.select(fn.SUM(Entry.kwh))
        .where(Entry.account == account.id, Entry.month == month, Entry.kind == "charge")
        .scalar()
        or 0
    )
    volumes = {str(zone): kwh for zone, kwh in used.items()}
    lines = prices_of(month).lines(
        account.tariff_category,
        account.premises,
        volumes,
        already_kwh=max(int(already), 0),
        has_ranges=account.kind == "person",
    )
    return Estimate(sum(line.amount_kop for line in lines), tuple(lines))


def one_rate(account: Account, month: Month) -> dict[str, int]:
    """First-range prices by zone, for the quick estimate beside the dials, in 1/100000 ₽."""
    prices = prices_of(month).by_category[account.tariff_category]
    return {zone: price for (zone, range_no), price in prices.items() if range_no == 1}
