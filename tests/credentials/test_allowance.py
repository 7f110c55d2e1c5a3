"""How many codes are sent: per number, per network, and for everybody together (A8)."""

import logging
from dataclasses import dataclass

import pytest

from nesk.core import clock, settings
from nesk.core.actor import system
from nesk.core.events import EventRecord
from nesk.core.limits import Counter
from nesk.credentials import challenges
from nesk.credentials.allowance import network
from nesk.credentials.settings import CredentialSettings
from tests.credentials.asking import ELSEWHERE, HERE, NOON, OTHER_PHONE, PHONE, after, ask, code_of, sent

pytestmark = pytest.mark.usefixtures("database")

BY = system("test")


@dataclass(frozen=True)
class Instead:
    """What takes the place of a code."""

    word: str = "taken"


@pytest.fixture(autouse=True)
def noon():
    with clock.stopped_at(NOON) as moment:
        yield moment


def test_one_number_gets_a_code_a_minute():
    """A8: 1/60 s, counted from the last one and not by the clock's minutes."""
    ask()
    with after(seconds=59, milliseconds=999):
        ask(browser=ELSEWHERE)
        assert sent() == 1
    with after(seconds=60):
        ask(browser=ELSEWHERE)
        assert sent() == 2


def test_whoever_asks_too_soon_keeps_the_code_that_has_gone_out():
    first = ask()
    code = code_of(first)
    with after(seconds=5):
        again = ask(facts={"notices": True})
        assert (again.id, again.facts) == (first.id, {"notices": True})
        assert challenges.seconds_to_wait(again) == 60
        assert challenges.prove_code("register", PHONE, code, browser=HERE)
    assert sent() == 1


def test_the_sixth_code_of_a_day_is_not_sent_and_looks_the_same():
    """A8: 5/day per phone; the capped answer looks the same."""
    shown = []
    for number in range(6):
        with after(minutes=11 * number):
            asked = ask(browser=f"{number:064}", ip=f"10.0.{number}.1")
            shown.append(
                (asked.channel, asked.recipient, asked.expires_at - asked.created_at, challenges.seconds_to_wait(asked))
            )
    assert sent() == 5
    assert len(set(shown)) == 1
    with after(days=1):
        ask(ip="10.0.77.1")
    assert sent() == 6


def test_one_network_gets_twenty_codes_a_day():
    """A8: 20/day per /24."""
    for number in range(30):
        ask(f"+7918{number:07}", ip=f"203.0.113.{number}")
    assert sent() == 20
    ask("+79189999999", ip="203.0.114.1")
    assert sent() == 21


def test_whoever_is_past_their_own_limit_takes_nothing_from_the_number_they_aim_at():
    for number in range(20):
        ask(f"+7918{number:07}")
    for _ in range(10):
        ask("+79189999999")
    ask("+79189999999", ip="198.51.100.1")
    assert sent() == 21


@pytest.mark.parametrize(
    "phone", ["+78612000001", "+77012345678", "+74951234567", "+79990000000000", "", "79180000001"]
)
def test_nothing_is_sent_but_to_russian_mobiles(phone):
    """A8: only +7 mobile ranges, in their one spelling."""
    ask(phone)
    assert sent() == 0
    assert Counter.select().count() == 0


@pytest.mark.parametrize(
    ("ip", "expected"),
    [("203.0.113.7", "203.0.113.0/24"), ("2001:db8:1:2::7", "2001:db8:1::/48"), ("", ""), ("nonsense", "nonsense")],
)
def test_a_network_is_what_one_subscriber_of_a_provider_has(ip, expected):
    assert network(ip) == expected


def test_a_pump_of_numbers_stops_at_the_cap_and_raises_one_alarm(caplog):
    """A8: a hundred thousand numbers in small — as many codes as the cap, one alarm, and nobody is told."""
    settings.change(CredentialSettings, "codes_a_day_in_all", 50, by=BY)
    caplog.set_level(logging.ERROR)
    for number in range(300):
        asked = ask(f"+7918{number:07}", ip=f"10.{number}.0.1", browser=f"{number:064}")
        assert challenges.seconds_to_wait(asked) == 60
    assert sent() == 50
    alarms = [row.facts for row in EventRecord.select().where(EventRecord.name == "CodesRanOut")]
    assert alarms == [{"cap": 50}]
    assert len([r for r in caplog.records if r.levelno == logging.ERROR]) == 1
    with after(days=1):
        ask("+79189999999")
        assert sent() == 51


def test_an_event_in_place_of_the_code_costs_the_same_and_sends_no_code():
    plain, taken = ask(PHONE), ask(OTHER_PHONE, browser=ELSEWHERE, instead=Instead())
    assert challenges.secret_of(taken.id) is None
    assert sent() == 1
    assert EventRecord.get(EventRecord.name == "Instead").facts == {"word": "taken"}
    assert challenges.seconds_to_wait(taken) == challenges.seconds_to_wait(plain) == 60
    ask(OTHER_PHONE, browser=HERE, instead=Instead())  # within the pause: nobody is written to twice
    assert EventRecord.select().where(EventRecord.name == "Instead").count() == 1
