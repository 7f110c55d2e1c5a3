"""Recovery under attack: tokens in any order (A4), probing for addresses (A6), guessing and racing for a code (A7)."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import hypothesis.stateful as machines
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from nesk.core import clock
from nesk.core import db as core_db
from nesk.core.errors import Refused
from nesk.credentials.models import Challenge
from nesk.enrolment import recovery
from nesk.notifications.operations import recording_only
from nesk.people.operations import set_password
from tests.district import make_person
from tests.enrolment.recovering import BROWSER, ask, ask_code, code_to, is_alive, make_owner, signed, works

pytestmark = pytest.mark.usefixtures("database")
NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LIFE = timedelta(minutes=60)


@pytest.fixture(autouse=True)
def nobody_is_written_to():
    with recording_only():
        yield


class Tokens(machines.RuleBasedStateMachine):
    """One person, links asked for, opened, used and tampered with in any order, and a password changed in between.

    What must hold after every step: a link opens exactly when it is the newest, unused, younger than an hour, and no
    password came after it; exactly one password works; no session outlives a change.
    """

    number = 0

    def __init__(self) -> None:
        super().__init__()
        Tokens.number += 1
        self.now = NOON + timedelta(days=Tokens.number)
        self.links: list[tuple[str, datetime]] = []
        self.alive = ""
        self.changes = 0
        self.sessions: list[str] = []
        self.ended: list[str] = []
        with self.clock():
            self.owner = make_owner(Tokens.number)
        self.password = "Старый-чайник-7"

    def clock(self):
        return clock.stopped_at(self.now)

    def changed(self) -> str:
        self.changes += 1
        self.alive = ""
        self.ended += self.sessions
        self.sessions = []
        self.password = f"Новый-зонтик-{self.changes}"
        return self.password

    @machines.rule(minutes=st.sampled_from([1, 20, 45, 59]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @machines.rule()
    def ask(self):
        self.now += timedelta(hours=8)  # three a day at most
        with self.clock():
            self.alive = ask(self.owner, ip=f"10.{Tokens.number % 250}.{len(self.links) % 250}.1")
        self.links.append((self.alive, self.now))

    @machines.precondition(lambda self: len(self.sessions) < 2)
    @machines.rule()
    def sign_in(self):
        with self.clock():
            self.sessions.append(signed(self.owner))

    @machines.precondition(lambda self: self.links)
    @machines.rule(data=st.data())
    def use(self, data):
        token, asked_at = data.draw(st.sampled_from(self.links))
        good = token == self.alive and self.now < asked_at + LIFE
        with self.clock():
            if good:
                recovery.set_password(recovery.by_link(token), self.changed())
            else:
                with pytest.raises(Refused):
                    recovery.set_password(recovery.by_link(token), "Пробный-пароль-99")

    @machines.precondition(lambda self: self.links)
    @machines.rule(data=st.data())
    def tamper(self, data):
        token, _ = data.draw(st.sampled_from(self.links))
        place = data.draw(st.integers(0, len(token) - 1))
        sign = data.draw(st.sampled_from("aZ9-_\0й"))
        if token[place] != sign:
            with self.clock(), pytest.raises(Refused):
                recovery.by_link(token[:place] + sign + token[place + 1 :])

    @machines.rule()
    def change_elsewhere(self):
        self.now += timedelta(seconds=1)
        with self.clock():
            set_password(self.owner.person, self.changed(), by=self.owner.actor)

    @machines.invariant()
    def links_open_as_they_should(self):
        with self.clock():
            for token, asked_at in self.links[-3:]:
                opens = True
                try:
                    recovery.by_link(token)
                except Refused:
                    opens = False
                assert opens == (token == self.alive and self.now < asked_at + LIFE)

    def teardown(self):
        with self.clock():
            assert works(self.owner, self.password)
            assert not works(self.owner, "Пробный-пароль-99")
            assert not any(is_alive(token) for token in self.ended)


def test_a4_links_hold_in_any_order_of_events():
    machines.run_state_machine_as_test(
        Tokens, settings=settings(max_examples=12, stateful_step_count=14, deadline=None)
    )
    assert Tokens.number >= 12


# --- A6


def probe(email: str, ip: str) -> bool:
    """Whether one asking has told if the address is registered."""
    try:
        return recovery.ask_by_email(email, browser=BROWSER, ip=ip)
    except Refused:
        return True


def test_a6_one_address_of_the_network_learns_five_an_hour_and_its_network_ten():
    for number in range(1, 21):
        make_person(number)
    with clock.stopped_at("2026-11-24 10:00"):
        alone = sum(probe(f"dom{n}@demo.nesk", "203.0.113.5") for n in range(1, 41))
        assert alone == 5
        together = Counter(
            f"203.0.113.{n % 30 + 10}" for n in range(60) if probe(f"dom{n}@demo.nesk", f"203.0.113.{n % 30 + 10}")
        )
        assert sum(together.values()) == 5  # the network's ten, five of which are gone
        assert sum(probe(f"x{n}@demo.nesk", "203.0.114.5") for n in range(8)) == 5
    with clock.stopped_at("2026-11-24 11:00"):
        assert sum(probe(f"x{n}@demo.nesk", "203.0.113.5") for n in range(8)) == 5


def test_a6_the_ways_share_one_allowance():
    with clock.stopped_at("2026-11-24 10:00"):
        told = 0
        for n in range(9):
            for asked in (
                lambda n=n: recovery.ask_by_email(f"x{n}@demo.nesk", browser=BROWSER, ip="203.0.113.5"),
                lambda n=n: recovery.ask_by_phone(f"+7900111{n:04}", browser=BROWSER, ip="203.0.113.5"),
                lambda n=n: recovery.ask_by_account(
                    "230000000017", f"y{n}@demo.nesk", browser=BROWSER, ip="203.0.113.5"
                ),
            ):
                try:
                    asked()
                except Refused:
                    told += 1
        assert told == 5


def sweep_of(networks: int, each: int) -> int:
    """How much a swarm of hosts, each in a network of its own, learns within one hour."""
    with clock.stopped_at("2026-11-24 10:00"):
        return sum(
            probe(f"dom{host * each + n}@demo.nesk", f"10.{host // 250}.{host % 250}.1")
            for host in range(networks)
            for n in range(each)
        )


def test_a6_everybody_together_learns_five_hundred_an_hour():
    for number in range(1, 41):
        make_person(number)
    assert sweep_of(105, 5) == 500


@pytest.mark.soak
def test_a6_ten_thousand_probes_learn_no_more():
    for number in range(1, 1001):
        make_person(number)
    assert sweep_of(500, 20) == 500


# --- A7


def test_a7_fifty_tries_at_once_are_five(database):
    with clock.stopped_at("2026-11-24 10:00"):
        owner = make_owner()
        id = ask_code(owner)
        right = code_to(owner.phone)
    wrong = [f"{n:06}" for n in range(60) if f"{n:06}" != right][:50]
    start = threading.Barrier(25)

    def attempt(code: str) -> str:
        start.wait(20)
        with clock.stopped_at("2026-11-24 10:01"), core_db.connection():
            try:
                recovery.prove_code(id, code, browser=BROWSER)
            except Refused as refused:
                return refused.message
        return "taken"

    with ThreadPoolExecutor(25) as pool:
        said = list(pool.map(attempt, wrong))
    assert Challenge.get_by_id(id).tries == 5
    assert "taken" not in said
    assert said.count("Попытки закончились. Запросите новый код.") >= 45
    with clock.stopped_at("2026-11-24 10:01"), pytest.raises(Refused):
        recovery.prove_code(id, right, browser=BROWSER)
