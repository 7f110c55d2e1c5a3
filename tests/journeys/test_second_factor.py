"""A second factor in a real browser: an application, a passkey of a real authenticator, staff who must have one, a letter."""

import re
import time

import pyotp
import pytest
from playwright.sync_api import expect

from tests.journeys.people import PASSWORD, SUBSCRIBER, sign_in
from tests.journeys.screen import Screen
from tests.papers import words_of

pytestmark = [pytest.mark.screens, pytest.mark.parametrize("stack", ["together"], indirect=True)]

OWN = "свой долгий пароль 26"


def code(key: str, step: int = 0) -> str:
    """The code of this half minute, or of the next one, for the same is never accepted twice. An earlier one would not do:
    the half minute may end before the server has looked."""
    return pyotp.TOTP(key).at(int(time.time()) + 30 * step)


def show_password(screen, who=SUBSCRIBER, password=PASSWORD) -> None:
    page = screen.open("/login?by=email")
    page.get_by_label("Электронная почта").fill(who)
    page.get_by_label("Пароль", exact=True).fill(password)
    page.get_by_role("button", name="Войти").click()


def connect_application(screen, home: str) -> str:
    """From «Защита входа» to the codes on paper; gives the key."""
    page = screen.open(home)
    page.get_by_role("link", name="Подключить приложение").click()
    screen.check("protection-application")
    page.get_by_role("button", name="Продолжить").click()
    page.wait_for_url("**/application/code")
    screen.check("protection-first-code")
    key = page.locator("#pr-key").inner_text().replace(" ", "")
    page.get_by_label("Код из приложения").fill("000000")
    page.get_by_role("button", name="Подключить").click()
    expect(page.locator(".err").first).to_contain_text("Код не подошёл")
    page.get_by_label("Код из приложения").fill(code(key))
    page.get_by_role("button", name="Подключить").click()
    expect(page.get_by_text("второй раз мы их не покажем")).to_be_visible()
    return key


def test_a_subscriber_adds_an_application_and_signs_in_by_its_code(stack, screen):
    phone = screen("phone")
    show_password(phone)
    phone.page.wait_for_url("**/cabinet/")
    phone.open("/cabinet/protection")
    phone.check("protection-off")
    key = connect_application(phone, "/cabinet/protection")
    phone.check("protection-codes")
    papers = phone.page.locator("ol.codes li").all_inner_texts()
    assert len(papers) == 10
    phone.page.get_by_role("link", name="Готово").click()
    expect(phone.page.get_by_text("Осталось 10 из 10")).to_be_visible()
    phone.check("protection-on")
    letter = stack.wait_for_message(SUBSCRIBER, text="Подключено приложение с кодами")
    assert "/cabinet/protection" in letter["text"]

    computer = screen("desktop")
    show_password(computer)
    computer.page.wait_for_url("**/login/confirmation")
    computer.check("confirmation")
    computer.page.get_by_label("Код").fill("111111")
    computer.page.get_by_role("button", name="Подтвердить").click()
    expect(computer.page.locator(".err").first).to_contain_text("Код не подошёл")
    computer.check("confirmation-refused")
    computer.page.get_by_label("Код").fill(code(key, 1))
    computer.page.get_by_role("button", name="Подтвердить").click()
    computer.page.wait_for_url("**/cabinet/")

    plain = screen("phone", thorough=False, java_script_enabled=False)
    show_password(plain)
    plain.page.get_by_label("Код").fill(papers[0].lower())
    plain.page.get_by_role("button", name="Подтвердить").click()
    plain.page.wait_for_url("**/cabinet/")
    stack.wait_for_message(SUBSCRIBER, text="Таких кодов осталось 9")
    assert stack.errors() == []


def test_without_scripts_an_application_can_be_added_too(stack, screen):
    plain = screen("phone", thorough=False, java_script_enabled=False)
    show_password(plain, "abonent2@demo.nesk")
    page = plain.open("/cabinet/protection")
    page.get_by_role("link", name="Подключить приложение").click()
    page.get_by_role("button", name="Продолжить").click()
    key = page.locator("#pr-key").inner_text().replace(" ", "")
    page.get_by_label("Код из приложения").fill(code(key))
    page.get_by_role("button", name="Подключить").click()
    expect(page.locator("ol.codes li")).to_have_count(10)
    page = plain.open("/cabinet/protection/passkeys/new")
    expect(page.get_by_text("работают по адресу")).to_be_visible()


def test_a_passkey_of_the_device_is_added_and_signs_in(stack, chrome):
    """At «localhost», for a browser makes no passkeys for a bare address."""
    screen = Screen(chrome, f"http://localhost:{stack.port}", "phone")
    devices = screen.context.new_cdp_session(screen.page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "isUserVerified": True}})
    show_password(screen, "abonent3@demo.nesk")
    screen.page.wait_for_url("**/cabinet/")
    page = screen.open("/cabinet/protection")
    page.get_by_role("link", name="Добавить ключ доступа").click()
    screen.check("passkey-new")
    page.get_by_label("Название ключа").fill("Телефон")
    page.get_by_role("button", name="Продолжить").click()
    page.wait_for_url("**/passkeys/creation")
    screen.check("passkey-creation")
    page.get_by_role("button", name="Создать ключ").click()
    expect(page.locator("ol.codes li")).to_have_count(10)
    page.get_by_role("link", name="Готово").click()
    expect(page.get_by_text("Телефон", exact=True)).to_be_visible()
    screen.check("protection-passkey")

    for uses in (1, 2):
        screen.context.clear_cookies()
        show_password(screen, "abonent3@demo.nesk")
        page.wait_for_url("**/login/confirmation")
        screen.check("confirmation-passkey")
        page.get_by_role("button", name="Войти по ключу доступа").click()
        page.wait_for_url("**/cabinet/")
        (kept,) = stack.sql("SELECT sign_count FROM credentials_factor WHERE kind = 'passkey'")
        assert kept[0] >= uses

    # The device is another one now: it has no passkey of ours, and the page says so in words.
    devices.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device["authenticatorId"]})
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "isUserVerified": False}})
    screen.context.clear_cookies()
    show_password(screen, "abonent3@demo.nesk")
    page.wait_for_url("**/login/confirmation")
    page.get_by_role("button", name="Войти по ключу доступа").click()
    expect(page.get_by_text("Устройство не дало ключ доступа")).to_be_visible()
    screen.check("confirmation-no-passkey")
    screen.close()
    screen.assert_no_troubles()
    assert stack.errors() == []


def test_an_employee_made_by_the_command_must_choose_a_password_and_a_second_factor(stack, screen):
    """A11 outside the demo's own people."""
    words = ("staff", "create", "vorona", "--name", "Ворона Глеб Ильич", "--role", "operator", "--branch", "krd")
    made = stack.command(*words, "--email", "vorona@nesk.example")
    assert made.returncode == 0, made.stderr
    issued = re.search(r"Пароль: (\S+)", made.stdout)[1]
    desk = screen("desktop")
    page = desk.open("/staff/login")
    page.get_by_label("Логин").fill("vorona")
    page.get_by_label("Пароль", exact=True).fill(issued)
    page.get_by_role("button", name="Войти").click()
    page.wait_for_url("**/staff/password")
    page.get_by_label("Новый пароль", exact=True).fill(OWN)
    page.get_by_label("Повторите новый пароль").fill(OWN)
    page.get_by_role("button").filter(has_text=re.compile("Сохранить|Сменить")).first.click()
    page.wait_for_url("**/staff/protection")
    desk.check("staff-protection")
    desk.open("/staff/registers/people/")
    assert page.url.endswith("/staff/protection")
    key = connect_application(desk, "/staff/protection")
    desk.check("staff-protection-codes")
    desk.open("/staff/registers/people/")
    assert page.url.endswith("/staff/registers/people/")
    stack.wait_for_message("vorona@nesk.example", text="Подключено приложение с кодами")

    other = screen("desktop")
    page = other.open("/staff/login")
    page.get_by_label("Логин").fill("vorona")
    page.get_by_label("Пароль", exact=True).fill(OWN)
    page.get_by_role("button", name="Войти").click()
    page.wait_for_url("**/staff/login/confirmation")
    page.get_by_label("Код").fill(code(key, 1))
    page.get_by_role("button", name="Подтвердить").click()
    page.wait_for_url("**/staff/")

    # Blocked meanwhile: the very next request is a stranger's.
    assert stack.command("staff", "block", "vorona").returncode == 0
    page.goto("/staff/registers/people/")
    assert "/staff/login" in page.url
    assert stack.errors() == []


def test_a_legal_entity_gets_its_letter_and_gets_in_by_it(stack, screen, tmp_path):
    """S2-04, S2-06."""
    desk = screen("desktop")
    sign_in(desk, "/staff/login", "Логин", "operator")
    page = desk.open("/staff/registers/organizations/?search=ромашка")
    desk.check("organizations")
    (organization,) = stack.sql("SELECT id FROM accounts_organization WHERE inn = '2310999996'")
    page = desk.open(f"/staff/organizations/{organization[0]}/users")
    desk.check("business-users")
    page.get_by_role("link", name="Выдать доступ").click()
    desk.check("business-user-new")
    page.get_by_label("Номер заявления").fill("17/ДО")
    page.get_by_label("Дата заявления").fill("2026-01-20")
    page.get_by_label("ФИО").fill("Кузьменко Пётр Андреевич (демо)")
    page.get_by_label("Логин").fill("romashka-2")
    page.get_by_label("Отправим заказным письмом").check()
    page.get_by_label("Логин").fill("я")
    page.get_by_role("button", name="Выдать и скачать письмо").click()
    expect(page.locator(".err").first).to_contain_text("Логин — от трёх латинских букв")
    desk.check("business-user-refused")
    page.get_by_label("Логин").fill("romashka-2")
    with page.expect_download() as download:
        page.get_by_role("button", name="Выдать и скачать письмо").click()
    page.wait_for_url("**/users")
    expect(page.get_by_text("Доступ выдан. Письмо скачано")).to_be_visible()
    expect(page.get_by_text("romashka-2").first).to_be_visible()
    letter = tmp_path / "letter.pdf"
    download.value.save_as(letter)
    words = words_of(letter.read_bytes())
    assert "По заявлению № 17/ДО от 20.01.2026" in words
    issued = re.search(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", words)[0]

    phone = screen("phone")
    page = phone.open("/business/login")
    phone.check("business-login")
    expect(page.get_by_label("Филиал")).to_have_value(re.compile(r"\d+"))
    page.get_by_label("Логин").fill("romashka-2")
    page.get_by_label("Пароль", exact=True).fill(issued)
    page.get_by_label("Филиал").select_option(label="Армавирэнергосбыт")
    page.get_by_role("button", name="Войти").click()
    expect(page.locator(".err").first).to_contain_text("Логин, пароль или филиал не подошли")
    phone.check("business-login-refused")
    page.get_by_label("Пароль", exact=True).fill(issued)
    page.get_by_label("Филиал").select_option(label="Краснодарэнергосбыт")
    page.get_by_role("button", name="Войти").click()
    page.wait_for_url("**/business/password")
    page.get_by_label("Новый пароль", exact=True).fill(OWN)
    page.get_by_label("Повторите новый пароль").fill(OWN)
    page.get_by_role("button").filter(has_text=re.compile("Сохранить|Сменить")).first.click()
    page.wait_for_url("**/business/")
    expect(page.get_by_text("ООО «Ромашка (демо)»").first).to_be_visible()
    phone.open("/business/protection")
    phone.check("business-protection")
    assert stack.errors() == []


def test_the_demo_organization_gets_in_without_touching_the_branch(stack, screen):
    phone = screen("phone", thorough=False)
    sign_in(phone, "/business/login", "Логин", "romashka")
    phone.page.wait_for_url("**/business/")
    assert stack.sql("SELECT count(*) FROM credentials_factor") == [(0,)]
