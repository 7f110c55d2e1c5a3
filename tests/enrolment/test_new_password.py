"""The new password after a recovery: what it may be, and that nothing of the old state is alive beside it (A4, A5)."""

import re
from datetime import timedelta

import pytest

from nesk.core import clock, settings
from nesk.core.actor import system
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import Delivery, EventRecord, attempt, drain
from nesk.credentials import passwords
from nesk.credentials.models import Challenge, Remembered
from nesk.credentials.settings import CredentialSettings
from nesk.enrolment import recovery
from nesk.enrolment.passwords import personal_facts, refusal
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.people.models import Identity, Person
from nesk.people.operations import authenticate, set_password
from tests.enrolment.recovering import (
    BROWSER,
    NEW,
    PASSWORD,
    ask,
    ask_code,
    code_to,
    is_alive,
    make_owner,
    move_in,
    newest,
    signed,
    told,
    works,
)

pytestmark = pytest.mark.usefixtures("database")
LONG_ENOUGH = 14


@pytest.fixture(autouse=True)
def nobody_is_written_to():
    """Messages are rows here, and their words stay in them. It is nine in the morning."""
    with clock.stopped_at("2026-11-24 09:00"), recording_only():
        yield


@pytest.fixture
def owner():
    return make_owner()


@pytest.fixture
def ready(owner):
    """The challenge of an opened link."""
    return recovery.by_link(ask(owner))


def test_a5_a_new_password_leaves_nothing_of_the_old_state_alive(owner, ready):
    sessions = [signed(owner), signed(owner)]
    now = clock.now()
    Remembered.create(
        person=owner.person, chain="c" * 32, selector="s" * 32, validator_hash="v" * 64, created_at=now,
        expires_at=now + timedelta(days=30),
    )  # fmt: skip
    code = ask_code(owner)
    proved = recovery.prove_code(code, code_to(owner.phone), browser=BROWSER)
    stranger = make_owner(2)
    their_session, their_link = signed(stranger), ask(stranger)

    recovery.set_password(ready, NEW)

    assert (works(owner, NEW), works(owner, PASSWORD)) == (True, False)
    assert [is_alive(token) for token in sessions] == [False, False]
    assert [row.ended_at is None for row in Remembered.select()] == [False]
    assert Challenge.select().where(Challenge.person == owner.person.id, Challenge.ended_at.is_null()).count() == 0
    with pytest.raises(Refused):
        recovery.by_code(proved.id, browser=BROWSER)
    assert Person.get_by_id(owner.person.id).password_changed_at >= now
    assert told(owner.person.id) >= {("password_changed", channel) for channel in ("email", "sms", "cabinet")}
    notices = Message.select().where(Message.template == "password_changed")
    assert not any(NEW in row.text + row.html for row in notices)
    assert (is_alive(their_session), works(stranger, PASSWORD)) == (True, True)
    assert recovery.by_link(their_link).person_id == stranger.person.id
    assert authenticate("person", owner.email, NEW, identity="email").id == owner.person.id


def test_a4_a_link_is_used_once(owner, ready):
    recovery.set_password(ready, NEW)
    with pytest.raises(Refused) as refused:
        recovery.set_password(ready, "Ещё-один-зонтик-3")
    assert refused.value.message == "Ссылка уже использована или устарела. Запросите новую."
    assert works(owner, NEW)


def test_a4_a_newer_link_kills_the_older_one(owner):
    older, newer = ask(owner), ask(owner)
    with pytest.raises(Refused):
        recovery.by_link(older)
    assert recovery.by_link(newer).person_id == owner.person.id


def test_a4_a_link_lives_sixty_minutes(owner):
    with clock.stopped_at("2026-11-24 10:00:00"):
        token = ask(owner)
    with clock.stopped_at("2026-11-24 10:59:59"):
        assert recovery.by_link(token).person_id == owner.person.id
    with clock.stopped_at("2026-11-24 11:00:00"), pytest.raises(Refused):
        recovery.by_link(token)


def test_a4_a_password_changed_elsewhere_kills_the_link_even_one_that_is_open(owner):
    with clock.stopped_at("2026-11-24 10:00"):
        opened = recovery.by_link(ask(owner))
    with clock.stopped_at("2026-11-24 10:05"):
        set_password(owner.person, "Совсем-иной-пароль-1", by=owner.actor)
        with pytest.raises(Refused):
            recovery.set_password(opened, NEW)
        assert works(owner, "Совсем-иной-пароль-1")


def test_a4_a_link_to_an_address_that_is_the_persons_no_more_is_dead(owner):
    token = ask(owner)
    Identity.update(value="other@demo.nesk").where(Identity.value == owner.email).execute()
    with pytest.raises(Refused):
        recovery.by_link(token)
    other = make_owner(2, email=owner.email)  # the address now belongs to somebody else
    with pytest.raises(Refused):
        recovery.by_link(token)
    assert works(other, PASSWORD)


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "a\0b", "й" * 43, "../../etc", "x" * 10_000])
def test_a4_an_invented_link_is_dead(owner, token):
    ask(owner)
    with pytest.raises(Refused):
        recovery.by_link(token)


def test_a4_the_token_is_nowhere_in_the_open_once_its_letter_is_written(owner):
    token = ask(owner)
    (row,) = Challenge.select().where(Challenge.purpose == recovery.PURPOSE)
    assert len(token) == 43  # 256 bits
    assert row.sealed == ""
    assert token not in (row.secret_hash, str(row.facts))
    assert not any(token in str(event.facts) for event in EventRecord.select())


def test_a_refused_password_changes_nothing_and_leaves_the_link_alive(owner, ready):
    session = signed(owner)
    for password, words in (
        ("12345", "Количество символов в поле Новый пароль должно быть не менее 6."),
        ("gfhjkm", "подбирают одним из первых"),
        ("Глафира-1", "ваших данных"),
        (owner.phone, "ваших данных"),
    ):
        with pytest.raises(Refused, match=words) as refused:
            recovery.set_password(ready, password)
        assert refused.value.field == "password"
    assert (works(owner, PASSWORD), is_alive(session)) == (True, True)
    recovery.set_password(ready, NEW)
    assert works(owner, NEW)


def test_what_is_known_of_a_person_is_what_a_password_must_not_be(owner):
    move_in(owner)
    assert set(personal_facts(owner.person)) == {
        "Кравец", "Глафира", "Львовна", owner.phone, owner.email, "230000000009",
    }  # fmt: skip


def test_a_demo_person_may_have_the_password_of_the_demo_whatever_the_rules_say():
    demo, other = make_owner(3, is_demo=True), make_owner(4)
    settings.change(CredentialSettings, "password_min", 12, by=system("test"))
    assert refusal(demo.person, "demo-2026") is None
    assert refusal(other.person, "demo-2026") is not None
    assert refusal(demo.person, "qwerty") is not None


def test_s0_24_an_issued_password_is_long_mailed_once_and_good_for_three_days(owner, ready):
    session = signed(owner)
    with clock.stopped_at("2026-11-24 10:00"):
        ready = recovery.by_link(ask(owner))
        assert recovery.issue_password(ready) == owner.email
        letter = newest(owner.email, "password_issued")
    password = letter.text.split("Ваш пароль для входа: ")[1].split()[0]
    assert len(password) >= LONG_ENOUGH
    assert (works(owner, password), works(owner, PASSWORD), is_alive(session)) == (True, False, False)
    person = Person.get_by_id(owner.person.id)
    assert clock.local(person.password_issued_until).isoformat() == "2026-11-27T10:00:00+03:00"
    assert [row.recipient for row in Message.select().where(Message.template == "password_issued")] == [owner.email]
    kept = Challenge.get(Challenge.purpose == passwords.ISSUED)
    assert (kept.sealed, password in str(kept.facts)) == ("", False)
    others = Message.select().where(Message.template != "password_issued")
    assert not any(password in row.text + row.html for row in others)


def test_a_chosen_password_after_an_issued_one_is_nobodys_to_issue_any_more(owner, ready):
    recovery.issue_password(ready)
    recovery.set_password(recovery.by_link(ask(owner)), NEW)
    assert Person.get_by_id(owner.person.id).password_issued_until is None


def test_a_person_without_an_e_mail_gets_no_issued_password(owner):
    Identity.delete().where(Identity.kind == "email").execute()
    id = ask_code(owner)
    recovery.prove_code(id, code_to(owner.phone), browser=BROWSER)
    challenge = recovery.by_code(id, browser=BROWSER)
    assert recovery.email_for(challenge) == ""
    with pytest.raises(Refused) as refused:
        recovery.issue_password(challenge)
    assert refused.value.field == "generate"
    assert works(owner, PASSWORD)


def test_issued_passwords_are_random():
    made = {passwords.random_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"(?:[a-z346789]{4}-){3}[a-z346789]{4}", each) for each in made)
    assert len(passwords.SIGNS) ** 16 > 2**64


@pytest.mark.parametrize("how", ["set", "issue"])
def test_a_change_that_is_interrupted_has_not_happened(owner, ready, how):
    """Fault table, «in password change»: old works XOR new works, no live old session with the new password."""
    session = signed(owner)
    with pytest.raises(ZeroDivisionError), transaction():
        if how == "set":
            recovery.set_password(ready, NEW)
        else:
            recovery.issue_password(ready)
        assert not works(owner, PASSWORD)
        assert 1 // 0
    assert (works(owner, PASSWORD), works(owner, NEW), is_alive(session)) == (True, False, True)
    drain()
    assert Message.select().where(Message.template.in_(("password_changed", "password_issued"))).count() == 0
    recovery.set_password(ready, NEW)
    assert (works(owner, PASSWORD), works(owner, NEW), is_alive(session)) == (False, True, False)


def test_a_reaction_answered_twice_tells_once(owner, ready):
    recovery.issue_password(ready)
    drain()
    before = [row.id for row in Message.select().order_by(Message.id)]
    ours = list(Delivery.select().where(Delivery.reaction.startswith("notifications.")))
    assert {each.reaction for each in ours} >= {
        "notifications.access.send_link",
        "notifications.recovery.send_issued_password",
        "notifications.recovery.tell_of_recovery",
        "notifications.access.tell_of_password",
    }
    for each in ours:
        Delivery.update(done_at=None).where(Delivery.id == each.id).execute()
        assert attempt(each.id) is True
    assert [row.id for row in Message.select().order_by(Message.id)] == before
