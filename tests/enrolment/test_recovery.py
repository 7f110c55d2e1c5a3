"""Recovery of access: who gets a letter or a code, what it is good for, and what is left of the old state afterwards."""

from dataclasses import replace

import pytest
from playhouse.test_utils import count_queries

from nesk.accounts.models import Binding
from nesk.core import clock, config, settings
from nesk.core.actor import system
from nesk.core.db import transaction
from nesk.core.errors import Refused, TooOften
from nesk.core.events import EventRecord, drain
from nesk.credentials import challenges
from nesk.credentials.models import Challenge
from nesk.credentials.settings import CredentialSettings
from nesk.enrolment import recovery
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.payments.models import Card
from nesk.people.models import Identity, Person
from tests.enrolment.recovering import (
    BROWSER,
    IP,
    NEW,
    PASSWORD,
    ask,
    ask_code,
    code_to,
    keep_card,
    make_owner,
    move_in,
    newest,
    token_of,
    told,
    works,
)
from tests.wire import answer, http_server

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def nobody_is_written_to():
    """Messages are rows here, and their words stay in them. It is nine in the morning, and the bank answers."""
    with clock.stopped_at("2026-11-24 09:00"), recording_only(), http_server(answer({"errorCode": "0"})) as bank:
        config.use(replace(config.current(), bank_url=bank.url))
        yield


@pytest.fixture
def owner():
    return make_owner()


# --- by e-mail


def test_a_registered_address_gets_a_link_and_the_owner_learns_of_it_elsewhere_too(owner):
    assert recovery.ask_by_email(owner.email, browser=BROWSER, ip=IP) is True
    assert told(owner.person.id) == {("recovery_asked", "sms"), ("recovery_asked", "cabinet")}
    letter = newest(owner.email, "recovery_link")
    assert token_of(letter.text) in letter.html
    assert letter.link == ""
    assert recovery.by_link(token_of(letter.text)).person_id == owner.person.id


def test_an_unknown_address_is_told_and_nothing_is_sent(owner):
    with pytest.raises(Refused) as refused:
        recovery.ask_by_email("nobody@demo.nesk", browser=BROWSER, ip=IP)
    assert (refused.value.message, refused.value.field) == ("Указанный e-mail не зарегистрирован", "email")
    drain()
    assert (Challenge.select().count(), Message.select().count()) == (0, 0)


def test_an_address_that_is_not_confirmed_or_whose_cabinet_is_closed_is_unknown(owner):
    Identity.update(confirmed_at=None).where(Identity.value == owner.email).execute()
    with pytest.raises(Refused, match="не зарегистрирован"):
        recovery.ask_by_email(owner.email, browser=BROWSER, ip=IP)
    Identity.update(confirmed_at=clock.now()).where(Identity.value == owner.email).execute()
    Person.update(closed_at=clock.now()).where(Person.id == owner.person.id).execute()
    with pytest.raises(Refused, match="не зарегистрирован"):
        recovery.ask_by_email(owner.email, browser=BROWSER, ip=IP)
    assert Challenge.select().count() == 0


def test_a_neutral_answer_hides_whether_an_address_is_known(owner):
    settings.change(CredentialSettings, "recovery_neutral", True, by=system("test"))
    answers = [recovery.ask_by_email(email, browser=BROWSER, ip=IP) for email in (owner.email, "nobody@demo.nesk")]
    assert answers == [False, False]
    drain()
    assert Message.select().where(Message.template == "recovery_link").count() == 1
    missed = [
        row.facts for row in EventRecord.select().where(EventRecord.name == "RecoveryAsked").order_by(EventRecord.id)
    ]
    assert missed == [
        {"person_id": owner.person.id, "way": "email", "cards": 0},
        {"person_id": None, "way": "email", "cards": 0},
    ]


@pytest.mark.parametrize("way", ["email", "phone", "account"])
def test_a6_where_nothing_may_be_told_an_unknown_address_costs_as_many_queries(owner, way):
    settings.change(CredentialSettings, "recovery_neutral", True, by=system("test"))
    settings.load(CredentialSettings)
    asked = {
        "email": lambda email, phone, ip: recovery.ask_by_email(email, browser=BROWSER, ip=ip),
        "phone": lambda email, phone, ip: recovery.ask_by_phone(phone, browser=BROWSER, ip=ip),
        "account": lambda email, phone, ip: recovery.ask_by_account(phone, email, browser=BROWSER, ip=ip),
    }[way]
    counts = []
    for email, phone in ((owner.email, owner.phone), ("nobody@demo.nesk", "+79001112233")):
        with count_queries() as counter:
            asked(email, phone, f"198.51.100.{len(counts)}")
        counts.append(counter.count)
    assert counts[0] == counts[1]
    drain()
    assert {row.recipient for row in Message.select()} <= {owner.email, owner.phone, f"person:{owner.person.id}"}


# --- by account


@pytest.fixture
def home(owner):
    move_in(owner)


@pytest.mark.parametrize(
    "login", ["+79000000001", "8 (900) 000-00-01", "DOM1@demo.nesk", "230000000009", "2300 0000 0009", "2300-0000-0009"]
)
def test_s3_07_a_login_or_an_account_of_the_owner_brings_the_same_letter(owner, home, login):
    assert recovery.ask_by_account(login, owner.email, browser=BROWSER, ip=IP) is True
    assert recovery.by_link(token_of(newest(owner.email, "recovery_link").text)).person_id == owner.person.id


def test_s3_07_an_account_by_which_one_signs_in_will_do_too(owner):
    Identity.create(person=owner.person, kind="account", value="230000000099", confirmed_at=clock.now())
    assert recovery.ask_by_account("230000000099", owner.email, browser=BROWSER, ip=IP) is True


@pytest.mark.parametrize(
    ("login", "email"),
    [
        ("230000000009", "nobody@demo.nesk"),
        ("230000000009", "dom2@demo.nesk"),
        ("230000000099", "dom1@demo.nesk"),
        ("+79000000002", "dom1@demo.nesk"),
        ("", "dom1@demo.nesk"),
        ("' OR 1=1 --", "dom1@demo.nesk"),
        ("\0", "dom1@demo.nesk"),
    ],
)
def test_s3_07_every_pair_that_does_not_fit_is_answered_alike(owner, home, login, email):
    make_owner(2)
    with pytest.raises(Refused) as refused:
        recovery.ask_by_account(login, email, browser=BROWSER, ip=IP)
    assert (refused.value.message, refused.value.field) == (recovery.MISMATCH, "email")
    assert Challenge.select().count() == 0


def test_s3_07_an_account_that_is_bound_no_more_does_not_fit(owner, home):
    Binding.update(ended_at=clock.now()).execute()
    with pytest.raises(Refused, match="не подходят"):
        recovery.ask_by_account("230000000009", owner.email, browser=BROWSER, ip=IP)


# --- by phone


def test_s2_07_a_code_is_good_for_a_new_password_and_for_nothing_else(owner):
    id = ask_code(owner)
    assert told(owner.person.id) == {("recovery_asked", "email"), ("recovery_asked", "cabinet")}
    with pytest.raises(Refused):
        recovery.by_code(id, browser=BROWSER)
    recovery.prove_code(id, code_to(owner.phone), browser=BROWSER)
    challenge = recovery.by_code(id, browser=BROWSER)
    with pytest.raises(Refused):
        challenges.proved("registration", id, browser=BROWSER)
    recovery.set_password(challenge, NEW)
    assert (works(owner, NEW), works(owner, PASSWORD)) == (True, False)
    with pytest.raises(Refused):
        recovery.by_code(id, browser=BROWSER)


def test_an_unknown_phone_is_told_within_the_limits_and_looks_the_same_past_them(owner):
    for _ in range(recovery.TOLD_TO_ADDRESS):
        with pytest.raises(Refused) as refused:
            recovery.ask_by_phone("+79001112233", browser=BROWSER, ip=IP)
        assert (refused.value.message, refused.value.field) == ("Указанный номер телефона не зарегистрирован", "phone")
    unknown = recovery.ask_by_phone("+79001112233", browser=BROWSER, ip=IP)
    with pytest.raises(Refused) as wrong:
        recovery.prove_code(unknown.id, "000000", browser=BROWSER)
    known = ask_code(owner)
    with pytest.raises(Refused) as also_wrong:
        recovery.prove_code(known, "000000" if code_to(owner.phone) != "000000" else "111111", browser=BROWSER)
    assert wrong.value.message == also_wrong.value.message
    assert Message.select().where(Message.recipient == "+79001112233").count() == 0


def test_a_number_that_is_no_mobile_gets_no_sms(owner):
    Identity.update(value="+78612680000").where(Identity.kind == "phone").execute()
    with pytest.raises(Refused, match="не зарегистрирован"):
        recovery.ask_by_phone("+78612680000", browser=BROWSER, ip=IP)


def test_a7_five_wrong_tries_end_a_code_and_the_right_one_comes_too_late(owner):
    id = ask_code(owner)
    right = code_to(owner.phone)
    wrong = "000000" if right != "000000" else "111111"
    said = []
    for _ in range(6):
        with pytest.raises(Refused) as refused:
            recovery.prove_code(id, wrong, browser=BROWSER)
        said.append(refused.value.message)
    assert said[0] == "Код не подошёл. Проверьте последнее SMS: осталось попыток: 4."
    assert said[4:] == ["Попытки закончились. Запросите новый код."] * 2
    with pytest.raises(Refused):
        recovery.prove_code(id, right, browser=BROWSER)
    assert works(owner, PASSWORD)


def test_a7_a_code_of_one_browser_is_no_code_in_another(owner):
    id = ask_code(owner)
    with pytest.raises(Refused):
        recovery.prove_code(id, code_to(owner.phone), browser="c" * 64)
    recovery.prove_code(id, code_to(owner.phone), browser=BROWSER)
    with pytest.raises(Refused):
        recovery.by_code(id, browser="c" * 64)


def test_a7_a_code_dies_after_ten_minutes_and_its_permission_after_half_an_hour(owner):
    with clock.stopped_at("2026-11-24 10:00"):
        late, used = ask_code(owner, "c" * 64), None
    with clock.stopped_at("2026-11-24 10:01"):
        used = ask_code(owner)
        code = code_to(owner.phone)
    with clock.stopped_at("2026-11-24 10:10:59"):
        with pytest.raises(Refused):
            recovery.prove_code(late, "000000", browser="c" * 64)
        recovery.prove_code(used, code, browser=BROWSER)
    with clock.stopped_at("2026-11-24 10:40:58"):
        assert recovery.by_code(used, browser=BROWSER).id == used
    with clock.stopped_at("2026-11-24 10:41:00"), pytest.raises(Refused):
        recovery.by_code(used, browser=BROWSER)


def test_a_new_code_waits_for_its_minute_and_takes_the_place_of_the_old_one(owner):
    with clock.stopped_at("2026-11-24 10:00:00"):
        id = ask_code(owner)
        first = code_to(owner.phone)
    with clock.stopped_at("2026-11-24 10:00:30"), pytest.raises(TooOften) as early:
        recovery.send_again(id, browser=BROWSER, ip=IP)
    assert early.value.retry_after == 30
    with clock.stopped_at("2026-11-24 10:01:00"):
        assert Challenge.get_by_id(id).ended_at is None  # asking too early has not spoilt the code
        again = recovery.send_again(id, browser=BROWSER, ip=IP)
        second = code_to(owner.phone)
        if first != second:
            with pytest.raises(Refused):
                recovery.prove_code(again.id, first, browser=BROWSER)
        recovery.prove_code(again.id, second, browser=BROWSER)
        with pytest.raises(Refused):
            recovery.send_again(id, browser=BROWSER, ip=IP)
    assert EventRecord.select().where(EventRecord.name == "RecoveryAsked").count() == 1


# --- cards and spite


def test_p11_asking_puts_every_card_out_of_use_in_the_same_transaction(owner):
    keep_card(owner)
    keep_card(owner, "cc33-dd44")
    with pytest.raises(ZeroDivisionError), transaction():
        recovery.ask_by_email(owner.email, browser=BROWSER, ip=IP)
        assert Card.select().where(Card.state == "active").count() == 0
        assert 1 // 0
    assert Card.select().where(Card.state == "active").count() == 2
    assert Challenge.select().count() == 0

    recovery.ask_by_email(owner.email, browser=BROWSER, ip=IP)
    assert Card.select().where(Card.state == "active").count() == 0
    asked = EventRecord.get(EventRecord.name == "RecoveryAsked")
    assert asked.facts == {"person_id": owner.person.id, "way": "email", "cards": 2}
    assert EventRecord.select().where(EventRecord.name == "CardMadeUnusable").count() == 2


@pytest.mark.parametrize("way", ["phone", "account"])
def test_p11_whichever_way_it_was_asked_for(owner, way):
    keep_card(owner)
    if way == "phone":
        ask_code(owner)
    else:
        recovery.ask_by_account(owner.phone, owner.email, browser=BROWSER, ip=IP)
    assert [card.state for card in Card.select()] == ["unusable"]
    letter = newest(owner.email if way == "phone" else owner.phone, "recovery_asked")
    assert ("Привязанные карты отключены" in letter.text) == (way == "phone")


def test_the_fourth_asking_of_a_day_touches_nothing_and_looks_the_same(owner):
    with clock.stopped_at("2026-11-24 10:00"):
        tokens = [ask(owner, ip=f"203.0.113.{n}") for n in range(3)]
        keep_card(owner)
        assert recovery.ask_by_email(owner.email, browser=BROWSER, ip="203.0.114.1") is True
        drain()
        assert Message.select().where(Message.template == "recovery_link").count() == 3
        assert [card.state for card in Card.select()] == ["active"]
        assert recovery.by_link(tokens[2]).person_id == owner.person.id  # the owner's own link outlives the spite
    with clock.stopped_at("2026-11-25 10:00"):
        assert ask(owner) != ""
