"""A phone changes by a code that the new number got: six digits, ten minutes, five tries, one browser (A7, A8)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.core import clock, settings
from nesk.core import db as core_db
from nesk.core.actor import Actor, system
from nesk.core.errors import NotFound, Refused
from nesk.core.events import EventRecord, drain
from nesk.core.phones import parse_phone
from nesk.credentials import challenges, phone_change
from nesk.credentials.models import Challenge
from nesk.credentials.phone_change import (
    PHONE,
    SMS_PHONE,
    ask_phone_change,
    ask_sms_phone,
    confirm_phone,
    confirm_sms_phone,
)
from nesk.credentials.settings import CredentialSettings
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.people import contacts
from nesk.people.operations import register_person
from nesk.people.queries import identities, sms_phones
from tests.credentials.conftest import PHONE as OLD

NEW, BROWSER = "+79000000077", "b" * 64


@pytest.fixture(autouse=True)
def morning():
    with clock.stopped_at("2026-11-24 10:00:00"):
        yield


@pytest.fixture
def by(person):
    return Actor("person", person.id)


@pytest.fixture
def ask(person, by):
    """Ask for the change of the phone; gives the code as the SMS carries it, or None when none was sent."""

    def begin(phone=NEW, browser=BROWSER):
        ask_phone_change(person.id, phone, browser=browser, ip="10.0.0.1", by=by)
        return code_of(person.id, PHONE)

    return begin


def code_of(person_id, purpose):
    newest = Challenge.select().where(Challenge.person == person_id, Challenge.purpose == purpose)
    return challenges.secret_of(newest.order_by(Challenge.id.desc()).get().id)


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def refused(deed, *arguments, **named):
    with pytest.raises(Refused) as no:
        deed(*arguments, **named)
    return no.value


def test_the_number_that_got_the_code_becomes_the_phone_and_the_old_one_is_told(person, by, ask):
    code = ask()
    assert identities(person.id)["phone"] == OLD
    confirm_phone(person.id, f" {code[:3]} {code[3:]} ", browser=BROWSER, by=by)
    assert identities(person.id)["phone"] == NEW
    with recording_only():
        drain()
    told = Message.select().where(Message.template == "phone_changed").order_by(Message.id)
    assert [(row.channel, row.recipient) for row in told] == [
        ("email", "abonent@demo.nesk"),
        ("sms", OLD),
        ("cabinet", f"person:{person.id}"),
    ]
    assert [row.facts for row in EventRecord.select() if "+7" in str(row.facts)] == []
    assert refused(confirm_phone, person.id, code, browser=BROWSER, by=by).field == "code"


def test_five_tries_are_counted_and_the_sixth_is_none_even_with_the_right_code(person, by, ask):
    code = ask()
    for left in (4, 3, 2, 1):
        assert (
            f"осталось попыток: {left}."
            in refused(confirm_phone, person.id, wrong(code), browser=BROWSER, by=by).message
        )
    for typed in (wrong(code), code):
        said = refused(confirm_phone, person.id, typed, browser=BROWSER, by=by)
        assert (said.message, said.field) == ("Попытки закончились. Запросите новый код.", "code")
    assert identities(person.id)["phone"] == OLD


def test_a_code_is_for_one_browser_one_person_and_ten_minutes(person, by, ask):
    code = ask()
    stranger = register_person(phone="+79000000002", password="demo-2026", by=system("test"))
    for who, browser in ((person, "c" * 64), (stranger, BROWSER)):
        assert refused(confirm_phone, who.id, code, browser=browser, by=by).message == challenges.DEAD_CODE
    with clock.stopped_at("2026-11-24 10:10:01"):
        assert refused(confirm_phone, person.id, code, browser=BROWSER, by=by).message == challenges.DEAD_CODE
    assert identities(person.id)["phone"] == OLD


def test_a_code_for_a_further_number_does_not_change_the_phone(person, by):
    ask_sms_phone(person.id, NEW, browser=BROWSER, ip="", by=by)
    code = code_of(person.id, SMS_PHONE)
    assert refused(confirm_phone, person.id, code, browser=BROWSER, by=by).message == challenges.DEAD_CODE
    confirm_sms_phone(person.id, code, browser=BROWSER, by=by)
    assert (identities(person.id)["phone"], [row.phone for row in sms_phones(person.id)]) == (OLD, [NEW])


def test_a_second_press_within_the_minute_does_not_kill_the_sms_on_its_way(person, by, ask):
    code = ask()
    assert ask() is None
    with clock.stopped_at("2026-11-24 10:00:59"):
        assert challenges.seconds_to_wait(phone_change.awaited_code(PHONE, person.id, browser=BROWSER)) == 1
        phone_change.ask_again(PHONE, person.id, browser=BROWSER, ip="", by=by)
        confirm_phone(person.id, code, browser=BROWSER, by=by)
    assert identities(person.id)["phone"] == NEW


def test_past_the_limit_of_sms_the_code_on_its_way_stays_good(person, by, ask):
    """A8: «ещё раз» sends none that day, so it must not kill the last one either."""
    settings.change(CredentialSettings, "codes_a_day", 1, by=system("test"))
    code = ask()
    with clock.stopped_at("2026-11-24 10:01:10"):
        phone_change.ask_again(PHONE, person.id, browser=BROWSER, ip="10.0.0.1", by=by)
        assert code_of(person.id, PHONE) is None
        confirm_phone(person.id, code, browser=BROWSER, by=by)
    assert identities(person.id)["phone"] == NEW


def test_asking_for_another_number_kills_the_code_of_the_first(person, by, ask):
    code = ask()
    ask("+79000000078")
    assert refused(confirm_phone, person.id, code, browser=BROWSER, by=by).field == "code"
    assert identities(person.id)["phone"] == OLD


def test_a_new_code_replaces_the_old_one(person, by, ask):
    first = ask()
    with clock.stopped_at("2026-11-24 10:01:00"):
        phone_change.ask_again(PHONE, person.id, browser=BROWSER, ip="", by=by)
        second = code_of(person.id, PHONE)
        if first != second:  # once in a million they are the same
            refused(confirm_phone, person.id, first, browser=BROWSER, by=by)
        confirm_phone(person.id, second, browser=BROWSER, by=by)
    assert identities(person.id)["phone"] == NEW


def test_the_sixth_code_of_a_day_looks_the_same_and_is_not_sent(person, ask):
    """A8."""
    sent = []
    for minute in range(6):
        with clock.stopped_at(f"2026-11-24 11:{minute:02}:00"):
            sent.append(ask())
            assert phone_change.awaited_code(PHONE, person.id, browser=BROWSER).recipient == NEW
    assert [code is not None for code in sent] == [True] * 5 + [False]


def test_nothing_is_awaited_until_something_is_asked(person, by):
    for deed in (
        lambda: phone_change.ask_again(PHONE, person.id, browser=BROWSER, ip="", by=by),
        lambda: confirm_phone(person.id, "000000", browser=BROWSER, by=by),
    ):
        assert refused(deed).message == challenges.DEAD_CODE


def test_whose_number_it_is_is_told_only_to_whoever_holds_the_phone(person, by, ask):
    """A6."""
    register_person(phone=NEW, password="demo-2026", by=system("test"))
    code = ask()
    assert refused(confirm_phone, person.id, code, browser=BROWSER, by=by).message == contacts.TAKEN["phone"]
    assert identities(person.id)["phone"] == OLD


@pytest.mark.parametrize("number", [OLD, "+78619447740", "+78006000220"])
def test_the_same_number_and_one_that_takes_no_sms_are_refused(ask, number):
    assert refused(ask, number).field == "phone"
    assert Challenge.select().count() == 0


def test_a_number_is_edited_by_a_code_to_the_new_one(person, by):
    row = contacts.add_sms_phone(person.id, "+79000000011", by=by)
    ask_sms_phone(person.id, "+79000000012", replaces=row.id, browser=BROWSER, ip="", by=by)
    confirm_sms_phone(person.id, code_of(person.id, SMS_PHONE), browser=BROWSER, by=by)
    assert [each.phone for each in sms_phones(person.id)] == ["+79000000012"]
    stranger = register_person(phone="+79000000002", password="demo-2026", by=system("test"))
    with pytest.raises(NotFound):
        ask_sms_phone(stranger.id, "+79000000013", replaces=row.id, browser=BROWSER, ip="", by=by)


def test_a_number_deleted_in_another_tab_is_added_all_the_same(person, by):
    row = contacts.add_sms_phone(person.id, "+79000000011", by=by)
    ask_sms_phone(person.id, "+79000000012", replaces=row.id, browser=BROWSER, ip="", by=by)
    contacts.end_sms_phone(person.id, row.id, by=by)
    confirm_sms_phone(person.id, code_of(person.id, SMS_PHONE), browser=BROWSER, by=by)
    assert [each.phone for each in sms_phones(person.id)] == ["+79000000012"]


def test_fifty_tries_at_once_are_five_tries(person, by, ask, engine):
    """A7: the try is counted before it is compared, by the database."""
    code = ask()

    def guess(_):
        with core_db.connection(), clock.stopped_at("2026-11-24 10:00:00"):
            try:
                confirm_phone(person.id, wrong(code), browser=BROWSER, by=by)
            except Refused as no:
                return no.message
        return ""

    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(guess, range(50)))
    assert len([one for one in said if one.startswith("Код не подошёл")]) <= 4
    assert Challenge.get(Challenge.purpose == PHONE).tries == 5
    assert identities(person.id)["phone"] == OLD


def test_the_right_code_in_two_tabs_at_once_changes_the_phone_once(person, by, ask):
    code = ask()

    def enter(_):
        with core_db.connection(), clock.stopped_at("2026-11-24 10:00:00"):
            try:
                confirm_phone(person.id, code, browser=BROWSER, by=by)
            except Refused:
                return 0
        return 1

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(enter, range(4))) == 1
    assert identities(person.id)["phone"] == NEW
    assert EventRecord.select().where(EventRecord.name == "ContactChanged").count() == 1


@given(
    st.from_regex(r"9[0-24-9][0-9]{8}", fullmatch=True),
    st.sampled_from(["+7{}", "8{}", "{}"]),
    st.text(" -()\u00a0", max_size=3),
)
def test_however_a_number_is_typed_it_is_one_number(digits, prefix, between):
    typed = prefix.format(between.join(digits))
    parsed = parse_phone(typed)
    assert parsed in (None, "+7" + digits)
    assert parsed is not None or len(typed) > 40
