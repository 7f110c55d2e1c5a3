"""The page of signing in: its words, its tabs, its cookies, and what it says to those whom it does not let in."""

from dataclasses import replace

import pytest
from playhouse.test_utils import count_queries

from nesk.core import clock, config
from nesk.core.actor import system
from nesk.core.errors import Unavailable
from nesk.credentials.models import Captcha
from nesk.people import operations, passwords
from nesk.people.models import Person, Session
from nesk.people.operations import WRONG
from nesk.people.queries import token_hash
from tests.browser import Browser
from tests.public.conftest import ACCOUNT, EMAIL, PASSWORD

pytestmark = pytest.mark.usefixtures("person")

LOGINS = {"phone": "8 (900) 000-00-01", "email": " Abonent@Demo.Nesk ", "account": "2300 0000 0017"}
HOSTILE = [
    "",
    " ",
    "\0",
    "x" * 10_000,
    "\u202egnp.exe",
    "😀" * 300,
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "\ud7ff{{7*7}}",
]


def sign_in(browser, way="email", password=PASSWORD, **more):
    return browser.submit(f"/login?by={way}", {way: LOGINS[way], "password": password, **more})


def answer_on(page):
    """What a person reads off the picture."""
    return Captcha.get_by_id(page.find("input", name="captcha_id")[0].get("value")).answer


def cookies(browser):
    return {name: cookie.value for (_, _, name), cookie in browser.client._cookies.items()}


def is_in(browser):
    return browser.get("/cabinet/").status_code == 200


@pytest.mark.parametrize("way", LOGINS)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_person_signs_in_each_way_however_they_spell_it(browser, way, htmx):
    page = browser.submit(f"/login?by={way}", {way: LOGINS[way], "password": PASSWORD}, htmx=htmx)
    assert (page.location if htmx else page.path) == "/cabinet/"
    assert is_in(browser)
    assert browser.open("/login").path == "/cabinet/"


def test_the_tab_that_was_chosen_last_is_open_the_next_time(browser):
    def chosen():
        return [each.text for each in browser.open("/login").find("a", aria_current="page")]

    assert chosen() == ["По номеру телефона"]
    browser.open("/login?by=account")
    assert chosen() == ["Лицевой счёт"]
    browser.open("/login?by=nonsense")
    assert chosen() == ["Лицевой счёт"]


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/cabinet/readings/", "/cabinet/readings/"),
        ("//evil.example/", "/cabinet/"),
        ("https://evil.example/", "/cabinet/"),
        ("/\\evil.example", "/cabinet/"),
    ],
)
def test_whoever_was_sent_to_sign_in_comes_back_and_nobody_is_sent_elsewhere(browser, wanted, led):
    browser.open(f"/login?by=phone&next={wanted}")
    page = browser.open(browser.page.links["По электронной почте"])
    assert page.path.startswith("/login?by=email")
    page = browser.submit("/login", {"email": EMAIL, "password": PASSWORD})
    assert page.path == led


@pytest.mark.parametrize("way", LOGINS)
def test_a_wrong_password_keeps_what_was_typed_but_never_the_password(browser, way):
    page = sign_in(browser, way, "wrong")
    assert (page.status, page.errors) == (422, [WRONG])
    assert page.find("input", name=way)[0].get("value") == LOGINS[way]
    assert "value" not in page.find("input", name="password")[0].attrib
    assert not is_in(browser)


@pytest.mark.both_engines
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_typed_is_answered_in_words(browser, text):
    for way in LOGINS:
        page = browser.submit(f"/login?by={way}", {way: text, "password": text})
        assert page.status == 422
        assert page.errors
    for door in ("/staff/login", "/crew/login", "/business/login"):
        page = browser.submit(door, {"login": text, "password": text})
        assert page.status == 422
        assert page.errors
    for name in ("sid", "remember", "known", "sign_in_by"):
        browser.client.set_cookie(name, text[:80])
    browser.open("/login")
    assert Session.select().count() == 0


def test_the_word_on_the_picture_is_asked_for_and_then_lets_in(browser):
    for _ in range(2):
        assert not sign_in(browser, password="wrong").find("input", name="captcha")
    page = sign_in(browser, password="wrong")
    assert page.find("input", name="captcha")
    page = browser.submit(page.path, {"email": EMAIL, "password": PASSWORD, "captcha": "ННННН"})
    assert (page.status, page.errors) == (422, ["Слово на картинке не подошло. Введите слово с новой картинки."])
    answer = answer_on(page)
    page = browser.submit(page.path, {"email": EMAIL, "password": PASSWORD, "captcha": answer})
    assert page.path == "/cabinet/"


def test_a_stranger_at_the_same_address_is_asked_for_the_word_at_once(browser):
    for _ in range(3):
        sign_in(browser.another(), password="wrong")
    assert browser.open("/login").find("input", name="captcha")


def test_a_word_that_was_not_on_the_page_is_asked_for_beside_its_field(browser):
    early = browser.another()
    early.open("/login?by=email")
    for _ in range(3):
        sign_in(browser.another(), password="wrong")
    page = early.submit("/login?by=email", {"email": EMAIL, "password": PASSWORD})
    assert (page.status, page.errors) == (422, ["Введите слово на картинке: так мы отличаем человека от программы."])


@pytest.mark.parametrize(
    ("door", "field"),
    [("/login?by=email", "email"), ("/staff/login", "login"), ("/crew/login", "login"), ("/business/login", "login")],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_past_the_limit_the_page_says_when_to_come_back(browser, door, field, htmx):
    """A3, on every surface alike."""
    with clock.stopped_at("2026-11-24 10:00"):
        page = browser.open(door)
        for _ in range(11):
            data = {field: EMAIL, "password": "wrong"}
            if page.find("input", name="captcha"):
                data["captcha"] = answer_on(page)
            page = browser.submit(door, data, htmx=htmx)
            if htmx:
                browser.page = page
    assert (page.status, page.headers["Retry-After"]) == (429, "5")
    assert page.errors == ["Слишком много попыток. Повторите через 5 секунд."]
    assert page.find("input", name=field)[0].get("value") == EMAIL


def test_when_every_core_hashes_one_is_asked_to_come_again(browser, monkeypatch):
    """A3: 503 with Retry-After, and nothing is counted."""

    def busy(stored, password):
        raise Unavailable

    monkeypatch.setattr(passwords, "matches", busy)
    page = browser.submit("/login?by=email", {"email": EMAIL, "password": PASSWORD}, status=503)
    assert page.headers["Retry-After"] == "30"


def test_a_login_of_nobody_is_answered_by_the_same_page_and_as_many_queries(browser):
    """A3: a stranger learns nothing, neither from the words nor from the work behind them."""
    spent, pages = [], []
    with clock.stopped_at("2026-11-24 10:00"):
        sign_in(browser, "phone", password="made ready")
        for number, login in enumerate((EMAIL, "nobody1@demo.nesk")):
            other = browser.another()
            other.client.environ_base["REMOTE_ADDR"] = f"95.24.17.{number}"
            other.open("/login?by=email")
            with count_queries() as queries:
                page = other.submit("/login?by=email", {"email": login, "password": "wrong"})
            spent.append(queries.count)
            pages.append((page.status, page.text.replace(login, "")))
    assert spent[0] == spent[1]
    assert pages[0] == pages[1]


def test_the_cookies_are_of_this_host_alone_over_https(browser):
    """S1."""
    config.use(replace(config.current(), base_url="https://lk.nesk.example"))
    page = browser.open("/login?by=email")
    form = {"email": EMAIL, "password": PASSWORD, "remember": "y", "csrf_token": page.csrf_token}
    reply = browser.client.post("/login?by=email", data=form)
    given = {each.partition("=")[0]: each.split("; ")[1:] for each in reply.headers.getlist("Set-Cookie")}
    assert set(given["__Host-sid"]) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert set(given["__Host-remember"]) >= {"Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=2592000"}
    assert set(given["__Host-known"]) >= {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_every_sign_in_has_a_new_id_and_the_old_one_is_anonymous(browser):
    """S1: at sign-in, over a session that was there, and at sign-out."""
    browser.client.set_cookie("sid", "planted by a stranger")
    sign_in(browser)
    first = cookies(browser)["sid"]
    assert first != "planted by a stranger"
    token = browser.page.csrf_token
    browser.post("/login?by=email", {"email": EMAIL, "password": PASSWORD, "next": "", "captcha_id": ""})
    second = cookies(browser)["sid"]
    assert second != first
    assert browser.page.csrf_token != token
    thief = browser.another()
    thief.client.set_cookie("sid", first)
    assert not is_in(thief)
    assert is_in(browser)
    assert Session.select().where(Session.ended_at.is_null()).count() == 1


def test_signing_out_kills_copied_cookies(browser):
    """S2, session and «Запомнить меня» alike."""
    sign_in(browser, remember="y")
    copied = cookies(browser)
    browser.post("/logout")
    thief = browser.another()
    for name, value in copied.items():
        thief.client.set_cookie(name, value)
    assert not is_in(thief)
    assert thief.client.get("/cabinet/", headers={"HX-Request": "true"}).status_code == 401
    assert set(cookies(browser)) & {"sid", "remember"} == set()


def test_a_remembered_browser_comes_back_without_a_password(browser):
    """S2-08: the session is over, the browser is not a stranger."""
    sign_in(browser, remember="y")
    before = cookies(browser)
    Session.update(expires_at=clock.now()).execute()
    page = browser.open("/cabinet/notices/")
    assert page.h1 == "Уведомления"
    after = cookies(browser)
    assert (after["sid"] != before["sid"], after["remember"] != before["remember"]) == (True, True)
    session = Session.get(Session.token_hash == token_hash(after["sid"]))
    assert (session.proved_at, session.remembered, session.idle_seconds) == (None, True, 1800)


def test_a_form_sent_after_the_session_was_over_is_taken_from_a_remembered_browser(browser):
    sign_in(browser, remember="y")
    browser.open("/cabinet/notices/")
    Session.update(expires_at=clock.now()).execute()
    page = browser.post("/cabinet/notices/read")
    assert (page.status, page.path) == (200, "/cabinet/notices/")


def test_without_the_tick_nothing_is_remembered(browser):
    sign_in(browser)
    assert "remember" not in cookies(browser)
    Session.update(expires_at=clock.now()).execute()
    assert not is_in(browser)


def test_a_stolen_cookie_that_is_used_signs_both_out(browser):
    """S4 in the browser: the thief comes first, the owner second."""
    with clock.stopped_at("2026-11-24 10:00"):
        sign_in(browser, remember="y")
    thief = browser.another()
    thief.client.set_cookie("remember", cookies(browser)["remember"])
    with clock.stopped_at("2026-11-24 11:00"):
        assert is_in(thief)
    with clock.stopped_at("2026-11-24 11:01"):
        page = browser.open("/cabinet/")
        assert page.path.startswith("/login")
        assert "remember" not in cookies(browser)
        assert not is_in(thief)


@pytest.mark.parametrize("door", ["/login?by=email", "/staff/login", "/crew/login", "/business/login"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=["foreign origin", "cross-site", "same-site"],
)
def test_nobody_is_signed_in_by_a_page_of_another_site(browser, door, headers):
    """W2, login CSRF: even with a token that fits."""
    page = browser.open(door)
    field = "email" if "by=" in door else "login"
    data = {field: EMAIL, "password": PASSWORD, "csrf_token": page.csrf_token}
    assert browser.client.post(door, data=data, headers=headers).status_code == 403
    assert browser.client.post(door, data={field: EMAIL, "password": PASSWORD}).status_code == 403
    assert Session.select().count() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {},
    ],
    ids=["own", "own and silent about it", "no browser"],
)
def test_a_page_of_our_own_signs_in(browser, headers):
    page = browser.open("/login?by=email")
    data = {"email": EMAIL, "password": PASSWORD, "csrf_token": page.csrf_token}
    assert browser.client.post("/login?by=email", data=data, headers=headers).status_code == 303


def test_a_browser_known_to_its_owner_gets_in_while_strangers_guess(browser):
    """No lock-out by malice."""
    with clock.stopped_at("2026-11-24 10:00"):
        sign_in(browser)
        browser.post("/logout")
        stranger = browser.another()
        page = stranger.open("/login?by=email")
        for _ in range(11):
            data = {"email": EMAIL, "password": "wrong"}
            if page.find("input", name="captcha"):
                data["captcha"] = answer_on(page)
            page = stranger.submit("/login?by=email", data)
        assert page.status == 429
        assert sign_in(browser).path == "/cabinet/"


def test_the_number_of_an_account_is_a_login_only_of_whoever_registered_by_it(browser):
    page = browser.submit("/login?by=account", {"account": "230000000025", "password": PASSWORD})
    assert (page.status, page.errors) == (422, [WRONG])
    page = browser.submit("/login?by=account", {"account": "12-34", "password": PASSWORD})
    assert page.errors == ["Номер лицевого счёта не распознан. Введите цифры из квитанции: их от 9 до 13."]
    page = browser.submit("/login?by=account", {"account": ACCOUNT, "password": PASSWORD})
    assert page.path == "/cabinet/"


def test_a_second_browser_is_somebody_else(browser: Browser):
    sign_in(browser)
    assert not is_in(browser.another())


@pytest.mark.parametrize("remember", [False, True])
def test_a_sign_in_that_a_new_password_overtook_opens_nothing(browser, person, monkeypatch, remember):
    """A5: the hash that was compared must still stand when the session is opened."""
    real = passwords.matches

    def slow(stored, typed):
        right = real(stored, typed)
        monkeypatch.setattr(passwords, "matches", real)
        operations.set_password(Person.get_by_id(person.id), "осенний трамвай 9", by=system("test"))
        return right

    browser.open("/login?by=email")
    monkeypatch.setattr(passwords, "matches", slow)
    wanted = {"remember": "y"} if remember else {}
    page = browser.submit("/login?by=email", {"email": EMAIL, "password": PASSWORD, **wanted})
    assert (page.status, "Пароль только что изменился. Войдите с новым." in page.text) == (422, True)
    assert not is_in(browser)
    assert Session.select().count() == 0


def test_letters_in_an_address_to_go_back_to_travel_as_a_header_can_carry_them(browser, person):
    token = browser.open("/login?by=email").csrf_token
    data = {"csrf_token": token, "email": EMAIL, "password": PASSWORD, "next": "/cabinet/платежи"}
    reply = browser.client.post("/login?by=email", data=data, headers={"HX-Request": "true"})
    assert reply.headers["HX-Redirect"] == "/cabinet/%D0%BF%D0%BB%D0%B0%D1%82%D0%B5%D0%B6%D0%B8"
