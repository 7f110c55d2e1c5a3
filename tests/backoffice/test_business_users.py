"""Credentials of legal entities (S2-04): a statement in, a letter out, the password nowhere else; own branch alone."""

from __future__ import annotations

import pytest

from nesk.accounts.models import Organization
from nesk.accounts.operations import register_organization
from nesk.core import clock
from nesk.core import db as core_db
from nesk.core.actor import system
from nesk.core.events import EventRecord, drain
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.people import passwords
from nesk.people.models import BusinessUser, Session
from nesk.people.operations import create_business_user, create_staff, install_roles
from tests.backoffice.letters import STATEMENT, WHO, read, send
from tests.browser import PASSWORD, Browser
from tests.district import make_branch

BY = system("test")


@pytest.fixture
def organization(browser: Browser) -> Organization:
    branch = make_branch()
    return register_organization(
        name="ООО «Ромашка»", inn="2310999996", kpp="231001001", contract_number="Д-2310-00017", branch=branch, by=BY
    )


@pytest.fixture
def office(browser: Browser, organization) -> Browser:
    """An operator of the organization's branch, on a day that is not today."""
    install_roles()
    staff = create_staff(
        "operator",
        "Панченко Ольга Викторовна",
        PASSWORD,
        roles=("operator",),
        branch=organization.branch,
        is_demo=True,
        by=BY,
    )
    browser.sign_in_as(staff)
    return browser


def users_of(organization: Organization, rest: str = "") -> str:
    return f"/staff/organizations/{organization.id}/users{rest}"


def test_the_letter_says_who_where_and_how_and_opens_the_page_of_a_new_password(office: Browser, organization):
    with clock.stopped_at(clock.now()):
        letter = send(office, users_of(organization, "/new"), {**STATEMENT, **WHO, "way": "hand"})
        words, secret = read(letter)
    for part in (
        "Сопроводительное письмо к договору энергоснабжения № Д-2310-00017",
        "ООО «Ромашка»",
        "ИНН 2310999996",
        "Кому: Кузьменко Пётр Андреевич",
        "По заявлению № 17/ДО от 20.11.2026 на присоединение к системе дистанционного обслуживания",
        "http://127.0.0.1:8000/business/login",
        "Логин romashka-2",
        "Филиал Краснодарэнергосбыт",
        "Выдал: Панченко Ольга Викторовна",
        "нажмите «Войти»",
    ):
        assert part in words
    assert len(secret.replace("-", "")) >= 14
    user = BusinessUser.get(BusinessUser.login == "romashka-2")
    assert (user.organization_id, user.branch_id, user.is_active) == (organization.id, organization.branch_id, True)
    theirs = office.another()
    page = theirs.submit("/business/login", {"login": "romashka-2", "password": secret})
    assert page.path == "/business/password"
    assert theirs.get("/business/").status_code == 303
    own = {"password": "собственный пароль", "again": "собственный пароль"}
    assert theirs.submit("/business/password", own).path == "/business/"


def test_the_password_stands_in_the_letter_and_nowhere_else(office: Browser, organization):
    _, secret = read(send(office, users_of(organization, "/new"), {**STATEMENT, **WHO, "way": "hand"}))
    kept = []
    for table in core_db.db.get_tables():
        kept += [str(row) for row in core_db.db.execute_sql(f'SELECT * FROM "{table}"').fetchall()]
    assert secret not in " ".join(kept)
    assert secret not in office.open(users_of(organization)).text
    assert passwords.matches(BusinessUser.get().password_hash, secret)


def test_the_statement_is_noted_with_its_number_and_day(office: Browser, organization):
    send(office, users_of(organization, "/new"), {**STATEMENT, **WHO, "way": "post"})
    user = BusinessUser.get()
    events = {row.name: row.facts for row in EventRecord.select().where(EventRecord.by.startswith("staff:"))}
    assert events["BusinessUserCreated"] == {"user_id": user.id, "organization_id": organization.id}
    assert events["CredentialsIssued"] == {
        "holder_kind": "business",
        "holder_id": user.id,
        "by_post": True,
        "statement_number": "17/ДО",
        "statement_on": "2026-11-20",
    }


def test_a_letter_by_post_says_so_and_its_password_lives_longer(office: Browser, organization):
    with clock.stopped_at("2026-11-24 10:00"):
        words, _ = read(send(office, users_of(organization, "/new"), {**STATEMENT, **WHO, "way": "post"}))
        until = BusinessUser.get().password_issued_until
        assert (until - clock.now()).days == 21
    assert "Заказным письмом с уведомлением" in words
    assert "до 15.12.2026 10:00" in words


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("statement_number", " ", "Введите номер заявления."),
        ("statement_on", "", "Выберите дату заявления."),
        ("statement_on", "31.11.2026", "Дата не распознана. Выберите день в календаре."),
        ("statement_on", "2999-01-01", "Дата заявления ещё не наступила. Проверьте её."),
        ("name", "", "Введите ФИО того, кто будет входить."),
        ("name", "я" * 161, "Слишком длинно. Оставьте не больше 160 знаков."),
        ("login", "ромашка", "Логин — от трёх латинских букв, цифр, точек и дефисов. Начните с буквы или цифры."),
        ("login", "a", "Логин — от трёх латинских букв, цифр, точек и дефисов. Начните с буквы или цифры."),
        ("login", "romashka", "Такой логин уже есть. Придумайте другой."),
        ("email", "не почта", "Адрес почты не распознан. Введите его так: name@domain.ru."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nobody_is_let_in(office: Browser, organization, field, typed, said):
    create_business_user(
        "romashka", "Первый", PASSWORD, branch=organization.branch, organization_id=organization.id, by=BY
    )
    page = office.submit(users_of(organization, "/new"), {**STATEMENT, **WHO, field: typed}, status=422)
    assert said in page.errors
    assert page.find("input", name="name")[0].get("value") == (typed if field == "name" else WHO["name"])
    assert BusinessUser.select().count() == 1
    assert EventRecord.select().where(EventRecord.name == "CredentialsIssued").count() == 0


def test_a_lost_letter_is_issued_anew_and_the_old_password_dies(office: Browser, organization):
    user = create_business_user(
        "romashka", "Кузьменко", PASSWORD, branch=organization.branch, organization_id=organization.id, by=BY
    )
    theirs = office.another()
    theirs.sign_in_as(user)
    words, secret = read(send(office, users_of(organization, f"/{user.id}/password"), {"way": "hand"}))
    assert "Взамен прежних реквизитов" in words
    assert theirs.get("/business/").status_code == 303
    assert not passwords.matches(BusinessUser.get().password_hash, PASSWORD)
    assert theirs.submit("/business/login", {"login": "romashka", "password": secret}).path == "/business/password"
    assert "Пароль не сменён" in office.open(users_of(organization)).text


def test_blocking_shuts_out_at_once_and_unblocking_lets_in_by_the_same_password(office: Browser, organization):
    """A11 for legal entities."""
    user = create_business_user(
        "romashka", "Кузьменко", PASSWORD, branch=organization.branch, organization_id=organization.id, by=BY
    )
    theirs = office.another()
    theirs.sign_in_as(user)
    office.open(users_of(organization))
    assert office.submit(users_of(organization, f"/{user.id}/block")).notice.startswith("Доступ заблокирован")
    assert theirs.get("/business/").status_code == 303
    page = theirs.submit("/business/login", {"login": "romashka", "password": PASSWORD}, status=422)
    assert page.errors
    office.submit(users_of(organization, f"/{user.id}/unblock"))
    assert theirs.submit("/business/login", {"login": "romashka", "password": PASSWORD}).path == "/business/"


def test_another_branchs_organization_is_not_there(office: Browser, organization):
    """Z2, Z4: the same answer as for one that does not exist, whatever is asked of it."""
    other = register_organization(
        name="ИП Зоря",
        inn="230100000087",
        kpp="",
        contract_number="Д-2301-00042",
        branch=_second_branch(organization),
        by=BY,
    )
    user = create_business_user("kolos", "Зоря", PASSWORD, branch=other.branch, organization_id=other.id, by=BY)
    missing = Organization(id=999)
    office.open(users_of(organization))
    for rest in ("", "/new", f"/{user.id}/password"):
        foreign, nobody = office.get(users_of(other, rest)), office.get(users_of(missing, rest))
        assert (foreign.status_code, nobody.status_code) == (404, 404)
    for rest in ("/new", f"/{user.id}/password", f"/{user.id}/block", f"/{user.id}/unblock"):
        office.post(users_of(other, rest), {**STATEMENT, **WHO, "way": "hand"}, status=404)
    # A user of another organization under one's own address.
    office.post(users_of(organization, f"/{user.id}/block"), status=404)
    office.open(f"/staff/factors/business/{user.id}", status=404)
    assert (BusinessUser.get().is_active, BusinessUser.select().count()) == (True, 1)
    assert "ИП Зоря" not in office.open("/staff/registers/organizations/").text
    assert len(office.open("/staff/registers/organizations/?search=ромашка 2310").rows) == 1
    office.open(f"/staff/registers/organizations/details/?id={other.id}", status=404)


def _second_branch(organization: Organization):
    facts = {**organization.branch.__data__, "code": "arm", "name": "Армавирэнергосбыт"}
    del facts["id"]
    return type(organization.branch).create(**facts)


def test_who_may_not_issue_sees_the_register_and_no_way_further(browser: Browser, organization):
    install_roles()
    billing = create_staff("billing", "Лукьяненко", PASSWORD, roles=("billing",), is_demo=True, by=BY)
    browser.sign_in_as(billing)
    page = browser.open(f"/staff/registers/organizations/details/?id={organization.id}")
    assert "Доступ в кабинет" not in page.links
    browser.open(users_of(organization), status=403)
    browser.open(users_of(organization, "/new"), status=403)
    browser.post(users_of(organization, "/new"), {**STATEMENT, **WHO}, status=403)
    assert BusinessUser.select().count() == 0


def test_from_the_register_the_way_leads_to_the_users(office: Browser, organization):
    page = office.open(f"/staff/registers/organizations/details/?id={organization.id}")
    assert page.links["Доступ в кабинет"] == users_of(organization)
    page = office.open(page.links["Доступ в кабинет"])
    assert "Доступа ещё ни у кого нет" in page.text
    assert page.links["Выдать доступ"] == users_of(organization, "/new")


def test_credentials_are_issued_after_a_fresh_proof_and_their_owner_is_told(office: Browser, organization):
    """S5, A5."""
    user = create_business_user(
        "romashka",
        "Кузьменко",
        PASSWORD,
        email="buh@romashka.example",
        branch=organization.branch,
        organization_id=organization.id,
        by=BY,
    )
    before = BusinessUser.get().password_hash
    Session.update(proved_at=None).execute()
    for rest, typed in ((f"/{user.id}/password", {"way": "hand"}), ("/new", {**STATEMENT, **WHO, "way": "hand"})):
        page = office.submit(users_of(organization, rest), typed, status=422)
        assert page.errors == ["Введите текущий пароль: так мы поймём, что это вы."]
    assert (BusinessUser.get().password_hash, BusinessUser.select().count()) == (before, 1)
    send(office, users_of(organization, f"/{user.id}/password"), {"way": "hand", "current_password": PASSWORD})
    assert BusinessUser.get().password_hash != before
    office.open(users_of(organization))
    office.submit(users_of(organization, f"/{user.id}/block"))
    office.submit(users_of(organization, f"/{user.id}/unblock"))
    with recording_only():
        drain()
    told = [row.text.splitlines()[0] for row in Message.select().order_by(Message.id) if row.recipient == user.email]
    assert [words.partition(":")[0] for words in told] == [
        "Пароль заменён сотрудником НЭСК",
        "Доступ заблокирован сотрудником НЭСК",
        "Доступ снова открыт сотрудником НЭСК",
    ]
