"""Documents and consents for staff: published, never edited; what was signed at the desk is noted."""

import pytest

from nesk.accounts.models import Account, Binding
from nesk.branches.models import Branch
from nesk.consents import queries
from nesk.core.events import EventRecord
from nesk.people.models import Person, RolePermission, Staff
from nesk.people.queries import person_by_identity
from tests.browser import Browser

PAGE = "/staff/documents"

pytestmark = pytest.mark.usefixtures("town")


def as_staff(app, login: str) -> Browser:
    browser = Browser(app)
    browser.sign_in_as(Staff.get(Staff.login == login))
    return browser


@pytest.fixture
def admin(app) -> Browser:
    return as_staff(app, "admin")


@pytest.fixture
def me() -> Person:
    return person_by_identity("email", "abonent@demo.nesk")


def test_a_new_version_is_looked_at_compared_and_published(admin: Browser):
    admin.open(f"{PAGE}/advertising")
    old = queries.text_of("advertising")
    page = admin.submit(f"{PAGE}/advertising", {"text": f"{old.text}\n\nИ ещё звонки."}, button="Посмотреть")
    assert page.words_of("ins") == ["Добавлено: И ещё звонки."]
    assert page.words_of("del") == []
    assert queries.text_of("advertising").version == 1
    page = admin.submit(f"{PAGE}/advertising", button="Опубликовать редакцию 2")
    assert page.notice == "Опубликована редакция 2."
    row = queries.text_of("advertising")
    assert (row.version, row.text) == (2, f"{old.text}\n\nИ ещё звонки.")
    assert row.published_by == f"staff:{Staff.get(Staff.login == 'admin').id}"
    assert Staff.get(Staff.login == "admin").name in admin.open(PAGE).text


def test_two_who_publish_at_once_do_not_both_win(admin: Browser, app):
    other = as_staff(app, "admin")
    other.open(f"{PAGE}/privacy")
    admin.submit(f"{PAGE}/privacy", {"text": "Раз"}, button="Посмотреть")
    admin.submit(f"{PAGE}/privacy", button="Опубликовать редакцию 2")
    other.submit(f"{PAGE}/privacy", {"text": "Два"}, button="Посмотреть")
    page = other.post(f"{PAGE}/privacy", {"title": "Имя", "text": "Два", "seen": "1", "action": "publish"}, status=409)
    assert any("Откройте документ заново" in said for said in page.errors)
    assert queries.text_of("privacy").text == "Раз"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"text": ""}, "Введите текст документа."),
        ({"title": " "}, "Введите название документа."),
        ({"text": "я" * 30_001}, "Слишком длинно. Оставьте не больше 30000 знаков."),
        ({"title": "я" * 201}, "Слишком длинно. Оставьте не больше 200 знаков."),
    ],
)
def test_what_is_no_document_is_refused_beside_its_field(admin: Browser, data, said):
    page = admin.submit(f"{PAGE}/privacy", data, button="Посмотреть", status=422)
    assert said in page.errors
    assert len(queries.versions("privacy")) == 1


def test_an_unchanged_text_is_no_new_version(admin: Browser):
    admin.submit(f"{PAGE}/privacy", button="Посмотреть")
    page = admin.submit(f"{PAGE}/privacy", button="Опубликовать редакцию 2", status=422)
    assert "Текст не изменился: новая редакция не нужна." in page.errors


@pytest.mark.parametrize("login", ["operator", "dispatcher", "billing"])
def test_documents_are_for_those_who_may_change_them(app, login):
    staff = as_staff(app, login)
    staff.open(PAGE, status=403)
    staff.open(f"{PAGE}/privacy", status=403)
    staff.post(f"{PAGE}/privacy", {"title": "Имя", "text": "Текст", "seen": "1", "action": "publish"}, status=403)
    assert len(queries.versions("privacy")) == 1
    assert RolePermission.select().where(RolePermission.permission == "change_documents").count() == 1


def test_a_document_that_nobody_has_is_not_found(admin: Browser):
    admin.open(f"{PAGE}/nonsense", status=404)


def where(person: Person) -> str:
    return f"/staff/people/{person.id}/consents"


def test_the_journal_is_shown_and_that_it_was_opened_is_noted(app, me):
    """Z7."""
    office = as_staff(app, "operator")
    seen = EventRecord.select().where(EventRecord.name == "SubscriberCardSeen")
    before = seen.count()
    page = office.open(where(me))
    assert "Согласие на сообщения по SMS и e-mail, редакция 1" in page.text
    assert seen.count() == before + 1
    assert office.open(f"/staff/registers/people/details/?id={me.id}").links["Согласия"] == where(me)


def test_what_was_signed_at_the_desk_goes_into_the_journal(app, me):
    office = as_staff(app, "operator")
    page = office.submit(where(me), {"purpose": "advertising"}, status=422)
    assert "Отметьте, что подписанный документ у вас и личность проверена." in page.errors
    page = office.submit(where(me), {"purpose": "advertising", "signed": "y"})
    assert page.notice == "Записано в журнал."
    row = queries.given_by(me.id)["advertising"]
    by = EventRecord.select().where(EventRecord.name == "ConsentGiven").order_by(EventRecord.id.desc()).first().by
    assert (row.channel, row.ip, by) == ("desk", "", f"staff:{Staff.get(Staff.login == 'operator').id}")
    office.submit(where(me), {"purpose": "advertising", "action": "withdrawn", "signed": "y"})
    assert not queries.allows(me.id, "advertising")


@pytest.mark.parametrize(
    ("purpose", "said"), [("advertising", "Это согласие сейчас не дано"), ("personal_data", "закрыв кабинет")]
)
def test_what_cannot_be_withdrawn_at_the_desk_is_refused(app, me, purpose, said):
    office = as_staff(app, "operator")
    before = len(queries.journal(me.id))
    page = office.submit(where(me), {"purpose": purpose, "action": "withdrawn", "signed": "y"}, status=422)
    assert any(said in error for error in page.errors)
    assert len(queries.journal(me.id)) == before


def test_a_person_of_another_branch_is_not_there(app, me):
    """Z4: the list is scoped, and so is the page of one."""
    armavir = as_staff(app, "armavir")
    armavir.open(where(me), status=404)
    armavir.post(where(me), {"purpose": "advertising", "signed": "y", "action": "given"}, status=404)
    own = Binding.select(Binding.person).join(Account).join(Branch).where(Branch.code == "arm").first()
    if own is not None:
        armavir.open(f"/staff/people/{own.person_id}/consents")
    assert not queries.allows(me.id, "advertising")


def test_those_who_may_only_look_note_nothing(app, me):
    clerk = as_staff(app, "billing")
    assert "Записать в журнал" not in clerk.open(where(me)).text
    clerk.post(where(me), {"purpose": "advertising", "signed": "y", "action": "given"}, status=403)
    assert not queries.allows(me.id, "advertising")
