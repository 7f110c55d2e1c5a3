"""The ledger of a whole town: every rouble stands in it once, balances and statements are its sums, and it only grows."""

import itertools

import peewee
import pytest
from peewee import fn

from nesk.accounts.models import Account
from nesk.billing.closing import close_month
from nesk.billing.models import Balance, Entry, Line, Statement
from nesk.billing.operations import charge_reading, post_payment, reverse_reading
from nesk.branches.queries import open_month
from nesk.core import clock
from nesk.core.db import db
from nesk.metering.models import Reading
from nesk.metering.operations import submit_reading
from tests.district import BY, TODAY

SUM = fn.COALESCE(fn.SUM(Entry.amount_kop), 0)


def sums(*columns) -> dict:
    rows = Entry.select(*columns, fn.SUM(Entry.amount_kop)).group_by(*columns).tuples()
    return {row[:-1]: int(row[-1]) for row in rows}


@pytest.mark.both_engines
def test_balances_are_the_sums_of_the_entries(town):
    of = sums(Entry.account, Entry.book)
    wrong = {
        row.account_id: (row.principal_kop, row.penalty_kop)
        for row in Balance.select()
        if (row.principal_kop, row.penalty_kop)
        != (of.get((row.account_id, "principal"), 0), of.get((row.account_id, "penalty"), 0))
    }
    assert wrong == {}
    assert Balance.select().count() == Account.select().count()


def test_every_charge_is_the_sum_of_its_lines(town):
    rows = (
        Entry.select(Entry.id, Entry.amount_kop, fn.SUM(Line.amount_kop).alias("lines"), Entry.kwh, fn.SUM(Line.kwh))
        .join(Line)
        .group_by(Entry.id)
        .tuples()
    )
    assert [row for row in rows if (row[1], row[3]) != (int(row[2]), int(row[4]))] == []
    assert Entry.select().where(Entry.kind == "charge", Entry.kwh.is_null(), Entry.book == "principal").count() == 0


def test_statements_follow_one_another_and_end_at_the_ledger(town):
    kept: dict[tuple[int, str, str], list[Statement]] = {}
    for row in Statement.select().order_by(Statement.account, Statement.month):
        kept.setdefault((row.account_id, row.book, row.service), []).append(row)
    assert {account for account, _, _ in kept} == {row.id for row in Account.select(Account.id)}
    for rows in kept.values():
        for before, after in itertools.pairwise(rows):
            assert after.opening_kop == before.closing_kop
        for row in rows:
            moved = row.charged_kop + row.recalculated_kop - row.quality_kop - row.paid_kop
            assert row.closing_kop == row.opening_kop + moved
    last = {key: rows[-1] for key, rows in kept.items()}
    ledger = dict.fromkeys(last, 0)
    for (account, book, service, month), amount in sums(Entry.account, Entry.book, Entry.service, Entry.month).items():
        if month <= last[account, book, service].month:
            ledger[account, book, service] += amount
    assert {key: row.closing_kop for key, row in last.items()} == ledger


@pytest.mark.both_engines
def test_nothing_in_the_ledger_can_be_changed_or_taken_out(town):
    before = sums(Entry.account)
    for statement in (
        "UPDATE billing_entry SET amount_kop = 0",
        "DELETE FROM billing_entry",
        "DELETE FROM billing_line",
    ):
        with pytest.raises(peewee.PeeweeException), db.atomic():
            db.execute_sql(statement)
    assert sums(Entry.account) == before


@pytest.mark.both_engines
def test_a_month_is_closed_once_however_often_it_is_asked(town):
    month = open_month(Account.select(Account.branch).limit(1).scalar())
    with clock.stopped_at(clock.at((month + 1).first_day, 9)):
        close_month(month, by=BY)
        after = (Entry.select().count(), Statement.select().count(), sums(Entry.account))
        close_month(month, by=BY)
    assert (Entry.select().count(), Statement.select().count(), sums(Entry.account)) == after
    billed = Statement.select(Statement.account).where(Statement.month == month, Statement.book == "principal")
    assert {row.account_id for row in billed} == {row.id for row in Account.select(Account.id)}


@pytest.fixture
def reading(district) -> Reading:
    home = district.home
    return submit_reading(home.account.id, home.installation.id, ["1300"], source="internet", by=home.actor)


def owed(account_id: int) -> tuple[int, int]:
    row = Balance.get_or_none(Balance.account == account_id)
    return (row.principal_kop, row.penalty_kop) if row else (0, 0)


@pytest.mark.both_engines
def test_a_reading_is_charged_once_and_its_reversal_takes_back_exactly_that(reading):
    charge_reading(reading.id, by=BY)
    charged = owed(reading.account_id)
    assert charged == (82_200, 0)
    assert charge_reading(reading.id, by=BY) is False
    assert owed(reading.account_id) == charged
    reverse_reading(reading.id, by=BY)
    reverse_reading(reading.id, by=BY)
    assert owed(reading.account_id) == (0, 0)
    assert Entry.select(SUM).where(Entry.account == reading.account_id).scalar() == 0


@pytest.mark.both_engines
def test_a_payment_lessens_each_debt_by_its_own_part_once(district):
    account = district.home.account.id
    for _ in range(3):
        post_payment(77, account, principal_kop=10_000, penalty_kop=500, paid_on=TODAY, by=BY)
    assert owed(account) == (-10_000, -500)
    assert [(e.book, e.amount_kop) for e in Entry.select().order_by(Entry.id)] == [
        ("principal", -10_000),
        ("penalty", -500),
    ]
