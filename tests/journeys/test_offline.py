"""Without a network: a reading and a crew's report wait on the phone, and reach the office once."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.people import ACCOUNT, assign, order_replacement, sign, sign_in, sign_in_as_subscriber
from tests.journeys.screen import Screen
from tests.journeys.test_main_job import picture
from tests.servers import poll

pytestmark = pytest.mark.parametrize("stack", ["together"], indirect=True)

READINGS = (
    "SELECT r.t1 FROM metering_reading r JOIN metering_installation i ON i.id = r.installation_id"
    " JOIN accounts_account a ON a.id = i.account_id WHERE a.number = ? AND r.source = 'internet'"
    " AND r.withdrawn_at IS NULL AND r.month = (SELECT max(month) FROM metering_reading)"
)

KEPT = """async () => [
  ...(await indexedDB.databases()).map(each => each.name), ...(await caches.keys()), ...Object.keys(localStorage),
]"""
ACTS = "SELECT count(*) FROM fieldwork_act a JOIN fieldwork_visit v ON v.id = a.visit_id WHERE v.order_id = ?"


def test_a_reading_typed_without_a_network_is_sent_once_when_it_is_back(stack, screen):
    home = screen("phone")
    sign_in_as_subscriber(home)
    page = home.open("/cabinet/readings/")
    value = int(page.get_by_label("Показание", exact=True).get_attribute("data-prev") or "0") + 90
    home.lose_network()
    expect(page.get_by_text("Нет связи. Данные на странице могли устареть")).to_be_visible()
    page.get_by_label("Показание", exact=True).fill(str(value))
    page.get_by_role("button", name="Проверить").click()
    expect(page.get_by_text("Показание сохранено на этом устройстве")).to_be_visible()
    home.check("readings-queued")
    assert stack.sql(READINGS, ACCOUNT) == []
    home.find_network()
    expect(page.get_by_role("button", name="Удалить показания")).to_be_visible()
    assert stack.sql(READINGS, ACCOUNT) == [(value,)]


def test_a_payment_cannot_be_started_without_a_network_and_says_why(stack, screen):
    home = screen("phone")
    sign_in_as_subscriber(home)
    page = home.open("/cabinet/payment/")
    page.get_by_label("Подтверждаю параметры платежа").check()
    home.lose_network()
    button = page.get_by_role("button", name="Перейти к оплате")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_text("оплатить можно будет, когда она появится")).to_be_visible()
    button.dispatch_event("click")
    assert page.url.endswith("/cabinet/payment/")
    home.check("payment-offline")
    home.find_network()
    expect(button).not_to_have_attribute("aria-disabled", "true")
    assert stack.sql("SELECT count(*) FROM payments_payment WHERE state = 'pending'") == [(0,)]


def test_signing_out_leaves_no_unsent_reading_on_the_phone(stack, screen):
    home = screen("phone")
    sign_in_as_subscriber(home)
    page = home.open("/cabinet/readings/")
    value = int(page.get_by_label("Показание", exact=True).get_attribute("data-prev") or "0") + 90
    home.lose_network()
    page.get_by_label("Показание", exact=True).fill(str(value))
    page.get_by_role("button", name="Проверить").click()
    expect(page.get_by_text("Показание сохранено на этом устройстве")).to_be_visible()
    page.route("**/cabinet/readings/*", lambda route: route.abort())  # it comes back too weak to send
    home.find_network()
    page.get_by_text("Ещё").click()
    page.get_by_role("button", name="Выход").last.click()
    page.wait_for_url("**/login")
    assert page.evaluate("async () => (await indexedDB.databases()).map(each => each.name)") == []
    assert stack.sql(READINGS, ACCOUNT) == []


def report_in_a_cellar(stack, screen) -> tuple[Screen, int]:
    """A replacement done without a network. Gives the crew's phone with its waiting report, and the order."""
    home = screen("phone")
    sign_in_as_subscriber(home)
    order_id = order_replacement(home, picture())
    desk = screen("desktop")
    sign_in(desk, "/staff/login", "Логин", "dispatcher")
    assign(desk, order_id, "Бригада № 1")
    last = stack.sql(
        "SELECT max(r.t1) FROM metering_reading r JOIN metering_meter m ON m.id = r.meter_id WHERE m.serial = '30115577'"
    )[0][0]

    crew = screen("phone")
    sign_in(crew, "/crew/login", "Логин", "crew")
    page = crew.open("/crew/")
    page.get_by_role("link", name="д.107").click()
    page.get_by_role("button", name="Выехали").click()
    page.get_by_role("button", name="Я на месте").click()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.reload()
    crew.lose_network()
    page.reload()
    expect(page.get_by_text("Нет связи. Записанное отправим позже")).to_be_visible()
    page.get_by_label("Номер снятого счётчика").fill("30115577")
    page.get_by_label("Показание при снятии").fill(str(last + 4))
    page.get_by_label("Тип нового счётчика").select_option(label="Нева 103 1S0")
    page.get_by_label("Заводской номер").fill("90210077")
    page.get_by_label("Год выпуска").fill("2026")
    page.get_by_label("Дата поверки").fill("2026-02-10")
    page.get_by_label("Начальное показание", exact=True).fill("3")
    page.get_by_label("Пломба 1", exact=True).fill("Ж90210077")
    page.get_by_label("Фотографии").set_input_files([picture()])
    sign(crew)
    page.get_by_role("button", name="Завершить").click()
    expect(page.get_by_text("В очереди: отправим, когда появится связь")).to_be_visible()
    return crew, order_id


def test_a_report_written_in_a_cellar_waits_for_the_network_and_for_a_new_sign_in(stack, screen):
    """The session ends while the phone has no network: the report is kept until its author is back, and stands once."""
    crew, order_id = report_in_a_cellar(stack, screen)
    page = crew.page
    crew.context.clear_cookies()  # what is left of a session that the office has ended
    crew.find_network()
    sign_in(crew, "/crew/login", "Логин", "crew")
    crew.open("/crew/")
    poll(lambda: stack.sql(ACTS, order_id) == [(1,)], what="the report")
    expect(page.locator("#queued")).to_be_hidden()
    photos = "SELECT count(*) FROM fieldwork_order_file WHERE order_id = ? AND purpose NOT IN ('attachment', 'act')"
    assert stack.sql("SELECT state FROM fieldwork_order WHERE id = ?", order_id) == [("closed",)]
    poll(lambda: stack.sql(photos, order_id)[0][0] >= 2, what="its photo and signature")
    assert re.search(r"/crew/?$", page.url)


def test_the_way_out_leads_past_no_report_that_waits_for_the_network(stack, screen):
    crew, order_id = report_in_a_cellar(stack, screen)
    page, waits = crew.page, "Отчётов ждут связи: 1. Выйти можно, когда они отправятся."
    way_out = page.get_by_role("button", name="Выход")
    way_out.click()
    expect(page.get_by_text(waits)).to_have_count(1)
    crew.check("crew-way-out-offline")
    page.route("**/crew/visits/*", lambda route: route.abort())  # it comes back too weak to send
    crew.find_network()
    way_out.click()
    expect(page.get_by_text(waits)).to_have_count(2)
    assert (stack.sql(ACTS, order_id), "/crew/visits/" in page.url) == ([(0,)], True)

    page.unroute("**/crew/visits/*")
    way_out.click()
    page.wait_for_url("**/crew/login")
    assert stack.sql(ACTS, order_id) == [(1,)]
    kept = page.evaluate(KEPT)
    assert [name for name in kept if "crew" in name] == []


def test_a_subscribers_unsent_reading_outlives_the_way_out_of_a_crew(stack, screen):
    """One phone, two surfaces: whoever leaves one takes nothing from the other."""
    home = screen("phone")
    sign_in_as_subscriber(home)
    page = home.open("/cabinet/readings/")
    value = int(page.get_by_label("Показание", exact=True).get_attribute("data-prev") or "0") + 90
    home.lose_network()
    page.get_by_label("Показание", exact=True).fill(str(value))
    page.get_by_role("button", name="Проверить").click()
    expect(page.get_by_text("Показание сохранено на этом устройстве")).to_be_visible()
    page.route("**/cabinet/readings/*", lambda route: route.abort())
    home.find_network()
    sign_in(home, "/crew/login", "Логин", "crew")
    page.get_by_role("button", name="Выход").click()
    page.wait_for_url("**/crew/login")
    page.unroute("**/cabinet/readings/*")
    home.open("/cabinet/readings/")
    expect(page.get_by_role("button", name="Удалить показания")).to_be_visible()
    assert stack.sql(READINGS, ACCOUNT) == [(value,)]
