"""«Мои данные» and the closing of the cabinet, as pages."""

import io
from zipfile import ZipFile

import pytest

from nesk.core import clock, events
from nesk.people.models import Closing, Person, Session, Staff
from nesk.people.queries import person_by_identity
from nesk.privacy.closing import close_due
from nesk.privacy.models import Archive
from tests.browser import PASSWORD, Browser

DATA, CLOSING = "/cabinet/my-data", "/cabinet/closing"


@pytest.fixture
def me(marina):
    return person_by_identity("email", "abonent@demo.nesk").id


def forget_proof() -> None:
    Session.update(proved_at=None).execute()


def test_an_archive_is_asked_for_prepared_and_taken_by_its_owner(marina: Browser, me, app):
    page = marina.submit(DATA)
    assert page.notice == "Готовим архив. Страница обновится сама."
    assert "Готовим архив" in page.text
    section = page.find("section", id="archive")[0]
    assert (section.get("hx-get"), section.get("hx-trigger")) == (DATA, "every 3s")
    assert marina.open(DATA, htmx=True).find("section", id="archive")
    events.drain(reraise=False)
    page = marina.open(DATA, htmx=True, status=286)
    assert "Архив готов" in page.text
    archive = Archive.get()
    reply = marina.get(f"{DATA}/{archive.id}.zip")
    assert "attachment" in reply.headers["Content-Disposition"]
    assert reply.headers["Cache-Control"] == "no-store"
    assert "data.json" in ZipFile(io.BytesIO(reply.data)).namelist()
    stranger = Browser(app)
    stranger.sign_in_as(person_by_identity("email", "abonent2@demo.nesk"))
    stranger.open(f"{DATA}/{archive.id}.zip", status=404)
    marina.open(f"{DATA}/999999.zip", status=404)


def test_the_password_is_asked_for_when_the_last_proof_is_old(marina: Browser, me):
    """S5: taking data away."""
    forget_proof()
    page = marina.submit(DATA, status=422)
    assert "Введите текущий пароль: так мы поймём, что это вы." in page.errors
    page = marina.submit(DATA, {"current_password": "wrong"}, status=422)
    assert page.errors == ["Текущий пароль не подошёл. Проверьте раскладку и Caps Lock и введите его ещё раз."]
    assert Archive.select().count() == 0
    assert marina.submit(DATA, {"current_password": PASSWORD}).notice.startswith("Готовим архив")


def test_an_archive_that_lies_ready_is_handed_out_after_a_fresh_proof_only(marina: Browser, me):
    """S5: whoever sits down at a remembered browser does not carry everything away."""
    marina.submit(DATA)
    events.drain(reraise=False)
    file = f"{DATA}/{Archive.get().id}"
    forget_proof()
    reply = marina.get(f"{file}.zip")
    assert (reply.status_code, reply.headers["Location"]) == (303, DATA)
    assert marina.open(DATA).notice == "Чтобы скачать архив, введите пароль."
    page = marina.submit(file, {"current_password": "wrong"}, status=422)
    assert page.errors == ["Текущий пароль не подошёл. Проверьте раскладку и Caps Lock и введите его ещё раз."]
    assert marina.get(f"{file}.zip").status_code == 303
    reply = marina.client.post(file, data={"csrf_token": marina.page.csrf_token, "current_password": PASSWORD})
    assert reply.headers["Location"] == f"{file}.zip"
    reply = marina.get(f"{file}.zip")
    assert (reply.status_code, reply.mimetype) == (200, "application/zip")


def test_the_next_one_is_asked_for_a_day_later(marina: Browser, me):
    marina.submit(DATA)
    events.drain(reraise=False)
    marina.open(DATA)
    page = marina.post(DATA, status=429)
    assert any("не чаще раза в сутки" in said for said in page.errors)
    assert Archive.select().count() == 1


def test_who_of_the_staff_opened_the_card_is_shown_without_a_name(marina: Browser, me, account, app):
    """Z7, D4."""
    assert "Никто не открывал" in marina.open(DATA).text
    operator = Staff.get(Staff.login == "operator")
    office = Browser(app)
    office.sign_in_as(operator)
    office.open(f"/staff/accounts/{account.number}")
    page = marina.open(DATA)
    assert f"Лицевой счёт {account.number}" in page.text
    assert "Оператор" in page.text
    assert operator.name not in page.text


def test_closing_tells_what_happens_asks_for_a_proof_and_waits(marina: Browser, me):
    page = marina.open(CLOSING)
    assert "Что будет удалено" in page.text
    assert "Журнал согласий — 3 года после отзыва" in page.text
    forget_proof()
    marina.submit(CLOSING, {"reason": "moved", "comment": "Уехали"}, status=422)
    assert Closing.select().count() == 0
    page = marina.submit(CLOSING, {"current_password": PASSWORD})
    assert page.notice == "Просьба закрыть кабинет принята. Её можно отменить."
    wish = Closing.get()
    assert (wish.person_id, wish.reason, wish.comment) == (me, "moved", "Уехали")


def test_until_the_day_every_page_says_so_and_lets_it_be_taken_back(marina: Browser, me, app):
    marina.submit(CLOSING)
    for path in ("/cabinet/", "/cabinet/readings/", "/cabinet/consents", CLOSING):
        page = marina.open(path)
        assert "Личный кабинет закроется" in page.text, path
        assert "Отменить закрытие" in page.text, path
    later = Browser(app)
    later.sign_in_as(person_by_identity("email", "abonent@demo.nesk"))
    page = later.submit("/cabinet/closing/cancellation")
    assert page.notice == "Закрытие отменено. Личный кабинет остаётся у вас."
    assert "Личный кабинет закроется" not in marina.open("/cabinet/").text
    marina.post("/cabinet/closing/cancellation", status=404)


def test_after_the_day_nobody_gets_in(marina: Browser, me, app):
    marina.submit(CLOSING)
    with clock.stopped_at(Closing.get().due_at):
        assert close_due() == 1
        marina.open("/cabinet/")
        assert marina.page.path.startswith("/login")
        again = Browser(app)
        page = again.submit("/login?by=email", {"email": "abonent@demo.nesk", "password": PASSWORD}, status=422)
        assert page.errors == ["Логин или пароль не подошли. Проверьте раскладку и Caps Lock и введите их ещё раз."]
    assert Person.get_by_id(me).closed_at is not None


@pytest.mark.parametrize(
    "typed", ["", "я" * 500, "\U0001f600", "' OR 1=1 --", "<script>alert(1)</script>", "\u202eab\0"]
)
def test_a_comment_of_any_kind_is_kept_without_signs_that_nobody_types(marina: Browser, me, typed):
    marina.submit(CLOSING, {"comment": typed})
    assert Closing.get().comment == typed.strip("\u202e\0")


def test_what_cannot_be_taken_is_refused_with_a_sentence(marina: Browser, me):
    page = marina.submit(CLOSING, {"comment": "я" * 10_000}, status=422)
    assert "Слишком длинно. Оставьте не больше 500 знаков." in page.errors
    assert page.find("textarea", name="comment")[0].text.strip() == "я" * 10_000
    marina.post(CLOSING, {"reason": "nonsense"}, status=422)
    assert Closing.select().count() == 0
