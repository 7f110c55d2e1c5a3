"""Strangers who try: one answer after the same work, limits that hold for everybody, sums that open too much (B1…B3)."""

import logging
import random
from bisect import bisect
from collections import Counter, defaultdict
from datetime import date

import argon2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playhouse.test_utils import count_queries

from nesk.accounts.models import Account, Premises
from nesk.accounts.operations import register_organization
from nesk.billing.models import Bill
from nesk.core import clock
from nesk.core import settings as company
from nesk.core.db import db, is_postgres
from nesk.core.errors import Refused, TooOften
from nesk.core.events import EventRecord
from nesk.core.limits import Counter as Tried
from nesk.enrolment import binding, queries
from nesk.enrolment.binding import ASK_WORD, WRONG
from nesk.enrolment.settings import EnrolmentSettings
from nesk.payments.models import Payment
from nesk.people.models import Identity
from nesk.people.operations import register_person
from tests.district import BY, make_branch, make_person
from tests.enrolment.claims import NUMBER, SERIAL, SUM, accounts, billed, bind, bound_to, moved, paid

HASHES = Counter()


@pytest.fixture
def hashes(monkeypatch):
    """How many passwords the hasher has looked at."""
    HASHES.clear()
    verify = argon2.PasswordHasher.verify

    def counted(*given, **more):
        HASHES["verified"] += 1
        return verify(*given, **more)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    return HASHES


def refusal(person_id, *evidence, **more):
    with pytest.raises(Refused) as no:
        bind(person_id, *evidence, **more)
    return no.value


# --- B1: one answer after the same work


@pytest.fixture
def targets(district, newcomer):
    """What a stranger may aim at, each wrong in its own way: number and branch by name."""
    billed(district.home.account.id)
    closed, unbilled = accounts(district.branch, 2)
    Account.update(closed_on=date(2026, 11, 1)).where(Account.id == closed.id).execute()
    firm = register_organization(
        name="ООО «Колос»", inn="2310999996", kpp="", contract_number="Д-1", branch=district.branch, by=BY
    )
    business = accounts(district.branch, 1, first=700, kind="business", organization=firm.id)[0]
    billed(closed.id, 77_731)
    billed(business.id, 77_733)
    elsewhere = make_branch("arm", "Армавирэнергосбыт")
    owner = register_person(surname="Ковальчук", password="пароль-счёта-1", by=BY)
    Identity.create(person=owner, kind="account", value=NUMBER, confirmed_at=clock.now())
    return {
        "no such account": {"number": "230000009999"},
        "wrong evidence": {"number": NUMBER},
        "closed account": {"number": closed.number},
        "legal entity": {"number": business.number},
        "never billed": {"number": unbilled.number},
        "another branch": {"number": NUMBER, "branch_id": elsewhere.id},
        "no such branch": {"number": NUMBER, "branch_id": 0},
    }


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("way", "wrong", "right", "looked_at"),
    [("sum", "777,32", "1284,56", 0), ("meter", "99999999", SERIAL, 0), ("password", "не-тот", "пароль-счёта-1", 1)],
)
def test_every_wrong_try_costs_the_same_and_is_answered_the_same(targets, hashes, way, wrong, right, looked_at):
    """B1: queries and hashes are counted; times are a matter of `make bench`."""
    found = {}
    for index, (what, aim) in enumerate(targets.items()):
        person, _, _ = make_person(200 + index)
        before = moved()
        company.forget()
        company.load(EnrolmentSettings)  # what a process reads every five seconds is no part of a try
        hashes.clear()
        with count_queries() as counted:
            no = refusal(person.id, right if "branch" in what else wrong, way, **aim)
        found[what] = (counted.count, hashes["verified"], no.message, no.field, type(no))
        assert moved() == before
    costs = set(found.values())
    assert len(costs) == 1, found
    assert costs.pop()[1:] == (looked_at, WRONG, None, Refused)


def test_a_closed_account_and_one_of_a_legal_entity_open_to_nobody(newcomer, targets):
    for what, kop in (("closed account", "777,31"), ("legal entity", "777,33")):
        assert refusal(newcomer.id, kop, **targets[what]).message == WRONG
    assert bound_to(newcomer.id) == []


# --- B2: limits


NOBODY = [f"2399{index:08}" for index in range(60)]
"""Accounts that do not exist: their limits are their own."""


def fail(person_id, *, number, ip="198.51.100.7"):
    return type(refusal(person_id, "1111,11", number=number, ip=ip))


def at(moment):
    return clock.stopped_at(f"2026-11-24 {moment}")


def test_a_person_has_five_failures_an_hour_and_fifteen_a_day(district, newcomer):
    """B2: past the limit the right answer is no answer either; the next window opens it again."""
    billed(district.home.account.id)
    numbers = iter(NOBODY)
    for hour in ("11:00", "12:00", "13:00"):
        with at(hour):
            assert [fail(newcomer.id, number=next(numbers)) for _ in range(6)] == [Refused] * 5 + [TooOften]
            assert refusal(newcomer.id).message.startswith("Слишком много попыток привязки. Повторите через")
    with at("14:00"):
        no = refusal(newcomer.id)
        assert (type(no), no.retry_after) == (TooOften, 13 * 3_600)
    assert bound_to(newcomer.id) == []
    with clock.stopped_at("2026-11-25 10:00"):
        assert bind(newcomer.id).number == NUMBER


def test_an_account_has_five_failures_a_day_from_anybody(district, newcomer):
    """B2: those who are past their own limit take nothing from it."""
    billed(district.home.account.id)
    stranger, _, _ = make_person(300)
    for number in NOBODY[:5]:
        fail(stranger.id, number=number)
    for _ in range(20):
        assert fail(stranger.id, number=NUMBER) is TooOften
    for index in range(4):
        assert fail(make_person(301 + index)[0].id, number=NUMBER, ip=f"203.0.{index}.9") is Refused
    assert bind(newcomer.id).number == NUMBER  # the fifth try is a good one, and gives its place back
    assert fail(make_person(310)[0].id, number=NUMBER, ip="203.0.10.9") is Refused
    latest, _, _ = make_person(311)
    assert type(refusal(latest.id, ip="203.0.11.9")) is TooOften
    with clock.stopped_at("2026-11-25 10:00"):
        assert bind(latest.id, ip="203.0.11.9").number == NUMBER


def test_a_network_has_thirty_failures_an_hour(district, newcomer):
    """B2: a /24 counts as one, whoever signs in from it."""
    billed(district.home.account.id)
    numbers = iter(NOBODY)
    for index in range(6):
        person, _, _ = make_person(400 + index)
        assert [fail(person.id, number=next(numbers), ip=f"203.0.113.{index}") for _ in range(5)] == [Refused] * 5
    assert type(refusal(newcomer.id, ip="203.0.113.250")) is TooOften
    assert bind(newcomer.id, ip="203.0.114.1").number == NUMBER


def test_good_tries_are_no_failures(district, newcomer):
    billed(district.home.account.id)
    for number in NOBODY[:4]:
        fail(newcomer.id, number=number)
    for _ in range(4):
        bind(newcomer.id)
        binding.unbind_account(newcomer.id, district.home.account.id, by=BY)
    assert fail(newcomer.id, number=NOBODY[5]) is Refused
    assert fail(newcomer.id, number=NOBODY[6]) is TooOften
    assert Tried.select().where(Tried.count < 0).count() == 0


def test_even_good_tries_end_at_twenty_a_day(district, newcomer):
    """Each of them writes to the others who have the account."""
    billed(district.home.account.id)
    for _ in range(20):
        bind(newcomer.id)
        binding.unbind_account(newcomer.id, district.home.account.id, by=BY)
    assert type(refusal(newcomer.id)) is TooOften
    assert bound_to(newcomer.id) == []


def test_while_refusals_pile_up_everybody_is_asked_for_a_word_and_whoever_watches_is_told_once(
    district, newcomer, caplog
):
    """B2: the breaker."""
    billed(district.home.account.id)
    for index, number in enumerate(NOBODY[:50]):
        fail(make_person(500 + index)[0].id, number=number, ip=f"10.0.{index}.1")
    assert queries.latest_tries() == queries.Tries(refused=50, bound=0)
    before = moved()
    with caplog.at_level(logging.ERROR):
        for _ in range(7):
            no = refusal(newcomer.id)
            assert (no.field, no.message) == ("captcha", ASK_WORD)
    assert moved() == before
    told = EventRecord.select().where(EventRecord.name == "BindingAttacked")
    assert [event.facts for event in told] == [{"refused": 50, "bound": 0}]
    assert [line.message for line in caplog.records] == ["binding is under attack: 50 refused, 0 bound in 15 minutes"]
    assert bind(newcomer.id, word_was_right=True).number == NUMBER
    with at("10:16"):
        assert not queries.latest_tries().are_attack
        assert bind(make_person(600)[0].id, SERIAL, "meter", ip="10.9.9.9").number == NUMBER


def test_staff_choose_when_the_breaker_opens(district, newcomer):
    company.change(EnrolmentSettings, "breaker_refusals", 2, by=BY)
    fail(newcomer.id, number=NOBODY[0])
    assert fail(newcomer.id, number=NOBODY[1]) is Refused
    assert refusal(newcomer.id, SERIAL, "meter").field == "captcha"


# --- B3: sums that open too much


def test_a_sum_that_opens_two_accounts_of_a_small_district_is_no_evidence(district, newcomer):
    billed(district.home.account.id)
    neighbour = accounts(district.branch, 1)[0]
    paid(neighbour.id, SUM)
    no = refusal(newcomer.id)
    assert (no.message, no.field) == (WRONG, None)
    assert bind(newcomer.id, SERIAL, "meter").number == NUMBER


SUMS = st.sampled_from([0, 999, 1_000, 100_000, 102_960, 128_456])
MONTHS = st.sampled_from([202510, 202511, 202610])
LEDGERS = st.lists(
    st.tuples(st.integers(0, 5), MONTHS, SUMS, SUMS), max_size=14, unique_by=lambda row: (row[0], row[1])
)
PAYMENTS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from([date(2025, 10, 31), date(2025, 11, 1), date(2026, 11, 2)]), SUMS),
    max_size=8,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ledger=LEDGERS, payments=PAYMENTS, asked=st.sampled_from([1_000, 100_000, 102_960, 128_456, 205_920]))
def test_what_a_sum_opens_is_counted_as_it_opens(district, ledger, payments, asked):
    """B3: the bounded count through the indexes agrees with asking every account."""
    if not Account.select().where(Account.number == "230000000500").exists():
        accounts(district.branch, 6)
    ids = [row.id for row in Account.select().where(Account.number.startswith("2300000005")).order_by(Account.id)]
    Bill.delete().execute()
    Payment.delete().execute()
    for index, month, services, penalties in ledger:
        Bill.create(account=ids[index], month=month, services_kop=services, total_kop=services + penalties)
    for index, on, kop in payments:
        if kop:
            paid(ids[index], kop, on)
    opened = {ids[i] for i, month, services, fine in ledger if month >= 202511 and asked in (services, services + fine)}
    opened |= {ids[i] for i, on, kop in payments if on >= date(2025, 11, 1) and kop == asked}
    assert {account for account in ids if queries.sum_proves(account, asked)} == opened
    for at_most in (1, 3, 10):
        assert min(queries.opened_by(asked, at_most=at_most), at_most + 1) == min(len(opened), at_most + 1)


@pytest.mark.both_engines
def test_a_sum_is_looked_up_through_indexes(database):
    """B3: a try must not read the whole ledger; the planner of an empty table would rather read it, so it is forbidden to."""
    asked = (
        (
            "billing_bill_services",
            "SELECT DISTINCT account_id FROM billing_bill WHERE services_kop = 1 AND services_kop > 0",
        ),
        (
            "billing_bill_total",
            "SELECT DISTINCT account_id FROM billing_bill WHERE total_kop = 1 AND total_kop > services_kop",
        ),
        (
            "payments_payment_sum",
            "SELECT DISTINCT account_id FROM payments_payment WHERE (principal_kop + penalty_kop) = 1 AND posted_at IS NOT NULL",
        ),
    )
    for index, query in asked:
        with db.atomic():
            if is_postgres():
                db.execute_sql("SET LOCAL enable_seqscan = off")
            rows = db.execute_sql(("EXPLAIN " if is_postgres() else "EXPLAIN QUERY PLAN ") + query).fetchall()
        assert index in str(rows), (index, rows)


def town_of(branch, count: int, dice: random.Random) -> list[int]:
    """So many accounts whose bills are what people's bills are: whole kilowatt-hours times one tariff, some paid in round
    sums, some with odd kopecks left over. Written straight into the tables: opening a hundred thousand takes minutes."""
    first = accounts(branch, 1, first=1_000)[0]
    place = Premises.get_by_id(first.premises_id)
    columns = {"branch": branch.id, "premises": place.id, "kind": "person", "opened_on": first.opened_on}
    for start in range(1, count, 2_000):
        numbers = [f"2300{1_000 + index:08}" for index in range(start, min(start + 2_000, count))]
        Account.insert_many([{"number": number, "search": number, **columns} for number in numbers]).execute()
    ids = [row for (row,) in Account.select(Account.id).where(Account.premises == place).order_by(Account.id).tuples()]
    bills, payments = [], []
    for account in ids:
        left = dice.choice((0, 0, 0, 0, dice.randint(1, 60_000)))
        for month in (202608, 202609, 202610):
            total = int(max(dice.gauss(180, 60), 20)) * 747 + left
            bills.append({"account": account, "month": month, "services_kop": total, "total_kop": total})
        if dice.random() < 0.3:
            payments.append((account, dice.choice((50_000, 100_000, 150_000, 200_000))))
    for start in range(0, len(bills), 5_000):
        Bill.insert_many(bills[start : start + 5_000]).execute()
    now, row = clock.now(), {"channel": "cash", "source": "Касса", "state": "paid", "penalty_kop": 0, "by": str(BY)}
    posted = [
        {
            **row,
            "account": account,
            "principal_kop": kop,
            "created_at": now,
            "posted_at": now,
            "paid_on": date(2026, 11, 3),
        }
        for account, kop in payments
    ]
    for start in range(0, len(posted), 2_000):
        Payment.insert_many(posted[start : start + 2_000]).execute()
    return ids


@pytest.mark.parametrize("count", [600, pytest.param(100_000, marks=pytest.mark.soak)])
def test_spraying_the_most_popular_sums_over_a_whole_town_opens_next_to_nothing(district, newcomer, count):
    """B2, B3: forty people who have agreed, each from a network of his own, solving every word on a picture."""
    dice = random.Random(20_261_124)
    ids = town_of(district.branch, count, dice)
    popular = Counter(kop for (kop,) in Bill.select(Bill.services_kop).tuples())
    popular.update(kop for (kop,) in Payment.select(Payment.principal_kop).tuples())
    numbers = {
        row.id: row.number for row in Account.select(Account.id, Account.number).where(Account.id.in_(ids[:500]))
    }
    sums = [kop for kop, _ in popular.most_common(60)] + [kop for kop, _ in popular.most_common()[-60:]]
    asked = opened = 0
    answers = set()
    for index in range(40):
        person, _, _ = make_person(700 + index)
        for number in dice.sample(list(numbers.values()), 12):
            kop = dice.choice(sums)
            try:
                bind(
                    person.id, f"{kop // 100},{kop % 100:02}", number=number, ip=f"10.1.{index}.5", word_was_right=True
                )
            except TooOften:
                continue
            except Refused as no:
                answers.add(no.message)
            else:
                opened += 1
            asked += 1
    assert answers == {WRONG}
    assert asked <= 40 * 5 + opened
    assert asked > 100
    # What a try can open at all: the share of accounts behind any sum that is evidence.
    most = max(count // 1_000, 1)
    opens = {kop: queries.opened_by(kop, at_most=count) for kop in sums}
    assert {kop for kop in sums if queries.is_common(kop)} == {kop for kop in sums if opens[kop] > most} != set()
    assert opened <= max(3, asked * 2 * most // count)


@pytest.mark.soak
def test_in_a_ledger_of_a_million_no_sum_opens_more_than_its_share(district):
    """B3 over the whole ledger: what is taken for evidence is never behind more than a thousandth of the accounts."""
    count = len(town_of(district.branch, 334_000, random.Random(17)))
    total = Account.select().count()
    holders = defaultdict(set)
    for account, kop in Bill.select(Bill.account, Bill.services_kop).tuples():
        holders[kop].add(account)
    for account, kop in Payment.select(Payment.account, Payment.principal_kop).tuples():
        holders[kop].add(account)
    assert Bill.select().count() > 1_000_000 - 3
    assert count > 333_000
    by_share = sorted(holders, key=lambda kop: len(holders[kop]))
    near = bisect(by_share, total // 1_000, key=lambda kop: len(holders[kop]))
    looked_at = {*by_share[:100], *by_share[-100:], *by_share[max(near - 200, 0) : near + 200]}
    wrong = [kop for kop in looked_at if queries.is_common(kop) != (len(holders[kop]) * 1_000 > total)]
    assert wrong == []
    assert 0 < near < len(by_share)


@pytest.mark.parametrize("typed", ["0,00", "5,00", "9,99", "10", "500", "1000", "1 000,00", "2000.00"])
def test_round_sums_that_everybody_pays_are_never_evidence(district, newcomer, typed):
    """B3: «0,00» and «1000,00» never."""
    kop = int(float(typed.replace(" ", "").replace(",", ".")) * 100)
    for account in [district.home.account, *accounts(district.branch, 3)]:
        if kop:
            paid(account.id, kop)
    no = refusal(newcomer.id, typed)
    assert no.message == WRONG if kop >= 1_000 else "Сумма меньше 10 ₽ не подойдёт" in no.message
    assert bound_to(newcomer.id) == []
