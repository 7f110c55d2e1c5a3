"""«Мои лицевые счета»: the list, own names, unbinding, and the empty state; what is refused shows nothing and moves nothing."""

import re
from datetime import timedelta

import pytest

from nesk.accounts.models import Account, Binding
from nesk.core import clock
from nesk.core.events import drain
from nesk.notifications.models import Message
from nesk.people.models import Session, Staff
from nesk.people.queries import person_by_identity
from tests.browser import Browser
from tests.cabinet.conftest import NUMBER, count, form, own

PAGE, NEW, CONTRACT = "/cabinet/accounts/", "/cabinet/accounts/new", "/cabinet/accounts/contract"
SECTIONS = (
    "/cabinet/",
    "/cabinet/readings/",
    "/cabinet/payment/",
    "/cabinet/charges/",
    "/cabinet/receipts/",
    "/cabinet/services/",
)
EVERYWHERE = (*SECTIONS, "/cabinet/help/", "/cabinet/notices/", PAGE, NEW, CONTRACT)

pytestmark = pytest.mark.usefixtures("nobody_is_written_to")


# --- the list


def test_the_list_tells_day_place_number_and_balance(marina: Browser):
    page = marina.open(PAGE)
    assert page.words_of("th", scope="col") == ["Дата привязки", "Лицевой счет", "Действия"]
    assert len(page.rows) == 2
    assert re.search(r"\d\d\.\d\d\.20\d\d", page.rows[0][0])
    assert any("ЛС 2300 0000 0017" in row[1] and "к оплате" in row[1] for row in page.rows)
    assert page.links["+ управление"] == PAGE
    assert page.links["Управление счетами"] == PAGE


def test_the_switcher_is_on_every_page_and_keeps_the_section(marina: Browser):
    """S0-19."""
    for path in EVERYWHERE:
        marina.open(path)
        choices = [a.get("href") for a in marina.page.find("a", cls="item") if "?ls=" in a.get("href", "")]
        stays = path if path in (*SECTIONS, "/cabinet/help/", "/cabinet/notices/") else PAGE
        assert choices == [f"{stays}?ls=230000000017", f"{stays}?ls=230000000025"]
        for choice in reversed(choices):
            page = marina.open(choice)
            chosen = "Лицевой счёт: 2300 0000 00" + choice[-2:]
            assert chosen in page.text
            assert chosen in marina.open("/cabinet/charges/").text


def test_an_account_is_called_as_its_holder_likes(marina: Browser):
    binding = Binding.select().join(Account).where(Account.number == NUMBER).get()
    page = marina.submit(f"{PAGE}{binding.id}/title", {"title": "  Мамина <квартира> 🏠 "})
    assert page.notice == "Название сохранено."
    assert any(row[1].startswith("Мамина <квартира> 🏠") for row in page.rows)
    assert "<квартира>" not in page.body
    assert "Мамина <квартира> 🏠" in marina.open("/cabinet/").text
    page = marina.submit(f"{PAGE}{binding.id}/title", {"title": ""})
    assert any(row[1].startswith("Ставропольская, 107, кв. 17") for row in page.rows)


@pytest.mark.parametrize(
    ("title", "kept"), [("\0\u202eДача", "Дача"), ("Два\r\nряда", "Два ряда"), ("' OR 1=1 --", "' OR 1=1 --")]
)
def test_a_name_is_one_line_of_plain_signs(marina: Browser, title, kept):
    binding = Binding.select().join(Account).where(Account.number == NUMBER).get()
    marina.open(f"{PAGE}{binding.id}/title")
    marina.post(f"{PAGE}{binding.id}/title", {"title": title})
    assert Binding.get_by_id(binding.id).title == kept


def test_a_name_too_long_is_refused_and_kept_in_its_field(marina: Browser):
    binding = Binding.select().join(Account).where(Account.number == NUMBER).get()
    page = marina.submit(f"{PAGE}{binding.id}/title", {"title": "д" * 10_000}, status=422)
    assert page.errors == ["Слишком длинно. Оставьте не больше 60 знаков."]
    assert page.find("input", name="title")[0].get("value") == "д" * 10_000
    assert Binding.get_by_id(binding.id).title == ""


# --- unbinding


def test_unbinding_asks_first_and_ends_access_at_once_in_every_window(marina: Browser):
    """S0-20, B4: a window that was open before gets nothing either."""
    other_window = marina.another()
    other_window.sign_in_as(person_by_identity("email", "abonent@demo.nesk"))
    binding = Binding.select().join(Account).where(Account.number == NUMBER).get()
    before = count()
    page = marina.open(f"{PAGE}{binding.id}/unbinding")
    assert page.h1 == "Отвязать «Ставропольская, 107, кв. 17»?"
    assert count() == before
    page = marina.submit(f"{PAGE}{binding.id}/unbinding", button="Отвязать")
    assert page.notice == "Привязка лицевого счёта успешно удалена"
    assert [row[1] for row in page.rows if "0017" in row[1]] == []
    assert "ЛС 2300 0000 0017" in page.text.partition("Прежние привязки")[2]
    for path in SECTIONS:
        other_window.open(f"{path}?ls={NUMBER}", status=404)
    assert "0017" not in other_window.open("/cabinet/").text
    drain()
    letter = Message.get(Message.template == "binding_ended", Message.channel == "email")
    assert letter.recipient == "abonent@demo.nesk"


def test_a_proof_older_than_ten_minutes_is_asked_for_anew(marina: Browser):
    """S5."""
    binding = Binding.select().join(Account).where(Account.number == NUMBER).get()
    address = f"{PAGE}{binding.id}/unbinding"
    Session.update(proved_at=clock.now() - timedelta(minutes=11)).execute()
    before = count()
    page = marina.submit(address, {"current_password": ""}, status=422)
    assert page.errors == ["Введите текущий пароль: так мы поймём, что это вы."]
    page = marina.submit(address, {"current_password": "не-тот-пароль"}, status=422)
    assert page.errors == ["Текущий пароль не подошёл. Проверьте раскладку и Caps Lock и введите его ещё раз."]
    assert "не-тот-пароль" not in page.body
    assert count() == before
    page = marina.submit(address, {"current_password": "demo-2026"})
    assert page.notice == "Привязка лицевого счёта успешно удалена"


def test_the_dialogs_are_the_same_forms(marina: Browser):
    binding = Binding.select().join(Account).where(Account.number == NUMBER).get()
    for what, id in (("unbinding", "unbinding"), ("title", "rename")):
        page = marina.open(f"{PAGE}{binding.id}/{what}", htmx=True)
        assert len(page.find("dialog")) == 1
        assert len(page.find("div", id=id)) == 1
    page = marina.submit(f"{PAGE}{binding.id}/unbinding", htmx=True)
    assert page.location == PAGE


def test_a_strangers_binding_and_none_at_all_are_one_answer(marina: Browser, ivan: Browser):
    """Z2: byte for byte."""
    stranger = own(ivan)
    ended = Binding.create(
        person=own(marina).person_id, account=stranger.account_id, way="sum", bound_at=clock.now(), ended_at=clock.now()
    )
    before = count()
    for what in ("unbinding", "title"):
        for send in (marina.open, marina.post):
            bodies = set()
            for id in (stranger.id, 999_999, ended.id):
                page = send(f"{PAGE}{id}/{what}", status=404)
                bodies.add(
                    re.sub(
                        r"[0-9a-f]{12}|csrf-token\" content=\"[^\"]+|value=\"[^\"]+\.[^\"]+\"|accounts/\d+|accounts%2F\d+",
                        "",
                        page.body,
                    )
                )
            assert len(bodies) == 1
    assert count() == before


def test_staff_end_a_binding_that_the_holder_does_not_know(marina: Browser, browser: Browser, town):
    """B4: what the letter promises; of another branch's account there is nothing to end."""
    office = browser.another()
    office.sign_in_as(Staff.get(Staff.login == "operator"))
    page = office.open(f"/staff/accounts/{NUMBER}")
    assert "Кто привязал счёт Привязать Ковальчук Марина Сергеевна" in page.text
    binding = Binding.select().join(Account).where(Account.number == NUMBER).get()
    address = f"/staff/accounts/{NUMBER}/bindings/{binding.id}/end"
    office.post(f"/staff/accounts/230000000025/bindings/{binding.id}/end", status=404)
    office.open(f"/staff/accounts/{NUMBER}")
    page = office.submit(address)
    assert page.notice == "Привязка удалена, человеку отправлено письмо."
    marina.open(f"/cabinet/?ls={NUMBER}", status=404)
    drain()
    letter = Message.get(Message.template == "binding_ended", Message.channel == "email")
    assert "Привязку отменил сотрудник АО «НЭСК»" in letter.text
    elsewhere = browser.another()
    elsewhere.sign_in_as(Staff.get(Staff.login == "armavir"))
    elsewhere.open("/staff/")
    elsewhere.post(address, status=404)


# --- nothing bound


def test_without_accounts_every_section_says_what_to_do(empty: Browser):
    """S0-10, S1-07."""
    for path in (*SECTIONS, PAGE):
        page = empty.open(path)
        assert "У вас нет лицевых счетов" in page.text
        assert "После входа в новый или восстановленный аккаунт необходимо привязать те лицевые счета" in page.text
        assert page.links["Добавить лицевой счёт"] == NEW
        assert page.links["Заключить договор"] == CONTRACT


def test_the_first_account_is_bound_from_the_empty_state(empty: Browser, facts):
    empty.open("/cabinet/")
    empty.open(empty.page.links["Добавить лицевой счёт"])
    page = empty.submit(NEW, form("meter", facts["serial"]))
    assert page.notice == "Лицевой счёт привязан."
    assert "К оплате" in empty.open("/cabinet/").text


def test_a_contract_needs_papers_and_they_are_named_with_where_to_send_them(empty: Browser):
    page = empty.open(CONTRACT)
    for paper in (
        "Паспорт заявителя",
        "Документ на дом, квартиру или участок",
        "Паспорт счётчика",
        "АТП",
        "АРБП",
        "Заявка",
    ):
        assert paper in page.text
    assert page.links["contact@nesk.ru"] == "mailto:contact@nesk.ru"
    for branch in ("Краснодарэнергосбыт", "Армавирэнергосбыт", "Мостэнергосбыт", "Касса Краснодар Центральное 1"):
        assert branch in page.text
