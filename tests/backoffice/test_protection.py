"""A11 at the door of the office: outside the demo nobody works without a second factor."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pyotp
import pytest

from nesk.core import clock
from nesk.core.actor import Actor, system
from nesk.core.events import EventRecord
from nesk.credentials import factor_codes, factors
from nesk.credentials.factors import Holder
from nesk.people.models import Role, RolePermission, Staff
from nesk.people.operations import create_staff, install_roles, register_person
from tests.browser import Browser

PASSWORD = "долгий пароль 12"
PAGE = "/staff/protection"


def make(login: str, *, kind: str = "office", **more) -> Staff:
    install_roles()
    return create_staff(login, f"Иванова {login}", PASSWORD, kind=kind, by=system("test"), **more)


def connect(who: Staff, kind: str = "staff") -> str:
    holder, by = Holder(kind, who.id), Actor(kind, who.id)
    with clock.stopped_at(clock.now() - timedelta(hours=1)):
        key = factor_codes.key_of(factor_codes.prepare_application(holder, by=by))
        factor_codes.confirm_application(holder, pyotp.TOTP(key).at(clock.now()), by=by)
    return key


@pytest.fixture
def admin(browser: Browser) -> Staff:
    return make("ivanova", roles=("admin",))


@pytest.mark.parametrize(
    "path",
    [
        "/staff/",
        "/staff/settings",
        "/staff/registers/people/",
        "/staff/dispatch/",
        "/staff/registers/orders/export/csv/",
    ],
)
def test_every_page_of_the_office_leads_to_the_page_that_adds_one(browser: Browser, admin, path):
    page = browser.sign_in_as(admin, PASSWORD)
    assert (page.path, page.h1) == (PAGE, "Защита входа")
    page = browser.open(path)
    assert page.path == PAGE
    assert "Подключите второй шаг входа" in page.text


def test_with_htmx_too_and_a_post_changes_nothing(browser: Browser, admin):
    browser.sign_in_as(admin, PASSWORD)
    page = browser.post("/staff/settings?package=metering", {"window_from": "1"}, htmx=True)
    assert page.headers["HX-Redirect"] == PAGE


def test_once_it_is_added_the_office_opens_and_the_last_one_stays(browser: Browser, admin):
    browser.sign_in_as(admin, PASSWORD)
    page = browser.submit(f"{PAGE}/application")
    key = page.words_of(id="pr-key")[0].replace(" ", "")
    page = browser.submit(f"{PAGE}/application/code", {"code": pyotp.TOTP(key).at(clock.now())})
    assert "второй раз мы их не покажем" in page.text
    assert browser.open("/staff/").path == "/staff/"
    application = factors.protection(Holder("staff", admin.id)).application
    page = browser.submit(f"{PAGE}/factors/{application.id}/removal", status=422)
    assert page.errors == [factors.LAST]
    assert factors.is_protected(Holder("staff", admin.id))
    browser.submit("/staff/logout")
    page = browser.submit("/staff/login", {"login": "ivanova", "password": PASSWORD})
    assert page.path == "/staff/login/confirmation"


def test_signing_out_needs_no_second_factor(browser: Browser, admin):
    browser.sign_in_as(admin, PASSWORD)
    assert urlsplit(browser.submit("/staff/logout").path).path == "/staff/login"


def test_an_invented_employee_of_a_demo_works_without(browser: Browser):
    install_roles()
    demo = create_staff(
        "operator", "Панченко (демо)", "demo-2026", roles=("operator",), is_demo=True, by=system("test")
    )
    assert browser.sign_in_as(demo).path == "/staff/"


def test_a_crew_is_led_there_too(browser: Browser):
    page = browser.sign_in_as(make("mazko", kind="crew"), PASSWORD)
    assert (page.path, page.h1) == ("/crew/protection", "Защита входа")


def test_an_issued_password_comes_first_then_the_second_factor(browser: Browser):
    who = make("petrova", issued_until=clock.now() + timedelta(hours=1))
    page = browser.submit("/staff/login", {"login": "petrova", "password": PASSWORD})
    assert page.path == "/staff/password"
    page = browser.submit("/staff/password", {"password": "мой собственный пароль", "again": "мой собственный пароль"})
    assert page.path == PAGE
    assert Staff.get_by_id(who.id).password_issued_until is None


# ---- what an administrator does for others


@pytest.fixture
def office(browser: Browser, admin) -> Browser:
    key = connect(admin)
    browser.submit("/staff/login", {"login": "ivanova", "password": PASSWORD})
    browser.submit("/staff/login/confirmation", {"code": pyotp.TOTP(key).at(clock.now())})
    return browser


def test_an_administrator_resets_a_lost_factor(office: Browser):
    other = make("petrova", roles=("operator",))
    connect(other)
    page = office.open(f"/staff/factors/staff/{other.id}")
    assert "подключено" in page.text
    assert EventRecord.select().where(EventRecord.name == "SubscriberCardSeen").count() == 0
    page = office.submit(f"/staff/factors/staff/{other.id}")
    assert page.notice == "Второй шаг входа сброшен, сеансы завершены."
    assert not factors.is_protected(Holder("staff", other.id))
    assert office.another().submit("/staff/login", {"login": "petrova", "password": PASSWORD}).path == PAGE


def test_looking_at_the_protection_of_a_subscriber_is_noted(office: Browser, admin):
    """Z7."""
    person = register_person(surname="Абрамова", email="a@nesk.example", password=PASSWORD, by=system("test"))
    assert "Абрамова" in office.open(f"/staff/factors/person/{person.id}").text
    seen = EventRecord.get(EventRecord.name == "SubscriberCardSeen")
    assert (seen.facts, seen.by) == ({"kind": "person", "subject_id": person.id}, f"staff:{admin.id}")


def test_nobody_resets_their_own_by_the_back_door(office: Browser, admin):
    page = office.submit(f"/staff/factors/staff/{admin.id}", status=422)
    assert page.errors == ["Свою защиту входа меняют на странице «Защита входа»."]
    assert factors.is_protected(Holder("staff", admin.id))


def test_a_new_password_is_shown_once_and_has_to_be_changed(office: Browser):
    other = make("petrova", roles=("operator",))
    page = office.submit(f"/staff/employees/staff/{other.id}/password")
    secret = page.words_of("dd")[1]
    assert len(secret) == 19
    assert secret not in office.open("/staff/employees").text
    theirs = office.another()
    assert theirs.submit("/staff/login", {"login": "petrova", "password": secret}).path == "/staff/password"
    again = theirs.submit("/staff/password", {"password": secret, "again": secret}, status=422)
    assert again.errors


def test_a_blocked_employee_is_out_and_comes_back(office: Browser):
    other = make("petrova", roles=("operator",), is_demo=True)
    theirs = office.another()
    assert theirs.sign_in_as(other, PASSWORD).path == "/staff/"
    office.open("/staff/employees")
    assert office.submit(f"/staff/employees/staff/{other.id}/block").notice.startswith("Доступ заблокирован")
    assert theirs.get("/staff/").status_code == 303
    office.submit(f"/staff/employees/staff/{other.id}/unblock")
    assert theirs.get("/staff/").status_code == 303
    assert theirs.sign_in_as(other, PASSWORD).path == "/staff/"


def test_an_operator_rules_nobody_and_sees_no_such_page(browser: Browser):
    operator = make("operator", roles=("operator",), is_demo=True)
    browser.sign_in_as(operator, PASSWORD)
    browser.open("/staff/employees", status=403)
    browser.open(f"/staff/factors/staff/{operator.id}", status=403)
    browser.open("/staff/factors/admin/1", status=404)
    assert "Сотрудники" not in browser.open("/staff/").links


def test_a_colleague_who_may_do_more_is_not_a_way_to_their_rights(browser: Browser):
    role = Role.create(code="lead", title="Старший смены")
    RolePermission.insert_many(
        [{"role": role, "permission": each} for each in ("manage_staff", "see_accounts", "see_meters", "see_orders")]
    ).execute()
    admin, crew = make("ivanova", roles=("admin",)), make("brigada", kind="crew")
    connect(admin)
    lead = make("lead", roles=("lead",), is_demo=True)
    browser.sign_in_as(lead, PASSWORD)
    page = browser.open("/staff/employees")
    assert "Новый пароль, brigada" in page.links
    assert "Новый пароль, ivanova" not in page.links
    path = f"/staff/employees/staff/{admin.id}"
    before = Staff.get_by_id(admin.id)
    for refused in (
        browser.open(f"{path}/password", status=403),
        browser.open(f"/staff/factors/staff/{admin.id}", status=403),
        browser.post(f"{path}/password", status=403),
        browser.post(f"{path}/block", status=403),
        browser.post(f"{path}/unblock", status=403),
        browser.post(f"/staff/factors/staff/{admin.id}", status=403),
    ):
        assert "больше прав, чем у вас" in refused.text
    assert Staff.get_by_id(admin.id).__data__ == before.__data__
    assert factors.is_protected(Holder("staff", admin.id))
    page = browser.submit(f"/staff/employees/crew/{crew.id}/password")
    assert page.words_of("dd")[0] == "brigada"
