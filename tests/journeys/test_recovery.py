"""A forgotten password in a real browser: by letter, by a password of ours, by SMS, by account; and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.screens, pytest.mark.parametrize("stack", ["together"], indirect=True)]

OLD, NEW = "demo-2026", "Новый-зонтик-12"
EMAIL, PHONE = "abonent2@demo.nesk", "+79000000002"


def captcha(stack) -> str:
    """The word of the picture that was drawn last: a person would read it off."""
    return next(each["answer"] for each in stack.captcha() if each["form"] == "recover")


def ask(stack, screen, tab: str = "", **typed: str) -> None:
    """From the page of signing in, by «Забыли пароль?», to the form of a tab, and send it."""
    page = screen.open("/login?by=email")
    page.get_by_role("link", name="Забыли пароль?").click()
    expect(page.get_by_role("heading", name="Восстановление пароля")).to_be_visible()
    if tab:
        page.get_by_role("link", name=tab).click()
        expect(page.get_by_role("link", name=tab)).to_have_attribute("aria-current", "page")
    for label, text in typed.items():
        page.get_by_label(label.replace("_", " ")).fill(text)
    page.get_by_label("Введите слово на картинке").fill(captcha(stack))
    page.get_by_role("button", name="Восстановить").click()


def link_in(message: dict[str, str]) -> str:
    found = re.search(r"https?://\S+/recover/link/\S+", message["text"])
    assert found, message["text"]
    return found[0]


def sign_in(screen, password: str, email: str = EMAIL) -> None:
    page = screen.page
    page.goto("/login?by=email")
    page.get_by_label("Электронная почта").fill(email)
    page.get_by_label("Пароль", exact=True).fill(password)
    page.get_by_role("button", name="Войти").click()


def test_s0_21_a_forgotten_password_is_replaced_by_the_link_of_a_letter(stack, screen):
    other = screen("desktop", thorough=False)
    sign_in(other, OLD)
    other.page.wait_for_url("**/cabinet/")

    phone = screen("phone")
    page = phone.open("/recover")
    phone.check("recover")
    page.get_by_label("Электронная почта").fill("nobody@demo.nesk")
    page.get_by_label("Введите слово на картинке").fill(captcha(stack))
    page.get_by_role("button", name="Восстановить").click()
    expect(page.locator(".err")).to_have_text("Указанный e-mail не зарегистрирован")
    phone.check("recover-unknown")

    ask(stack, phone, Электронная_почта=EMAIL)
    expect(page.get_by_text(f"Ссылка на восстановление пароля отправлена на {EMAIL}")).to_be_visible()
    phone.check("recover-sent")

    page.goto(link_in(stack.wait_for_message(EMAIL, text="Восстановление пароля")))
    field, box = (
        page.get_by_label("Новый пароль"),
        page.get_by_label("Сгенерировать пароль автоматически и отправить на почту"),
    )
    box.check()
    expect(field).to_be_disabled()
    box.uncheck()
    expect(field).to_be_enabled()
    phone.check("recover-password")
    field.fill("12345")
    page.get_by_role("button", name="Восстановить").click()
    expect(page.locator(".err")).to_have_text(
        "Ошибка заполнения. Количество символов в поле Новый пароль должно быть не менее 6."
    )
    phone.check("recover-short")
    page.get_by_label("Новый пароль").fill(NEW)
    page.get_by_role("button", name="Показать пароль").click()
    expect(page.get_by_label("Новый пароль")).to_have_attribute("type", "text")
    page.get_by_role("button", name="Восстановить").click()
    expect(page.get_by_text("Войдите с новым паролем")).to_be_visible()
    phone.check("recover-done")

    other.page.goto("/cabinet/readings/")
    expect(other.page).to_have_url(re.compile("/login"))
    stack.wait_for_message(EMAIL, text="изменён")
    stack.wait_for_message(PHONE, text="изменён")
    sign_in(phone, OLD)
    expect(page.locator(".err").first).to_be_visible()
    sign_in(phone, NEW)
    page.wait_for_url("**/cabinet/")


def test_s0_24_a_password_of_ours_opens_the_page_of_another_one(stack, screen):
    desktop = screen("desktop")
    desktop.refusals += ("410",)
    page = desktop.page
    ask(stack, desktop, "Лицевой счёт", Логин_или_номер_лицевого_счёта=PHONE, Электронная_почта=EMAIL)
    expect(page.get_by_text("Ссылка на восстановление пароля отправлена на")).to_be_visible()
    link = link_in(stack.wait_for_message(EMAIL, text="Восстановление пароля"))
    page.goto(link)
    page.get_by_label("Сгенерировать пароль автоматически и отправить на почту").check()
    desktop.check("recover-generated")
    page.get_by_role("button", name="Восстановить").click()
    expect(page.get_by_text("Войдите с новым паролем")).to_be_visible()
    letter = stack.wait_for_message(EMAIL, text="Ваш пароль для входа")
    issued = re.search(r"Ваш пароль для входа: (\S{14,})", letter["text"])
    assert issued
    sign_in(desktop, issued[1])
    page.wait_for_url(lambda url: "/login" not in url)
    expect(page.get_by_role("textbox", name="Новый пароль", exact=True)).to_be_visible()
    reply = page.goto(link)
    assert reply is not None
    assert reply.status == 410
    expect(page.get_by_text("Ссылка уже использована или устарела. Запросите новую.")).to_be_visible()
    desktop.check("recover-dead")


def test_s2_07_a_code_by_sms_leads_to_a_new_password(stack, screen):
    phone = screen("phone")
    page = phone.page
    ask(stack, phone, "Телефон", Мобильный_телефон="8 (900) 000-00-02")
    expect(page.get_by_text("Введите код из SMS:")).to_be_visible()
    expect(page.get_by_role("button", name="Отправить код ещё раз")).to_be_hidden()
    expect(page.get_by_text("Новый код можно запросить через")).to_be_visible()
    phone.check("recover-code")
    code = re.search(r"\d{6}", stack.wait_for_message(PHONE, text="Код НЭСК")["text"])
    assert code
    page.get_by_label("Код", exact=True).fill("000000" if code[0] != "000000" else "111111")
    page.get_by_role("button", name="Отправить", exact=True).click()
    expect(page.locator(".err")).to_contain_text("осталось попыток: 4")
    phone.check("recover-code-wrong")
    page.get_by_label("Код", exact=True).fill(code[0])
    page.get_by_role("button", name="Отправить", exact=True).click()
    expect(page.get_by_text("Вы запросили восстановление пароля. Введите ваш новый пароль.")).to_be_visible()
    page.get_by_label("Новый пароль").fill(NEW)
    page.get_by_role("button", name="Восстановить").click()
    expect(page.get_by_text("Войдите с новым паролем")).to_be_visible()
    sign_in(phone, NEW)
    page.wait_for_url("**/cabinet/")
    stack.wait_for_message(EMAIL, text="Запрошено восстановление пароля")


def test_every_way_works_without_javascript(stack, screen):
    plain = screen("phone", thorough=False, java_script_enabled=False)
    page = plain.page
    ask(stack, plain, Электронная_почта=EMAIL)
    expect(page.get_by_text(f"Ссылка на восстановление пароля отправлена на {EMAIL}")).to_be_visible()
    page.goto(link_in(stack.wait_for_message(EMAIL, text="Восстановление пароля")))
    page.get_by_label("Новый пароль").fill("qwerty")
    page.get_by_role("button", name="Восстановить").click()
    expect(page.locator(".err")).to_contain_text("подбирают одним из первых")
    page.get_by_label("Новый пароль").fill("Набрано-зря-77")
    page.get_by_label("Сгенерировать пароль автоматически и отправить на почту").check()
    page.get_by_role("button", name="Восстановить").click()
    expect(page.get_by_text("Войдите с новым паролем")).to_be_visible()
    stack.wait_for_message(EMAIL, text="Ваш пароль для входа")
    sign_in(plain, "Набрано-зря-77")
    expect(page.locator(".err").first).to_be_visible()

    ask(stack, plain, "Телефон", Мобильный_телефон=PHONE)
    expect(page.get_by_role("button", name="Отправить код ещё раз")).to_be_visible()
    code = re.search(r"\d{6}", stack.wait_for_message(PHONE, text="Код НЭСК")["text"])
    assert code
    page.get_by_label("Код", exact=True).fill(code[0])
    page.get_by_role("button", name="Отправить", exact=True).click()
    page.get_by_label("Новый пароль").fill(NEW)
    page.get_by_role("button", name="Восстановить").click()
    expect(page.get_by_text("Войдите с новым паролем")).to_be_visible()
    sign_in(plain, NEW)
    page.wait_for_url("**/cabinet/")

    plain.context.clear_cookies()
    ask(stack, plain, "Лицевой счёт", Логин_или_номер_лицевого_счёта="230000000017", Электронная_почта=EMAIL)
    expect(page.get_by_text("не подходят друг к другу").first).to_be_visible()
