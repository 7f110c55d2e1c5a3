"""What the product exists for, in one sitting: see, read, pay, receipt, order, crew, the new meter, and all the words of it."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.journeys.people import (
    ACCOUNT,
    PHONE,
    SUBSCRIBER,
    assign,
    carry_out,
    order_replacement,
    pass_reading,
    pay_at_the_bank,
    sign_in,
    sign_in_as_subscriber,
    start_payment,
)

pytestmark = pytest.mark.screens

NEW_SERIAL = "90210001"


def picture() -> dict[str, object]:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), "#8899aa").save(buffer, "JPEG")
    return {"name": "щит.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def test_a_subscriber_reads_pays_and_gets_a_new_meter(stack, screen):
    owed = balance(stack)
    home = screen("phone")
    sign_in_as_subscriber(home)
    home.check("home")
    expect(home.page.locator("#balance")).to_contain_text(f"{owed // 100:,}".replace(",", "\u00a0"))

    before, value = pass_reading(home, 120)
    home.check("readings")
    charged = balance(stack) - owed
    assert charged > 0
    assert stack.sql("SELECT t1, used1 FROM metering_reading WHERE source = 'internet' ORDER BY id DESC LIMIT 1") == [
        (value, 120)
    ]
    assert value - before == 120

    page = home.open(
        "/cabinet/charges/?month="
        + str(stack.sql("SELECT max(month) FROM metering_reading")[0][0])[:4]
        + "-"
        + str(stack.sql("SELECT max(month) FROM metering_reading")[0][0])[4:]
    )
    expect(page.get_by_text("120\u00a0кВт·ч ×")).to_be_visible()
    home.check("charges")

    start_payment(home)
    pay_at_the_bank(home)
    home.page.wait_for_url(re.compile(r"/cabinet/payment/\d+$"))
    expect(home.page.get_by_role("heading", name="Платёж принят").last).to_be_visible()
    home.check("payment-done")
    assert balance(stack) == 0
    assert stack.sql(
        "SELECT count(*) FROM billing_entry WHERE source = 'payment' AND source_id = (SELECT max(id) FROM payments_payment)"
    ) == [(1,)]

    receipt_is_payable(home)
    order_id = order_replacement(home, picture())
    home.check("order")
    order_is_carried_out(stack, screen, order_id, value)

    page = home.open(f"/cabinet/services/{order_id}")
    stack.settle()
    page.reload()
    expect(page.get_by_text("Работы выполнены, акт")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Акт замены прибора учёта"))).to_be_visible()
    home.check("order-closed")
    page = home.open("/cabinet/readings/")
    expect(page.get_by_text(f"Счетчик № {NEW_SERIAL}")).to_be_visible()
    home.open("/cabinet/notices/")
    home.check("notices")
    everybody_was_told(stack)
    assert stack.errors() == []


def balance(stack) -> int:
    rows = stack.sql(
        "SELECT principal_kop + penalty_kop FROM billing_balance b JOIN accounts_account a ON a.id = b.account_id WHERE number = ?",
        ACCOUNT,
    )
    return rows[0][0]


def receipt_is_payable(home) -> None:
    page = home.open("/cabinet/receipts/")
    home.check("receipts")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("квитанция за")).first.click()
    body = download.value.path().read_bytes()
    assert body.startswith(b"%PDF-")


def order_is_carried_out(stack, screen, order_id: int, last_value: int) -> None:
    desk = screen("desktop")
    sign_in(desk, "/staff/login", "Логин", "dispatcher")
    assign(desk, order_id, "Бригада № 1")
    crew = screen("phone")
    sign_in(crew, "/crew/login", "Логин", "crew")
    carry_out(crew, "д.107", "30115577", last_value + 4, NEW_SERIAL, picture())
    assert stack.sql("SELECT state FROM fieldwork_order WHERE id = ?", order_id) == [("closed",)]
    assert stack.sql(
        "SELECT count(*) FROM metering_installation i JOIN metering_meter m ON m.id = i.meter_id WHERE serial = ? AND removed_on IS NULL",
        NEW_SERIAL,
    ) == [(1,)]


def everybody_was_told(stack) -> None:
    """A letter or an SMS for every step, each once."""
    for text in ("Показания", "зачислен", "принята", "приедет", "выполнены"):
        stack.wait_for_message(SUBSCRIBER, text=text)
    for text in ("зачислено", "получена", "приедет", "выехала", "выполнены"):
        stack.wait_for_message(PHONE, text=text)
    stack.settle()
    told = [(m["to"], m["subject"] or m["text"]) for m in stack.messages()]
    assert len(told) == len(set(told))
