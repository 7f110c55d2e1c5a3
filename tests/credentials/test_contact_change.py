"""The password, the use of the e-mail as a login and the removal of contacts: what is refused moves nothing."""

import pytest

from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.errors import Refused
from nesk.core.events import EventRecord, drain
from nesk.credentials import challenges, contact_change, passwords, remembering
from nesk.credentials.email_change import pending_email
from nesk.credentials.models import Challenge
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.people.models import Identity, Person, Session
from nesk.people.operations import authenticate
from nesk.people.passwords import hashed
from nesk.people.queries import identities, sessions_of, signed_in
from nesk.people.sessions import open_session
from tests.credentials.conftest import EMAIL, PASSWORD, PHONE

NEW = "Зимний-вечер-2026"


@pytest.fixture
def by(person):
    return Actor("person", person.id)


def session_of(token):
    return signed_in("person", token).session


def change(person, by, *, email=EMAIL, is_login=True, password="", keep=0):
    stored = hashed(password) if password else ""
    return contact_change.change_account(
        person, email=email, email_is_login=is_login, stored=stored, browser="", keep=keep, by=by
    )


def facts():
    return (
        Person.get().password_hash,
        sorted(Identity.select(Identity.value, Identity.is_login).tuples()),
        Challenge.select().where(Challenge.ended_at.is_null()).count(),
        Session.select().where(Session.ended_at.is_null()).count(),
    )


def test_another_password_ends_every_other_session_and_every_remembered_device(person, by):
    """A5, on three devices."""
    here, there = open_session("person", person.id), open_session("person", person.id)
    kept = remembering.remember(person.id, open_session("person", person.id))
    passwords.replace(person, hashed(NEW), keep=session_of(here).id, by=by)
    assert (signed_in("person", there), len(sessions_of("person", person.id))) == (None, 1)
    assert remembering.resume(kept.cookie, ip="", device="") is None
    assert authenticate("person", EMAIL, NEW, identity="email").id == person.id
    with pytest.raises(Refused):
        authenticate("person", EMAIL, PASSWORD, identity="email")
    with recording_only():
        drain()
    told = Message.select().where(Message.template == "password_changed").order_by(Message.id)
    assert [row.recipient for row in told] == [EMAIL, PHONE, f"person:{person.id}"]
    assert not any(NEW in row.text + row.html for row in told)


def test_another_password_kills_every_open_code_and_link(person, by):
    """A4."""
    codes = [
        challenges.ask_code("phone", "+79000000077", browser="b", person_id=person.id),
        challenges.ask_link("recovery", EMAIL, life=contact_change.LINK_LIFE, person_id=person.id),
    ]
    passwords.replace(person, hashed(NEW), keep=0, by=by)
    assert [challenges.secret_of(each.id) for each in codes] == [None, None]


def test_everything_of_the_form_at_once(person, by):
    assert change(person, by, email="new@demo.nesk", is_login=False, password=NEW) is True
    assert pending_email(person.id).new == "new@demo.nesk"
    assert Identity.get(Identity.kind == "email").is_login is False
    assert authenticate("person", PHONE, NEW, identity="phone").id == person.id
    with pytest.raises(Refused):
        authenticate("person", EMAIL, NEW, identity="email")


def test_a_refused_last_login_takes_the_password_back_with_it(person, by):
    Identity.update(is_login=False).where(Identity.kind == "phone").execute()
    open_session("person", person.id)
    before = facts()
    with pytest.raises(Refused) as refused:
        change(person, by, is_login=False, password=NEW, email="new@demo.nesk")
    assert refused.value.field == "email_is_login"
    assert facts() == before


def test_nothing_changed_is_no_event(person, by):
    before = EventRecord.select().count()
    assert change(person, by) is False
    assert EventRecord.select().count() == before


@pytest.mark.parametrize(("kind", "address"), [("email", EMAIL), ("phone", PHONE)])
def test_a_removed_contact_is_told_of_it_and_its_begun_changes_die(person, by, kind, address):
    change(person, by, email="new@demo.nesk")
    contact_change.remove_contact(person.id, kind, by=by)
    assert kind not in identities(person.id)
    assert pending_email(person.id) is None
    with recording_only():
        drain()
    told = Message.select().where(Message.template == "contact_removed").order_by(Message.id)
    assert [row.recipient for row in told] == [EMAIL, PHONE, f"person:{person.id}"]
    assert address in [row.recipient for row in told]


def test_what_is_not_there_cannot_be_removed_and_the_last_login_stays(person, by):
    contact_change.remove_contact(person.id, "phone", by=by)
    for kind in ("phone", "email"):
        before = facts()
        with pytest.raises(Refused):
            contact_change.remove_contact(person.id, kind, by=by)
        assert facts() == before


def test_the_note_of_a_removed_address_is_forgotten_in_a_day(person, by):
    with clock.stopped_at("2026-11-24 10:00"):
        contact_change.remove_contact(person.id, "phone", by=by)
    with clock.stopped_at("2026-11-25 10:00:01"):
        challenges.forget()
    assert Challenge.select().where(Challenge.recipient == PHONE).count() == 0
