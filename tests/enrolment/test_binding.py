"""Binding by what only the holder knows: what is evidence and what is not, one answer for every wrong try, letters to others."""

from datetime import date, timedelta

import pytest

from nesk.accounts import ending, sharing
from nesk.accounts.models import Account, Binding
from nesk.accounts.operations import ALREADY
from nesk.accounts.queries import account_of
from nesk.billing.models import Bill, Statement
from nesk.billing.queries import account_cards
from nesk.consents.models import Consent
from nesk.consents.operations import publish
from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.errors import NotFound, Refused
from nesk.core.events import EventRecord, drain
from nesk.core.period import Month
from nesk.credentials.models import Factor
from nesk.enrolment import binding
from nesk.enrolment.binding import SHOWN, WRONG, unbind_account
from nesk.metering.register import replace_meter
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.people.models import Identity, Person
from nesk.people.operations import register_person, set_password
from tests.district import BY, NOW, TODAY, make_branch, make_person, new_meter
from tests.enrolment.claims import (
    NUMBER,
    SERIAL,
    SUM,
    accounts,
    billed,
    bind,
    bound_to,
    moved,
    paid,
)
from tests.fieldwork.orders import at_once


@pytest.fixture(autouse=True)
def nobody_is_written_to():
    with recording_only():
        yield


@pytest.fixture
def bill(district, newcomer):
    billed(district.home.account.id)
    return district.home.account


def refused(person_id, *evidence, **more):
    """The refusal of a try, after which nothing has moved."""
    before = moved()
    with pytest.raises(Refused) as no:
        bind(person_id, *evidence, **more)
    assert moved() == before
    return no.value


# --- what is evidence (S0-12, S0-13, S4-14)


@pytest.mark.both_engines
def test_the_total_of_a_bill_binds_and_everything_about_it_is_noted(district, newcomer, bill):
    account = bind(newcomer.id, "1 284,56", number="2300 0000 0001")
    assert (account.id, bound_to(newcomer.id)) == (bill.id, [(NUMBER, "sum")])
    row = Binding.get(Binding.person == newcomer)
    assert (row.rights, row.until_on, row.bound_at) == ("all", None, clock.now())
    (event,) = EventRecord.select().where(EventRecord.name == "AccountBound")
    assert event.facts == {"binding_id": row.id, "person_id": newcomer.id, "account_id": bill.id}
    assert event.by == f"person:{newcomer.id}"
    (consent,) = Consent.select()
    assert (consent.purpose, consent.action, consent.account_id) == ("personal_data", "given", bill.id)
    assert (consent.sha256, consent.ip, consent.device) == (consent.document.sha256, "198.51.100.7", "Chromium")
    assert Account.get_by_id(bill.id).receipt_email == ""
    assert [card.number for card in account_cards(newcomer.id)] == [NUMBER]


@pytest.mark.parametrize("months_ago", [1, 12])
def test_a_bill_of_any_of_the_last_twelve_months_will_do(district, newcomer, months_ago):
    billed(district.home.account.id, month=Month.of(TODAY) - months_ago)
    assert bind(newcomer.id).number == NUMBER


def test_an_older_bill_and_an_older_payment_are_no_evidence(district, newcomer):
    billed(district.home.account.id, month=Month(2025, 10))
    paid(district.home.account.id, 99_901, date(2025, 10, 31))
    assert refused(newcomer.id).message == WRONG
    assert refused(newcomer.id, "999,01").message == WRONG


def test_with_penalties_both_totals_of_the_bill_will_do(district, newcomer):
    billed(district.home.account.id, 9_300_438, penalties=1_266_068)
    assert bind(newcomer.id, "105 665,06").number == NUMBER
    binding.unbind_account(newcomer.id, district.home.account.id, by=Actor("person", newcomer.id))
    assert bind(newcomer.id, "93004.38").number == NUMBER


@pytest.mark.both_engines
@pytest.mark.parametrize("on", [date(2025, 11, 1), date(2026, 11, 24)])
def test_a_payment_of_the_same_months_will_do_to_the_kopeck(district, newcomer, on):
    paid(district.home.account.id, 50_337, on, penalty=337)
    assert refused(newcomer.id, "503,36").message == WRONG
    bind(newcomer.id, "503,37")
    assert bound_to(newcomer.id) == [(NUMBER, "payment")]


def test_a_payment_that_has_not_come_is_no_evidence(district, newcomer):
    paid(district.home.account.id, 50_337, posted=False)
    assert refused(newcomer.id, "503,37").message == WRONG


@pytest.mark.parametrize("typed", [SERIAL, " 4100-0001 ", "№ 41000001"])
def test_the_number_of_the_meter_binds(district, newcomer, typed):
    bind(newcomer.id, typed, "meter")
    assert bound_to(newcomer.id) == [(NUMBER, "meter")]


def test_only_the_meter_that_works_at_that_moment_counts(district, newcomer):
    """B5: the number of the old meter stops working with the act, the new one's begins."""
    home = district.home
    replace_meter(
        home.account.id, home.installation.id, old_serial=SERIAL, finals=[1_250], new=new_meter(), on=TODAY, by=BY
    )
    assert refused(newcomer.id, SERIAL, "meter").message == WRONG
    assert refused(newcomer.id, "7700000", "meter").message == WRONG
    bind(newcomer.id, "77000001", "meter")
    assert bound_to(newcomer.id) == [(NUMBER, "meter")]


@pytest.fixture
def owner(district, newcomer) -> Person:
    """Whoever registered by the number of the account and has a password for it."""
    person = register_person(surname="Ковальчук", name="Марина", password="пароль-счёта-1", by=BY)
    Identity.create(person=person, kind="account", value=NUMBER, confirmed_at=clock.now())
    Binding.create(person=person, account=district.home.account, way="account", bound_at=clock.now())
    return person


@pytest.mark.both_engines
def test_the_accounts_own_password_binds_and_its_change_ends_that(district, newcomer, owner):
    """S4-14: at once, with a letter to whoever loses the account; other ways and the owner's own are left alone."""
    other, _, _ = make_person(78)
    bind(newcomer.id, "пароль-счёта-1", "password")
    bind(other.id, SERIAL, "meter")
    assert bound_to(newcomer.id) == [(NUMBER, "password")]
    drain()
    set_password(owner, "другой-пароль-2", by=BY)
    drain()
    assert (bound_to(newcomer.id), bound_to(other.id)) == ([], [(NUMBER, "meter")])
    assert bound_to(district.home.person.id) == [(NUMBER, "meter")]
    (ended,) = EventRecord.select().where(EventRecord.name == "AccountUnbound")
    assert (ended.facts["person_id"], ended.facts["reason"]) == (newcomer.id, "password")
    letters = Message.select().where(Message.template == "binding_password_changed").order_by(Message.id)
    assert [(row.person_id, row.channel) for row in letters] == [(newcomer.id, "email"), (newcomer.id, "cabinet")]
    assert refused(newcomer.id, "пароль-счёта-1", "password").message == WRONG
    bind(newcomer.id, "другой-пароль-2", "password")
    assert bound_to(newcomer.id) == [(NUMBER, "password")]


def test_a_password_that_we_issued_proves_nothing_until_it_is_changed(district, newcomer, owner):
    Person.update(password_issued_until=clock.now() + timedelta(hours=72)).where(Person.id == owner.id).execute()
    assert refused(newcomer.id, "пароль-счёта-1", "password").message == WRONG


def test_a_password_that_is_only_the_first_of_two_factors_proves_nothing(district, newcomer, owner):
    holder = {"holder_kind": "person", "holder_id": owner.id, "created_at": clock.now()}
    factor = Factor.create(kind="totp", confirmed_at=clock.now(), **holder)
    assert refused(newcomer.id, "пароль-счёта-1", "password").message == WRONG
    Factor.update(ended_at=clock.now()).where(Factor.id == factor.id).execute()
    assert bind(newcomer.id, "пароль-счёта-1", "password").number == NUMBER


def test_the_password_of_whoever_lost_the_account_proves_nothing(district, newcomer, owner):
    """Who registered by somebody's number and was unbound by staff does not come back by a password of his own."""
    unbind_account(owner.id, district.home.account.id, reason="staff", by=BY)
    assert refused(newcomer.id, "пароль-счёта-1", "password").message == WRONG
    assert refused(owner.id, "пароль-счёта-1", "password").message == WRONG
    assert Identity.select().where(Identity.kind == "account", Identity.value == NUMBER).count() == 0


def test_what_a_guest_was_shown_is_no_evidence(district, newcomer, bill):
    """A right to look is no right to become the holder, while it lasts nor for a year after (B5)."""
    home, by = district.home, Actor("person", newcomer.id)
    invited = sharing.invite(
        home.account.id, home.person.id, rights="view", title="Дочь", whom="relative", until_on=None, by=home.actor
    )
    sharing.accept(invited.token, newcomer.id, by=by)
    before = moved()
    for evidence, way in ((None, "sum"), (SERIAL, "meter")):
        no = refused(newcomer.id, *([evidence, way] if evidence else []))
        assert (no.message, no.field) == (SHOWN, "number")
    assert moved() == before
    ending.leave(newcomer.id, home.account.id, by=by)
    assert refused(newcomer.id, SERIAL, "meter").message == SHOWN
    with clock.stopped_at(clock.now() + timedelta(days=367)):
        assert bind(newcomer.id, SERIAL, "meter").number == NUMBER


def test_a_number_that_is_no_login_has_no_password(district, newcomer, owner):
    Identity.update(is_login=False).where(Identity.person == owner, Identity.kind == "account").execute()
    assert refused(newcomer.id, "пароль-счёта-1", "password").message == WRONG


def test_somebody_elses_change_of_password_ends_nothing(district, newcomer, owner):
    bind(newcomer.id, "пароль-счёта-1", "password")
    set_password(newcomer, "мой-новый-пароль-3", by=BY)
    drain()
    assert bound_to(newcomer.id) == [(NUMBER, "password")]


# --- the branch, the bills by e-mail


def test_a_chosen_branch_must_be_the_accounts(district, newcomer, bill):
    elsewhere = make_branch("arm", "Армавирэнергосбыт")
    assert refused(newcomer.id, branch_id=elsewhere.id).message == WRONG
    assert refused(newcomer.id, branch_id=0).message == WRONG
    assert bind(newcomer.id, branch_id=district.branch.id).number == NUMBER


BOTH = {"personal_data": 1, "e_bill": 1}


def test_bills_by_email_are_agreed_to_apart_and_end_with_the_binding(district, newcomer, bill):
    bind(newcomer.id, consents=BOTH)
    assert Account.get_by_id(bill.id).receipt_email == "dom77@demo.nesk"
    given = Consent.select().where(Consent.account == bill.id).order_by(Consent.id)
    assert [row.purpose for row in given] == ["personal_data", "e_bill"]
    binding.unbind_account(newcomer.id, bill.id, by=Actor("person", newcomer.id))
    assert Account.get_by_id(bill.id).receipt_email == ""


def test_an_address_that_bills_go_to_already_is_not_turned_away_by_a_newcomer(district, newcomer, bill):
    Account.update(receipt_email="owner@demo.nesk").where(Account.id == bill.id).execute()
    bind(newcomer.id, consents=BOTH)
    assert [row.purpose for row in Consent.select()] == ["personal_data"]
    drain()
    binding.unbind_account(newcomer.id, bill.id, by=Actor("person", newcomer.id))
    assert Account.get_by_id(bill.id).receipt_email == "owner@demo.nesk"
    told = Message.select().where(Message.template == "binding_by_other", Message.channel == "email")
    assert "owner@demo.nesk" in {row.recipient for row in told}


def test_another_address_that_the_person_named_ends_with_the_binding_too(district, newcomer, bill):
    bind(newcomer.id, consents=BOTH)
    Account.update(receipt_email="second@demo.nesk").where(Account.id == bill.id).execute()
    binding.unbind_account(newcomer.id, bill.id, by=Actor("person", newcomer.id))
    assert Account.get_by_id(bill.id).receipt_email == ""


# --- what is wrong with the form itself


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "12345678"}, "number"),
        ({"number": "230000000001\0"}, "number"),
        ({"way": ""}, "way"),
        ({"way": "invitation"}, "way"),
        ({"evidence": ""}, "sum"),
        ({"evidence": "много"}, "sum"),
        ({"evidence": "NaN"}, "sum"),
        ({"evidence": "-1284,56"}, "sum"),
        ({"evidence": "9,99"}, "sum"),
        ({"evidence": "0,00"}, "sum"),
        ({"way": "meter", "evidence": " №- "}, "serial"),
        ({"way": "password", "evidence": ""}, "account_password"),
        ({"consents": {}}, "consent"),
        ({"consents": {"e_bill": 1}}, "consent"),
        ({"consents": {"personal_data": 0}}, "consent"),
        ({"consents": {"personal_data": 1, "e_bill": 7}}, "e_bill"),
    ],
)
def test_what_cannot_be_right_is_refused_beside_its_field_and_not_counted(newcomer, bill, changes, field):
    more = {"evidence": "1284,56", "way": "sum"} | changes
    for _ in range(7):  # more than the five tries of an hour
        assert refused(newcomer.id, more["evidence"], more["way"], **_others(changes)).field == field
    assert EventRecord.select().where(EventRecord.name == "BindingRefused").count() == 0
    assert bind(newcomer.id).number == NUMBER


def _others(changes):
    return {name: value for name, value in changes.items() if name not in ("evidence", "way")}


def test_a_text_that_changed_meanwhile_is_read_again_before_it_is_agreed_to(newcomer, bill):
    """D2: the journal holds what was shown."""
    publish("personal_data", "Согласие", "Новый текст", by=BY)
    assert "Текст согласия изменился" in refused(newcomer.id).message
    bind(newcomer.id, consents={"personal_data": 2})
    assert Consent.get().document.version == 2


def test_bills_by_email_need_a_confirmed_email(newcomer, bill):
    Identity.update(confirmed_at=None).where(Identity.person == newcomer, Identity.kind == "email").execute()
    assert refused(newcomer.id, consents=BOTH).field == "e_bill"


# --- once, and whom it is told


@pytest.mark.both_engines
def test_two_tabs_at_once_make_one_binding(newcomer, bill):
    results = at_once(lambda _: bind(newcomer.id).number, count=5)
    assert sorted(str(each) for each in results) == [NUMBER, *["Refused"] * 4]
    assert bound_to(newcomer.id) == [(NUMBER, "sum")]
    assert Consent.select().count() == 1
    for _ in range(6):  # says so every time, and none of it is a failure
        assert refused(newcomer.id).message == ALREADY


def test_a_guests_narrow_right_gives_way_to_ones_own(district, newcomer, bill):
    guest = {"person": newcomer, "account": bill, "way": "invitation", "rights": "view", "bound_at": clock.now()}
    row = Binding.create(**guest)
    bind(newcomer.id)
    assert bound_to(newcomer.id) == [(NUMBER, "sum")]
    assert Binding.get_by_id(row.id).ended_at == clock.now()
    drain()
    assert Message.select().where(Message.template == "binding_ended").count() == 0


@pytest.mark.both_engines
def test_those_who_had_the_account_before_learn_of_the_newcomer_by_a_masked_name(district, newcomer, bill):
    """B4: the newcomer is not told of himself, the later one is told of the next, no full name leaves."""
    Person.update(surname="Белецкая", name="Вера", patronymic="Ильинична").where(Person.id == newcomer.id).execute()
    bind(newcomer.id)
    drain()
    third, _, _ = make_person(79)
    bind(third.id, SERIAL, "meter")
    drain()
    told = Message.select().where(Message.template == "binding_by_other").order_by(Message.id)
    assert [(row.person_id, row.channel) for row in told] == [
        (district.home.person.id, "email"),
        (district.home.person.id, "cabinet"),
        (district.home.person.id, "email"),
        (district.home.person.id, "cabinet"),
        (newcomer.id, "email"),
        (newcomer.id, "cabinet"),
    ]
    assert "Б***** В. И." in told[0].text
    assert "К***** М." in told[4].text
    assert not any("Белецкая" in row.text + row.html + row.subject for row in told)


def test_the_address_that_bills_go_to_is_told_even_if_nobody_has_the_account_in_a_cabinet(district, newcomer):
    """B4: the owner may have no cabinet at all."""
    account = accounts(district.branch, 1, receipt_email="owner@demo.nesk")[0]
    billed(account.id)
    bind(newcomer.id, number=account.number)
    drain()
    (letter,) = Message.select().where(Message.template == "binding_by_other")
    assert (letter.channel, letter.recipient, letter.person_id) == ("email", "owner@demo.nesk", None)


@pytest.mark.both_engines
def test_an_ended_binding_opens_nothing_from_that_moment(district, newcomer, bill):
    """B4, 8.3.2."""
    bind(newcomer.id)
    assert account_of(newcomer.id, NUMBER).id == bill.id
    binding.unbind_account(newcomer.id, bill.id, by=Actor("person", newcomer.id))
    with pytest.raises(NotFound):
        account_of(newcomer.id, NUMBER)
    assert account_cards(newcomer.id) == []
    assert bound_to(district.home.person.id) == [(NUMBER, "meter")]
    with pytest.raises(NotFound):
        binding.unbind_account(newcomer.id, bill.id, by=Actor("person", newcomer.id))
    drain()
    letters = Message.select().where(Message.template == "binding_ended").order_by(Message.id)
    assert [(row.person_id, row.channel) for row in letters] == [(newcomer.id, "email"), (newcomer.id, "cabinet")]
    assert bind(newcomer.id).number == NUMBER


# --- figures of bills


@pytest.mark.both_engines
def test_bills_are_the_sums_of_the_closed_months_of_the_whole_town(town):
    wanted = {}
    for row in Statement.select():
        sums = wanted.setdefault((row.account_id, row.month), {"principal": 0, "penalty": 0})
        sums[row.book] += row.closing_kop
    found = {(row.account_id, row.month): (row.services_kop, row.total_kop) for row in Bill.select()}
    assert found == {
        key: (max(sums["principal"], 0), max(sums["principal"], 0) + max(sums["penalty"], 0))
        for key, sums in wanted.items()
    }
    assert any(total > services for services, total in found.values())


def test_the_clock_stands_where_the_tests_think():
    with clock.stopped_at(NOW):
        assert (clock.today(), SUM) == (TODAY, 128_456)
