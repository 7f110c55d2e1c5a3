"""Every way in at a real screen, with scripts and without; devices; and what Back shows after the way out."""

import csv
import hashlib
import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.journeys.live import ROOT
from tests.journeys.people import PASSWORD, PHONE, SUBSCRIBER, sign_in, sign_in_as_subscriber

pytestmark = [pytest.mark.screens, pytest.mark.parametrize("stack", ["together"], indirect=True)]

TABS = {"phone": "По номеру телефона", "email": "По электронной почте", "account": "Лицевой счёт"}
FIELDS = {"phone": "Номер телефона", "email": "Электронная почта", "account": "Номер лицевого счёта"}
ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36"
PRIVATE = "Ставропольская"
"""A street that only the subscriber's own pages name."""
TRIES = 10
OLD_PASSWORD = "старый-пароль-2019"


def knock(screen, way, login, password):
    """Fill in the open page of signing in and send it."""
    page = screen.page
    page.get_by_role("link", name=TABS[way]).click()
    page.get_by_label(FIELDS[way]).fill(login)
    page.get_by_label("Пароль", exact=True).fill(password)
    page.get_by_role("button", name="Войти").click()


def leave(screen):
    """The way out, which a phone keeps under «Ещё»."""
    page = screen.page
    if screen.size == "phone":
        page.get_by_text("Ещё", exact=True).click()
    page.locator("form[data-sign-out]:visible").get_by_role("button").click()
    page.wait_for_url("**/login")


def test_a_subscriber_gets_in_each_way_and_out_again(stack, screen, tmp_path):
    """S0-08, S1-06, S2-05, S4-01: phone, e-mail, and the number of an account with the password of the old cabinet."""
    take_over_from_the_old_cabinet(stack, tmp_path)
    phone = screen("phone")
    phone.open("/login")
    phone.check("login")
    eye = phone.page.get_by_role("button", name="Показать пароль")
    eye.click()
    assert phone.page.get_by_label("Пароль", exact=True).get_attribute("type") == "text"
    for way, login, password in (
        ("phone", "8 900 000 00 01", PASSWORD),
        ("email", SUBSCRIBER, PASSWORD),
        ("account", "2300 0000 0033", OLD_PASSWORD),
    ):
        phone.open("/login")
        knock(phone, way, login, password)
        phone.page.wait_for_url("**/cabinet/")
        leave(phone)
        expect(phone.page.get_by_text("Вы вышли из личного кабинета.")).to_be_visible()
    # What was chosen last is open the next time.
    expect(phone.page.get_by_role("link", name=TABS["account"])).to_have_attribute("aria-current", "page")
    assert stack.sql("SELECT count(*) FROM people_person WHERE password_hash LIKE 'legacy%'") == [(0,)]
    assert stack.errors() == []


def take_over_from_the_old_cabinet(stack, folder):
    digest = hashlib.sha1(f"соль{OLD_PASSWORD}".encode(), usedforsecurity=False).hexdigest()
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(("kind", "value", "name", "scheme", "salt", "hash", "accounts"))
        table.writerow(("account", "230000000033", "Новый Абонент", "sha1", "соль", digest, "230000000033"))
    told = stack.command("import", "people", str(folder / "people.csv"))
    assert (told.returncode, told.stdout.strip()) == (0, "Принято: 1, уже были: 0, отклонено: 0")


def test_without_scripts_everything_is_the_same(stack, screen):
    desk = screen("desktop", java_script_enabled=False, thorough=False)
    desk.open("/cabinet/readings/")
    knock(desk, "email", SUBSCRIBER, "wrong")
    expect(desk.page.get_by_role("alert")).to_contain_text("Логин или пароль не подошли")
    assert desk.page.get_by_label(FIELDS["email"]).input_value() == SUBSCRIBER
    desk.page.get_by_label("Запомнить меня").check()
    desk.page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    desk.page.get_by_role("button", name="Войти").click()
    desk.page.wait_for_url("**/cabinet/readings/")
    desk.open("/cabinet/devices/")
    expect(desk.page.get_by_text("это устройство")).to_be_visible()
    leave(desk)


def test_after_failures_the_word_on_the_picture_is_asked_for_and_read(stack, screen):
    """A3."""
    phone = screen("phone")
    phone.open("/login")
    for _ in range(3):
        knock(phone, "email", SUBSCRIBER, "wrong")
        expect(phone.page.get_by_role("alert")).to_contain_text("Логин или пароль не подошли")
        phone.page.evaluate("document.querySelector('[role=alert]').remove()")
    phone.check("login-captcha")
    word = phone.page.get_by_label("Введите слово на картинке")
    word.fill(stack.captcha()[0]["answer"])
    phone.page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    phone.page.get_by_role("button", name="Войти").click()
    phone.page.wait_for_url("**/cabinet/")


def test_a_remembered_browser_comes_back_and_the_owner_sees_and_ends_it(stack, screen):
    """S2-08, S6, and the letter about a new device."""
    desk = screen("desktop")
    sign_in_as_subscriber(desk)
    phone = screen("phone", user_agent=ANDROID)
    sign_in_as_subscriber(phone)
    phone.context.clear_cookies(name="sid")
    phone.open("/cabinet/notices/")
    letter = stack.wait_for_message(SUBSCRIBER, text="нового устройства")
    assert "Chrome, Android, этот компьютер" in letter["text"]
    page = desk.open("/cabinet/devices/")
    desk.check("devices")
    android = page.get_by_role("listitem").filter(has_text="Chrome, Android")
    android.get_by_role("button", name="Выйти").click()
    expect(page.get_by_text("Вход на устройстве завершён.")).to_be_visible()
    expect(android).to_have_count(0)
    phone.page.goto("/cabinet/notices/")
    assert "/login" in phone.page.url
    assert not [cookie for cookie in phone.context.cookies() if cookie["name"] == "remember"]
    expect(page.get_by_text("это устройство")).to_be_visible()


def test_an_administrator_ends_the_sessions_of_a_subscriber(stack, screen):
    """S6."""
    phone = screen("phone")
    sign_in_as_subscriber(phone)
    desk = screen("desktop")
    sign_in(desk, "/staff/login", "Логин", "admin")
    desk.open("/staff/sessions/")
    desk.check("staff-sessions")
    person = stack.sql("SELECT person_id FROM people_identity WHERE value = ?", SUBSCRIBER)[0][0]
    page = desk.open(f"/staff/sessions/person/{person}")
    desk.check("staff-sessions-of-person")
    page.get_by_role("button", name="Завершить все сеансы").click()
    expect(page.get_by_text("Открытых сеансов нет")).to_be_visible()
    phone.page.goto("/cabinet/")
    assert "/login" in phone.page.url


ISSUE = """
from datetime import timedelta
from nesk.core import clock, config, db
from nesk.core.actor import system
from nesk.people.operations import set_password
from nesk.people.queries import person_by_identity
db.init(config.current().database_url)
with db.connection():
    until = clock.now() + timedelta(hours=1)
    set_password(person_by_identity("phone", "+79000000001"), "issued-by-us-1", by=system("test"), issued_until=until)
"""


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_issued_password_leads_to_a_new_one(stack, screen, has_scripts):
    env = {**os.environ, **stack.env}
    subprocess.run([sys.executable, "-c", ISSUE], cwd=ROOT, env=env, check=True, timeout=60)
    phone = screen("phone", java_script_enabled=has_scripts, thorough=has_scripts)
    phone.open("/login")
    knock(phone, "phone", PHONE, "issued-by-us-1")
    phone.page.wait_for_url("**/cabinet/password")
    if has_scripts:
        phone.check("new-password")
    phone.page.get_by_label("Новый пароль", exact=True).fill("12345")
    phone.page.get_by_label("Повторите новый пароль").fill("12345")
    phone.page.get_by_role("button", name="Сохранить пароль").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("должно быть не менее 6.")
    phone.page.get_by_label("Новый пароль", exact=True).fill("трава у дома 83")
    phone.page.get_by_label("Повторите новый пароль").fill("трава у дома 83")
    phone.page.get_by_role("button", name="Сохранить пароль").click()
    phone.page.wait_for_url("**/cabinet/")
    expect(phone.page.get_by_text("Новый пароль сохранён.")).to_be_visible()


NOTED = f"""addEventListener('pageshow', event => {{
  const readable = !document.body.hidden && document.body.innerText.includes('{PRIVATE}')
  console.log(`${{event.persisted ? 'from the cache' : 'anew'}}: ${{readable ? 'readable' : 'hidden'}}`)
}})"""
"""Run before the page's own scripts: what a person could read at the moment the page was shown."""


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_after_the_way_out_back_and_forward_show_nothing_private(stack, screen, size):
    """W5, with the cache that brings pages back: ten tries, each through two private pages."""
    device = screen(size, thorough=False)
    page, noted = device.page, []
    page.on("console", lambda message: noted.append(message.text))
    page.add_init_script(NOTED)
    device.open("/login")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")  # its arrival empties the cache
    for number in range(TRIES):
        device.open("/login")
        knock(device, "email", SUBSCRIBER, PASSWORD)
        page.wait_for_url("**/cabinet/")
        expect(page.get_by_text(PRIVATE).first).to_be_visible()
        device.open("/cabinet/charges/")
        if number == 0:
            comes_back_hidden(device, noted)
        leave(device)
        noted.clear()
        for step in ("back", "back", "forward"):
            with page.expect_console_message(is_noted):
                page.evaluate(f"setTimeout(() => history.{step}())")
            expect(page.get_by_role("heading", name="Вход в личный кабинет")).to_be_visible()
            assert PRIVATE not in page.locator("body").inner_text()
        assert not [line for line in noted if line.endswith("readable")]
    assert stack.errors() == []


def is_noted(message):
    return message.text.endswith(("hidden", "readable"))


def comes_back_hidden(device, noted):
    """A private page does come from the cache in this browser, or the test would prove nothing; it comes hidden, and is
    asked for anew."""
    device.open("/cabinet/help/")
    noted.clear()
    with device.page.expect_console_message(lambda message: "from the cache" in message.text):
        device.page.evaluate("setTimeout(() => history.back())")
    expect(device.page.get_by_role("heading", name="Начисления и платежи").first).to_be_visible()
    assert [line for line in noted if line.startswith("from")] == ["from the cache: hidden"]
