"""Three people bind one account, each by another line of the same paper bill; the first of them learns of the others."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.people import PASSWORD
from tests.journeys.screen import Screen, assert_no_sideways_scroll

pytestmark = [pytest.mark.screens, pytest.mark.parametrize("stack", ["together"], indirect=True)]

WRONG = "Лицевой счёт не найден или проверочные данные не совпадают. Проверьте номер и сумму (номер счётчика)."
BOUND = "Лицевой счёт привязан."


def sign_in(screen: Screen, email: str) -> None:
    page = screen.open("/login?by=email")
    page.get_by_label("Электронная почта").fill(email)
    page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    page.wait_for_url("**/cabinet/")


def fill_in(screen: Screen, number: str, way: str, label: str, evidence: str) -> None:
    """The form of binding, with the consent; the field of evidence follows the way that is chosen."""
    page = screen.page
    page.get_by_label("Номер лицевого счёта").fill(number)
    page.get_by_label("Способ привязки").select_option(label=way)
    page.get_by_label(label).fill(evidence)
    page.get_by_label("Согласие на обработку персональных данных").check()
    page.get_by_role("button", name="Привязать").click()


def test_an_account_is_bound_by_total_by_payment_and_by_serial(stack, screen):
    facts = stack.facts()["bind"]
    first = screen("phone")
    sign_in(first, "abonent2@demo.nesk")
    lets_go_of_the_only_account(first)
    begins_anew(first, facts)

    second = screen("desktop")
    sign_in(second, "abonent3@demo.nesk")
    second.page.get_by_role("link", name="+ управление").click()
    fill_in(second, facts["account"], "По сумме", "Сумма из квитанции", facts["payment"])
    expect(second.page.get_by_text(BOUND)).to_be_visible()
    second.check("accounts")
    chooses_another_account(second, facts["account"])

    third = screen("phone", java_script_enabled=False, thorough=False)
    sign_in(third, "abonent4@demo.nesk")
    third.open("/cabinet/accounts/new")
    fill_in(third, facts["account"], "По номеру счетчика", "Номер счетчика", facts["serial"])
    expect(third.page.get_by_text(BOUND)).to_be_visible()
    third.check("accounts-without-scripts")

    letters_tell_of_both(stack)
    looks_right_in_every_scheme(second)
    assert stack.sql(
        "SELECT b.way FROM accounts_binding b JOIN accounts_account a ON a.id = b.account_id"
        " WHERE a.number = ? AND b.ended_at IS NULL ORDER BY b.id",
        facts["account"],
    ) == [("sum",), ("payment",), ("meter",)]
    assert stack.errors() == []


def lets_go_of_the_only_account(screen: Screen) -> None:
    page = screen.open("/cabinet/accounts/")
    page.get_by_role("link", name=re.compile("^Отвязать")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("сразу исчезнет из кабинета")).to_be_visible()
    screen.check("account-unbind")
    dialog.get_by_role("button", name="Отвязать").click()
    expect(page.get_by_text("Привязка лицевого счёта успешно удалена")).to_be_visible()
    screen.open("/cabinet/")
    expect(page.get_by_role("heading", name="У вас нет лицевых счетов")).to_be_visible()
    screen.check("no-account")
    page.get_by_role("link", name="Заключить договор").click()
    expect(page.get_by_text("Паспорт заявителя")).to_be_visible()
    screen.check("contract")


def begins_anew(screen: Screen, facts: dict[str, str]) -> None:
    """A mistake first, which shows nothing of the account and keeps what was typed; then the right sum."""
    page = screen.open("/cabinet/")
    page.get_by_role("link", name="Добавить лицевой счёт").click()
    expect(page.get_by_label("Сумма из квитанции")).to_be_hidden()
    fill_in(screen, facts["account"], "По сумме", "Сумма из квитанции", "7 777,31")
    expect(page.get_by_text(WRONG)).to_be_visible()
    expect(page.get_by_label("Сумма из квитанции")).to_have_value("7 777,31")
    expect(page.get_by_text("Переправный")).to_have_count(0)
    page.locator("summary", has_text="Где найти номер и сумму?").click()
    screen.check("account-refused")
    page.get_by_label("Сумма из квитанции").fill(facts["total"])
    page.get_by_label("Филиал").select_option(label=facts["branch"])
    page.get_by_label("Я согласен получать счета по e-mail").check()
    page.get_by_role("button", name="Привязать").click()
    expect(page.get_by_text(BOUND)).to_be_visible()
    expect(page.get_by_role("rowheader")).to_contain_text("Переправный, 13, кв. 4 выбран")
    screen.check("account-bound")


def chooses_another_account(screen: Screen, number: str) -> None:
    """The switcher keeps the section."""
    page = screen.open("/cabinet/charges/")
    page.locator(".switcher summary").click()
    page.locator(".switcher").get_by_role("link").filter(has_not_text=number[-4:]).first.click()
    page.wait_for_url(re.compile(r"/cabinet/charges/\?ls=23\d+$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Начисления")


def letters_tell_of_both(stack) -> None:
    """B4: the one who came first is told of both, the second of the third, nobody by a full name."""
    stack.settle()
    told = [each for each in stack.messages("abonent2@demo.nesk") if "ещё один человек" in each["subject"]]
    assert len(told) == 2
    assert all(re.search(r": [А-Я]\*\*\*\*\* [А-Я]\. [А-Я]\.$", each["subject"]) for each in told)
    assert any("отвязан от вашего кабинета" in each["subject"] for each in stack.messages("abonent2@demo.nesk"))
    told = [each for each in stack.messages("abonent3@demo.nesk") if "ещё один человек" in each["subject"]]
    assert len(told) == 1
    assert stack.messages("abonent4@demo.nesk") == []


def looks_right_in_every_scheme(screen: Screen) -> None:
    """Dark, and for weak eyes twice as large on a narrow screen: nothing sticks out, axe finds nothing."""
    page = screen.page
    page.set_viewport_size({"width": 390, "height": 844})
    for wishes in ("theme=dark&vision=", "vision=bw&size=3", "vision=wb&size=3", "vision=blue&size=3"):
        for path in ("/cabinet/accounts/", "/cabinet/accounts/new", "/cabinet/accounts/contract"):
            page.goto(f"/display?{wishes}&next={path}")
            page.locator("summary", has_text=re.compile("Где найти|Краснодарэнергосбыт")).first.click()
            assert_no_sideways_scroll(page)
            screen.check(f"accounts-{wishes.partition('=')[2].partition('&')[0]}")
