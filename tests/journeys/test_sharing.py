"""Letting others in, with everybody at their own screen: an invitation taken up and ended; links that need no sign-in."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.people import ACCOUNT, PASSWORD, pass_reading, pay_at_the_bank, sign_in_as_subscriber
from tests.journeys.screen import Screen

pytestmark = pytest.mark.parametrize("stack", ["together"], indirect=True)

GUEST = (
    "SELECT i.value FROM people_identity i JOIN people_person p ON p.id = i.person_id "
    "WHERE i.kind = 'email' AND p.surname <> 'Ковальчук' ORDER BY i.id LIMIT 1"
)
LAST_READING = "SELECT t1, accepted_by FROM metering_reading ORDER BY id DESC LIMIT 1"


def invite(holder: Screen, to: str) -> None:
    page = holder.open("/cabinet/sharing/")
    holder.check("sharing-empty")
    page.get_by_role("link", name="Пригласить").click()
    holder.check("sharing-invite")
    page.get_by_label("Для кого").fill("Дочь")
    page.get_by_label("Смотреть и передавать показания").check()
    page.get_by_label("Куда отправить ссылку").fill(to)
    page.get_by_role("button", name="Пригласить").click()
    expect(page.get_by_text("Ссылка показана один раз")).to_be_visible()
    page.get_by_role("button", name="Скопировать").click()
    expect(page.get_by_text("Ссылка скопирована")).to_be_visible()
    holder.check("sharing-invited")


def take_up(guest: Screen, link: str, email: str) -> None:
    """Open the link, sign in where it leads, and accept."""
    page = guest.open(link)
    guest.check("invitation-stranger")
    page.get_by_role("link", name="Войти", exact=True).click()
    page.get_by_role("link", name="По электронной почте").click()
    page.get_by_label("Электронная почта").fill(email)
    page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    page.get_by_role("button", name="Принять").wait_for()
    guest.check("invitation")
    page.get_by_role("button", name="Принять").click()
    page.wait_for_url(f"**/cabinet/?ls={ACCOUNT}")
    expect(page.get_by_text("Приглашение принято")).to_be_visible()


def make_link(holder: Screen, what: str) -> str:
    page = holder.open("/cabinet/sharing/links/new")
    holder.check("care-new")
    page.get_by_label("Для кого").fill("Мама")
    page.get_by_label(what).check()
    page.get_by_role("button", name="Создать ссылку").click()
    expect(page.get_by_text("Ссылка готова")).to_be_visible()
    holder.check("care-link")
    return page.get_by_label("Адрес").input_value()


def test_a_guest_is_let_in_reads_the_meter_is_seen_and_let_out(stack, screen):
    email = stack.sql(GUEST)[0][0]
    holder, guest = screen("phone"), screen("desktop")
    sign_in_as_subscriber(holder)
    invite(holder, email)
    letter = stack.wait_for_message(email, text="Вам открывают доступ")
    link = re.search(r"http://\S+/invitation/[\w-]+", letter["text"])[0]
    assert link.startswith(stack.url)
    take_up(guest, link, email)
    guest.check("guest-home")
    expect(guest.page.get_by_role("link", name="Оплатить")).to_have_count(0)
    guest.page.get_by_text("Сменить лицевой счёт").locator("xpath=..").click()
    expect(guest.page.get_by_text("просмотр и показания").first).to_be_visible()

    _, value = pass_reading(guest, 90)
    stack.wait_for_message("abonent@demo.nesk", text="Приглашение «Дочь» приняли")
    stack.wait_for_message("abonent@demo.nesk", text=str(value))

    page = holder.open("/cabinet/sharing/")
    holder.check("sharing")
    page.get_by_role("link", name="Что сделано").click()
    expect(page.get_by_text("Переданы показания")).to_be_visible()
    expect(page.get_by_text(f"{value} · счётчик №")).to_be_visible()
    holder.check("sharing-guest")
    page.get_by_role("link", name="Закрыть доступ").click()
    page.get_by_role("dialog").get_by_role("button", name="Закрыть доступ").click()
    expect(page.get_by_text("Доступ «Дочь» закрыт.")).to_be_visible()
    assert guest.page.request.get(f"/cabinet/readings/?ls={ACCOUNT}").status == 404
    stack.wait_for_message(email, text="Доступ к лицевому счёту закрыт")
    assert stack.errors() == []


def test_a_reading_is_passed_by_a_link_without_scripts_and_taken_back_with_them(stack, screen):
    holder = screen("desktop")
    sign_in_as_subscriber(holder)
    link = make_link(holder, "Передать показания")
    holder.page.get_by_role("link", name="Напечатать крупно").click()
    expect(holder.page.get_by_text(link)).to_be_visible()
    holder.check("care-poster")

    plain = screen("phone", thorough=False, java_script_enabled=False)
    before = stack.sql(LAST_READING)[0][0]
    page = plain.open(link)
    expect(page.get_by_role("heading", name="Передать показания")).to_be_visible()
    page.get_by_label("Показание", exact=True).fill("1")
    page.get_by_role("button", name="Проверить").click()
    expect(page.get_by_text("меньше предыдущего").first).to_be_visible()
    value = _last(stack) + 70
    page.get_by_label("Показание", exact=True).fill(str(value))
    page.get_by_role("button", name="Проверить").click()
    expect(page.get_by_text("Расход 70 кВт·ч")).to_be_visible()
    page.get_by_role("button", name="Подтвердить").click()
    expect(page.get_by_text("Спасибо. Ваши показания занесены без ошибок.")).to_be_visible()
    (taken,) = stack.sql(LAST_READING)
    assert (taken[0], taken[1].startswith("system:care:")) == (value, True)
    assert taken[0] != before
    stack.wait_for_message("abonent@demo.nesk", text=str(value))

    scripted = screen("phone")
    page = scripted.open(link)
    scripted.check("care-taken")
    page.get_by_role("button", name="Ошибка? Удалить показание").click()
    expect(page.get_by_text("Показание удалено.")).to_be_visible()
    scripted.check("care-readings")
    page = holder.open("/cabinet/sharing/")
    page.get_by_role("link", name="Открыть ссылку «Мама»").click()
    expect(page.get_by_text("Показания удалены")).to_be_visible()
    page.get_by_role("link", name="Отключить ссылку").click()
    page.get_by_role("dialog").get_by_role("button", name="Отключить ссылку").click()
    expect(page.get_by_text("Ссылка «Мама» отключена.")).to_be_visible()
    assert page.request.get(link).status == 404
    assert stack.errors() == []


def _last(stack) -> int:
    """The latest reading of the subscriber's meter."""
    query = (
        "SELECT t1 FROM metering_reading r JOIN accounts_account a ON a.id = r.account_id "
        "WHERE a.number = ? AND r.withdrawn_at IS NULL ORDER BY r.taken_on DESC, r.id DESC LIMIT 1"
    )
    return stack.sql(query, ACCOUNT)[0][0]


def test_what_is_owed_is_paid_by_a_link_and_the_bill_is_seen_by_another(stack, screen):
    holder, neighbour = screen("desktop"), screen("phone")
    sign_in_as_subscriber(holder)
    pay, view = make_link(holder, "Оплатить счёт"), make_link(holder, "Посмотреть последний счёт")
    neighbour.open(view)
    neighbour.check("care-bill")
    page = neighbour.open(pay)
    neighbour.check("care-payment")
    page.get_by_role("button", name="Оплатить").click()
    pay_at_the_bank(neighbour)
    page.wait_for_url(re.compile(r"/care/\d+-[0-9a-f]{32}/payments/\d+$"))
    expect(page.get_by_role("heading", name="Платёж принят")).to_be_visible()
    neighbour.check("care-paid")
    page = neighbour.open(pay)
    expect(page.get_by_text("Сейчас платить не нужно")).to_be_visible()
    neighbour.check("care-nothing-due")
    payer = "SELECT person_id, state FROM payments_payment ORDER BY id DESC LIMIT 1"
    assert stack.sql(payer) == [(None, "paid")]
    stack.wait_for_message("abonent@demo.nesk", text="зачислен")
    assert stack.errors() == []


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_pages_hold_in_every_scheme(stack, screen, size):
    device = screen(size)
    sign_in_as_subscriber(device)
    link = make_link(device, "Передать показания")
    for scheme in ("theme=dark", "vision=bw&size=3", "vision=blue&size=2&spacing=3"):
        for path in ("/cabinet/sharing/", "/cabinet/sharing/invite", "/cabinet/sharing/links/new", link):
            device.open(f"/display?{scheme}&next={path.removeprefix(stack.url)}")
            device.check(f"sharing-{path.rstrip('/').rpartition('/')[2][:8]}-{scheme[:9].replace('=', '-')}")
