"""The day of a closing: everything that the law does not keep goes at once, after the farewell (D2)."""

import signal
from datetime import date

import pytest

from nesk.accounts.models import Account, Binding, CareLink, Invitation, ReceiptAddress
from nesk.billing.models import Entry
from nesk.consents import operations as consents
from nesk.consents.models import Consent
from nesk.core import clock, events, files
from nesk.core.actor import system
from nesk.core.db import db
from nesk.core.events import EventRecord
from nesk.core.files import File
from nesk.credentials import challenges
from nesk.credentials.models import Challenge, Factor, Remembered
from nesk.models import MODELS
from nesk.notifications.erasing import GONE
from nesk.notifications.models import Message
from nesk.notifications.operations import notify
from nesk.payments.cards import keep
from nesk.payments.models import Card
from nesk.people import closing
from nesk.people.models import Closing, Identity, Person, Profile, Session, SmsPhone
from nesk.people.queries import signed_in
from nesk.people.sessions import open_session
from nesk.privacy.closing import close_due
from tests.district import make_person
from tests.privacy.killing import run_and_kill

DUE, EVE = "2026-12-24 10:00:00", "2026-12-24 09:59:59"


@pytest.fixture
def home(district):
    """A person with something of everything that a closing must end, who wished it on 24 November at 10:00."""
    consents.install_documents()
    home = district.home
    me = home.person
    photo = files.store(b"a face", "image/jpeg", "me.jpg", by=home.actor)
    Profile.create(person=me, nickname="Мариша", photo=str(photo.id), extended={"Хобби": "сад"})
    ReceiptAddress.create(person=me, account=home.account, email="bills@demo.nesk", confirmed_at=clock.now())
    keep(me.id, kind="energy", binding_id="b-1", masked_pan="4111**1111", expiry="202912", by=home.actor)
    SmsPhone.create(person=me, phone="+79181112233", confirmed_at=clock.now())
    Remembered.create(
        person=me, chain="c", selector="s", validator_hash="v", created_at=clock.now(), expires_at=clock.now()
    )
    Factor.create(holder_kind="person", holder_id=me.id, kind="totp", created_at=clock.now())
    challenges.ask_code("phone", home.phone, browser="b", person_id=me.id, facts={"new": "+79185556677"})
    relative = make_person(7)[0]
    invited = Invitation.create(
        account=home.account, inviter=me, rights="view", title="Дочь", token_hash="t", created_at=clock.now(),
        expires_at=clock.now(), accepted_at=clock.now(),
    )  # fmt: skip
    Binding.create(
        person=relative, account=home.account, way="invitation", rights="view", invitation=invited, bound_at=clock.now()
    )
    CareLink.create(
        account=home.account,
        person=me,
        rights="readings",
        until_on=date(2027, 11, 24),
        created_at=clock.now(),
        title="Соседка",
    )
    for purpose in ("personal_data", "e_bill", "advertising"):
        consents.give(me.id, purpose, by=home.actor)
    Account.update(receipt_email=home.email).where(Account.id == home.account.id).execute()
    closing.ask(me.id, reason="moved", comment="Уехали в Сочи", by=home.actor)
    events.drain(reraise=False)  # nobody takes the messages here: they wait
    return home


ERASED = {
    "people_identity", "people_profile", "people_sms_phone", "credentials_challenge", "credentials_remembered",
    "accounts_receipt_address",
}  # fmt: skip
"""Tables of whose rows nothing is left."""
EMPTIED = {
    "people_closing": "the words, not the wish",
    "accounts_invitation": "whom it was for and where it was sent",
    "accounts_binding": "what the place was called",
    "accounts_care_link": "whom it was for",
    "notifications_message": "words and addresses",
    "privacy_archive": "the file",
    "payments_card": "out of use; the bank is told to forget it",
}
KEPT = {
    "consents_consent": "the journal, 3 years after a withdrawal",
    "payments_payment": "accounting, 5 years",
    "fieldwork_order": "works done under the contract, its term and 3 years",
}
"""Whatever refers to a person is in one of these: a new table must say what becomes of it."""


def test_every_table_that_refers_to_a_person_has_its_place_in_a_closing():
    refer = {model._meta.table_name for model in MODELS for key in model._meta.refs if key.rel_model is Person}
    assert refer == ERASED | set(EMPTIED) | set(KEPT)


def everything() -> dict[str, list]:
    """Every row of the tables that a closing touches."""
    tables = (
        Person,
        Identity,
        Session,
        Profile,
        SmsPhone,
        Remembered,
        Factor,
        Challenge,
        Binding,
        Invitation,
        CareLink,
    )
    return {model.__name__: list(model.select().tuples()) for model in (*tables, Account, Consent, Message, Closing)}


def test_before_its_moment_nothing_moves(home):
    before = everything()
    with clock.stopped_at(EVE):
        assert close_due() == 0
    assert everything() == before


def test_a_wish_taken_back_closes_nothing(home):
    closing.cancel(home.person.id, by=home.actor)
    with clock.stopped_at(DUE):
        assert close_due() == 0
    assert Identity.select().where(Identity.person == home.person).count() == 2


def test_at_its_moment_the_person_is_gone_and_the_law_keeps_its_own(home):
    """D2: who it was is erased; the journal of consents, the ledger and the events stay."""
    entries = Entry.select().count()
    token = open_session("person", home.person.id)
    with clock.stopped_at(DUE):
        assert close_due() == 1
        assert close_due() == 0
        assert signed_in("person", token) is None
        me = Person.get_by_id(home.person.id)
        assert (me.full_name, me.password_hash, me.search, me.closes_at) == ("Абонент", "", "", None)
        assert me.closed_at == clock.now() == Closing.get().done_at
    assert Card.get().state == "unusable"
    for model in (Identity, Profile, SmsPhone, Remembered, Challenge, ReceiptAddress):
        assert model.select().where(model.person == home.person).count() == 0
    assert Factor.select().count() == 0
    assert Binding.select().where(Binding.ended_at.is_null()).count() == 0
    assert CareLink.get().ended_at is not None
    assert {row.title for row in (*Invitation.select(), *CareLink.select())} == {""}
    assert Closing.get().comment == ""
    assert [row.action for row in Consent.select().order_by(Consent.id)] == ["given"] * 3 + ["withdrawn"] * 3
    assert Account.get_by_id(home.account.id).receipt_email == ""
    assert Entry.select().count() == entries
    assert File.get().forgotten_at is not None


def test_not_a_word_of_the_person_is_left_in_the_tables(home):
    """D2, with words that stand nowhere else: the whole database is looked through after the farewell has gone."""
    with clock.stopped_at(DUE):
        close_due()
        events.drain(reraise=False)
        Message.update(state="sent").where(Message.state == "queued").execute()
    with clock.stopped_at("2026-12-25 11:00"):
        from nesk.notifications.erasing import forget_addresses

        forget_addresses()
    canaries = (
        "Мариша",
        home.email,
        home.phone,
        "9181112233",
        "9185556677",
        "Уехали в Сочи",
        "Соседка",
        "Дочь",
        "bills@demo.nesk",
    )
    found = [
        (table, canary)
        for table in db.get_tables()
        for row in db.execute_sql(f'SELECT * FROM "{table}"').fetchall()
        for canary in canaries
        if canary in str(row)
    ]
    assert found == []


def test_the_farewell_goes_to_the_addresses_that_are_erased(home):
    with clock.stopped_at(DUE):
        close_due()
    told = list(Message.select().where(Message.template == "cabinet_closed").order_by(Message.id))
    assert [(row.channel, row.recipient, row.person_id) for row in told] == [
        ("email", home.email, None),
        ("sms", home.phone, None),
    ]
    older = Message.select().where(Message.person == home.person)
    assert older.count() > 0
    assert {(row.subject, row.text, row.html) for row in older} == {(GONE, GONE, "")}
    assert {row.state for row in older if row.channel != "cabinet"} == {"failed"}


def test_nobody_writes_to_a_closed_cabinet(home):
    with clock.stopped_at(DUE):
        close_due()
        event = EventRecord.select().order_by(EventRecord.id.desc()).first()
        before = Message.select().count()
        assert notify(event.id, "order_accepted", person_id=home.person.id, number="1", service="", address="") == 0
        assert Message.select().count() == before


def test_those_who_share_an_account_are_not_touched(home):
    stranger, _, email = make_person(9)
    Binding.create(person=stranger, account=home.account, way="sum", bound_at=clock.now())
    with clock.stopped_at(DUE):
        close_due()
    assert Identity.get(Identity.value == email).person_id == stranger.id
    assert Binding.get(Binding.person == stranger).ended_at is None


def test_one_that_fails_keeps_nobody_else_waiting(home, monkeypatch):
    from nesk.privacy import closing as whole

    other = make_person(8)[0]
    closing.ask(other.id, by=system("test"))
    tell = whole.tell

    def fails_once(*args, **facts):
        monkeypatch.setattr(whole, "tell", tell)
        raise ConnectionError

    monkeypatch.setattr(whole, "tell", fails_once)
    with clock.stopped_at(DUE):
        assert close_due() == 1
        assert Person.get_by_id(home.person.id).closed_at is None
        assert Identity.select().where(Identity.person == home.person).count() == 2
        assert close_due() == 1
        assert Person.get_by_id(home.person.id).closed_at is not None


def test_killed_in_the_middle_it_is_whole_or_has_not_begun_and_ends_at_the_next_run(home):
    """kill -9 between the half of the erasing and its rest."""
    before = everything()
    assert run_and_kill("closing.close_due()", "privacy.half_closed", at=DUE) == -signal.SIGKILL
    assert everything() == before
    assert run_and_kill("closing.close_due()", at=DUE) == 0
    assert Person.get_by_id(home.person.id).closed_at is not None
    assert Message.select().where(Message.template == "cabinet_closed").count() == 2
