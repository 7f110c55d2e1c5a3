"""A person puts their settings in order: contacts by codes and links, receipts, numbers, password, profile."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.journeys.people import ACCOUNT, PASSWORD, PHONE, SUBSCRIBER, sign_in_as_subscriber
from tests.journeys.screen import assert_no_sideways_scroll

pytestmark = [pytest.mark.screens, pytest.mark.parametrize("stack", ["together"], indirect=True)]

SETTINGS = "/cabinet/settings"
NEW_EMAIL, RECEIPTS = "marina@demo.nesk", "papa@demo.nesk"
SECRET = "Зимний-вечер-2026"
PAGES = (
    SETTINGS,
    "/cabinet/subscriptions",
    f"{SETTINGS}/email",
    f"{SETTINGS}/phone",
    f"{SETTINGS}/email/removal",
    "/cabinet/profile",
    "/cabinet/profile/authorization",
    "/cabinet/profile/photo",
)


def link(stack, to: str, part: str) -> str:
    """The address in the newest letter that leads there."""
    letter = stack.wait_for_message(to, text=part)
    return re.search(rf"http\S+{re.escape(part)}\S+", letter["text"])[0]


def code(stack, to: str) -> str:
    return re.search(r"\d{6}", stack.wait_for_message(to, text="Код НЭСК")["text"])[0]


def sign_in_by_phone(screen, number: str, password: str) -> None:
    page = screen.open("/login?by=phone")
    page.get_by_label("Номер телефона").fill(number)
    page.get_by_label("Пароль", exact=True).fill(password)
    page.get_by_role("button", name="Войти").click()
    page.wait_for_url("**/cabinet/")


def change_email(stack, screen) -> None:
    page = screen.open(SETTINGS)
    screen.check("settings")
    page.get_by_label("Электронная почта", exact=True).fill(NEW_EMAIL)
    page.get_by_role("button", name="Сохранить изменения").click()
    expect(page.get_by_text("Отправили письма со ссылками")).to_be_visible()
    screen.check("settings-email-waits")
    for to, side in ((NEW_EMAIL, "new"), (SUBSCRIBER, "old")):
        page.goto(link(stack, to, f"{SETTINGS}/email/{side}/"))
        screen.check("settings-email-link")
        page.get_by_role("button", name="Подтвердить").click()
        page.wait_for_url(f"**{SETTINGS}")
    expect(page.get_by_text("Адрес почты изменён.")).to_be_visible()
    expect(page.get_by_label("Электронная почта", exact=True)).to_have_value(NEW_EMAIL)
    stack.wait_for_message(SUBSCRIBER, text="Адрес почты изменён")


def change_phone(stack, screen, number: str) -> None:
    page = screen.open("/cabinet/profile/authorization")
    screen.check("profile-authorization")
    page.get_by_label("Новый номер").fill(number)
    page.get_by_role("button", name="Подтвердить через SMS").click()
    page.wait_for_url("**/phone/code")
    screen.check("settings-code")
    page.get_by_label("Код").fill(code(stack, number))
    page.get_by_role("button", name="Подтвердить").click()
    page.wait_for_url(f"**{SETTINGS}")
    expect(page.get_by_text("Номер телефона изменён.")).to_be_visible()


def change_password(screen) -> None:
    page = screen.open(SETTINGS)
    page.get_by_label("Текущий пароль").fill(PASSWORD)
    page.get_by_label("Новый пароль", exact=True).fill(SECRET)
    page.get_by_label("Повторите новый пароль").fill(SECRET)
    page.get_by_role("button", name="Сохранить изменения").click()
    expect(page.get_by_text("Пароль изменён.")).to_be_visible()


def test_contacts_and_password_with_scripts(stack, screen):
    """S0-30, S1-13, A5: the other device is out at once, this one stays."""
    home, elsewhere = screen("phone"), screen("desktop")
    for each in (home, elsewhere):
        sign_in_as_subscriber(each)
    change_email(stack, home)
    change_phone(stack, home, "+79000000078")
    stack.wait_for_message(PHONE, text="изменён номер телефона")
    change_password(home)
    elsewhere.page.goto(SETTINGS)
    expect(elsewhere.page.get_by_role("button", name="Войти")).to_be_visible()
    home.open(SETTINGS)
    stack.wait_for_message(NEW_EMAIL, text="Пароль")
    sign_in_by_phone(elsewhere, "8 900 000-00-78", SECRET)
    assert stack.errors() == []


def test_contacts_and_password_without_scripts(stack, screen):
    home = screen("phone", java_script_enabled=False, thorough=False)
    sign_in_as_subscriber(home)
    change_email(stack, home)
    change_phone(stack, home, "+79000000079")
    change_password(home)
    page = home.open("/cabinet/subscriptions")
    page.get_by_label("Заявки и визит мастера: SMS").uncheck()
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text("Сохранено.")).to_be_visible()
    page.get_by_role("link", name=re.compile(f"Включить квитанции на почту, ЛС {ACCOUNT}")).click()
    expect(page.get_by_label("E-mail для доставки квитанции")).to_have_value(NEW_EMAIL)
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text("Квитанции будут приходить на почту.")).to_be_visible()
    page.get_by_role("link", name="+Добавить телефон").click()
    page.get_by_label("Новый номер телефона").fill("8(900) 000-00-80")
    page.get_by_role("button", name="Сохранить").click()
    page.get_by_label("Код").fill(code(stack, "+79000000080"))
    page.get_by_role("button", name="Подтвердить").click()
    expect(page.get_by_text("+7 (900) 000-00-80").first).to_be_visible()
    page = home.open("/cabinet/profile/extended")
    page.get_by_label("Почтовый адрес").fill("г Краснодар, ул Красная, д. 1")
    page.get_by_role("button", name="Сохранить изменения").click()
    expect(page.get_by_label("Почтовый адрес")).to_have_value("г Краснодар, ул Красная, д. 1")
    assert stack.errors() == []


def test_subscriptions_are_saved_at_once(stack, screen):
    """S0-32, S0-33."""
    home = screen("phone")
    sign_in_as_subscriber(home)
    page = home.open("/cabinet/subscriptions")
    home.check("subscriptions")
    page.get_by_label("Платежи: SMS").uncheck()
    expect(page.get_by_text("Сохранено.").last).to_be_visible()
    switch = page.get_by_role("switch", name=re.compile("0017"))
    switch.check()
    window = page.get_by_label("E-mail для доставки квитанции")
    expect(window).to_have_value(SUBSCRIBER)
    expect(window).to_be_focused()
    home.check("subscriptions-window")
    page.get_by_role("link", name="Отмена").click()
    expect(switch).not_to_be_checked()
    switch.check()
    window.fill(RECEIPTS)
    page.get_by_role("button", name="Сохранить", exact=True).click()
    expect(page.get_by_text(f"Ждём подтверждения: {RECEIPTS}")).to_be_visible()
    page.goto(link(stack, RECEIPTS, "/cabinet/subscriptions/address/"))
    home.check("subscriptions-link")
    page.get_by_role("button", name="Подтвердить").click()
    expect(page.get_by_text(f"Адрес: {RECEIPTS}")).to_be_visible()
    expect(page.get_by_label("Платежи: SMS")).not_to_be_checked()
    on = stack.sql("SELECT number, receipt_email FROM accounts_account WHERE receipt_email <> ''")
    assert on == [(ACCOUNT, RECEIPTS)]
    numbers_for_sms(stack, home)
    assert stack.errors() == []


def numbers_for_sms(stack, home) -> None:
    page = home.page
    page.get_by_role("link", name="+Добавить телефон").click()
    dialog = page.get_by_role("dialog", name="Добавление нового телефона")
    home.check("subscriptions-dialog")
    dialog.get_by_label("Новый номер телефона").fill("8 861 944-77-40")
    dialog.get_by_role("button", name="Сохранить").click()
    expect(dialog.get_by_text("На этот номер SMS не отправить").first).to_be_visible()
    home.check("subscriptions-dialog-refused")
    dialog.get_by_label("Новый номер телефона").fill("8(900) 000-00-81")
    dialog.get_by_role("button", name="Сохранить").click()
    page.get_by_label("Код").fill(code(stack, "+79000000081"))
    page.get_by_role("button", name="Подтвердить").click()
    expect(page.get_by_text("+7 (900) 000-00-81").first).to_be_visible()
    page.get_by_role("link", name="Удалить номер +7 (900) 000-00-81").click()
    page.get_by_role("dialog").get_by_role("button", name="Удалить").click()
    expect(page.get_by_text("Номер удалён.")).to_be_visible()


def picture() -> dict[str, object]:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), "#8899aa").save(buffer, "PNG")
    return {"name": "я.png", "mimeType": "image/png", "buffer": buffer.getvalue()}


def test_the_profile_with_a_photo_and_an_address_that_is_suggested(stack, screen):
    """S1-11, S1-12: the address by the keyboard alone."""
    home = screen("desktop")
    sign_in_as_subscriber(home)
    page = home.open("/cabinet/")
    page.get_by_role("link", name="Профиль").click()
    home.check("profile")
    page.get_by_label("Фамилия латиницей").fill("Kovalchuk")
    page.get_by_label("Женский").check(force=True)
    page.get_by_role("button", name="Сохранить изменения").click()
    expect(page.get_by_text("Сохранено.")).to_be_visible()
    page.get_by_role("link", name="Изменить фото").click()
    page.get_by_label("Фотография").set_input_files([picture()])
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_role("img", name="Ваше фото")).to_be_visible()
    assert page.evaluate("document.querySelector('.topbar .avatar').naturalWidth") == 256
    home.check("profile-photo")
    page.get_by_role("link", name="Расширенная анкета").click()
    address = page.get_by_role("combobox", name=re.compile("Почтовый адрес"))
    address.press_sequentially("красн")
    expect(page.get_by_role("option", name="г Краснодар, ул Красная")).to_be_visible()
    expect(page.get_by_text("Выбирайте стрелками вверх и вниз")).to_be_attached()
    home.check("profile-suggestions")
    address.press("ArrowDown")
    address.press("Enter")
    expect(address).to_have_value("г Краснодар, ул Красная, ")
    address.press_sequentially("д. 7")
    page.get_by_role("button", name="Сохранить изменения").click()
    expect(page.get_by_text("Сохранено.")).to_be_visible()
    expect(page.get_by_label("Почтовый адрес")).to_have_value("г Краснодар, ул Красная, д. 7")
    for section in ("preferences", "contacts"):
        home.open(f"/cabinet/profile/{section}")
        home.check(f"profile-{section}")
    assert stack.errors() == []


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("look", ["theme=dark", "vision=bw&size=3", "vision=blue&size=2&spacing=3"])
def test_every_page_in_every_look(stack, screen, size, look):
    home = screen(size)
    sign_in_as_subscriber(home)
    home.page.goto(f"/display?{look}&next=/cabinet/")
    for path in PAGES:
        home.open(path)
        assert_no_sideways_scroll(home.page)
        home.check(f"{path.strip('/').replace('/', '-')}-{look.partition('&')[0].partition('=')[2]}")
