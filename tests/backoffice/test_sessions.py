"""Sessions of others: an administrator ends anybody's, an operator those of their branch's subscribers (S6)."""

import pytest

from nesk.accounts.models import Account, Binding
from nesk.branches.models import Branch
from nesk.core import clock
from nesk.core.actor import system
from nesk.core.events import EventRecord
from nesk.credentials.remembering import remember
from nesk.people.models import BusinessUser, Person, Role, RolePermission, Session, Staff
from nesk.people.operations import create_staff
from nesk.people.queries import permissions_of, person_by_identity, signed_in
from nesk.people.sessions import open_session
from tests.browser import Browser
from tests.credentials.test_remembering import DESK, PHONE

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture
def marina(town) -> Person:
    return person_by_identity("email", "abonent@demo.nesk")


@pytest.fixture
def office(browser: Browser):
    def signed_in_as(login: str) -> Browser:
        other = browser.another()
        other.sign_in_as(Staff.get(Staff.login == login))
        return other

    return signed_in_as


def of_branch(code: str) -> Person:
    """A subscriber whose only account is of that branch."""
    account = Account.select().join(Branch).where(Branch.code == code).first()
    person = Person.create(surname=code, created_at=clock.now())
    Binding.create(person=person, account=account, way="staff", bound_at=clock.now())
    return person


def test_an_operator_ends_the_sessions_of_a_subscriber_one_by_one_and_all(office, marina):
    operator = office("operator")
    phone, desk = (open_session("person", marina.id, device=device) for device in (PHONE, DESK))
    cookie = remember(marina.id, phone).cookie
    page = operator.open("backoffice.sessions.show", kind="person", subject_id=marina.id)
    assert page.h1 == "Сеансы: Ковальчук Марина Сергеевна"
    assert [words.split("место")[0] for words in page.words_of("li", cls="item")] == [
        "Firefox, Windows",
        "Chrome, Android",
    ]
    one = Session.get(Session.device == DESK)
    page = operator.submit("backoffice.sessions.end", kind="person", subject_id=marina.id, session_id=one.id)
    assert page.notice == "Сеанс завершён."
    assert (signed_in("person", desk), signed_in("person", phone) is None) == (None, False)
    page = operator.submit("backoffice.sessions.end_all", kind="person", subject_id=marina.id)
    assert page.notice == "Все сеансы завершены."
    assert "Открытых сеансов нет" in page.text
    assert signed_in("person", phone) is None
    thief = operator.another()
    thief.client.set_cookie("remember", cookie)
    assert thief.get("/cabinet/").status_code == 303


def test_looking_at_them_is_noted(office, marina):
    """Z7: who saw whom."""
    operator = office("operator")
    operator.open("backoffice.sessions.show", kind="person", subject_id=marina.id)
    seen = EventRecord.select().where(EventRecord.name == "SubscriberCardSeen").order_by(EventRecord.id.desc()).get()
    assert (seen.facts, seen.by) == (
        {"kind": "person", "subject_id": marina.id},
        f"staff:{Staff.get(Staff.login == 'operator').id}",
    )


def test_the_card_of_a_subscriber_leads_there(office, marina):
    page = office("operator").open(f"/staff/registers/people/details/?id={marina.id}")
    assert page.links["Сеансы"] == f"/staff/sessions/person/{marina.id}"


def test_a_subscriber_of_another_branch_does_not_exist(office):
    """Z2, Z4: foreign and missing are the same 404."""
    own, foreign = of_branch("arm"), of_branch("krd")
    token = open_session("person", foreign.id)
    armavir = office("armavir")
    armavir.open("backoffice.sessions.show", kind="person", subject_id=own.id)
    for id in (foreign.id, 10**6):
        armavir.open("backoffice.sessions.show", kind="person", subject_id=id, status=404)
        armavir.post("backoffice.sessions.end_all", kind="person", subject_id=id, status=404)
    armavir.open("/staff/sessions/robots/1", status=404)
    assert signed_in("person", token) is not None


def test_who_may_only_see_subscribers_ends_nobody_and_who_may_not_sees_nobody(office, marina):
    token = open_session("person", marina.id)
    billing = office("billing")
    page = billing.open("backoffice.sessions.show", kind="person", subject_id=marina.id)
    assert "Завершить" not in page.text
    billing.post("backoffice.sessions.end_all", kind="person", subject_id=marina.id, status=403)
    dispatcher = office("dispatcher")
    dispatcher.open("backoffice.sessions.show", kind="person", subject_id=marina.id, status=403)
    assert signed_in("person", token) is not None


@pytest.mark.parametrize(("kind", "login"), [("staff", "operator"), ("crew", "crew"), ("business", "romashka")])
def test_an_administrator_ends_anybodys(office, kind, login):
    model = BusinessUser if kind == "business" else Staff
    subject = model.get(model.login == login)
    token = open_session(kind, subject.id, device=DESK)
    admin = office("admin")
    page = admin.open("backoffice.sessions.index")
    assert [row[1] for row in page.rows].count(login) == 1
    page = admin.open(page.links[subject.name])
    assert page.h1 == f"Сеансы: {subject.name}"
    admin.submit("backoffice.sessions.end_all", kind=kind, subject_id=subject.id)
    assert signed_in(kind, token) is None
    assert login not in [row[1] for row in admin.open("backoffice.sessions.index").rows]
    other = "crew" if kind == "staff" else "staff"
    admin.open("backoffice.sessions.show", kind=other, subject_id=10**6, status=404)


def test_only_who_manages_staff_sees_who_is_at_work(office):
    operator = office("operator")
    operator.open("backoffice.sessions.index", status=403)
    id = Staff.get(Staff.login == "admin").id
    operator.open("backoffice.sessions.show", kind="staff", subject_id=id, status=403)
    operator.post("backoffice.sessions.end_all", kind="staff", subject_id=id, status=403)


def test_a_chief_of_a_branch_sees_and_ends_their_own_people_only(office):
    """Z4: nor does a right over some sessions reach a colleague who may do more."""
    role = Role.create(code="chief", title="Начальник отделения")
    for permission in ("manage_staff", *permissions_of(Staff.get(Staff.login == "armavir").id)):
        RolePermission.create(role=role, permission=permission)
    armavir = Branch.get(Branch.code == "arm")
    by = system("test")
    create_staff("chief", "Начальник", "demo-2026", roles=("chief",), branch=armavir, is_demo=True, by=by)
    boss = create_staff("boss", "Главный", "demo-2026", roles=("admin",), branch=armavir, is_demo=True, by=by)
    logins = ("armavir", "boss", "operator", "admin")
    tokens = {login: open_session("staff", Staff.get(Staff.login == login).id) for login in logins}
    company = open_session("business", BusinessUser.get(BusinessUser.login == "romashka").id)
    chief = office("chief")
    page = chief.open("backoffice.sessions.index")
    assert sorted(row[1] for row in page.rows) == ["armavir", "boss", "chief"]
    for login, status in (("operator", 404), ("admin", 404), ("boss", 403)):
        id = Staff.get(Staff.login == login).id
        chief.open("backoffice.sessions.show", kind="staff", subject_id=id, status=status)
        chief.post("backoffice.sessions.end_all", kind="staff", subject_id=id, status=status)
    romashka = BusinessUser.get(BusinessUser.login == "romashka").id
    chief.post("backoffice.sessions.end_all", kind="business", subject_id=romashka, status=404)
    assert all(signed_in("staff", token) for token in tokens.values())
    assert signed_in("business", company)
    own = Staff.get(Staff.login == "armavir").id
    chief.open("backoffice.sessions.show", kind="staff", subject_id=own)
    chief.submit("backoffice.sessions.end_all", kind="staff", subject_id=own)
    assert signed_in("staff", tokens["armavir"]) is None
    assert boss.branch_id == armavir.id
