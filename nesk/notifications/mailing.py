"""A month is closed: letters to those who get their receipt by e-mail, notices to those who have the account in a cabinet.

Written set by set, each a transaction of its own that leaves word of where it stopped: a run that was killed goes on
from there. One event stands behind all of them, so that nobody is told twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from peewee import ModelSelect, fn

from nesk.accounts.models import Account, Binding, Premises
from nesk.accounts.queries import live
from nesk.billing.models import Statement
from nesk.core.events import record
from nesk.core.period import Month
from nesk.notifications.events import ReceiptsAnnounced
from nesk.notifications.models import Message
from nesk.notifications.operations import BY, beginning, in_words

CHUNK = 200
TEMPLATE = "receipt_ready"
LINK = "/cabinet/receipts/"


@dataclass(frozen=True, slots=True)
class Bill:
    """A line of the letter: an account and what is due on it."""

    account_number: str
    address: str
    due_kop: int
    """Negative: overpaid."""


def announce_receipts(event_id: int, branch_id: int, month: Month, *, after: int = 0) -> int:
    """Write the messages for the next accounts of a branch whose month is closed. Gives how many; 0 ends the mailing.

    Runs in the reaction's transaction. Somebody with several accounts is told once, of all of them.
    """
    accounts = list(
        _billed(branch_id, month)
        .where(Account.id > after)
        .where((Account.receipt_email != "") | Account.id.in_(_live_bindings()))
        .order_by(Account.id)
        .limit(CHUNK)
    )
    if not accounts:
        return 0
    rows = [*_letters(accounts, branch_id, month), *_notices(accounts, month)]
    for row in rows:
        row |= {"event": event_id, "template": TEMPLATE, **beginning(row["channel"])}
    # One list of columns for all rows: letters have no person, notices no html.
    columns = sorted({column for row in rows for column in row})
    empty = {"html": "", "person": None}
    whole = [{column: row.get(column, empty.get(column)) for column in columns} for row in rows]
    written = Message.insert_many(whole).on_conflict_ignore().as_rowcount().execute()
    record(ReceiptsAnnounced(event_id, branch_id, int(month), after, accounts[-1].id), by=BY)
    return int(written)


def _billed(branch_id: int, month: Month) -> ModelSelect:
    """Accounts of a branch that have a statement of the month."""
    statements = Statement.select(Statement.account).where(Statement.month == month)
    return (
        Account.select(Account, Premises).join(Premises).where(Account.branch == branch_id, Account.id.in_(statements))
    )


def _live_bindings() -> ModelSelect:
    return Binding.select(Binding.account).where(live())


def _letters(accounts: Iterable[Account], branch_id: int, month: Month) -> list[dict[str, object]]:
    """A letter an address, about every account of the branch that has it."""
    first = {account.receipt_email: account for account in reversed(list(accounts)) if account.receipt_email}
    theirs: dict[str, list[Account]] = defaultdict(list)
    for account in _billed(branch_id, month).where(Account.receipt_email.in_(list(first))).order_by(Account.id):
        theirs[account.receipt_email].append(account)
    due = _due([account.id for shared in theirs.values() for account in shared], month)
    found = []
    for address, shared in theirs.items():
        bills = [Bill(each.number, each.premises.short_address, due[each.id]) for each in shared]
        words = in_words(TEMPLATE, f"{LINK}?ls={shared[0].number}", month=month, bills=bills)["email"]
        found.append({"channel": "email", "recipient": address, "account": first[address].id, "link": LINK, **words})
    return found


def _notices(accounts: Iterable[Account], month: Month) -> list[dict[str, object]]:
    """A notice inside the cabinet for each person who has a right to one of the accounts: a guest sees the bill as well."""
    numbers = {account.id: account.number for account in accounts}
    due = _due(list(numbers), month)
    bound = Binding.select().where(Binding.account.in_(list(numbers)), live()).order_by(Binding.id)
    found: dict[int, dict[str, object]] = {}
    for binding in bound:
        number = numbers[binding.account_id]
        link = f"{LINK}?ls={number}"
        bill = Bill(number, "", due[binding.account_id])
        words = in_words(TEMPLATE, link, month=month, bills=[bill])["cabinet"]
        whose = {"person": binding.person_id, "recipient": f"person:{binding.person_id}"}
        found.setdefault(
            binding.person_id, {"channel": "cabinet", "account": binding.account_id, "link": link, **whose, **words}
        )
    return list(found.values())


def _due(account_ids: list[int], month: Month) -> dict[int, int]:
    """What the closed month left due on each account: both books, one's overpayment paying no debt of the other."""
    rows = (
        Statement.select(Statement.account, Statement.book, fn.SUM(Statement.closing_kop))
        .where(Statement.account.in_(account_ids), Statement.month == month)
        .group_by(Statement.account, Statement.book)
        .tuples()
    )
    owed: dict[int, int] = defaultdict(int)
    overpaid: dict[int, int] = defaultdict(int)
    for account, _, total in rows:
        owed[account] += max(int(total), 0)
        overpaid[account] += min(int(total), 0)
    return {account: owed[account] or overpaid[account] for account in account_ids}
