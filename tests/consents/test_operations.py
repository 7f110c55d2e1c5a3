"""Documents and the journal of consents: they only grow, and the hash says what was shown (D2)."""

import hashlib
from collections.abc import Callable

import peewee
import pytest
from playhouse.test_utils import count_queries

from nesk.accounts.models import Account, Binding
from nesk.consents import operations, queries
from nesk.consents.models import POLICIES, PURPOSES, Consent, Document, Policy
from nesk.consents.settings import ConsentSettings
from nesk.core import clock, settings
from nesk.core.actor import Actor
from nesk.core.db import db, transaction
from nesk.core.errors import Conflict, NotFound, Refused
from nesk.core.events import EventRecord
from nesk.people.models import Identity
from tests.district import BY, make_home, make_person

STAFF = Actor("staff", 1)


@pytest.fixture(autouse=True)
def texts(district):
    operations.install_documents()


@pytest.fixture
def home(district):
    return district.home


def test_a_new_copy_has_every_document_and_a_second_installation_adds_none():
    assert [row.purpose for row in queries.in_force()] == [*POLICIES, *PURPOSES]
    operations.install_documents()
    assert Document.select().count() + Policy.select().count() == len(POLICIES) + len(PURPOSES)


@pytest.mark.parametrize("purpose", [*PURPOSES, *POLICIES])
def test_the_hash_is_of_the_title_and_the_text_as_they_are_shown(purpose):
    row = queries.text_of(purpose)
    assert row.sha256 == hashlib.sha256(f"{row.title}\n{row.text}".encode()).hexdigest()


def test_what_was_shown_is_what_the_journal_says(home):
    """D2: version, time and hash of the text stand with the consent, whatever is published later."""
    given = operations.give(home.person.id, "notices", ip="127.0.0.1", device="Firefox", by=home.actor)
    operations.publish("notices", "Согласие на сообщения", "Новый текст", by=STAFF)
    (row,) = queries.journal(home.person.id, with_texts=True)
    assert (row.id, row.document.version, row.at) == (given.id, 1, clock.now())
    assert row.sha256 == operations.text_hash(row.document.title, row.document.text)
    assert (row.ip, row.device, row.channel, row.action) == ("127.0.0.1", "Firefox", "web", "given")
    assert [each.purpose for each in queries.outdated(home.person.id)] == ["notices"]


@pytest.mark.parametrize("model", [Consent, Document, Policy])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_itself_refuses_to_change_or_delete(home, model, verb):
    """D2: append-only on both engines."""
    operations.give(home.person.id, "notices", by=home.actor)
    before = list(model.select().tuples())
    query = model.update(purpose="notices") if verb == "update" else model.delete()
    with pytest.raises(peewee.DatabaseError, match="append-only"), transaction():
        query.execute()
    assert list(model.select().tuples()) == before


def test_publishing_goes_on_from_the_last_version_and_is_refused_past_it():
    title, text = queries.text_of("privacy").title, "Другой текст"
    assert operations.publish("privacy", title, text, seen_version=1, by=STAFF).version == 2
    with pytest.raises(Conflict):
        operations.publish("privacy", title, "Третий", seen_version=1, by=STAFF)
    for wrong, field in (
        (("", "x"), "title"),
        ((title, " \n "), "text"),
        ((title, text), "text"),
        ((title, "я" * 30_001), "text"),
        ((title, "\n".join("абв" * 400)), "text"),
    ):
        with pytest.raises(Refused) as refused:
            operations.publish("privacy", *wrong, by=STAFF)
        assert refused.value.field == field
    assert [row.version for row in queries.versions("privacy")] == [2, 1]
    with pytest.raises(NotFound):
        operations.publish("nonsense", title, text, by=STAFF)


def test_consent_is_given_to_what_was_read_once(home):
    first = operations.agree(home.person.id, "advertising", seen_version=1, by=home.actor)
    assert operations.agree(home.person.id, "advertising", seen_version=1, by=home.actor) == first
    operations.publish("advertising", "Согласие на рекламу", "Ещё и звонки", by=STAFF)
    with pytest.raises(Conflict):
        operations.agree(home.person.id, "advertising", seen_version=1, by=home.actor)
    assert len(queries.journal(home.person.id)) == 1
    operations.agree(home.person.id, "advertising", seen_version=2, by=home.actor)
    assert queries.given_by(home.person.id)["advertising"].document.version == 2


def test_a_withdrawn_consent_is_not_given_and_cannot_be_withdrawn_twice(home):
    operations.give(home.person.id, "advertising", by=home.actor)
    assert queries.allows(home.person.id, "advertising")
    operations.withdraw(home.person.id, "advertising", by=home.actor)
    assert not queries.allows(home.person.id, "advertising")
    with pytest.raises(NotFound):
        operations.withdraw(home.person.id, "advertising", by=home.actor)
    assert [row.action for row in queries.journal(home.person.id)] == ["withdrawn", "given"]


def test_the_latest_answer_counts_whatever_was_answered_before_and_by_whom(district, home):
    other = make_home(district.branch, 2)
    for purpose, who in (("advertising", home), ("notices", home), ("e_bill", other)):
        operations.give(who.person.id, purpose, by=who.actor)
    operations.withdraw(home.person.id, "advertising", by=home.actor)
    operations.withdraw(home.person.id, "notices", by=home.actor)
    operations.give(home.person.id, "notices", by=home.actor)
    latest = queries.latest_of(home.person.id)
    assert [(purpose, row.action, row.document.version) for purpose, row in latest.items()] == [
        ("notices", "given", 1),
        ("advertising", "withdrawn", 1),
    ]
    assert list(queries.given_by(home.person.id)) == ["notices"]
    assert [purpose for purpose in (*PURPOSES, "nonsense") if queries.allows(home.person.id, purpose)] == ["notices"]


def read_by(question: Callable[[], object]) -> tuple[int, bool]:
    """How many rows of the two tables of texts and of the journal a question brings, and whether a text is among them."""
    with count_queries() as counter:
        question()
    rows, has_text = 0, False
    for sql, values in (record.msg for record in counter.get_queries()):
        rows += len(db.execute_sql(sql, values).fetchall())
        has_text = has_text or '"text"' in sql
    return rows, has_text


def test_a_question_about_one_consent_reads_one_row_and_no_text(home):
    """D2: the journal and the versions only grow, and every message asks whether it may be sent."""
    for number in range(3):
        operations.publish("notices", "Согласие на сообщения", f"Редакция {number}", by=STAFF)
        operations.give(home.person.id, "notices", by=home.actor)
        operations.withdraw(home.person.id, "notices", by=home.actor)
    operations.give(home.person.id, "advertising", by=home.actor)
    me = home.person.id
    assert read_by(lambda: queries.allows(me, "notices")) == (1, False)
    assert read_by(lambda: queries.latest_of(me)) == (2, False)
    assert read_by(lambda: queries.journal(me)) == (7, False)
    assert read_by(lambda: queries.document("notices")) == (1, True)
    assert (queries.document("notices").text, queries.document("notices", 2).text) == ("Редакция 2", "Редакция 0")
    for version in (0, 5):
        with pytest.raises(NotFound):
            queries.document("notices", version)


def test_the_consent_that_the_cabinet_rests_on_is_withdrawn_by_closing_it_only(home):
    operations.give(home.person.id, "personal_data", by=home.actor)
    with pytest.raises(Refused, match="закрыв кабинет"):
        operations.withdraw(home.person.id, "personal_data", by=home.actor)
    assert queries.allows(home.person.id, "personal_data")


def paper(account: Account) -> bool:
    return Account.get_by_id(account.id).receipt_email == ""


def test_withdrawing_the_electronic_bill_brings_paper_back_to_all_of_the_persons_accounts(district, home):
    other = make_home(district.branch, 2)
    Binding.create(person=home.person, account=other.account, way="sum", bound_at=clock.now())
    Account.update(receipt_email=home.email).execute()
    operations.give(home.person.id, "e_bill", account_id=home.account.id, by=home.actor)
    operations.withdraw(home.person.id, "e_bill", by=home.actor)
    assert paper(home.account)
    assert paper(other.account)
    resumed = [row.facts["account_id"] for row in EventRecord.select().where(EventRecord.name == "PaperBillsResumed")]
    assert resumed == [home.account.id, other.account.id]
    assert queries.journal(home.person.id)[0].account_id is None


def test_the_letters_of_another_holder_and_accounts_seen_only_are_left_alone(district, home):
    relative, _, email = make_person(7)
    Binding.create(person=relative, account=home.account, way="sum", bound_at=clock.now())
    Account.update(receipt_email=email).where(Account.id == home.account.id).execute()
    operations.give(relative.id, "e_bill", by=Actor("person", relative.id))
    seen = make_home(district.branch, 3)
    Account.update(receipt_email=seen.email).where(Account.id == seen.account.id).execute()
    Binding.create(person=home.person, account=seen.account, way="invitation", rights="view", bound_at=clock.now())
    operations.give(home.person.id, "e_bill", by=home.actor)
    operations.withdraw(home.person.id, "e_bill", by=home.actor)
    assert not paper(home.account)
    assert not paper(seen.account)
    assert Identity.select().where(Identity.value == email).exists()


def test_consents_are_asked_for_anew_only_where_the_company_says_so(home):
    assert settings.load(ConsentSettings).ask_again is False
    settings.change(ConsentSettings, "ask_again", True, by=BY)
    assert settings.load(ConsentSettings).ask_again is True
    assert queries.outdated(home.person.id) == []
