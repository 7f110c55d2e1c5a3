"""«Защита входа» of a subscriber: adding, using and removing second factors through the pages, without scripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pyotp
import pytest

from nesk.core import clock, config, events
from nesk.core.actor import Actor, system
from nesk.credentials import factor_codes, factors
from nesk.credentials.factors import Holder
from nesk.credentials.models import Factor
from nesk.notifications.models import Message
from nesk.people.models import Person, Session
from nesk.people.operations import register_person, set_password
from tests.authenticator import Authenticator
from tests.browser import PASSWORD, Browser
from tests.district import make_branch

PAGE = "/cabinet/protection"
CONFIRM = "/login/confirmation"
EMAIL = "abonent@demo.nesk"
SITE = "http://localhost"


@pytest.fixture
def me(browser: Browser):
    return register_person(surname="Ковальчук", name="Марина", email=EMAIL, password=PASSWORD, by=system("test"))


@pytest.fixture
def marina(browser: Browser, me) -> Browser:
    """A subscriber, signed in; she has no accounts, and these pages need none."""
    browser.sign_in_as(me)
    return browser


@pytest.fixture
def holder(me):
    return Holder("person", me.id)


@pytest.fixture
def key(marina: Browser, holder) -> str:
    """The key of an application that guards Marina's sign-in since an hour ago; she is signed out."""
    with clock.stopped_at(clock.now() - timedelta(hours=1)):
        secret = factor_codes.key_of(factor_codes.prepare_application(holder, by=_by(holder)))
        factor_codes.confirm_application(holder, pyotp.TOTP(secret).at(clock.now()), by=_by(holder))
    marina.open("/cabinet/")
    marina.submit("/logout")
    return secret


def _by(holder):
    return Actor(holder.kind, holder.id)


def show_password(browser: Browser, **more: str):
    return browser.submit("/login?by=email", {"email": EMAIL, "password": PASSWORD, **more})


def code(key: str) -> str:
    return pyotp.TOTP(key).at(clock.now())


def is_in(browser: Browser) -> bool:
    return browser.get("/cabinet/").status_code == 200


def test_an_application_is_added_by_its_first_code_and_the_papers_are_shown_once(marina: Browser, holder):
    assert marina.open(PAGE).links["Подключить приложение"] == f"{PAGE}/application"
    page = marina.submit(f"{PAGE}/application")
    assert urlsplit(page.path).path == f"{PAGE}/application/code"
    secret = page.words_of(id="pr-key")[0].replace(" ", "")
    assert len(page.find(role="img")) == 1
    assert page.links["Открыть в приложении"].startswith("otpauth://totp/")
    assert f"secret={secret}" in page.links["Открыть в приложении"]
    page = marina.submit(f"{PAGE}/application/code", {"code": "12"}, status=422)
    assert page.errors[0] == factor_codes.WRONG_FIRST
    page = marina.submit(f"{PAGE}/application/code", {"code": code(secret)})
    papers = [words for words in page.words_of("li") if "-" in words and len(words) == 11]
    assert len(papers) == 10
    assert factors.protection(holder).papers_left == 10
    after = marina.open(PAGE)
    assert not any(paper in after.text for paper in papers)
    assert "Осталось 10 из 10" in after.text
    assert "Подключено" in after.words_of(cls="badge")[0]


def test_after_the_password_the_code_is_asked_for_and_leads_where_one_wanted(marina: Browser, key):
    marina.open("/cabinet/charges/")
    page = marina.submit("/login?by=email", {"email": EMAIL, "password": PASSWORD, "next": "/cabinet/charges/"})
    assert (page.path, page.h1) == (CONFIRM, "Подтверждение входа")
    assert not is_in(marina)
    page = marina.submit(CONFIRM, {"code": code(key)})
    assert page.path == "/cabinet/charges/"


def test_remembering_is_carried_through_the_confirmation(marina: Browser, key, me):
    show_password(marina, remember="y")
    marina.submit(CONFIRM, {"code": code(key)})
    last = Session.select().where(Session.kind == "person", Session.subject_id == me.id).order_by(Session.id.desc())
    assert last.first().remembered is True


def test_wrong_codes_are_refused_and_the_sixth_is_not_even_looked_at(marina: Browser, key):
    """A11: five tries in five minutes, counted before comparing."""
    with clock.stopped_at("2026-11-24 10:00:10"):
        show_password(marina)
        for _ in range(5):
            page = marina.submit(CONFIRM, {"code": "000 000"}, status=422)
            assert page.errors[0] == factor_codes.WRONG
        page = marina.submit(CONFIRM, {"code": "000000"}, status=429)
        assert "Слишком много попыток" in page.errors[0]
        assert not is_in(marina)


def test_an_empty_code_says_what_to_enter_and_costs_no_try(marina: Browser, key):
    show_password(marina)
    for _ in range(7):
        assert marina.submit(CONFIRM, {"code": " "}, status=422).errors == ["Введите код."]
    assert marina.submit(CONFIRM, {"code": code(key)}).path == "/cabinet/"


def test_the_half_signed_in_have_five_minutes(marina: Browser, key):
    with clock.stopped_at("2026-11-24 10:00:10"):
        show_password(marina)
    with clock.stopped_at("2026-11-24 10:05:10"):
        assert marina.open(CONFIRM).h1 == "Подтверждение входа"
    with clock.stopped_at("2026-11-24 10:05:11"):
        page = marina.submit(CONFIRM, {"code": code(key)})
        assert (urlsplit(page.path).path, page.notice) == (
            "/login",
            "Время подтверждения вышло. Введите пароль ещё раз.",
        )
        assert not is_in(marina)


def test_a_new_password_ends_the_waiting(marina: Browser, key, me):
    show_password(marina)
    set_password(me, "другой пароль 2026", by=_by(Holder("person", me.id)))
    assert marina.submit(CONFIRM, {"code": code(key)}).path.startswith("/login")
    assert not is_in(marina)


def test_the_waiting_is_worth_nothing_on_another_surface(marina: Browser, key):
    show_password(marina)
    for door in ("/staff/login", "/crew/login", "/business/login"):
        assert marina.open(f"{door}/confirmation").path.startswith(door)
    assert not is_in(marina)


def test_nobody_comes_to_the_confirmation_without_a_password(browser: Browser):
    page = browser.open(CONFIRM)
    assert urlsplit(page.path).path == "/login"


def test_a_code_on_paper_lets_in_once_and_a_letter_tells_of_it(marina: Browser, holder, key):
    paper = factor_codes.issue_papers(holder, by=_by(holder))[0]
    show_password(marina)
    assert marina.submit(CONFIRM, {"code": paper.lower()}).path == "/cabinet/"
    events.drain(reraise=False)  # nobody takes the mail here
    letters = Message.select().where(
        Message.template.in_(["factor_changed", "paper_code_used"]), Message.channel == "email"
    )
    said = [(letter.subject, letter.text.splitlines()[0]) for letter in letters.order_by(Message.id)]
    assert [(subject, words.partition(":")[0]) for subject, words in said[:2]] == [
        ("Изменена защита входа", "Подключено приложение с кодами"),
        ("Изменена защита входа", "Выпущены новые коды на бумаге"),
    ]
    assert said[2][0] == "Вход по коду на бумаге"
    assert said[2][1].endswith("вход подтверждён одноразовым кодом на бумаге. Таких кодов осталось 9.")
    assert {letter.recipient for letter in letters} == {EMAIL}


def test_the_owner_of_the_password_is_warned_of_whoever_guesses_the_code(marina: Browser, key):
    show_password(marina)
    for _ in range(5):
        marina.submit(CONFIRM, {"code": "000000"})
    events.drain(reraise=False)
    warnings = {row.channel: row for row in Message.select().where(Message.template == "second_step_guessed")}
    assert {channel: row.recipient for channel, row in warnings.items() if channel != "cabinet"} == {"email": EMAIL}
    assert "кто-то ввёл ваш пароль верно и много раз ошибся в коде второго шага" in warnings["email"].text
    assert set(warnings) == {"email", "cabinet"}


def test_with_htmx_the_refusal_comes_as_a_fragment_and_success_leads_away(marina: Browser, key):
    show_password(marina)
    page = marina.submit(CONFIRM, {"code": "000000"}, htmx=True, status=422)
    assert page.errors[0] == factor_codes.WRONG
    page = marina.submit(CONFIRM, {"code": code(key)}, htmx=True)
    assert page.headers["HX-Redirect"] == "/cabinet/"
    assert is_in(marina)


def test_a_change_asks_for_the_password_when_it_was_shown_long_ago(marina: Browser, holder, me):
    """S5."""
    Session.update(proved_at=clock.now() - timedelta(minutes=11)).where(Session.subject_id == me.id).execute()
    page = marina.submit(f"{PAGE}/application", {"current_password": "не тот"}, status=422)
    assert page.errors[0].startswith("Текущий пароль не подошёл")
    assert marina.submit(f"{PAGE}/application", {"current_password": ""}, status=422).errors
    assert Factor.select().count() == 0
    page = marina.submit(f"{PAGE}/application", {"current_password": PASSWORD})
    assert urlsplit(page.path).path.endswith("/code")


def test_removing_the_application_makes_the_password_enough_again(marina: Browser, holder, key):
    show_password(marina)
    marina.submit(CONFIRM, {"code": code(key)})
    application = factors.protection(holder).application
    page = marina.submit(f"{PAGE}/factors/{application.id}/removal")
    assert (page.path, page.notice) == (PAGE, "Удалено.")
    assert not factors.is_protected(holder)
    marina.submit("/logout")
    assert show_password(marina).path == "/cabinet/"


def test_a_strangers_factor_does_not_exist(marina: Browser, holder):
    other = Holder("person", Person.create(surname="Чужой", created_at=clock.now()).id)
    with clock.stopped_at(clock.now() - timedelta(hours=1)):
        secret = factor_codes.key_of(factor_codes.prepare_application(other, by=_by(other)))
        factor_codes.confirm_application(other, pyotp.TOTP(secret).at(clock.now()), by=_by(other))
    foreign = factors.protection(other).application.id
    marina.open(f"{PAGE}/factors/{foreign}/removal", status=404)
    marina.post(f"{PAGE}/factors/{foreign}/removal", status=404)
    assert factors.is_protected(other)


def test_a_passkey_is_added_and_lets_in(marina: Browser, holder):
    config.use(replace(config.current(), base_url=SITE))
    make_branch()
    device = Authenticator(SITE)
    page = marina.submit(f"{PAGE}/passkeys/new", {"name": "Ноутбук"})
    assert page.path == f"{PAGE}/passkeys/creation"
    (form,) = page.find("form", data_passkey="create")
    page = marina.submit(f"{PAGE}/passkeys/creation", {"credential": device.create(form.attrib["data-options"])})
    assert "Ключ доступа подключён." in page.text
    assert "Ноутбук" in marina.open(PAGE).text
    marina.submit("/logout")
    page = show_password(marina)
    assert "Один из кодов на бумаге" in page.text
    assert page.words_of("button", cls="btn-primary") == ["Войти по ключу доступа"]
    assert "Куда обратиться с паспортом" in page.text
    (form,) = page.find("form", data_passkey="get")
    wrong = device.get(form.attrib["data-options"], origin="https://evil.example")
    page = marina.submit(CONFIRM, {"credential": wrong}, status=422)
    assert page.errors[-1:] == ["Ключ доступа не подошёл. Нажмите кнопку ещё раз или войдите по коду."]
    (form,) = page.find("form", data_passkey="get")
    page = marina.submit(CONFIRM, {"credential": device.get(form.attrib["data-options"])})
    assert page.path == "/cabinet/"


def test_a_passkey_begun_long_ago_is_begun_anew(marina: Browser, holder):
    with clock.stopped_at(clock.now() - timedelta(minutes=6)):
        config.use(replace(config.current(), base_url=SITE))
        page = marina.submit(f"{PAGE}/passkeys/new", {"name": "Ноутбук"})
        (form,) = page.find("form", data_passkey="create")
    page = marina.submit(
        f"{PAGE}/passkeys/creation", {"credential": Authenticator(SITE).create(form.attrib["data-options"])}
    )
    assert page.path == f"{PAGE}/passkeys/new"
    assert not factors.is_protected(holder)


def test_where_a_browser_would_make_no_passkey_the_page_says_where_it_would(marina: Browser):
    page = marina.open(f"{PAGE}/passkeys/new")
    assert page.links["http://localhost:8000"] == f"http://localhost:8000{PAGE}/passkeys/new"


HOSTILE = [
    "я" * 10_000,
    "\x00\x00",
    "\u202e123456",
    "🔑🔑🔑🔑🔑🔑",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "١٢٣٤٥٦",
    "{{ 7 * 7 }}",
    "-1",
    "1e6",
]


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_typed_for_a_code_is_refused_in_words(marina: Browser, key, typed):
    show_password(marina)
    page = marina.submit(CONFIRM, {"code": typed}, status=422)
    assert page.errors
    assert not is_in(marina)
    page = marina.post(CONFIRM, {"credential": typed}, status=422)
    assert page.errors[-1:] == ["Ключ доступа не подошёл. Нажмите кнопку ещё раз или войдите по коду."]


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_typed_for_a_first_code_or_a_name_breaks_nothing(marina: Browser, holder, typed):
    marina.submit(f"{PAGE}/application")
    assert marina.submit(f"{PAGE}/application/code", {"code": typed}, status=422).errors
    config.use(replace(config.current(), base_url=SITE))
    page = marina.submit(f"{PAGE}/passkeys/new", {"name": typed})
    assert (page.status == 422) == (len(typed) > 80)
    assert not factors.is_protected(holder)
