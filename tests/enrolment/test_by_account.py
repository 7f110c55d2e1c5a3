"""Registering by an account: one answer to every wrong one, nobody's account taken, a password that is spent (B1, B2, B4)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from playhouse.test_utils import count_queries

from nesk.accounts.models import Account, Binding
from nesk.accounts.operations import unbind
from nesk.consents.models import Consent
from nesk.core import clock, db
from nesk.core.errors import Refused, TooOften
from nesk.core.events import EventRecord
from nesk.core.limits import Counter
from nesk.credentials.models import Challenge
from nesk.enrolment import by_account
from nesk.enrolment.by_account import ASK_METER, FAILED, STALE, Place
from nesk.enrolment.registration import Agreement
from nesk.notifications.models import Message
from nesk.people import passwords
from nesk.people.models import Identity, Person, Session
from nesk.people.operations import set_password
from nesk.people.sessions import open_session
from tests.district import BY, make_home
from tests.enrolment.conftest import react

pytestmark = pytest.mark.usefixtures("documents")

NUMBER, NAME, SERIAL = "230000000002", "Ковальчук Марина", "41000002"
PHONE, EMAIL = "+79180000101", "new@demo.nesk"
HERE, ELSEWHERE = "a" * 64, "b" * 64
FROM = Agreement(ip="203.0.113.7", device="Chromium")


@pytest.fixture(autouse=True)
def free(district) -> Account:
    """An account of the district that nobody acts for."""
    home = make_home(district.branch, 2)
    unbind(home.person.id, home.account.id, by=BY)
    return home.account


def after(**more):
    return clock.stopped_at(clock.now() + timedelta(**more))


def prove(number=NUMBER, name=NAME, serial="", ip="203.0.113.7"):
    return by_account.prove(number, name, serial, agreement=Agreement(ip=ip))


def refusal(**wrong) -> str:
    with pytest.raises(Refused) as refused:
        prove(**wrong)
    return refused.value.message


def place(branch, **changes) -> Place:
    ours = {"town": "Краснодар", "street": "Одесская", "house": "2", "building": "", "flat": ""}
    return Place(branch_id=branch.id, **(ours | changes))


def register(*, phone=PHONE, email="", **proof) -> Person:
    return by_account.register_by_account(prove(**proof), phone=phone, email=email)


def issued_password() -> str:
    """The password as its messages say it."""
    react()
    text = Message.get(Message.template == "credentials", Message.channel == "sms").text
    return text.partition("пароль ")[2].partition(" ")[0]


def events_of(name) -> list[dict]:
    return [row.facts for row in EventRecord.select().where(EventRecord.name == name)]


# --- what proves


def test_the_holders_name_proves_and_names_the_person(free):
    person = register()
    assert (person.surname, person.name) == ("Ковальчук", "Марина")
    assert [(b.account_id, b.way, b.rights) for b in person.bindings] == [(free.id, "account", "all")]


def test_the_meter_proves_where_the_name_does_not_and_tells_no_name(free):
    assert refusal(name="Петров Пётр") == ASK_METER
    person = register(name="Петров Пётр", serial=SERIAL)
    assert person.full_name == "Абонент"
    assert [b.account_id for b in person.bindings] == [free.id]


def test_the_address_proves(district, free):
    proved = by_account.prove_place(NUMBER, place(district.branch), agreement=FROM)
    assert (proved.account_id, proved.is_holder) == (free.id, False)


@pytest.mark.parametrize(
    "changes",
    [{"town": "Армавир"}, {"street": "Красная"}, {"house": "3"}, {"building": "1"}, {"flat": "5"}],
    ids=lambda each: next(iter(each)),
)
def test_an_address_must_fit_whole(district, changes):
    with pytest.raises(Refused, match="не совпали с нашими"):
        by_account.prove_place(NUMBER, place(district.branch, **changes), agreement=FROM)


def test_another_branch_is_another_address(district):
    with pytest.raises(Refused) as refused:
        wrong = Place(district.branch.id + 1, "Краснодар", "Одесская", "2", "", "")
        by_account.prove_place(NUMBER, wrong, agreement=FROM)
    assert refused.value.message == FAILED


WRONG = {
    "no such account": {"number": "239999999999"},
    "another name": {"name": "Петров Пётр"},
    "an account that is held": {"number": "230000000001", "serial": "41000001"},
}


@pytest.mark.parametrize(
    "wrong", [{k: v for k, v in each.items() if k != "serial"} for each in WRONG.values()], ids=WRONG
)
def test_before_the_meter_every_cause_has_one_sentence(wrong):
    """B1."""
    assert refusal(**wrong) == ASK_METER


@pytest.mark.parametrize("wrong", [{"serial": "99999999", **each} for each in WRONG.values()], ids=WRONG)
def test_after_it_every_cause_has_one_sentence(wrong):
    """B1."""
    before = Person.select().count()
    assert refusal(**{"name": "Петров Пётр", **wrong}) == FAILED
    assert Person.select().count() == before


@pytest.mark.parametrize("spoil", [{"closed_on": clock.today()}, {"kind": "business"}])
def test_a_closed_account_and_one_of_a_firm_answer_the_same(free, spoil):
    if "kind" in spoil:
        from nesk.accounts.operations import register_organization

        firm = register_organization(
            name="ООО «Проба»", inn="2310999996", kpp="", contract_number="1", branch=free.branch, by=BY
        )
        spoil = {**spoil, "organization": firm.id}
    Account.update(**spoil).where(Account.id == free.id).execute()
    assert refusal() == ASK_METER
    assert refusal(serial=SERIAL) == FAILED


def test_an_unknown_number_costs_as_many_questions_as_a_known_one():
    """B1: no difference by the clock."""
    asked = []
    for wrong in (
        {"number": "239999999999", "name": "Петров Пётр", "serial": "99999999"},
        {"name": "Петров Пётр", "serial": "99999999"},
        {"number": "230000000001", "name": "Петров Пётр", "serial": "99999999"},
    ):
        with count_queries() as counter:
            refusal(**wrong)
        asked.append(counter.count)
    assert len(set(asked)) == 1


# --- how often it may be tried


def test_five_failures_a_day_for_one_account_from_anywhere():
    """B2: 5/day per account number from anyone."""
    for number in range(5):
        refusal(name="Петров Пётр", ip=f"10.0.{number}.1")
    with pytest.raises(TooOften):
        prove(ip="10.0.9.1")
    with after(days=1):
        assert prove(ip="10.0.9.1")


def test_thirty_failures_an_hour_from_one_network():
    """B2: 30/h per /24."""
    for number in range(30):
        refusal(number=f"2399999999{number:02}", ip=f"203.0.113.{number}")
    with pytest.raises(TooOften):
        prove(ip="203.0.113.200")
    assert prove(ip="203.0.114.1")


def test_whoever_is_past_their_own_limit_takes_nothing_from_the_account():
    for number in range(30):
        refusal(number=f"2399999999{number:02}")
    for _ in range(10):
        with pytest.raises(TooOften):
            prove(name="Петров Пётр")
    assert prove(ip="198.51.100.1")


def test_a_success_costs_nobody_a_try():
    for _ in range(20):
        assert prove()


# --- an account that is held


def test_who_holds_an_account_hears_of_somebody_who_knew_it_well(district):
    """B4: once a day, and only of those who knew it."""
    held = {"number": "230000000001"}
    refusal(**held, name="Петров Пётр", serial="99999999")
    assert events_of("AccountTried") == []
    assert refusal(**held) == ASK_METER
    assert refusal(**held, serial="41000001") == FAILED
    assert events_of("AccountTried") == [{"account_id": district.home.account.id}]
    react()
    told = [(m.channel, m.person_id) for m in Message.select().where(Message.template == "account_tried")]
    assert sorted(told) == [("cabinet", district.home.person.id), ("email", district.home.person.id)]


def test_an_account_that_somebody_signs_in_by_is_held_too(free, district):
    Identity.create(person=district.home.person, kind="account", value=NUMBER, confirmed_at=clock.now())
    assert refusal() == ASK_METER


def test_of_two_who_prove_one_account_at_once_one_gets_it(free):
    proofs = [prove(), prove(name="Петров Пётр", serial=SERIAL)]
    now, before = clock.now(), Person.select().count()

    def finish(number: int) -> bool:
        with clock.stopped_at(now), db.connection():
            try:
                by_account.register_by_account(proofs[number % 2], phone=f"+7918000020{number}")
            except Refused:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(finish, range(4))) == 1
    assert Person.select().count() == before + 1
    assert Binding.select().where(Binding.account == free, Binding.ended_at.is_null()).count() == 1
    assert len(events_of("AccountPasswordIssued")) == 1


# --- the proof on its way to the next page


def test_a_ticket_carries_the_proof_for_half_an_hour_in_one_browser():
    proved = prove()
    ticket = by_account.ticket(proved, browser=HERE)
    assert by_account.of_ticket(ticket, browser=HERE) == proved
    assert NUMBER not in ticket
    with after(minutes=29, seconds=59):
        assert by_account.of_ticket(ticket, browser=HERE) == proved
    for late in (31, 60 * 24):
        with after(minutes=late), pytest.raises(Refused, match=STALE):
            by_account.of_ticket(ticket, browser=HERE)


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: "", lambda t: "x" * 200, lambda t: t.swapcase(), lambda t: "\x00й"]
)
def test_an_invented_or_foreign_ticket_is_a_stale_one(spoil):
    ticket = by_account.ticket(prove(), browser=HERE)
    with pytest.raises(Refused, match=STALE):
        by_account.of_ticket(spoil(ticket), browser=HERE)
    with pytest.raises(Refused, match=STALE):
        by_account.of_ticket(ticket, browser=ELSEWHERE)


# --- the password of ours


def test_login_and_password_go_to_the_phone_and_the_email_and_are_kept_nowhere(free):
    person = register(email=EMAIL)
    password = issued_password()
    assert len(password) >= 14
    assert passwords.matches(Person.get_by_id(person.id).password_hash, password)
    sent = {m.channel: m for m in Message.select().where(Message.template == "credentials")}
    assert {channel: m.recipient for channel, m in sent.items()} == {"sms": PHONE, "email": EMAIL}
    assert all(NUMBER in m.text and password in m.text for m in sent.values())
    assert "Настоятельно рекомендуется при первой же возможности сменить пароль" in sent["email"].text
    assert not [row for row in EventRecord.select() if password in str(row.facts) or PHONE in str(row.facts)]
    assert all(row.sealed == "" for row in Challenge.select())


def test_the_password_is_to_be_changed_and_lives_three_days(free):
    person = register()
    assert person.password_issued_until == clock.now() + timedelta(hours=72)
    assert person.password_changed_at is None
    assert [(i.kind, i.value, i.is_login) for i in person.identities] == [("account", NUMBER, True)]
    assert [c.purpose for c in Consent.select().where(Consent.person == person)] == ["personal_data"]


def test_past_the_limits_of_sms_nothing_is_registered(free):
    """A8: what cannot be told to the phone must not be done."""
    proved, before = prove(), Person.select().count()
    by_account.may_send(PHONE, "203.0.113.7")
    with pytest.raises(TooOften) as refused:
        by_account.register_by_account(proved, phone=PHONE)
    assert refused.value.field == "phone"
    assert Person.select().count() == before
    assert Binding.select().where(Binding.account == free, Binding.ended_at.is_null()).count() == 0


def test_a_spent_ticket_takes_nothing_from_the_number_that_is_typed(free):
    """A8: whoever has registered once posts the same ticket with somebody else's number."""
    proved = prove()
    by_account.register_by_account(proved, phone=PHONE)
    before = Counter.select(Counter.key, Counter.count).order_by(Counter.key).tuples()[:]
    for _ in range(5):
        with pytest.raises(Refused) as refused:
            by_account.register_by_account(proved, phone="+79180000102")
        assert refused.value.message == FAILED
    assert Counter.select(Counter.key, Counter.count).order_by(Counter.key).tuples()[:] == before
    assert by_account.may_send("+79180000102", "203.0.113.7")


def test_a_password_of_ones_own_proves_the_only_phone_it_went_to():
    person = register()
    set_password(Person.get_by_id(person.id), "осенний трамвай 9", by=BY)
    react()
    assert sorted((i.kind, i.value) for i in person.identities) == [("account", NUMBER), ("phone", PHONE)]
    assert PHONE in Person.get_by_id(person.id).search


def test_where_a_letter_went_too_neither_is_proved_and_the_person_is_asked():
    person = register(email=EMAIL)
    set_password(Person.get_by_id(person.id), "осенний трамвай 9", by=BY)
    react()
    assert [i.kind for i in person.identities] == ["account"]
    asked = Message.get(Message.template == "contacts_unproved")
    assert (asked.channel, asked.person_id) == ("cabinet", person.id)


def test_a_phone_that_is_somebody_elses_by_then_stays_theirs(district):
    person = register(phone=district.home.phone)
    set_password(Person.get_by_id(person.id), "осенний трамвай 9", by=BY)
    react()
    assert [i.kind for i in person.identities] == ["account"]
    assert Identity.get(Identity.value == district.home.phone).person_id == district.home.person.id


def test_a_registration_that_nobody_used_is_undone_and_the_account_is_free_again(free):
    person = register()
    open_session("person", person.id)
    with after(hours=84, seconds=-1):
        assert by_account.withdraw_unused() == 0
    with after(hours=84, seconds=1):
        assert by_account.withdraw_unused() == 1
        assert by_account.withdraw_unused() == 0
        assert prove()
    gone = Person.get_by_id(person.id)
    assert (gone.full_name, gone.password_hash, gone.search) == ("Абонент", "", "")
    assert gone.closed_at is not None
    assert Identity.select().where(Identity.person == person).count() == 0
    assert Session.select().where(Session.ended_at.is_null()).count() == 0
    assert Binding.select().where(Binding.person == person, Binding.ended_at.is_null()).count() == 0
    assert events_of("RegistrationWithdrawn") == [{"person_id": person.id}]


def test_a_registration_that_was_used_stays():
    person = register()
    set_password(Person.get_by_id(person.id), "осенний трамвай 9", by=BY)
    with after(days=30):
        assert by_account.withdraw_unused() == 0
    assert Person.get_by_id(person.id).closed_at is None
