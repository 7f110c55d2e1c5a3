"""Signing in: one sentence for every wrong pair, passwords of every origin, sessions that end."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from nesk.core import clock
from nesk.core import db as core_db
from nesk.core.actor import Actor, system
from nesk.core.errors import Refused
from nesk.core.events import EventRecord
from nesk.people import operations, passwords, sessions
from nesk.people.models import BusinessUser, Identity, Person, Session, Staff
from nesk.people.operations import WRONG, authenticate, register_person, set_password
from nesk.people.queries import sessions_of, signed_in
from nesk.people.sessions import end_session, open_session, renew_session
from tests.district import make_branch

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


def test_what_is_kept_for_letters_alone_is_no_login(person):
    """S0-30: «Использовать почту в качестве логина» is off."""
    Identity.update(is_login=False).where(Identity.kind == "email").execute()
    with pytest.raises(Refused) as refused:
        authenticate("person", EMAIL, PASSWORD, identity="email")
    assert refused.value.message == WRONG
    assert authenticate("person", PHONE, PASSWORD, identity="phone").id == person.id


def test_the_number_of_an_account_is_a_login_of_whoever_registered_by_it(person):
    Identity.create(person=person, kind="account", value="230000000017", confirmed_at=clock.now())
    assert authenticate("person", "230000000017", PASSWORD, identity="account").id == person.id


def test_nobody_signs_in_to_a_closed_cabinet(person):
    Person.update(closed_at=clock.now()).execute()
    with pytest.raises(Refused, match="не подошли"):
        authenticate("person", EMAIL, PASSWORD, identity="email")


def test_an_ended_session_is_dead_for_a_copied_cookie_too(person):
    token = sign_in("person", EMAIL, PASSWORD, identity="email")
    session = signed_in("person", token).session
    assert end_session(session.id, by=Actor("person", person.id)) is True
    assert end_session(session.id, by=Actor("person", person.id)) is False
    assert signed_in("person", token) is None


LIVES = [("person", 30, 12), ("business", 30, 12), ("staff", 15, 8)]


@pytest.mark.parametrize(("kind", "idle", "whole"), LIVES)
def test_a_session_ends_by_itself_when_it_idles_and_when_its_time_is_over(kind, idle, whole):
    """S3; «Запомнить меня» lengthens no session."""
    start = datetime(2026, 11, 24, 10, 0, tzinfo=clock.MOSCOW)
    subject = somebody(kind)
    with clock.stopped_at(start):
        idler, worker = (open_session(kind, subject.id, remember=kind == "person") for _ in range(2))
    minutes = 0
    while minutes < whole * 60:
        with clock.stopped_at(start + timedelta(minutes=minutes)):
            found = signed_in(kind, worker)
            assert found is not None, minutes
            sessions.touch(found.session)
        minutes += idle
    with clock.stopped_at(start + timedelta(minutes=idle)):
        assert signed_in(kind, idler) is not None
    with clock.stopped_at(start + timedelta(minutes=idle, seconds=1)):
        assert signed_in(kind, idler) is None
    with clock.stopped_at(start + timedelta(hours=whole, seconds=-1)):
        assert signed_in(kind, worker) is not None
    with clock.stopped_at(start + timedelta(hours=whole)):
        assert signed_in(kind, worker) is None


def somebody(kind):
    now = clock.now()
    if kind == "person":
        return Person.create(created_at=now)
    if kind == "business":
        branch = make_branch()
        return BusinessUser.create(login="x", name="X", branch=branch, organization_id=1, created_at=now)
    return Staff.create(login="x", name="X", created_at=now)


def test_a_renewed_session_is_nobodys_for_the_old_cookie(person):
    """S1: a new id when the rights of a session change."""
    old = sign_in("person", EMAIL, PASSWORD, identity="email")
    session = signed_in("person", old).session
    new = renew_session(session.id)
    assert signed_in("person", old) is None
    assert signed_in("person", new).session.id == session.id


def test_a_session_of_one_kind_opens_no_other_surface(person):
    token = sign_in("person", EMAIL, PASSWORD, identity="email")
    assert signed_in("staff", token) is None


def test_a_new_password_ends_every_session(person):
    """A5, its half that needs no browser."""
    token = sign_in("person", EMAIL, PASSWORD, identity="email")
    set_password(person, "another-2026", by=Actor("person", person.id))
    assert signed_in("person", token) is None
    assert sign_in("person", EMAIL, "another-2026", identity="email")


def test_a_new_password_may_keep_the_session_it_was_chosen_in(person):
    kept, other = (sign_in("person", EMAIL, PASSWORD, identity="email") for _ in range(2))
    session = signed_in("person", kept).session
    set_password(person, "another-2026", by=Actor("person", person.id), keep=session.id)
    assert signed_in("person", kept).session.id == session.id
    assert signed_in("person", other) is None


def test_an_issued_password_of_a_subscriber_is_good_for_half_an_hour_once_used_and_until_its_time(person):
    BY = system("test")
    with clock.stopped_at("2026-11-24 10:00"):
        until = clock.now() + timedelta(hours=72)
        set_password(person, "issued-by-us-1", by=BY, issued_until=until)
    for at in ("2026-11-26 09:00", "2026-11-26 09:29:59"):  # long enough to come back to a page that was closed
        with clock.stopped_at(at):
            assert authenticate("person", EMAIL, "issued-by-us-1", identity="email").id == person.id
    with clock.stopped_at("2026-11-26 09:30"), pytest.raises(Refused) as again:
        authenticate("person", EMAIL, "issued-by-us-1", identity="email")
    set_password(person, "issued-by-us-2", by=BY, issued_until=until)
    with clock.stopped_at("2026-11-27 10:00:00"), pytest.raises(Refused) as late:
        authenticate("person", EMAIL, "issued-by-us-2", identity="email")
    assert again.value.message == late.value.message
    assert late.value.message == (
        "Срок выданного пароля истёк или он уже использован. Получите новый по ссылке «Забыли пароль?»."
    )
    with clock.stopped_at("2026-11-27 10:00:00"), pytest.raises(Refused, match="не подошли"):
        authenticate("person", EMAIL, "guessed", identity="email")


def test_an_issued_password_of_staff_is_good_until_its_time_and_says_whom_to_ask():
    with clock.stopped_at("2026-11-24 10:00"):
        staff = operations.create_staff("ivanov", "Иванов", "long enough 12", by=system("test"))
        set_password(staff, "issued by the chief", by=system("test"), issued_until=clock.now() + timedelta(hours=1))
        for _ in range(2):
            assert authenticate("staff", "ivanov", "issued by the chief").id == staff.id
    with clock.stopped_at("2026-11-24 11:00"), pytest.raises(Refused, match="Получите новый у администратора"):
        authenticate("staff", "ivanov", "issued by the chief")


def test_a_hash_of_the_previous_cabinet_opens_once_and_is_hashed_anew(person):
    """S0-08."""
    digest = hashlib.md5(b"salt$1" + "пароль-2019".encode(), usedforsecurity=False).hexdigest()
    Person.update(password_hash=passwords.legacy("md5", "salt$1", digest)).execute()
    with pytest.raises(Refused):
        authenticate("person", EMAIL, "Пароль-2019", identity="email")
    assert Person.get().password_hash.startswith("legacy$md5$")
    for _ in range(2):
        assert authenticate("person", EMAIL, "пароль-2019", identity="email").id == person.id
        assert Person.get().password_hash.startswith("$argon2id$")


def test_an_office_password_has_twelve_characters_outside_the_demo():
    operations.install_roles()
    with pytest.raises(Refused):
        operations.create_staff("ivanov", "Иванов", "short", roles=("operator",), by=system("test"))
    staff = operations.create_staff("ivanov", "Иванов", "long enough 12", roles=("operator",), by=system("test"))
    assert signed_in("staff", sign_in("staff", "ivanov", "long enough 12")).subject.id == staff.id
    with pytest.raises(Refused):
        sign_in("crew", "ivanov", "long enough 12")


@pytest.mark.parametrize("kind", ["office", "business"])
def test_of_those_who_take_one_login_at_once_one_has_it_and_the_others_are_refused(kind, monkeypatch):
    branch, together = make_branch(), Barrier(8)
    monkeypatch.setattr(passwords, "hashed", lambda _: str(together.wait(10)))

    def take(number: int) -> str | None:
        with core_db.connection():
            try:
                if kind == "office":
                    operations.create_staff("ivanov", f"Иванов {number}", "long enough 12", by=system("test"))
                else:
                    operations.create_business_user(
                        "ivanov",
                        f"Иванов {number}",
                        "long enough 12",
                        branch=branch,
                        organization_id=1,
                        by=system("test"),
                    )
            except Refused as refused:
                return f"{refused.field}: {refused.message}"
            return None

    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(take, range(8)))
    assert said.count(None) == 1
    assert {words for words in said if words} == {"login: Такой логин уже есть. Придумайте другой."}
    assert (Staff if kind == "office" else BusinessUser).select().count() == 1
    happened = "StaffCreated" if kind == "office" else "BusinessUserCreated"
    assert EventRecord.select().where(EventRecord.name == happened).count() == 1
