"""S4: «Запомнить меня» opens ordinary sessions, each link once, and notices when two browsers have the same one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from nesk.core import clock
from nesk.core import db as core_db
from nesk.core.actor import Actor
from nesk.core.events import EventRecord
from nesk.credentials import proof
from nesk.credentials.models import Remembered
from nesk.credentials.remembering import (
    TOGETHER,
    chains_of,
    forget,
    forget_cookie,
    forget_device,
    forget_devices,
    remember,
    resume,
)
from nesk.people.models import Person, Session
from nesk.people.operations import set_password
from nesk.people.queries import signed_in
from nesk.people.sessions import open_session

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=clock.MOSCOW)
PHONE = "Mozilla/5.0 (Linux; Android 14) Chrome/142.0 Mobile"
DESK = "Mozilla/5.0 (Windows NT 10.0) Firefox/145.0"


def begin(person, device=PHONE):
    """A sign-in with «Запомнить меня»: the session's token and the text of the cookie."""
    token = open_session("person", person.id, remember=True, ip="127.0.0.1", device=device)
    return token, remember(person.id, token).cookie


def come_back(cookie, device=PHONE):
    return resume(cookie, ip="127.0.0.1", device=device)


def live(person):
    return Session.select().where(Session.subject_id == person.id, Session.ended_at.is_null()).count()


def told():
    return EventRecord.select().where(EventRecord.name == "RememberedTwice").count()


def test_a_link_opens_an_ordinary_session_without_a_proof_and_gives_the_next_link(person):
    with clock.stopped_at(NOW):
        first, cookie = begin(person)
    with clock.stopped_at(NOW + timedelta(hours=20)):
        back = come_back(cookie)
        session = signed_in("person", back.token).session
        assert (session.idle_seconds, session.expires_at - session.created_at) == (1800, timedelta(hours=12))
        assert (session.proved_at, session.remembered, session.place) == (None, True, "этот компьютер")
        assert not proof.is_fresh(session)
        assert back.link.cookie != cookie
        assert back.link.expires_at == NOW + timedelta(days=30)
        assert signed_in("person", first) is None
        assert live(person) == 1


def test_the_table_keeps_no_cookie(person):
    _, cookie = begin(person)
    selector, validator = cookie.split(":")
    row = Remembered.get()
    assert row.selector == selector
    assert validator not in row.validator_hash


def test_a_link_ends_after_thirty_days_however_often_it_was_renewed(person):
    with clock.stopped_at(NOW):
        _, cookie = begin(person)
    for day in range(1, 30):
        with clock.stopped_at(NOW + timedelta(days=day)):
            cookie = come_back(cookie).link.cookie
    with clock.stopped_at(NOW + timedelta(days=30)):
        assert come_back(cookie) is None
        assert told() == 0


@pytest.mark.parametrize(
    "spoil", [lambda c: c[:-1], lambda c: c.partition(":")[0], lambda c: f"{c}0", lambda c: ":", str.upper]
)
def test_a_cookie_that_we_did_not_give_is_worth_nothing_and_harms_nobody(person, spoil):
    _, cookie = begin(person)
    assert come_back(spoil(cookie)) is None
    assert come_back(cookie) is not None


def test_two_tabs_at_once_are_one_browser_and_get_one_session(person):
    with clock.stopped_at(NOW):
        _, cookie = begin(person)
    with clock.stopped_at(NOW + timedelta(hours=1)):
        first, second = come_back(cookie), come_back(cookie)
        assert (second.session.id, second.token, second.link) == (first.session.id, "", None)
        assert come_back(cookie, device=DESK) is None
    with clock.stopped_at(NOW + timedelta(hours=1) + TOGETHER):
        assert come_back(cookie).session.id == first.session.id
    assert told() == 0


def test_many_requests_at_the_same_moment_open_one_session(person):
    _, cookie = begin(person)
    barrier, opened = Barrier(6), []

    def come():
        with core_db.connection():
            barrier.wait(10)
            opened.append(come_back(cookie))

    threads = [Thread(target=come) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 6
    assert len({each.session.id for each in opened}) == 1
    assert sorted(bool(each.token) for each in opened) == [False] * 5 + [True]
    assert live(person) == 1


def test_a_used_link_shown_again_signs_both_out_and_is_told_of_once(person):
    with clock.stopped_at(NOW):
        _, stolen = begin(person)
    with clock.stopped_at(NOW + timedelta(hours=1)):
        thief = come_back(stolen, device=DESK)
    with clock.stopped_at(NOW + timedelta(hours=1, seconds=11)):
        assert come_back(stolen) is None
        assert signed_in("person", thief.token) is None
        assert come_back(thief.link.cookie, device=DESK) is None
        assert come_back(stolen) is None
        assert (told(), live(person), chains_of(person.id)) == (1, 0, [])


def test_another_device_of_the_same_person_is_left_alone_by_a_theft(person):
    with clock.stopped_at(NOW):
        _, stolen = begin(person)
        _, own = begin(person, device=DESK)
    with clock.stopped_at(NOW + timedelta(hours=1)):
        come_back(stolen)
    with clock.stopped_at(NOW + timedelta(hours=2)):
        assert come_back(stolen) is None
        assert come_back(own, device=DESK) is not None


def test_signing_out_ends_the_chain(person):
    """S2."""
    by = Actor("person", person.id)
    token, cookie = begin(person)
    assert forget_device(signed_in("person", token).session.id, by=by) is True
    assert (signed_in("person", token), come_back(cookie)) == (None, None)
    _, cookie = begin(person)
    forget_cookie(f"{cookie}0")
    assert len(chains_of(person.id)) == 1
    forget_cookie(cookie)
    assert (come_back(cookie), live(person), told()) == (None, 0, 0)


def test_a_new_password_ends_every_chain(person):
    """A5."""
    cookies = [begin(person)[1] for _ in range(2)]
    set_password(person, "another-2026", by=Actor("person", person.id))
    assert [come_back(cookie) for cookie in cookies] == [None, None]
    assert (chains_of(person.id), live(person)) == ([], 0)
    _, cookie = begin(person)
    assert come_back(cookie) is not None


def test_a_chain_older_than_the_password_is_dead_even_if_nobody_ended_it(person):
    """Had the process died between the password and what reacts to it."""
    with clock.stopped_at(NOW):
        _, cookie = begin(person)
        Person.update(password_changed_at=clock.now() + timedelta(seconds=1)).execute()
        assert come_back(cookie) is None


def test_all_other_devices_are_ended_and_this_one_stays(person):
    kept, own = begin(person)
    for device in (PHONE, DESK):
        begin(person, device)
    open_session("person", person.id)
    session = signed_in("person", kept).session
    assert forget_devices("person", person.id, by=Actor("person", person.id), keep=session.id) == 3
    assert live(person) == 1
    assert come_back(own) is not None


def test_chains_are_forgotten_a_month_after_their_time(person):
    with clock.stopped_at(NOW):
        begin(person)
    with clock.stopped_at(NOW + timedelta(days=60)):
        assert forget() == 0
    with clock.stopped_at(NOW + timedelta(days=60, seconds=1)):
        assert forget() == 1


@dataclass
class Chain:
    """What the model knows of one chain."""

    ends_at: datetime
    link: str
    token: str
    device: str
    is_alive: bool = True
    used: dict[str, datetime] = field(default_factory=dict)


@dataclass
class Browser:
    device: str
    token: str = ""
    link: str = ""


class OwnerAndThief(RuleBasedStateMachine):
    """One owner, one thief who may copy the owner's cookies at any time and come at any time."""

    def __init__(self):
        super().__init__()
        self.now = NOW
        self.person = Person.create(created_at=NOW)
        self.by = Actor("person", self.person.id)
        self.owner, self.thief = Browser(PHONE), Browser(DESK)
        self.chains: list[Chain] = []
        self.thefts = 0
        self.told_before = told()

    @initialize(is_careful=st.booleans())
    def it_begins_with_a_theft(self, is_careful):
        self.owner_signs_in()
        self.thief_copies(is_careful)

    @precondition(lambda self: not self.owner.link)
    @rule()
    def owner_signs_in(self):
        with clock.stopped_at(self.now):
            self._leave()
            self.owner.token, self.owner.link = begin(self.person)
        ends_at = self.now + timedelta(days=30)
        self.chains.append(Chain(ends_at, self.owner.link, self.owner.token, PHONE))

    @precondition(lambda self: self.owner.link)
    @rule(is_careful=st.booleans())
    def thief_copies(self, is_careful):
        self.thief = Browser(PHONE if is_careful else DESK, self.owner.token, self.owner.link)

    @rule(who=st.sampled_from(["owner", "thief"]), after=st.sampled_from([4, 11, 1801, 13 * 3600, 9 * 86_400]))
    def somebody_comes(self, who, after):
        browser = getattr(self, who)
        self.now += timedelta(seconds=after)
        with clock.stopped_at(self.now):
            if browser.token and signed_in("person", browser.token):
                assert any(chain.is_alive and chain.token == browser.token for chain in self.chains)
                return
            expected = self._expected(browser) if browser.link else "nothing"
            back = come_back(browser.link, device=browser.device)
        assert ("nothing" if back is None else "new" if back.token else "same") == expected
        if back is None:
            browser.token = browser.link = ""
        elif back.token:
            chain = next(chain for chain in self.chains if chain.link == browser.link)
            chain.used[browser.link] = self.now
            chain.link, chain.token, chain.device = back.link.cookie, back.token, browser.device
            browser.token, browser.link = chain.token, chain.link

    def _expected(self, browser):
        chain = next(c for c in self.chains if browser.link == c.link or browser.link in c.used)
        if not chain.is_alive or chain.ends_at <= self.now:
            return "nothing"
        if browser.link == chain.link:
            return "new"
        if self.now - chain.used[browser.link] <= TOGETHER:
            return "same" if browser.device == chain.device else "nothing"
        chain.is_alive = False
        self.thefts += 1
        return "nothing"

    @rule()
    def owner_signs_out(self):
        with clock.stopped_at(self.now):
            self._leave()
        self.owner.token = self.owner.link = ""

    def _leave(self):
        if found := signed_in("person", self.owner.token):
            forget_device(found.session.id, by=self.by)
        forget_cookie(self.owner.link)
        for chain in self.chains:
            if self.owner.link and (self.owner.link == chain.link or self.owner.link in chain.used):
                chain.is_alive = False

    @rule()
    def owner_changes_the_password(self):
        with clock.stopped_at(self.now):
            set_password(self.person, "another-2026", by=self.by)
        self.now += timedelta(seconds=1)
        for chain in self.chains:
            chain.is_alive = False

    @invariant()
    def a_chain_has_one_session_at_most_and_a_dead_one_none(self):
        alive = sum(chain.is_alive for chain in self.chains)
        assert live(self.person) <= alive
        assert len({row.chain for row in Remembered.select().where(Remembered.person == self.person)
                    if row.ended_at is None}) == alive  # fmt: skip

    @invariant()
    def every_theft_is_told_of_once(self):
        assert told() - self.told_before == self.thefts


def test_a_thief_and_an_owner_never_both_stay_in(database):
    """S4, stateful: whoever comes second with a link that was used ends the chain, and nothing else does."""
    run_state_machine_as_test(
        OwnerAndThief, settings=settings(max_examples=25, stateful_step_count=25, deadline=None, derandomize=True)
    )
    assert Session.select().count() > 50
    assert told() > 0
