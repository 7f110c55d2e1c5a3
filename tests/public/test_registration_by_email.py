"""Registering by e-mail at the pages: the letter, its link, the browser that asked for it (S1-04, A10)."""

import re

import pytest

from nesk.consents.models import Consent
from nesk.core import clock
from nesk.credentials.challenges import DEAD_LINK, code_beside
from nesk.credentials.models import Challenge
from nesk.enrolment.registration import EMAIL
from nesk.notifications.models import Message
from nesk.people.models import Identity
from tests.public.conftest import (
    DONE,
    NEW_EMAIL,
    NEW_PASSWORD,
    ask_email,
    later,
    latest,
    link_from_letter,
    people,
    react,
    word_on,
)

pytestmark = pytest.mark.usefixtures("stranger")


def test_somebody_registers_by_email_and_comes_in_by_the_link(stranger):
    page = ask_email(stranger)
    assert page.h1 == "Проверьте почту"
    assert NEW_EMAIL in page.text
    assert "Отправить письмо повторно" in page.words_of("button")
    before = people()
    page = stranger.open(link_from_letter(NEW_EMAIL))
    assert people() == before
    (form,) = [form for form in page.forms if "data-at-once" in form.element.attrib]
    page = stranger.submit(form.action, button="Войти в личный кабинет")
    assert (page.notice, page.path) == (DONE, "/cabinet/")
    assert people() == before + 1


def code_from_letter(email: str) -> str:
    link_from_letter(email)
    text = Message.select().where(Message.recipient == email).order_by(Message.id.desc()).first().text
    return re.search(r"введите там код: (\d{6})\.", text)[1]


def test_the_code_of_the_letter_does_the_same_where_it_was_asked_for(stranger):
    """S2-03: the letter is read on another device."""
    page = ask_email(stranger)
    code, before = code_from_letter(NEW_EMAIL), people()
    other = stranger.another()
    other.open(page.path, status=404)
    page = stranger.submit(page.path, {"code": f" {code[:3]} {code[3:]} "})
    assert (page.notice, page.path) == (DONE, "/cabinet/")
    assert people() == before + 1
    assert Identity.get(Identity.value == NEW_EMAIL).kind == "email"
    assert [each.purpose for each in Consent.select()][-1] == "personal_data"
    assert stranger.another().open(link_from_letter(NEW_EMAIL), status=410)
    assert people() == before + 1


def test_five_wrong_codes_of_a_letter_are_the_last_and_its_link_still_works(stranger):
    """A7."""
    page = ask_email(stranger)
    code, before = code_from_letter(NEW_EMAIL), people()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for typed, words in (
        ("", "Введите код из письма."),
        ("12ab", "Код из письма — шесть цифр. Введите их без других знаков."),
    ):
        assert stranger.submit(page.path, {"code": typed}, status=422).errors == [words]
    for left in (4, 3, 2, 1):
        refused = stranger.submit(page.path, {"code": wrong}, status=422)
        assert refused.errors == [f"Код не подошёл. Проверьте последнее письмо: осталось попыток: {left}."]
    for typed in (wrong, code):
        assert stranger.submit(page.path, {"code": typed}, status=422).errors == [
            "Попытки закончились. Запросите новый код."
        ]
    assert people() == before
    stranger.open(link_from_letter(NEW_EMAIL))
    assert stranger.submit(link_from_letter(NEW_EMAIL), button="Войти в личный кабинет").path == "/cabinet/"


def test_a_second_letter_takes_the_code_of_the_first_along(stranger):
    page = ask_email(stranger)
    first = code_from_letter(NEW_EMAIL)
    with later(minutes=2):
        again = stranger.submit(f"{page.path}/again")
        second = code_from_letter(NEW_EMAIL)
        assert stranger.submit(page.path, {"code": first}, status=422).errors[0].startswith("Код не подошёл")
        assert stranger.submit(again.path, {"code": second}).path == "/cabinet/"


def test_a_taken_address_has_no_code_that_fits(stranger, district):
    """A6, A7: its owner was told instead, and the page looks the same."""
    page = ask_email(stranger, district.home.email)
    challenge, before = latest(), people()
    with clock.stopped_at(clock.now()):
        refused = stranger.submit(page.path, {"code": code_beside(challenge.secret_hash)}, status=422)
    assert refused.errors[0].startswith("Код не подошёл")
    assert people() == before


def test_opening_the_link_many_times_changes_nothing(stranger):
    """W3: GET never writes; a mail server that looks at links registers nobody."""
    ask_email(stranger)
    path, before = link_from_letter(NEW_EMAIL), people()
    robot = stranger.another()
    for _ in range(3):
        assert robot.open(path).h1 == "Подтверждение почты"
    assert people() == before
    assert latest().ended_at is None


def test_another_browser_asks_for_the_password_of_the_registration(stranger):
    ask_email(stranger)
    path, other = link_from_letter(NEW_EMAIL), stranger.another()
    page = other.open(path)
    assert "Введите пароль, который придумали" in page.text
    assert not [form for form in page.forms if "data-at-once" in form.element.attrib]
    page = other.submit(path, {"password": "не тот пароль"}, status=422)
    assert page.errors == ["Пароль не подошёл. Введите тот, который придумали при регистрации."]
    assert other.submit(path, {"password": NEW_PASSWORD}).notice == DONE


def test_the_browser_is_known_after_its_session_is_gone(stranger):
    """The letter may be opened days later: the mark outlives the session."""
    ask_email(stranger)
    path = link_from_letter(NEW_EMAIL)
    stranger.client.delete_cookie("s")
    with later(days=13):
        page = stranger.open(path)
        assert [form for form in page.forms if "data-at-once" in form.element.attrib]


@pytest.mark.parametrize("htmx", [False, True])
def test_a_link_that_dies_while_its_page_is_open_says_so(stranger, htmx):
    ask_email(stranger)
    path, other = link_from_letter(NEW_EMAIL), stranger.another()
    other.open(path)
    stranger.submit(path, button="Войти в личный кабинет")
    before = people()
    page = other.submit(path, {"password": NEW_PASSWORD}, htmx=htmx, status=200 if htmx else 410)
    assert (page.location if htmx else page.path) == path
    assert people() == before


@pytest.mark.parametrize("spoil", [str.swapcase, lambda p: p[:-3], lambda p: p + "x", lambda p: "/register/link/%00"])
def test_a_tampered_link_says_what_to_do(stranger, spoil):
    ask_email(stranger)
    page = stranger.follow(
        f"/register/link/{spoil(link_from_letter(NEW_EMAIL).rpartition('/')[2])}".replace("/register/link//", "/")
    )
    assert (page.status, page.h1) == (410, "Ссылка не действует")
    assert DEAD_LINK in page.text
    assert page.links["Зарегистрироваться заново"] == "/register/email"


def test_a_used_link_is_dead_and_leads_whoever_is_inside_home(stranger):
    ask_email(stranger)
    path = link_from_letter(NEW_EMAIL)
    stranger.submit(path, button="Войти в личный кабинет")
    assert stranger.open(path).path == "/cabinet/"
    assert stranger.another().follow(path).status == 410


def test_the_link_opens_until_its_last_second(stranger):
    """A10."""
    ask_email(stranger)
    path = link_from_letter(NEW_EMAIL)
    with later(days=14, seconds=-1):
        assert stranger.follow(path).status == 200
    with later(days=14, seconds=1):
        assert stranger.follow(path).status == 410


def test_a_taken_email_shows_the_same_page(stranger, district):
    """A6."""
    texts = [ask_email(browser, email).text.replace(email, "…") for browser, email in (
        (stranger, NEW_EMAIL), (stranger.another(), district.home.email))]  # fmt: skip
    assert texts[0] == texts[1]
    react()
    assert Message.get(Message.recipient == district.home.email).template == "contact_tried"


def test_the_letter_is_sent_again_after_a_minute(stranger):
    """S3-03: «Отправить письмо повторно»."""
    page = ask_email(stranger)
    old = link_from_letter(NEW_EMAIL)
    again = f"{page.path}/again"
    assert stranger.submit(again, button="Отправить письмо повторно").notice.startswith(
        "Письмо на этот адрес только что"
    )
    with later(seconds=61):
        assert stranger.submit(again, button="Отправить письмо повторно").notice.startswith("Отправили письмо ещё раз")
        new = link_from_letter(NEW_EMAIL)
        assert stranger.follow(old).status == 410
        assert stranger.submit(new, button="Войти в личный кабинет").notice == DONE


def test_the_same_email_in_another_tab_waits_a_minute(stranger):
    ask_email(stranger)
    page = ask_email(stranger)
    assert page.status == 429
    assert page.errors[0].startswith("Письмо на этот адрес только что отправлено. Проверьте почту")
    assert Challenge.select().where(Challenge.purpose == EMAIL).count() == 1


@pytest.mark.parametrize("typed", ["NEW@demo.nesk", " new@demo.nesk ", "New@Demo.Nesk"])
def test_every_spelling_of_an_email_is_one(stranger, typed):
    ask_email(stranger, typed)
    assert latest().recipient == NEW_EMAIL


def test_a_weak_password_costs_no_word(stranger):
    page = ask_email(stranger, password="12345")
    assert page.errors == ["Ошибка заполнения. Количество символов в поле Новый пароль должно быть не менее 6."]
    assert "12345" not in page.body
    assert page.forms[0].fields["captcha"] == [word_on(page)]


def test_whoever_is_signed_in_is_led_home(stranger):
    ask_email(stranger)
    stranger.submit(link_from_letter(NEW_EMAIL), button="Войти в личный кабинет")
    for path in ("/register", "/register/phone", "/register/email", "/register/account"):
        assert stranger.open(path).path == "/cabinet/"
