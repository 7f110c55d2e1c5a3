"""A3: a word on a picture after a few failures, growing pauses after many, never a lock; the same for a login of nobody."""

import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playhouse.test_utils import count_queries

from nesk.core import clock, limits
from nesk.core import db as core_db
from nesk.core.errors import Refused, TooOften, Unavailable
from nesk.credentials import sign_in as door_keeper
from nesk.credentials.allowance import host
from nesk.credentials.sign_in import ADDRESS, ALL, ANSWER, LOGIN, Door, asks_captcha, mark_known, pause_after, sign_in
from nesk.people import operations, passwords
from tests.credentials.conftest import EMAIL, PASSWORD
from tests.house.sources import ROOT

DAY, MINUTES = 86_400, 300
AT = "2026-11-24 10:00:00"


def at(login=EMAIL, *, ip="95.24.17.3", known="", kind="person"):
    return Door(kind, login, "email" if kind == "person" else "", ip=ip, known=known)


def human():
    """Somebody who reads pictures."""


def fail(door, times=1, *, answer=human):
    for _ in range(times):
        with pytest.raises(Refused, match="не подошли"):
            sign_in(door, "wrong", answer=answer)


def failures(door):
    return limits.counted((LOGIN, door.counters[0], MINUTES), (LOGIN, door.counters[0], DAY))


def test_the_word_on_the_picture_is_asked_for_after_three_failures_of_a_login(person):
    with clock.stopped_at(AT):
        fail(at(), 3, answer=None)
        assert asks_captcha(at(ip="8.8.8.8"))
        with pytest.raises(Refused) as refused:
            sign_in(at(ip="8.8.8.8"), PASSWORD)
        assert (refused.value.message, refused.value.field) == (ANSWER, "captcha")
        assert failures(at()) == [3, 3]
        assert sign_in(at(ip="8.8.8.8"), PASSWORD, answer=human).id == person.id
        assert not asks_captcha(at(ip="8.8.8.8"))


def test_it_is_asked_for_after_three_failures_of_an_address_whatever_the_logins(person):
    with clock.stopped_at(AT):
        for name in ("a", "b", "c"):
            fail(at(f"{name}@demo.nesk"), answer=None)
        assert asks_captcha(at(""))
        assert asks_captcha(at())
        assert not asks_captcha(at(ip="8.8.8.8"))
    with clock.stopped_at("2026-11-24 10:05:00"):
        assert not asks_captcha(at())


def test_a_wrong_word_is_neither_a_failure_nor_weighed(person, monkeypatch):
    def wrong():
        raise Refused("Слово не подошло", field="captcha")

    with clock.stopped_at(AT):
        fail(at(), 3)
        monkeypatch.setattr(operations, "authenticate", None)
        for _ in range(20):
            with pytest.raises(Refused, match="Слово не подошло"):
                sign_in(at(), PASSWORD, answer=wrong)
        assert failures(at()) == [3, 3]
        assert limits.counted((ALL, "", MINUTES)) == [3]


def test_after_ten_failures_in_five_minutes_even_the_right_password_waits_and_then_opens(person):
    with clock.stopped_at(AT):
        fail(at(), 10)
        with pytest.raises(TooOften) as wait:
            sign_in(at(), PASSWORD, answer=human)
        assert wait.value.retry_after == 5
    with clock.stopped_at("2026-11-24 10:00:04"), pytest.raises(TooOften):
        sign_in(at(), PASSWORD, answer=human)
    with clock.stopped_at("2026-11-24 10:00:05"):
        assert sign_in(at(), PASSWORD, answer=human).id == person.id
        assert failures(at()) == [0, 0]
        fail(at(ip="8.8.8.8"), 3, answer=None)


def test_pauses_grow_with_failures_and_not_with_those_who_come_too_early(person):
    """Whoever hammers on the door makes nobody wait longer."""
    waits, second = [], 0
    for _ in range(4):
        with clock.stopped_at(f"2026-11-24 10:00:{second:02}"):
            fail(at(), 10 if second == 0 else 1)
            for _ in range(5):
                with pytest.raises(TooOften) as wait:
                    sign_in(at(), PASSWORD, answer=human)
            waits.append(wait.value.retry_after)
        second += waits[-1]
    assert waits == [5, 10, 20, 40]


def test_thirty_failures_in_a_day_cost_pauses_at_any_hour(person):
    for hour in range(10, 13):
        with clock.stopped_at(f"2026-11-24 {hour}:00"):
            fail(at(), 10)
    with clock.stopped_at("2026-11-24 15:00"):
        fail(at())
        with pytest.raises(TooOften) as wait:
            sign_in(at(), PASSWORD, answer=human)
        assert wait.value.retry_after == 10
    with clock.stopped_at("2026-11-25 03:00"):
        assert sign_in(at(), PASSWORD).id == person.id


def test_thirty_failures_of_an_address_slow_everybody_there_and_nobody_elsewhere(person):
    with clock.stopped_at(AT):
        for number in range(30):
            fail(at(f"{number}@demo.nesk"))
        with pytest.raises(TooOften):
            sign_in(at(), PASSWORD, answer=human)
        assert sign_in(at(ip="8.8.8.8"), PASSWORD).id == person.id


def test_a_thousand_failures_of_everybody_ask_everybody_for_the_word(person):
    with clock.stopped_at(AT):
        limits.add(ALL, "", seconds=MINUTES)
        limits.Counter.update(count=999).execute()
        assert not asks_captcha(at())
        fail(at("nobody@demo.nesk", ip="8.8.8.8"))
        assert asks_captcha(at())
        with pytest.raises(Refused, match="слово на картинке"):
            sign_in(at(), PASSWORD)
        assert sign_in(at(), PASSWORD, answer=human).id == person.id


def test_who_signs_in_rightly_does_not_wash_their_address(person):
    """An attacker with a login of their own must not reset what they have spent on others."""
    with clock.stopped_at(AT):
        fail(at("victim@demo.nesk"), 5)
        sign_in(at(), PASSWORD, answer=human)
        assert limits.counted((ADDRESS, host("95.24.17.3"), MINUTES)) == [5]


def test_a_browser_that_its_owner_has_signed_in_by_does_not_wait_for_strangers(person):
    """The threat «malicious lock-out»: guessing at a login makes nobody wait who has been here before."""
    with clock.stopped_at(AT):
        known = mark_known(at())
        fail(at(), 10)
        assert not asks_captcha(at(known=known))
        assert sign_in(at(known=known), PASSWORD).id == person.id
        fail(at(known=known), 10)
        with pytest.raises(TooOften):
            sign_in(at(known=known), PASSWORD, answer=human)


@pytest.mark.parametrize(
    "spoil", [lambda mark: mark[1:], lambda mark: mark.partition(".")[0] + ".", lambda mark: "ы.ы"]
)
def test_a_mark_that_we_did_not_give_for_this_login_is_worth_nothing(person, spoil):
    assert at(known=spoil(mark_known(at()))).known_as == ""
    assert at("other@demo.nesk", known=mark_known(at())).known_as == ""
    assert Door("staff", EMAIL, known=mark_known(at())).known_as == ""
    mark = mark_known(at())
    assert mark_known(at(known=mark)) == mark


@pytest.mark.parametrize("kind", ["person", "staff", "crew", "business"])
def test_a_login_of_nobody_costs_the_same_queries_and_hashes(person, kind, monkeypatch):
    """A3: equal numbers, not equal times. Over the whole way from the free failures into the pauses."""
    if kind in ("staff", "crew"):
        operations.create_staff(EMAIL, "X", "long enough 12", kind="crew" if kind == "crew" else "office", by="test")
    passwords.matches("", "made ready")
    hashes = []
    verify = passwords.PasswordHasher.verify
    monkeypatch.setattr(
        passwords.PasswordHasher, "verify", lambda self, hash, word: hashes.append(1) or verify(self, hash, word)
    )
    spent = {}
    with clock.stopped_at(AT):
        asks_captcha(at())  # what a process reads once, it has read
        for login in (EMAIL, "nobody@demo.nesk"):
            spent[login] = []
            for _ in range(12):
                hashes.clear()
                with count_queries() as queries, pytest.raises(Refused):
                    sign_in(at(login, ip=login, kind=kind), "wrong", answer=human)
                spent[login].append((queries.count, len(hashes)))
    assert spent[EMAIL] == spent["nobody@demo.nesk"]
    assert [hashed for _, hashed in spent[EMAIL]] == [1] * 10 + [0] * 2


def test_when_all_cores_hash_the_try_does_not_count(person, monkeypatch):
    def busy(stored, password):
        raise Unavailable

    monkeypatch.setattr(passwords, "matches", busy)
    with clock.stopped_at(AT):
        with pytest.raises(Unavailable):
            sign_in(at(), PASSWORD)
        assert failures(at()) == [0, 0]


GUESSER = """
import sys
from nesk.core import clock, db
from nesk.core.errors import Refused, TooOften
from nesk.credentials.sign_in import Door, sign_in
db.init(sys.argv[1])
with clock.stopped_at("2026-11-24 10:00:00"):
    for _ in range(10):
        try:
            sign_in(Door("person", "abonent@demo.nesk", "email", ip=sys.argv[2]), "wrong", answer=lambda: None)
        except TooOften:
            print("waits")
        except Refused:
            print("weighed")
"""


def test_limits_hold_across_processes_that_guess_at_once(person, engine, configuration):
    """Two web processes over one database weigh ten guesses between them, not ten each."""
    where = core_db.db.obj
    url = f"sqlite:///{where.database}" if engine == "sqlite" else where.database
    env = {"NESK_ENV": "test", "NESK_HOME": str(configuration.home)}
    command = [sys.executable, "-c", GUESSER, url]
    guessers = [
        subprocess.Popen([*command, ip], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
        for ip in ("95.24.17.3", "95.24.17.4")
    ]
    said = Counter(line for each in guessers for line in each.communicate(timeout=120)[0].split())
    assert [each.returncode for each in guessers] == [0, 0]
    assert said == {"weighed": 10, "waits": 10}


@given(st.integers(0, 10**6), st.integers(5, 300))
def test_a_pause_never_grows_past_its_longest_and_never_shrinks(over, longest):
    assert 5 <= pause_after(over, longest=longest) <= longest
    assert pause_after(over, longest=longest) <= pause_after(over + 1, longest=longest)


def test_limits_are_those_of_the_promise():
    assert (door_keeper.FREE_IN_MINUTES, door_keeper.FREE_IN_DAY, door_keeper.FREE_OF_ADDRESS) == (10, 30, 30)
    assert door_keeper.FLOOD == 1000
