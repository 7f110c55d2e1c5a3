"""Who takes part in a journey, and what each of them does at their screen: one function a deed, named by the words on it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.journeys.screen import Screen

PASSWORD = "demo-2026"
SUBSCRIBER = "abonent@demo.nesk"
PHONE = "+79000000001"
ACCOUNT = "230000000017"
CARD = "4111 1111 1111 1111"
CODE = "123456"


def sign_in(screen: Screen, door: str, field: str, who: str) -> None:
    screen.open(door)
    screen.page.get_by_label(field).fill(who)
    screen.page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    screen.page.get_by_role("button", name="Войти").click()
    screen.page.wait_for_url(lambda url: "login" not in url)


def sign_in_as_subscriber(screen: Screen) -> None:
    screen.open("/login")
    screen.page.get_by_role("link", name="По электронной почте").click()
    screen.page.get_by_label("Электронная почта").fill(SUBSCRIBER)
    screen.page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    screen.page.get_by_label("Запомнить меня").check()
    screen.page.get_by_role("button", name="Войти").click()
    screen.page.wait_for_url("**/cabinet/")


def pass_reading(screen: Screen, more: int) -> tuple[int, int]:
    """Type the previous value plus `more`, check, confirm. Gives the previous and the new value."""
    page = screen.open("/cabinet/readings/")
    dial = page.get_by_label("Показание", exact=True)
    before = int(dial.get_attribute("data-prev") or "0")
    dial.fill(str(before + more))
    page.get_by_role("button", name="Проверить").click()
    expect(page.get_by_text(f"Расход {more} кВт·ч")).to_be_visible()
    screen.check("readings-checked")
    page.get_by_role("button", name="Подтвердить").click()
    expect(page.get_by_role("button", name="Удалить показания")).to_be_visible()
    return before, before + more


def start_payment(screen: Screen) -> None:
    """From «Оплата» to the bank's page."""
    page = screen.open("/cabinet/payment/")
    screen.check("payment")
    page.get_by_label("Подтверждаю параметры платежа").check()
    page.get_by_role("button", name="Перейти к оплате").click()
    expect(page.get_by_label("Номер карты")).to_be_visible()


def pay_at_the_bank(screen: Screen, card: str = CARD) -> None:
    """The card, then the code of 3-D Secure."""
    page = screen.page
    page.get_by_label("Номер карты").fill(card)
    page.get_by_label("Месяц/год").fill("12/29")
    page.get_by_label("CVC2/CVV2").fill("123")
    page.get_by_role("button", name="Оплатить").click()
    page.get_by_label("Код из SMS").fill(CODE)
    page.get_by_role("button", name="Подтвердить").click()


def order_replacement(screen: Screen, photo: dict[str, Any]) -> int:
    """Order a meter replacement with a photo attached. Gives the order's id."""
    page = screen.open("/cabinet/services/new/RPL")
    screen.check("order-new")
    expect(page.get_by_text("замену оплачивает поставщик")).to_be_visible()
    page.get_by_label("Комментарий").fill("Щит на лестничной площадке, 3 этаж")
    page.get_by_label("Фото счётчика и щитка").set_input_files([photo])
    page.get_by_role("button", name="Заказать").click()
    page.wait_for_url(re.compile(r"/cabinet/services/\d+$"))
    return int(page.url.rsplit("/", 1)[1])


def assign(screen: Screen, order_id: int, crew: str) -> None:
    """The dispatcher accepts the order and puts it on a crew today."""
    page = screen.open(f"/staff/orders/{order_id}")
    screen.check("staff-order")
    page.get_by_role("button", name="Принять").click()
    expect(page.get_by_text("Заявка принята")).to_be_visible()
    page = screen.open("/staff/dispatch/")
    screen.check("dispatch")
    number = order_number(screen, order_id)
    page.get_by_role("link", name=f"Назначить заявку № {number}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("День").fill(page.locator("#board").get_attribute("data-on") or "")
    dialog.get_by_label(crew).check()
    screen.check("dispatch-assign")
    dialog.get_by_role("button", name="Назначить").click()
    expect(page.locator("#board").get_by_text(number)).to_be_visible()


def order_number(screen: Screen, order_id: int) -> str:
    words = screen.page.locator(f"[data-order='{order_id}']").inner_text()
    found = re.search(r"№\s*(З-\d{4}-\d{6})", words)
    assert found, words
    return found[1]


def carry_out(
    screen: Screen, address: str, old_serial: str, final: int, new_serial: str, photo: dict[str, Any]
) -> None:
    """The crew's day on the phone: out, there, old meter, new meter, seal, photo, signature, done."""
    page = screen.open("/crew/")
    screen.check("crew-day")
    page.get_by_role("link", name=address).click()
    page.get_by_role("button", name="Выехали").click()
    page.get_by_role("button", name="Я на месте").click()
    screen.check("crew-job")
    page.get_by_label("Номер снятого счётчика").fill(old_serial)
    page.get_by_label("Показание при снятии").fill(str(final))
    page.get_by_label("Тип нового счётчика").select_option(label="Нева 103 1S0")
    page.get_by_label("Заводской номер").fill(new_serial)
    page.get_by_label("Год выпуска").fill("2026")
    page.get_by_label("Дата поверки").fill("2026-02-10")
    page.get_by_label("Начальное показание", exact=True).fill("3")
    page.get_by_label("Пломба 1", exact=True).fill(f"Ж{new_serial}")
    page.get_by_label("Фотографии").set_input_files([photo])
    sign(screen)
    page.get_by_role("button", name="Завершить").click()
    expect(page.get_by_text("Работа завершена")).to_be_visible()


def sign(screen: Screen) -> None:
    """A stroke on the pad."""
    pad = screen.page.locator("canvas[data-pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    mouse = screen.page.mouse
    mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    mouse.down()
    for step in range(1, 8):
        mouse.move(box["x"] + 20 + step * 25, box["y"] + box["height"] / 2 + (18 if step % 2 else -18))
    mouse.up()
