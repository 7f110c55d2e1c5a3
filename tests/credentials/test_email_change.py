"""The e-mail changes when both mailboxes have been opened, and only then: any order of askings, openings and cancellings."""

from datetime import timedelta

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from nesk.accounts.models import Account, Binding
from nesk.core import clock
from nesk.core.actor import Actor, system
from nesk.core.db import db
from nesk.core.errors import Refused, TooOften
from nesk.core.events import EventRecord, drain
from nesk.credentials import allowance, challenges, contact_change, email_change, passwords
from nesk.credentials.email_change import EMAIL, begin_email_change, confirm_email, pending_email
from nesk.credentials.models import Challenge
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.people.models import Identity
from nesk.people.operations import register_person
from nesk.people.passwords import hashed
from nesk.people.queries import identities, person_by_login
from tests.credentials.conftest import EMAIL as OLD
from tests.district import make_branch, make_home

NEW = "new@demo.nesk"
NOW = "2026-11-24 10:00"


@pytest.fixture(autouse=True)
def morning():
    with clock.stopped_at(NOW):
        yield


@pytest.fixture
def by(person):
    return Actor("person", person.id)


@pytest.fixture
def ask(person, by):
    """Begin a change; gives the tokens of its links by side, as the letters carry them."""

    def begin(email=NEW):
        begin_email_change(person.id, email, browser="", by=by)
        return tokens(person.id)

    return begin


def tokens(person_id):
    links = Challenge.select().where(
        Challenge.person == person_id, Challenge.ended_at.is_null(), Challenge.sealed != ""
    )
    sides = {purpose: side for side, purpose in EMAIL.items()}
    return {sides[each.purpose]: challenges.secret_of(each.id) for each in links if each.purpose in sides}


def write_letters():
    """Messages are rows here; nobody is written to."""
    with recording_only():
        drain()


def refused(deed, *arguments, **named):
    with pytest.raises(Refused) as no:
        deed(*arguments, **named)
    return no.value


@pytest.mark.parametrize("order", [("new", "old"), ("old", "new")])
def test_the_address_changes_once_both_mailboxes_were_opened(person, by, ask, order):
    links = ask()
    assert confirm_email(person.id, order[0], links[order[0]], by=by) is False
    assert identities(person.id)["email"] == OLD
    pending = pending_email(person.id)
    assert (pending.new, pending.old) == (NEW, OLD)
    assert (pending.new_is_proved, pending.old_is_proved) == (order[0] == "new", order[0] == "old")
    assert confirm_email(person.id, order[1], links[order[1]], by=by) is True
    assert (identities(person.id)["email"], pending_email(person.id)) == (NEW, None)
    assert person_by_login("email", OLD) is None


def test_one_mailbox_opened_twice_is_not_two(person, by, ask):
    links = ask()
    for _ in range(2):
        assert confirm_email(person.id, "new", links["new"], by=by) is False
    assert identities(person.id)["email"] == OLD


def test_whoever_has_no_address_opens_the_new_one_alone(person, by):
    contact_change.remove_contact(person.id, "email", by=by)
    begin_email_change(person.id, NEW, browser="", by=by)
    links = tokens(person.id)
    assert set(links) == {"new"}
    assert confirm_email(person.id, "new", links["new"], by=by) is True
    assert identities(person.id)["email"] == NEW


def test_links_are_for_one_side_one_person_and_a_day(person, by, ask):
    links = ask()
    stranger = register_person(email="other@demo.nesk", password="demo-2026", by=system("test"))
    for deed in (
        lambda: confirm_email(person.id, "old", links["new"], by=by),
        lambda: confirm_email(stranger.id, "new", links["new"], by=by),
        lambda: confirm_email(person.id, "new", links["new"][:-1] + "x", by=by),
        lambda: confirm_email(person.id, "new", "", by=by),
    ):
        assert refused(deed).message == challenges.DEAD_LINK
    with clock.stopped_at("2026-11-25 10:00:01"):
        assert refused(confirm_email, person.id, "new", links["new"], by=by).message == challenges.DEAD_LINK
        assert pending_email(person.id) is None
    assert identities(person.id)["email"] == OLD


def test_used_links_are_dead(person, by, ask):
    links = ask()
    for side in EMAIL:
        confirm_email(person.id, side, links[side], by=by)
    for side in EMAIL:
        assert refused(confirm_email, person.id, side, links[side], by=by).message == challenges.DEAD_LINK


def test_a_change_asked_anew_or_taken_back_kills_the_links_before_it(person, by, ask):
    first = ask()
    confirm_email(person.id, "old", first["old"], by=by)
    second = ask("second@demo.nesk")
    assert not pending_email(person.id).old_is_proved
    assert refused(confirm_email, person.id, "new", first["new"], by=by).message == challenges.DEAD_LINK
    email_change.cancel_email_change(person.id, by=by)
    assert refused(confirm_email, person.id, "new", second["new"], by=by).message == challenges.DEAD_LINK
    assert identities(person.id)["email"] == OLD


def test_another_password_kills_the_links(person, by, ask):
    """A4: a thief's change dies with the password that the thief knew."""
    links = ask()
    passwords.replace(person, hashed("Зимний-вечер-2026"), by=by)
    for side in EMAIL:
        assert refused(confirm_email, person.id, side, links[side], by=by).message == challenges.DEAD_LINK


def test_whose_address_it_is_is_told_only_to_whoever_opened_its_mailbox(person, by, ask):
    """A6: the form answers alike for an address that somebody has and for one that nobody has."""
    register_person(email=NEW, password="demo-2026", by=system("test"))
    links = ask()
    assert set(links) == set(EMAIL)
    confirm_email(person.id, "old", links["old"], by=by)
    said = refused(confirm_email, person.id, "new", links["new"], by=by)
    assert "другом личном кабинете" in said.message
    assert identities(person.id)["email"] == OLD


def test_the_nearest_address_and_too_many_changes_are_refused(person, ask):
    assert refused(ask, OLD).field == "email"
    for number in range(email_change.CHANGES_AN_HOUR):
        ask(f"n{number}@demo.nesk")
    often = refused(ask)
    assert (type(often), often.field) == (TooOften, "email")
    with clock.stopped_at("2026-11-24 11:00"):
        assert ask()


def test_one_address_gets_five_letters_a_day_and_the_answer_looks_the_same(person, by):
    for number in range(allowance.LETTERS_A_DAY + 1):
        who = register_person(phone=f"+7900000010{number}", password="demo-2026", by=system("test"))
        begin_email_change(who.id, NEW, browser="", by=by)
        assert pending_email(who.id).new == NEW
    write_letters()
    assert Message.select().where(Message.recipient == NEW, Message.template == "email_change_new").count() == 5


def test_the_old_address_is_told_and_the_links_lead_to_the_cabinet(person, by, ask):
    begin_email_change(person.id, NEW, browser="", by=by)
    write_letters()
    letters = {row.recipient: row for row in Message.select().where(Message.channel == "email")}
    assert {recipient: row.template for recipient, row in letters.items()} == {
        NEW: "email_change_new",
        OLD: "email_change_old",
    }
    for recipient, side in ((NEW, "new"), (OLD, "old")):
        address = f"http://127.0.0.1:8000/cabinet/settings/email/{side}/"
        (link,) = [word for word in letters[recipient].text.split() if word.startswith(address)]
        confirm_email(person.id, side, link.removeprefix(address), by=by)
    write_letters()
    told = Message.select().where(Message.template == "email_changed").order_by(Message.id)
    assert [(row.channel, row.recipient) for row in told] == [
        ("email", OLD),
        ("sms", "+79000000001"),
        ("cabinet", f"person:{person.id}"),
    ]
    assert [row.facts for row in EventRecord.select() if "@" in str(row.facts)] == []


def test_receipts_follow_where_they_are_on_and_only_there(person, by, ask):
    """S0-31."""
    branch = make_branch()
    homes = [make_home(branch, number) for number in (2, 3, 4)]
    for home, address in zip(homes, (OLD, "", "papa@demo.nesk"), strict=True):
        Binding.create(person=person, account=home.account, way="meter", bound_at=clock.now())
        Account.update(receipt_email=address).where(Account.id == home.account.id).execute()
    links = ask()
    for side in EMAIL:
        confirm_email(person.id, side, links[side], by=by)
    assert [row.receipt_email for row in Account.select().order_by(Account.id)] == [NEW, "", NEW]


class TwoMailboxes(RuleBasedStateMachine):
    """Whatever is asked, opened, cancelled and late, the address is the last one whose two links were both opened."""

    @initialize()
    def somebody(self):
        for table in (
            "core_delivery",
            "core_event",
            "core_limit",
            "credentials_challenge",
            "people_session",
            "people_identity",
            "people_person",
        ):
            if table != "core_event":
                db.execute_sql(f"DELETE FROM {table}")
        self.now = clock.now()
        self.person = register_person(phone="+79000000001", email=OLD, password="demo-2026", by=system("test"))
        self.by = Actor("person", self.person.id)
        self.links, self.live, self.opened, self.new, self.email, self.asked = [], {}, set(), "", OLD, 0

    def at(self):
        return clock.stopped_at(self.now)

    @rule(number=st.integers(1, 3))
    def ask(self, number):
        address = f"n{number}@demo.nesk"
        self.now += timedelta(minutes=20)  # within the limit of changes
        with self.at():
            if address == self.email:
                with pytest.raises(Refused):
                    begin_email_change(self.person.id, address, browser="", by=self.by)
                return
            try:
                begin_email_change(self.person.id, address, browser="", by=self.by)
            except TooOften:
                return
            self.live = tokens(self.person.id)
        self.links += list(self.live.items())
        self.opened, self.new, self.until = set(), address, self.now + timedelta(hours=24)

    @precondition(lambda self: self.links)
    @rule(data=st.data())
    def open_a_link(self, data):
        side, token = data.draw(st.sampled_from(self.links))
        is_live = self.live.get(side) == token and self.now < self.until
        with self.at():
            if not is_live:
                with pytest.raises(Refused):
                    confirm_email(self.person.id, side, token, by=self.by)
                return
            changed = confirm_email(self.person.id, side, token, by=self.by)
        self.opened.add(side)
        assert changed == (self.opened == set(self.live))
        if changed:
            self.email, self.live = self.new, {}

    @rule()
    def cancel(self):
        with self.at():
            email_change.cancel_email_change(self.person.id, by=self.by)
        self.live = {}

    @rule(hours=st.sampled_from([1, 23, 25]))
    def wait(self, hours):
        self.now += timedelta(hours=hours)

    @invariant()
    def the_address_is_the_last_confirmed_one(self):
        assert identities(self.person.id)["email"] == self.email
        assert Identity.select().where(Identity.person == self.person, Identity.kind == "email").count() == 1


def test_two_mailboxes_in_any_order(database):
    TwoMailboxes.TestCase.settings = hypothesis_settings(max_examples=15, stateful_step_count=20, deadline=None)
    TwoMailboxes.TestCase("runTest").runTest()
    assert Identity.select().count() == 2
