"""«Новый пароль»: the one page that an issued password or a code opens, on every surface, and what follows it (S2-07, A5)."""

from datetime import timedelta

import pytest

from nesk.accounts.models import Organization
from nesk.core import clock
from nesk.core.actor import system
from nesk.credentials.models import Remembered
from nesk.people import operations
from nesk.people.models import BusinessUser, Person, Session, Staff
from nesk.people.operations import authenticate, register_person, set_password
from nesk.people.sessions import open_session
from tests.browser import Browser
from tests.district import make_branch
from tests.hashes import cheap_hashes

__all__ = ["cheap_hashes"]

BY = system("test")
EMAIL, OLD, ISSUED, NEW = "abonent@demo.nesk", "demo-2026", "Issued-by-us-1", "трава у дома 1983"
SURFACES = {
    "person": ("/login?by=email", "/cabinet/password", "/cabinet/"),
    "business": ("/business/login", "/business/password", "/business/"),
    "staff": ("/staff/login", "/staff/password", "/staff/"),
    "crew": ("/crew/login", "/crew/password", "/crew/"),
}
LANDS = {"staff": "/staff/protection", "crew": "/crew/protection"}
"""Where those are led first who have no second factor yet and must have one (A11)."""


def make(kind):
    """Somebody of that kind whose password we have issued for three days."""
    if kind == "person":
        subject = register_person(surname="Ковальчук", name="Марина", email=EMAIL, password=OLD, by=BY)
    elif kind == "business":
        branch = make_branch()
        facts = {"name": "ООО «Ромашка»", "inn": "7707083893", "contract_number": "1", "branch": branch}
        organization = Organization.create(**facts)
        subject = operations.create_business_user(
            EMAIL, "Ким", OLD, branch=branch, organization_id=organization.id, by=BY
        )
    else:
        of = "crew" if kind == "crew" else "office"
        subject = operations.create_staff(EMAIL, "Иванов Иван", "old and long 12", kind=of, by=BY)
    set_password(subject, ISSUED, by=BY, issued_until=clock.now() + timedelta(hours=72))
    return subject


def enter_with(browser, kind, password):
    door = SURFACES[kind][0]
    return browser.submit(door, {"email" if kind == "person" else "login": EMAIL, "password": password})


def choose(browser, kind, password, again=None, **more):
    return browser.submit(SURFACES[kind][1], {"password": password, "again": again or password}, **more)


@pytest.mark.parametrize("kind", SURFACES)
def test_an_issued_password_opens_the_page_of_a_new_one_and_nothing_else(browser: Browser, kind):
    make(kind)
    _, page_of_password, home = SURFACES[kind]
    page = enter_with(browser, kind, ISSUED)
    assert (page.path, page.h1) == (page_of_password, "Новый пароль")
    for path in (home, f"{home}registers/people/", f"{home}readings/", f"{home}dispatch/"):
        reply = browser.client.get(path)
        assert (reply.status_code, reply.headers.get("Location")) in {(303, page_of_password), (404, None)}
    htmx = browser.client.get(home, headers={"HX-Request": "true"})
    assert (htmx.status_code, htmx.headers["HX-Redirect"]) == (401, page_of_password)
    assert browser.open("/").path == "/"


@pytest.mark.both_engines
@pytest.mark.parametrize("kind", SURFACES)
def test_with_a_new_password_they_are_in_under_a_new_id(browser: Browser, kind):
    """S1: a new id at the change of rights; the old one is anonymous."""
    subject = make(kind)
    name = {"person": "sid"}.get(kind, f"{kind}_sid")
    enter_with(browser, kind, ISSUED)
    old = browser.client.get_cookie(name).value
    page = choose(browser, kind, NEW)
    home = LANDS.get(kind, SURFACES[kind][2])
    assert (page.path, page.notice) == (home, "Новый пароль сохранён.")
    assert browser.client.get_cookie(name).value != old
    thief = browser.another()
    thief.client.set_cookie(name, old)
    assert thief.client.get(SURFACES[kind][2]).status_code == 303
    (session,) = Session.select().where(Session.ended_at.is_null())
    assert (session.purpose, session.proved_at is not None) == ("all", True)
    assert type(subject).get_by_id(subject.id).password_issued_until is None
    assert browser.open(SURFACES[kind][1]).path == home
    login = {"identity": "email"} if kind == "person" else {}
    assert authenticate(kind, EMAIL, NEW, **login).id == subject.id


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("", "", "Введите новый пароль."),
        ("12345", "12345", "Ошибка заполнения. Количество символов в поле Новый пароль должно быть не менее 6."),
        ("я" * 129, "я" * 129, "Пароль слишком длинный. Оставьте не больше 128 символов."),
        (NEW, f"{NEW} ", "Пароли не совпали. Введите один и тот же пароль дважды."),
        (ISSUED, ISSUED, "Это выданный пароль. Придумайте другой, который знаете только вы."),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_no_password_is_refused_and_nothing_moves(browser: Browser, password, again, words, htmx):
    make("person")
    before = Person.get().password_hash
    enter_with(browser, "person", ISSUED)
    page = browser.submit("/cabinet/password", {"password": password, "again": again}, htmx=htmx)
    assert (page.status, page.errors[0]) == (422, words)
    assert all("value" not in field.attrib for field in page.find("input", type="password"))
    assert Person.get().password_hash == before
    assert browser.client.get("/cabinet/").headers["Location"] == "/cabinet/password"


@pytest.mark.parametrize(("kind", "least"), [("person", 6), ("business", 6), ("staff", 12), ("crew", 12)])
def test_staff_are_asked_for_twelve_characters(browser: Browser, kind, least):
    """§3: staff ≥12."""
    make(kind)
    enter_with(browser, kind, ISSUED)
    page = choose(browser, kind, "ж7"[0] + "q" * (least - 2), status=422)
    assert f"не менее {least}." in page.errors[0]
    assert page.text.count(f"Не менее {least} символов") == 1


def test_people_of_the_demo_are_asked_no_more_than_subscribers(browser: Browser):
    make("staff")
    Staff.update(is_demo=True).execute()
    enter_with(browser, "staff", ISSUED)
    assert choose(browser, "staff", "тр4ва-7").path == "/staff/"


@pytest.mark.parametrize("kind", SURFACES)
def test_the_way_out_is_open_and_ends_the_session(browser: Browser, kind):
    make(kind)
    enter_with(browser, kind, ISSUED)
    button = "Выйти без нового пароля"
    page = browser.submit("/logout" if kind == "person" else f"{SURFACES[kind][2]}logout", button=button)
    assert page.path == SURFACES[kind][0].partition("?")[0]
    assert Session.select().where(Session.ended_at.is_null()).count() == 0


def test_an_issued_password_is_remembered_nowhere(browser: Browser):
    make("person")
    browser.submit("/login?by=email", {"email": EMAIL, "password": ISSUED, "remember": "y"})
    assert Remembered.select().count() == 0


def test_a_used_or_late_issued_password_says_where_to_get_another(browser: Browser):
    make("person")
    with clock.stopped_at("2026-11-24 10:00"):
        enter_with(browser.another(), "person", ISSUED)
    with clock.stopped_at("2026-11-24 10:31"):
        page = enter_with(browser, "person", ISSUED)
    words = "Срок выданного пароля истёк или он уже использован. Получите новый по ссылке «Забыли пароль?»."
    assert (page.status, page.errors) == (422, [words])


def test_a_changed_password_ends_every_other_client_within_one_request(browser: Browser):
    """A5 with three clients: a session, a remembered browser, and the one that changed it."""
    person = make("person")
    set_password(person, OLD, by=BY)
    plain, remembered = browser.another(), browser.another()
    plain.submit("/login?by=email", {"email": EMAIL, "password": OLD})
    remembered.submit("/login?by=email", {"email": EMAIL, "password": OLD, "remember": "y"})
    browser.client.set_cookie("sid", open_session("person", person.id, purpose="password"))
    choose(browser, "person", NEW)
    assert plain.get("/cabinet/").status_code == 303
    assert remembered.get("/cabinet/").status_code == 303
    assert remembered.client.get_cookie("remember") is None
    assert browser.get("/cabinet/").status_code == 200


def test_a_stranger_is_sent_to_sign_in(browser: Browser):
    for door, page, _ in SURFACES.values():
        assert browser.client.get(page).headers["Location"].startswith(door.partition("?")[0])
    assert BusinessUser.select().count() == 0
