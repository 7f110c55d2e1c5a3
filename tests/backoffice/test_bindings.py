"""Binding at the desk: by passport, for whom no sum and no serial can prove it; every slip shows words and moves nothing."""

import pytest

from nesk.accounts.models import Account, Binding, Organization
from nesk.consents.models import Consent
from nesk.core import clock
from nesk.core.actor import system
from nesk.core.events import EventRecord, drain
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.people.models import Identity, Person, Session, Staff
from nesk.people.profiles import change_wishes
from nesk.people.queries import person_by_identity
from tests.browser import Browser

pytestmark = pytest.mark.usefixtures("town")

NUMBER, OWNER = "230000000017", "abonent@demo.nesk"
NEW = f"/staff/accounts/{NUMBER}/bindings/new"
GUEST = "guest@nesk.example"


@pytest.fixture
def guest(town) -> Person:
    person = Person.create(surname="Гость", name="Павел", created_at=clock.now())
    Identity.create(person=person, kind="email", value=GUEST, confirmed_at=clock.now(), is_login=True)
    Identity.create(person=person, kind="phone", value="+79000000777", confirmed_at=clock.now(), is_login=True)
    return person


@pytest.fixture
def desk(browser: Browser) -> Browser:
    browser.sign_in_as(Staff.get(Staff.login == "operator"))
    return browser


def moved() -> tuple[int, int, int]:
    kinds = ("AccountBound", "ConsentGiven")
    return (
        Binding.select().count(),
        Consent.select().count(),
        EventRecord.select().where(EventRecord.name.in_(kinds)).count(),
    )


@pytest.mark.parametrize("typed", [GUEST, " GUEST@nesk.example ", "8 (900) 000-07-77", "+7 900 000 07 77"])
def test_the_cabinet_is_found_looked_at_and_then_bound(desk: Browser, guest: Person, typed):
    assert desk.open(f"/staff/accounts/{NUMBER}").links["Привязать"] == NEW
    before = moved()
    desk.open(NEW)
    page = desk.submit(NEW, {"contact": typed})
    assert page.status == 200
    assert "Гость Павел" in page.text
    assert "Ковальчук" in page.text
    assert moved() == before
    seen = EventRecord.select().where(EventRecord.name == "SubscriberCardSeen").order_by(EventRecord.id.desc()).first()
    assert (seen.facts["kind"], seen.facts["subject_id"]) == ("person", guest.id)

    page = desk.submit(NEW, {"passport": "y", "consent": "y"})
    assert (page.path, page.notice) == (f"/staff/accounts/{NUMBER}", "Счёт привязан к кабинету абонента.")
    assert "Гость Павел" in page.text
    binding = Binding.get(Binding.person == guest, Binding.ended_at.is_null())
    assert (binding.account.number, binding.way, binding.rights) == (NUMBER, "staff", "all")
    consent = Consent.get(Consent.person == guest)
    assert (consent.purpose, consent.action, consent.channel, consent.account_id) == (
        "personal_data",
        "given",
        "desk",
        binding.account_id,
    )
    with recording_only():
        drain()
    assert Message.select().where(Message.template == "binding_by_other", Message.recipient == OWNER).count() == 1
    told = Message.select().where(Message.template == "binding_by_staff", Message.person == guest).order_by(Message.id)
    assert [(row.channel, row.recipient) for row in told] == [
        ("email", GUEST),
        ("sms", "+79000000777"),
        ("cabinet", f"person:{guest.id}"),
    ]


def test_without_the_papers_nothing_is_bound(desk: Browser, guest: Person):
    desk.open(NEW)
    desk.submit(NEW, {"contact": GUEST})
    before = moved()
    page = desk.submit(NEW, {"consent": "y"})
    assert (page.status, page.errors) == (422, ["Проверьте паспорт и отметьте это."])
    assert "Гость Павел" in page.text
    page = desk.submit(NEW, {"passport": "y", "consent": None})
    assert (page.status, page.errors) == (422, ["Возьмите подписанное согласие и отметьте это."])
    Session.update(proved_at=None).execute()
    page = desk.submit(NEW, {"passport": "y", "consent": "y"})
    assert (page.status, page.errors) == (422, ["Введите текущий пароль: так мы поймём, что это вы."])
    assert moved() == before


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Введите телефон или почту абонента."),
        ("Гость Павел", "Адрес не распознан."),
        ("nobody@nesk.example", "Кабинета с таким телефоном или почтой нет."),
        ("+7 900 000-07-78", "Кабинета с таким телефоном или почтой нет."),
        ("а" * 10_000, "Слишком длинно."),
        ("' OR 1=1 --@x", "Адрес не распознан."),
    ],
)
def test_a_contact_that_leads_nowhere(desk: Browser, guest: Person, typed, words):
    desk.open(NEW)
    before = moved()
    page = desk.submit(NEW, {"contact": typed})
    assert page.status == 422
    assert words in " ".join(page.errors)
    assert moved() == before


def test_neither_an_unconfirmed_contact_nor_a_closed_cabinet_is_found(desk: Browser, guest: Person):
    Identity.update(confirmed_at=None).where(Identity.person == guest, Identity.kind == "phone").execute()
    desk.open(NEW)
    assert desk.submit(NEW, {"contact": "+79000000777"}).status == 422
    Person.update(closed_at=clock.now()).where(Person.id == guest.id).execute()
    assert desk.submit(NEW, {"contact": GUEST}).status == 422


def test_somebody_who_was_not_looked_at_is_not_bound(desk: Browser, guest: Person):
    """The form names the person who was shown; with another one in it the second press is a first one."""
    desk.open(NEW)
    desk.submit(NEW, {"contact": GUEST})
    before = moved()
    page = desk.submit(NEW, {"contact": "abonent2@demo.nesk", "passport": "y", "consent": "y"})
    assert page.status == 200
    assert person_by_identity("email", "abonent2@demo.nesk").full_name in page.text
    assert moved() == before


def test_what_is_bound_already_and_what_is_a_companys_are_refused(desk: Browser, guest: Person):
    desk.open(NEW)
    desk.submit(NEW, {"contact": OWNER})
    before = moved()
    page = desk.submit(NEW, {"passport": "y", "consent": "y"})
    assert (page.status, page.errors) == (422, ["Этот лицевой счёт уже привязан к этому кабинету."])
    company = Account.select().join(Organization).first()
    number = company.number
    assert "Привязать" not in desk.open(f"/staff/accounts/{number}").links
    new = f"/staff/accounts/{number}/bindings/new"
    desk.open(new)
    desk.submit(new, {"contact": GUEST})
    page = desk.submit(new, {"passport": "y", "consent": "y"})
    assert page.status == 422
    assert "Это счёт юридического лица" in page.text
    Account.update(closed_on=clock.today()).where(Account.number == NUMBER).execute()
    assert "Привязать" not in desk.open(f"/staff/accounts/{NUMBER}").links
    desk.open(NEW)
    desk.submit(NEW, {"contact": GUEST})
    page = desk.submit(NEW, {"passport": "y", "consent": "y"})
    assert page.status == 422
    assert "Лицевой счёт закрыт" in page.text
    assert moved() == before


def test_an_account_of_another_branch_does_not_exist(browser: Browser, guest: Person):
    browser.sign_in_as(Staff.get(Staff.login == "armavir"))
    browser.open(NEW, status=404)
    browser.open("/staff/")
    browser.post(NEW, {"contact": GUEST}, status=404)


def test_whoever_is_about_to_call_sees_how_the_subscriber_wants_it(desk: Browser):
    owner = person_by_identity("email", OWNER)
    change_wishes(
        owner.id,
        {"call_me": "Марина", "call_hours": "evening", "contact_way": "sms"},
        large_print=True,
        by=system("test"),
    )
    words = "обращаться «Марина», звонить с 17 до 20, связь: SMS, квитанции крупным шрифтом"
    assert f"Просит: {words}" in desk.open(f"/staff/accounts/{NUMBER}").text
    change_wishes(owner.id, {}, large_print=False, by=system("test"))
    assert "Просит:" not in desk.open(f"/staff/accounts/{NUMBER}").text
