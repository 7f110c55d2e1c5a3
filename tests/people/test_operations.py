"""Signing in: one sentence for every wrong pair, sessions that can be ended, limits that count failures only."""

import pytest

from nesk.core import clock
from nesk.core.actor import Actor, system
from nesk.core.errors import Refused, TooOften
from nesk.people import operations
from nesk.people.models import Session
from nesk.people.operations import WRONG, authenticate, end_session, open_session, register_person, set_password
from nesk.people.queries import sessions_of, signed_in

pytestmark = pytest.mark.usefixtures("database")

PHONE, EMAIL, PASSWORD = "+79000000001", "abonent@demo.nesk", "demo-2026"


def sign_in(kind, login, password, *, identity="", remember=False):
    """A session by a login and a password, as the pages open it."""
    return open_session(kind, authenticate(kind, login, password, identity=identity).id, remember=remember)


@pytest.fixture
def person():
    return register_person(
        surname="Ковальчук", name="Марина", phone=PHONE, email=EMAIL, password=PASSWORD, by=system("test")
    )


def test_a_person_signs_in_by_phone_or_by_e_mail(person):
    for identity, login in (("phone", PHONE), ("email", EMAIL)):
        token = sign_in("person", login, PASSWORD, identity=identity)
        assert signed_in("person", token).subject.id == person.id
    assert len(sessions_of("person", person.id)) == 2


@pytest.mark.parametrize(("login", "password"), [(EMAIL, "Demo-2026"), ("nobody@demo.nesk", PASSWORD), (EMAIL, "")])
def test_every_wrong_pair_is_answered_alike_and_opens_nothing(person, login, password):
    with pytest.raises(Refused) as refused:
        sign_in("person", login, password, identity="email")
    assert (refused.value.message, refused.value.field) == (WRONG, "password")
    assert Session.select().count() == 0


def test_an_unknown_login_costs_as_many_hashes_as_a_known_one(person, monkeypatch):
    asked = []
    matches = operations.passwords.matches
    monkeypatch.setattr(
        operations.passwords, "matches", lambda stored, password: asked.append(1) or matches(stored, password)
    )
    for login in (EMAIL, "nobody@demo.nesk"):
        with pytest.raises(Refused):
            sign_in("person", login, "wrong", identity="email")
    assert asked == [1, 1]


def test_ten_failures_in_five_minutes_are_enough_even_for_the_right_password(person):
    with clock.stopped_at("2026-11-24 10:00:00"):
        for _ in range(10):
            with pytest.raises(Refused):
                sign_in("person", EMAIL, "wrong", identity="email")
        with pytest.raises(TooOften):
            sign_in("person", EMAIL, PASSWORD, identity="email")
    with clock.stopped_at("2026-11-24 10:05:00"):
        assert sign_in("person", EMAIL, PASSWORD, identity="email")


def test_successes_are_not_counted(person):
    with clock.stopped_at("2026-11-24 10:00:00"):
        for _ in range(12):
            sign_in("person", EMAIL, PASSWORD, identity="email")
    assert Session.select().count() == 12


def test_an_ended_session_is_dead_for_a_copied_cookie_too(person):
    token = sign_in("person", EMAIL, PASSWORD, identity="email")
    session = signed_in("person", token).session
    assert end_session(session.id, by=Actor("person", person.id)) is True
    assert end_session(session.id, by=Actor("person", person.id)) is False
    assert signed_in("person", token) is None


def test_a_session_idles_out_after_half_an_hour_and_a_remembered_one_does_not(person):
    with clock.stopped_at("2026-11-24 10:00:00"):
        short = sign_in("person", EMAIL, PASSWORD, identity="email")
        long = sign_in("person", EMAIL, PASSWORD, identity="email", remember=True)
    with clock.stopped_at("2026-11-24 10:30:01"):
        assert signed_in("person", short) is None
        assert signed_in("person", long).subject.id == person.id
    with clock.stopped_at("2026-12-24 10:00:01"):
        assert signed_in("person", long) is None


def test_a_session_of_one_kind_opens_no_other_surface(person):
    token = sign_in("person", EMAIL, PASSWORD, identity="email")
    assert signed_in("staff", token) is None


def test_a_new_password_ends_every_session(person):
    token = sign_in("person", EMAIL, PASSWORD, identity="email")
    set_password(person, "another-2026", by=Actor("person", person.id))
    assert signed_in("person", token) is None
    assert sign_in("person", EMAIL, "another-2026", identity="email")


def test_an_office_password_has_twelve_characters_outside_the_demo():
    operations.install_roles()
    with pytest.raises(Refused):
        operations.create_staff("ivanov", "Иванов", "short", roles=("operator",), by=system("test"))
    staff = operations.create_staff("ivanov", "Иванов", "long enough 12", roles=("operator",), by=system("test"))
    assert signed_in("staff", sign_in("staff", "ivanov", "long enough 12")).subject.id == staff.id
    with pytest.raises(Refused):
        sign_in("crew", "ivanov", "long enough 12")
