"""The pages of «Восстановление пароля»: their words, what they refuse, and what they let through."""

import pytest

from nesk.core import clock
from nesk.core import db as core_db
from nesk.core.events import drain
from nesk.enrolment import recovery
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.payments.models import Card
from tests.enrolment.recovering import NEW, PASSWORD, code_to, keep_card, make_owner, newest, works
from tests.public.at_recovery import ask, opened, word

TOO_SHORT = "Ошибка заполнения. Количество символов в поле Новый пароль должно быть не менее 6."
DEAD = "Ссылка уже использована или устарела. Запросите новую."


@pytest.fixture(autouse=True)
def nobody_is_written_to(browser):
    with recording_only():
        yield


@pytest.fixture
def owner(browser):
    return make_owner()


def rows():
    tables = sorted(core_db.db.get_tables())
    counted = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables)
    return dict(core_db.db.execute_sql(counted).fetchall())


# --- the words of the seeds


def test_s0_21_the_form_has_its_words(browser):
    page = browser.open("/recover")
    assert (page.title, page.h1) == ("Восстановление пароля", "Восстановление пароля")
    assert page.links["Вход →"] == "/login"
    assert list(page.words_of("nav", cls="seg")) == ["Email Телефон Лицевой счёт"]
    assert (
        "Введите свой адрес электронной почты, который указывали при регистрации. На этот адрес мы пришлем Вам пароль."
        in page.text
    )
    assert "Электронная почта" in page.words_of("label")
    assert [each.get("placeholder") for each in page.find("input", type="email")] == ["E-mail"]
    assert "Восстановить" in page.words_of("button")
    assert "Введите слово на картинке" in page.words_of("label")


@pytest.mark.parametrize(
    ("way", "labels"),
    [("phone", ["Мобильный телефон"]), ("account", ["Логин или номер лицевого счёта", "Электронная почта"])],
)
def test_the_other_tabs_have_their_fields(browser, way, labels):
    page = browser.open("/recover")
    page = browser.open(page.links["Телефон" if way == "phone" else "Лицевой счёт"])
    assert set(labels) < set(page.words_of("label"))


def test_an_unknown_tab_is_the_first_one(browser):
    assert "Электронная почта" in browser.open("/recover?by=%00pigeon").words_of("label")


# --- by e-mail


def test_s0_23_the_link_is_sent_and_the_page_says_where(browser, owner):
    page = ask(browser, email=" DOM1@Demo.NESK ")
    assert page.path == "/recover/sent"
    assert page.notice == "Ссылка на восстановление пароля отправлена на dom1@demo.nesk"
    assert "60 минут" in page.text
    assert newest("dom1@demo.nesk", "recovery_link").subject == "Восстановление пароля"


def test_s0_22_an_unknown_address_is_told_beside_the_field_and_what_was_typed_is_kept(browser, owner):
    page = ask(browser, email="nobody@demo.nesk")
    assert (page.status, page.errors) == (422, ["Указанный e-mail не зарегистрирован"])
    assert [each.get("value") for each in page.find("input", name="email")] == ["nobody@demo.nesk"]
    assert Message.select().count() == 0


def test_a6_nothing_is_told_before_the_word_on_the_picture(browser, owner):
    keep_card(owner)
    for email in (owner.email, "nobody@demo.nesk"):
        page = browser.submit("/recover", {"email": email, "captcha": "НЕТ"})
        assert (page.status, page.errors) == (422, ["Слово на картинке не подошло. Введите слово с новой картинки."])
        assert "зарегистрирован" not in page.text.replace("при регистрации", "")
    drain()
    assert (Message.select().count(), [card.state for card in Card.select()]) == (0, ["active"])


def test_a6_past_the_limits_the_answer_is_neutral_and_the_letter_goes_all_the_same(browser, owner):
    for n in range(5):
        assert ask(browser, email=f"nobody{n}@demo.nesk").errors == ["Указанный e-mail не зарегистрирован"]
    said = [ask(browser, email=email).notice for email in ("nobody@demo.nesk", owner.email)]
    assert said == [
        f"Если адрес зарегистрирован, ссылка на восстановление пароля отправлена на {email}"
        for email in ("nobody@demo.nesk", owner.email)
    ]
    assert newest(owner.email, "recovery_link")
    assert Message.select().where(Message.recipient == "nobody@demo.nesk").count() == 0


# --- the link


def test_s0_24_the_page_of_the_link_has_its_words_and_opening_it_changes_nothing(browser, owner):
    address = opened(browser, owner)
    before = rows()
    page = browser.open(address)
    assert (page.title, page.h1) == ("Восстановление пароля", "Восстановление пароля")
    assert "Вы запросили восстановление пароля. Введите ваш новый пароль." in page.text
    assert "Новый пароль" in page.words_of("label")
    assert "Сгенерировать пароль автоматически и отправить на почту" in page.text
    assert page.words_of("button") == ["Восстановить"] or "Восстановить" in page.words_of("button")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.headers["Cache-Control"]
    for _ in range(3):  # mail scanners open links too
        browser.open(address)
    assert rows() == before
    assert works(owner, PASSWORD)


@pytest.mark.parametrize("htmx", [False, True])
def test_s0_25_a_short_password_is_refused_in_the_words_of_the_seed(browser, owner, htmx):
    address = opened(browser, owner)
    page = browser.submit(address, {"password": "12345"}, htmx=htmx)
    assert (page.status, page.errors) == (422, [TOO_SHORT])
    assert [each.get("value") for each in page.find("input", name="password")] == [None]
    assert works(owner, PASSWORD)


def test_s0_26_a_new_password_lets_in_and_the_old_one_does_not(browser, owner):
    clients = [browser.another() for _ in range(3)]
    for client in clients:
        client.sign_in_as(owner.person, PASSWORD)
    page = browser.submit(opened(browser, owner), {"password": NEW})
    assert page.path.startswith("/login")
    assert page.notice == "Пароль изменён. Войдите с новым паролем."
    for client in clients:  # A5: dead within one request
        assert client.client.get("/cabinet/").headers["Location"].startswith("/login")
    page = browser.submit("/login?by=email", {"email": owner.email, "password": PASSWORD})
    assert page.errors
    assert browser.sign_in_as(owner.person, NEW).path.startswith("/cabinet/")
    assert newest(owner.email, "password_changed").subject == "Пароль личного кабинета изменён"


def test_the_link_itself_lets_nobody_in(browser, owner):
    browser.submit(opened(browser, owner), {"password": NEW})
    assert browser.client.get("/cabinet/").status_code == 303


def test_s0_24_a_ticked_box_makes_the_field_say_nothing(browser, owner):
    page = browser.submit(opened(browser, owner), {"password": "Набрано-зря-77", "generate": "y"})
    assert page.notice == f"Пароль изменён и отправлен на {owner.email}. Войдите с новым паролем."
    assert not works(owner, "Набрано-зря-77")
    letter = newest(owner.email, "password_issued")
    password = letter.text.split("Ваш пароль для входа: ")[1].split()[0]
    assert works(owner, password)


def test_the_field_may_stay_empty_only_with_the_box_ticked(browser, owner):
    address = opened(browser, owner)
    assert browser.submit(address, {"password": ""}).errors == ["Введите новый пароль."]
    assert "Пароль изменён и отправлен" in browser.submit(address, {"generate": "y"}).notice


@pytest.mark.parametrize("htmx", [False, True])
def test_a4_a_used_link_says_so_and_offers_another(browser, owner, htmx):
    address = opened(browser, owner)
    browser.submit(address, {"password": NEW})
    page = browser.post(address, {"password": "Ещё-один-зонтик-3"}, htmx=htmx)
    if htmx:
        assert page.location == address
    page = browser.open(address, status=410)
    assert DEAD in page.text
    assert page.links["Запросить новую ссылку"] == "/recover"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert works(owner, NEW)


# --- by account


def test_s3_07_a_login_and_its_address_bring_the_letter(browser, owner):
    page = ask(browser, "account", login="8 (900) 000-00-01", email=owner.email)
    assert page.notice == f"Ссылка на восстановление пароля отправлена на {owner.email}"
    assert newest(owner.email, "recovery_link")


def test_s3_07_whatever_does_not_fit_is_answered_alike(browser, owner):
    said = [
        ask(browser, "account", login=login, email=email).errors
        for login, email in (("230000000017", owner.email), (owner.phone, "nobody@demo.nesk"), ("никто", owner.email))
    ]
    assert said == [[recovery.MISMATCH]] * 3


# --- by phone


def test_s2_07_the_code_leads_to_the_new_password_and_to_nothing_else(browser, owner):
    page = ask(browser, "phone", phone="8 (900) 000-00-01")
    assert (page.path, page.h1) == ("/recover/code", "Восстановление пароля")
    for words in (
        "Введите код из SMS:",
        "Код",
        "Отправить",
        "+7 (900) 000-00-01",
        "Иначе при необходимости авторизации в следующий раз все действия придется выполнять повторно.",
    ):
        assert words in page.text
    page = browser.submit("/recover/code", {"code": code_to(owner.phone)}, button="Отправить")
    assert page.path == "/recover/password"
    assert "Вы запросили восстановление пароля. Введите ваш новый пароль." in page.text
    assert browser.client.get("/cabinet/").status_code == 303
    assert browser.open("/recover/code").path == "/recover/password"
    assert browser.submit("/recover/password", {"password": "12345"}).errors == [TOO_SHORT]
    page = browser.submit("/recover/password", {"password": NEW})
    assert page.notice == "Пароль изменён. Войдите с новым паролем."
    assert (works(owner, NEW), works(owner, PASSWORD)) == (True, False)
    assert browser.open("/recover/password").path == "/recover?by=phone"


def test_a7_a_wrong_code_counts_down_to_nothing(browser, owner):
    ask(browser, "phone", phone=owner.phone)
    wrong = "000000" if code_to(owner.phone) != "000000" else "111111"
    said = [browser.submit("/recover/code", {"code": wrong}, button="Отправить").errors[0] for _ in range(6)]
    assert said[0] == "Код не подошёл. Проверьте последнее SMS: осталось попыток: 4."
    assert said[5] == "Попытки закончились. Запросите новый код."
    assert browser.submit("/recover/code", {"code": ""}, button="Отправить").errors == ["Введите код из SMS."]
    assert browser.open("/recover/password").path == "/recover?by=phone"


def test_a_new_code_may_be_asked_for_after_a_minute(browser, owner):
    with clock.stopped_at("2026-11-24 10:00:00"):
        page = ask(browser, "phone", phone=owner.phone)
        assert [each.get("data-timer") for each in page.find("b", cls="num") if "data-timer" in each.attrib] == ["60"]
        page = browser.submit("/recover/code", button="Отправить код ещё раз")
        assert (page.status, page.errors) == (429, ["Новый код можно запросить через 60 с."])
        code_to(owner.phone)
    with clock.stopped_at("2026-11-24 10:01:00"):
        page = browser.submit("/recover/code", button="Отправить код ещё раз")
        assert page.notice == "Новый код отправлен. Прежний больше не подойдёт."
        code_to(owner.phone)
        assert Message.select().where(Message.template == "code").count() == 2


def test_an_unknown_number_is_told_within_the_limits_and_looks_the_same_past_them(browser, owner):
    for _ in range(5):
        assert ask(browser, "phone", phone="+79001112233").errors == ["Указанный номер телефона не зарегистрирован"]
    page = ask(browser, "phone", phone="+79001112233")
    assert page.path == "/recover/code"
    said = browser.submit("/recover/code", {"code": "123456"}, button="Отправить").errors
    assert said == ["Код не подошёл. Проверьте последнее SMS: осталось попыток: 4."]
    drain()
    assert Message.select().count() == 0


def test_the_code_of_one_browser_opens_nothing_in_another(browser, owner):
    ask(browser, "phone", phone=owner.phone)
    stranger = browser.another()
    for where in ("/recover/code", "/recover/password"):
        page = stranger.open(where)
        assert (page.path, page.notice) == ("/recover?by=phone", "Код устарел. Запросите новый.")


def test_htmx_is_sent_whole_to_the_next_page(browser, owner):
    browser.open("/recover")
    page = browser.submit("/recover", {"email": owner.email, "captcha": word()}, htmx=True)
    assert page.location == "/recover/sent"
    browser.open("/recover")
    page = browser.submit("/recover", {"email": "nobody@demo.nesk", "captcha": "НЕТ"}, htmx=True)
    assert page.status == 422
    assert page.find(id="recover")
