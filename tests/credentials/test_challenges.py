"""Codes and links: bound to what they were asked for, proved and consumed once (A7, A10)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from nesk.core import clock, db, settings
from nesk.core.db import transaction
from nesk.core.errors import NotFound, Refused
from nesk.core.events import Delivery
from nesk.core.limits import Counter
from nesk.credentials import challenges
from nesk.credentials.challenges import DEAD_CODE, DEAD_LINK
from nesk.credentials.models import Challenge
from nesk.credentials.settings import CredentialSettings
from tests.credentials.asking import (
    ELSEWHERE,
    HERE,
    NOON,
    OTHER_PHONE,
    PHONE,
    after,
    ask,
    code_of,
    refused,
    sent,
    wrong,
)
from tests.district import make_person

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def noon():
    with clock.stopped_at(NOON) as moment:
        yield moment


# --- a code


def test_a_code_is_six_digits_kept_only_as_a_hash_and_told_once():
    challenge = ask()
    code = code_of(challenge)
    assert len(code) == 6
    assert code.isdigit()
    assert code not in str(Challenge.get_by_id(challenge.id).__data__)
    assert challenges.secret_of(challenge.id) is None


def test_the_right_code_proves_and_what_came_of_it_ends_it():
    challenge = ask(facts={"notices": True})
    code = code_of(challenge)
    proved = challenges.prove_code("register", PHONE, f" {code[:3]} {code[3:]}", browser=HERE)
    assert (proved.id, proved.facts) == (challenge.id, {"notices": True})
    assert challenges.proved("register", challenge.id, browser=HERE).id == challenge.id
    with transaction():
        challenges.consume(proved)
    with pytest.raises(Refused, match=DEAD_CODE), transaction():
        challenges.consume(proved)
    with pytest.raises(Refused, match=DEAD_CODE):
        challenges.proved("register", challenge.id, browser=HERE)


@pytest.mark.parametrize(
    "elsewhere",
    [{"purpose": "recover"}, {"phone": OTHER_PHONE}, {"browser": ELSEWHERE}],
    ids=["another purpose", "another phone", "another browser"],
)
def test_a_code_is_good_for_nothing_else(elsewhere):
    """A7: bound to purpose, phone and browser."""
    code = code_of(ask())
    assert refused(code, **elsewhere) == DEAD_CODE
    assert Challenge.get().tries == 0


def test_a_code_of_somebody_else_for_the_same_phone_leaves_mine_good():
    mine = code_of(ask())
    with after(seconds=60):
        ask(browser=ELSEWHERE)
        assert challenges.prove_code("register", PHONE, mine, browser=HERE)


def test_a_wrong_code_five_times_and_the_right_one_is_too_late():
    """A7: five tries."""
    code = code_of(ask())
    said = [refused(wrong(code)) for _ in range(5)]
    assert said == [
        *(f"Код не подошёл. Проверьте последнее SMS: осталось попыток: {left}." for left in (4, 3, 2, 1)),
        "Попытки закончились. Запросите новый код.",
    ]
    assert refused(code) == "Попытки закончились. Запросите новый код."
    assert Challenge.get().tries == 5


def test_a_code_lives_ten_minutes():
    code = code_of(ask())
    with after(minutes=10):
        assert refused(code) == DEAD_CODE
    with after(minutes=9, seconds=59):
        assert challenges.prove_code("register", PHONE, code, browser=HERE)


def test_the_next_step_may_take_half_an_hour():
    challenge = ask()
    challenges.prove_code("register", PHONE, code_of(challenge), browser=HERE)
    with after(minutes=29, seconds=59):
        assert challenges.proved("register", challenge.id, browser=HERE)
    with after(minutes=30), pytest.raises(Refused, match=DEAD_CODE):
        challenges.proved("register", challenge.id, browser=HERE)


def test_a_newer_code_takes_the_place_of_the_older():
    """A7: resend replaces."""
    old = code_of(ask())
    with after(seconds=60):
        new = code_of(ask())
        if old != new:
            assert refused(old).startswith("Код не подошёл")
        assert challenges.prove_code("register", PHONE, new, browser=HERE)
    assert sent() == 2


def test_fifty_tries_at_once_are_five():
    """A7: the tries are counted by the database."""
    code = code_of(ask())
    now = clock.now()

    def guess(number: int) -> str:
        with clock.stopped_at(now), db.connection():
            try:
                challenges.prove_code("register", PHONE, f"{(int(code) + 1 + number) % 1_000_000:06}", browser=HERE)
            except Refused as no:
                return no.message
            raise AssertionError("a wrong code was taken")

    with ThreadPoolExecutor(10) as pool:
        said = list(pool.map(guess, range(50)))
    assert Challenge.get().tries == 5
    assert sum(word.startswith("Код не подошёл") for word in said) <= 5
    assert refused(code) == "Попытки закончились. Запросите новый код."


def test_a_code_is_guessed_five_times_in_a_million():
    """A7: P(guess) ≤ 5·10⁻⁶ — every code of six digits may come, and five tries are all there is."""
    drawn = [code_of(ask(f"+7918{number:07}", ip=f"10.{number // 250}.{number % 250}.1")) for number in range(400)]
    assert all(len(code) == 6 for code in drawn)
    assert len(set(drawn)) > 390
    for place in range(6):
        assert {code[place] for code in drawn} == set("0123456789")
    assert settings.load(CredentialSettings).code_tries * 10**-6 <= 5 * 10**-6


class Codes(RuleBasedStateMachine):
    """Somebody asks for codes and types them, in two browsers, for two phones and two purposes."""

    places = st.tuples(
        st.sampled_from(["register", "recover"]),
        st.sampled_from([PHONE, OTHER_PHONE]),
        st.sampled_from([HERE, ELSEWHERE]),
    )

    def __init__(self) -> None:
        super().__init__()
        for model in (Delivery, Challenge, Counter):
            model.delete().execute()
        self.minutes = 0
        self.live: dict[tuple[str, str, str], dict[str, int | str]] = {}

    def now(self):
        return clock.stopped_at(clock.at(clock.today(), 12) + timedelta(minutes=self.minutes))

    @rule(place=places)
    def ask(self, place):
        purpose, phone, browser = place
        with self.now():
            challenge = ask(phone, purpose=purpose, browser=browser, ip=f"10.0.{self.minutes % 250}.1")
            code = challenges.secret_of(challenge.id)
        if code is not None:
            self.live[place] = {"code": code, "tries": 0, "until": self.minutes + 10}

    @rule(place=places)
    def type_the_right_one(self, place):
        known = self.live.get(place)
        with self.now():
            if known and known["tries"] < 5 and self.minutes < known["until"]:
                purpose, phone, browser = place
                assert challenges.prove_code(purpose, phone, str(known["code"]), browser=browser)
                del self.live[place]
            else:
                self._is_refused(place, str(known["code"]) if known else "000000")

    @rule(place=places)
    def type_a_wrong_one(self, place):
        known = self.live.get(place)
        with self.now():
            self._is_refused(place, wrong(str(known["code"])) if known else "000000")
        if known and self.minutes < known["until"]:
            known["tries"] += 1

    @rule(place=places, other=places)
    def type_the_one_of_another_place(self, place, other):
        known, mine = self.live.get(other), self.live.get(place)
        if place == other or known is None or (mine and mine["code"] == known["code"]):
            return
        with self.now():
            self._is_refused(place, str(known["code"]))
        if mine and self.minutes < mine["until"]:
            mine["tries"] += 1

    @rule(minutes=st.integers(1, 12))
    def wait(self, minutes):
        self.minutes += minutes

    def _is_refused(self, place, code):
        purpose, phone, browser = place
        with pytest.raises(Refused):
            challenges.prove_code(purpose, phone, code, browser=browser)

    @invariant()
    def no_challenge_takes_more_than_five_tries(self):
        assert all(row.tries <= 5 for row in Challenge.select(Challenge.tries))

    @invariant()
    def one_challenge_of_a_place_is_open(self):
        open_ones = Challenge.select().where(Challenge.ended_at.is_null())
        places = [(row.purpose, row.recipient, row.browser_hash) for row in open_ones]
        assert len(places) == len(set(places))


def test_whatever_is_asked_and_typed_only_the_right_code_in_its_place_proves():
    """A7, stateful."""
    run_state_machine_as_test(
        Codes, settings=hypothesis_settings(max_examples=25, stateful_step_count=25, deadline=None)
    )
    last = Codes()  # the right code proves still, after whatever was tried
    place = ("register", PHONE, HERE)
    last.ask(place)
    last.type_the_right_one(place)
    assert last.live == {}
    assert Challenge.select().where(Challenge.used_at.is_null(False)).count() == 1


# --- a link


def link(email="new@demo.nesk", *, life=timedelta(days=14), browser=HERE, **more) -> Challenge:
    return challenges.ask_link("activate", email, life=life, browser=browser, **more)


def test_a_link_is_found_by_its_token_until_it_is_consumed():
    token = code_of(link())
    challenge = challenges.of_token("activate", token)
    with transaction():
        challenges.consume(challenge)
    with pytest.raises(Refused, match=DEAD_LINK):
        challenges.of_token("activate", token)


@pytest.mark.parametrize("spoil", [str.swapcase, lambda t: t[:-1], lambda t: t + "A", lambda t: "", lambda t: "\x00"])
def test_a_tampered_link_is_a_dead_link(spoil):
    token = code_of(link())
    with pytest.raises(Refused, match=DEAD_LINK):
        challenges.of_token("activate", spoil(token))


def test_a_link_of_another_purpose_is_a_dead_link():
    token = code_of(link())
    with pytest.raises(Refused, match=DEAD_LINK):
        challenges.of_token("recover", token)


def test_a_newer_link_of_the_same_browser_kills_the_older_and_a_stranger_kills_none():
    mine = code_of(link())
    theirs = code_of(link(browser=ELSEWHERE))
    assert challenges.of_token("activate", mine)
    newer = code_of(link())
    with pytest.raises(Refused, match=DEAD_LINK):
        challenges.of_token("activate", mine)
    assert challenges.of_token("activate", newer)
    assert challenges.of_token("activate", theirs)


def test_a_link_is_good_until_its_last_second_and_gone_after_it():
    """A10: both edges."""
    token = code_of(link())
    with after(days=14, seconds=-1):
        assert challenges.forget() == 0
        assert challenges.of_token("activate", token)
    with after(days=14), pytest.raises(Refused, match=DEAD_LINK):
        challenges.of_token("activate", token)
    with after(days=14, seconds=1):
        assert challenges.forget() == 1
    assert Challenge.select().count() == 0


def test_codes_and_what_is_spent_are_deleted_after_a_day():
    ask()
    with transaction():
        challenges.consume(link())
    with after(days=1, seconds=1):
        assert challenges.forget() == 1
    with after(days=1, minutes=10, seconds=1):
        assert challenges.forget() == 1
    assert Challenge.select().count() == 0


# --- looking up


@pytest.mark.parametrize("number", [0, 2**31, 2**63 - 1])
def test_what_nobody_asked_for_is_not_there(number):
    with pytest.raises(NotFound):
        challenges.of_browser("register", number, browser=HERE)


def test_what_another_browser_asked_for_is_not_there():
    challenge = ask()
    assert challenges.of_browser("register", challenge.id, browser=HERE).id == challenge.id
    for purpose, browser in (("register", ELSEWHERE), ("recover", HERE)):
        with pytest.raises(NotFound):
            challenges.of_browser(purpose, challenge.id, browser=browser)


def test_a_secret_of_ours_is_told_once_and_proves_nothing():
    person, _, _ = make_person(1)
    with transaction():
        challenge = challenges.convey(
            "issued", PHONE, "123456", person_id=person.id, life=timedelta(hours=72), facts={"email": ""}
        )
    assert refused("123456", purpose="issued", browser="").startswith("Код не подошёл")
    assert challenges.secret_of(challenge.id) == "123456"
    assert challenges.secret_of(challenge.id) is None
    with pytest.raises(Refused, match=DEAD_LINK):
        challenges.of_token("issued", "123456")
