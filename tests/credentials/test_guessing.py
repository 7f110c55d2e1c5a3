"""Who guesses gains nothing by what we count, and who is guessed at loses nothing by it (A3, A7, A11)."""

from datetime import timedelta

import pyotp
import pytest

from nesk.core import clock, events
from nesk.core.actor import Actor, system
from nesk.core.errors import Refused, TooOften
from nesk.core.events import EventRecord
from nesk.credentials import challenges, factor_codes, factors, passwords, proof, remembering
from nesk.credentials.factors import Holder
from nesk.credentials.models import Factor
from nesk.credentials.sign_in import Door, asks_captcha, sign_in
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.people.models import Person, Session
from nesk.people.operations import set_password
from nesk.people.passwords import hashed
from nesk.people.queries import signed_in, token_hash
from nesk.people.sessions import open_session
from tests.credentials.conftest import EMAIL, PASSWORD, PHONE

BY = system("test")
MINE, THEIRS = "a" * 64, "b" * 64
THIEF, OWNER = Door("person", EMAIL, "email", ip="203.0.113.9"), Door("person", EMAIL, "email", ip="95.24.17.3")


def human() -> None:
    """Somebody who reads pictures."""


def guessed(times: int):
    """A thief who reads pictures fails so many times, waiting as told; gives the moment after."""
    at, done = clock.now(), 0
    while done < times:
        with clock.stopped_at(at):
            try:
                sign_in(THIEF, "wrong", answer=human)
            except TooOften as often:
                at += timedelta(seconds=often.retry_after)
                continue
            except Refused:
                done += 1
        at += timedelta(seconds=1)
    return at


def test_a_code_that_went_to_nobody_is_never_guessed(database, monkeypatch):
    """A7: past the limits of SMS the page looks the same, and no guess at it is ever right."""
    monkeypatch.setattr(challenges.secrets, "randbelow", lambda n: 123_456)
    with clock.stopped_at("2026-11-24 10:00"):
        sent = challenges.ask_code("phone", PHONE, browser=MINE)
        assert challenges.prove_code("phone", PHONE, "123456", browser=MINE).id == sent.id
        for number in range(3):
            browser = f"{number:064}"
            assert challenges.ask_code("phone", PHONE, browser=browser).sealed == ""
            with pytest.raises(Refused, match="не подошёл"):
                challenges.prove_code("phone", PHONE, "123456", browser=browser)


def test_a_stranger_who_names_the_same_person_kills_no_code_on_its_way(person):
    with clock.stopped_at("2026-11-24 10:00"):
        mine = challenges.ask_code("recovery", PHONE, browser=MINE, person_id=person.id)
        code = challenges.secret_of(mine.id)
    with clock.stopped_at("2026-11-24 10:00:20"):
        challenges.ask_code("recovery", PHONE, browser=THEIRS, person_id=person.id)
        assert challenges.prove_code("recovery", PHONE, code, browser=MINE).id == mine.id


@pytest.mark.parametrize("failures", [33, 37])
def test_an_owner_comes_in_at_the_first_try_when_no_pause_is_running(person, failures):
    """A3: a try that gives the word spends the pause by itself; it need not be begun by a try before it."""
    with clock.stopped_at(guessed(failures) + timedelta(hours=1)):
        assert sign_in(OWNER, PASSWORD, answer=human).id == person.id


def test_posts_without_the_word_begin_no_pause(person):
    at = guessed(37) + timedelta(hours=1)
    with clock.stopped_at(at):
        for _ in range(20):
            with pytest.raises(Refused) as refused:
                sign_in(THIEF, "x")
            assert refused.value.field == "captcha"
        assert sign_in(OWNER, PASSWORD, answer=human).id == person.id


def test_a_new_password_puts_an_end_to_what_was_counted_of_the_old_one(person):
    with clock.stopped_at(guessed(37)):
        assert asks_captcha(OWNER)
        set_password(person, "осенний трамвай 9", by=Actor("person", person.id))
        assert not asks_captcha(OWNER)
        assert sign_in(OWNER, "осенний трамвай 9").id == person.id


def test_a_new_password_frees_the_second_step_too(person):
    holder, by = Holder("person", person.id), Actor("person", person.id)
    with clock.stopped_at("2026-11-24 10:00"):
        key = factor_codes.key_of(factor_codes.prepare_application(holder, by=by))
        code = factor_codes.pyotp.TOTP(key).at(clock.now())
        papers = factor_codes.confirm_application(holder, code, by=by)
        for _ in range(5):
            with pytest.raises(Refused):
                factor_codes.accept_code(holder, "000000")
        with pytest.raises(TooOften):
            factor_codes.accept_code(holder, papers[0])
        set_password(person, "осенний трамвай 9", by=by)
        factor_codes.accept_code(holder, papers[0])
        assert factors.protection(holder).papers_left == len(papers) - 1


def test_a_lost_factor_takes_the_remembered_devices_along(person):
    token = open_session("person", person.id, remember=True, device="Chrome")
    link = remembering.remember(person.id, token)
    now = clock.now()
    Factor.create(holder_kind="person", holder_id=person.id, kind="totp", created_at=now, confirmed_at=now)
    factors.reset(Holder("person", person.id), by=BY)
    with recording_only():
        events.drain()
    assert remembering.resume(link.cookie, ip="95.24.17.3", device="Chrome") is None


def test_what_ended_a_session_ends_its_chain_before_it_is_given(person):
    """A5: a sign-in that a new password overtook is remembered nowhere."""
    token = open_session("person", person.id, remember=True)
    set_password(person, "осенний трамвай 9", by=BY)
    with pytest.raises(Refused, match="Вход завершён"):
        remembering.remember(person.id, token)


@pytest.mark.parametrize(
    ("addresses", "are_one"),
    [
        ([f"2001:db8:1:2::{n:x}" for n in range(1, 4)], True),
        ([f"2001:db8:1:{n:x}::1" for n in range(1, 4)], False),
        (["::ffff:203.0.113.9", "203.0.113.9", "::ffff:cb00:7109"], True),
        (["203.0.113.9", "203.0.113.10", "203.0.113.11"], False),
        (["2001:db8::1", "203.0.113.9", "не адрес"], False),
    ],
)
def test_of_ipv6_everybody_has_a_whole_network_and_it_counts_as_one_address(database, addresses, are_one):
    """A3: changing the last half of an address begins no new count."""
    for number, ip in enumerate(addresses):
        with pytest.raises(Refused):
            sign_in(Door("person", f"nobody-{number}@nesk.example", "email", ip=ip), "wrong", answer=human)
    assert asks_captcha(Door("person", "another@nesk.example", "email", ip=addresses[-1])) is are_one


def test_guessing_slowly_at_the_second_step_is_told_too(person):
    """Four wrong codes in each five minutes never use up those of five minutes, and use up those of the day."""
    holder = Holder("person", person.id)
    by = Actor("person", person.id)
    key = factor_codes.key_of(factor_codes.prepare_application(holder, by=by))
    factor_codes.confirm_application(holder, pyotp.TOTP(key).now(), by=by)
    at = clock.at(clock.today(), 0, 5)
    for n in range(30):
        with clock.stopped_at(at + timedelta(seconds=310 * (n // 4))), pytest.raises(Refused, match="Код не подошёл"):
            factor_codes.accept_code(holder, "000000")
    told = EventRecord.select().where(EventRecord.name == "SecondStepGuessed")
    assert [row.facts for row in told] == [{"holder_kind": "person", "holder_id": person.id}]


def test_behind_an_open_session_thirty_wrong_passwords_a_day_end_it(person):
    """A3, S5: the owner learns of it, other sessions stay, and another password begins the count anew."""
    token, other = open_session("person", person.id), open_session("person", person.id)
    session = signed_in("person", token).session
    at, weighed = clock.at(clock.today(), 0, 5), 0
    while weighed < 30:
        with clock.stopped_at(at):
            try:
                proof.prove(session, person, "wrong")
            except TooOften as often:
                at += timedelta(seconds=often.retry_after)
            except Refused:
                weighed += 1
                assert (Session.get_by_id(session.id).ended_at is None) == (weighed < 30)
    with clock.stopped_at(at + timedelta(minutes=10)), pytest.raises(TooOften):
        proof.prove(session, person, PASSWORD)
    assert Session.select().where(Session.ended_at.is_null()).count() == 1
    with recording_only():
        events.drain()
    told = Message.select().where(Message.template == "password_guessed").order_by(Message.id)
    assert [row.channel for row in told] == ["email", "sms", "cabinet"]
    with clock.stopped_at(at + timedelta(minutes=10)):
        keep = Session.get(Session.token_hash == token_hash(other))
        passwords.replace(person, hashed("осенний трамвай 9"), keep=keep.id, by=Actor("person", person.id))
        with recording_only():
            events.drain()
        proof.prove(keep, Person.get_by_id(person.id), "осенний трамвай 9")
    assert keep.proved_at == at + timedelta(minutes=10)
