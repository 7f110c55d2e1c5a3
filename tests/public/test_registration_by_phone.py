"""Registering by phone at the pages: codes, refusals, tabs, and no word about others (S1-03, A6, A7, A8)."""

import pytest

from nesk.credentials.challenges import DEAD_CODE
from nesk.credentials.models import Captcha, Challenge
from nesk.notifications.models import Message
from nesk.people.models import Identity
from tests.public.conftest import (
    DONE,
    NEW_PASSWORD,
    NEW_PHONE,
    ask_phone,
    code_from_sms,
    later,
    latest,
    people,
    react,
    word_on,
)

pytestmark = pytest.mark.usefixtures("stranger")


def test_somebody_registers_by_phone(stranger):
    page = ask_phone(stranger)
    assert page.h1 == "Введите код из SMS:"
    assert page.words_of("label")[0] == "Код"
    assert page.words_of("button")[0] == "Отправить" or "Отправить" in page.words_of("button")
    (field,) = page.find("input", name="code")
    assert field.attrib["autocomplete"] == "one-time-code"
    assert "+7 (918) 000-01-01" in page.text
    page = stranger.submit(page.path, {"code": code_from_sms(NEW_PHONE)})
    assert page.h1 == "Придумайте пароль"
    assert "Не менее 6 символов" in page.text
    page = stranger.submit(page.path, {"password": NEW_PASSWORD, "confirmation": NEW_PASSWORD})
    assert page.notice == DONE
    assert page.path == "/cabinet/"
    assert Identity.get(Identity.kind == "phone", Identity.value == NEW_PHONE).confirmed_at is not None


@pytest.mark.parametrize(
    "typed",
    ["8 (918) 000-01-01", "+7 (918) 000-01-01", "89180000101", "9180000101", "+7 918 000 01 01", "7-918-000-01-01"],
)
def test_every_spelling_of_a_phone_is_one(stranger, typed):
    ask_phone(stranger, typed)
    assert latest().recipient == NEW_PHONE


def test_every_fault_of_the_first_page_is_told_at_once(stranger):
    before = Challenge.select().count()
    page = stranger.submit("public.registration.phone", {}, status=422)
    assert page.errors == [
        "Введите номер мобильного телефона.",
        "Введите слово на картинке или цифры, которые услышите.",
        "Отметьте согласие: без него мы не можем вас зарегистрировать.",
    ]
    assert Challenge.select().count() == before


def test_a_landline_and_a_foreign_number_get_no_code(stranger):
    """A8."""
    assert ask_phone(stranger, "8 (861) 944-77-40").errors == [
        "Это не мобильный номер: SMS на него не придёт. Введите номер, который начинается с +7 (9…)."
    ]
    assert ask_phone(stranger, "+7 701 234 56 78").errors[0].startswith("Номер телефона не распознан")
    assert Challenge.select().count() == 0


def test_a_wrong_word_brings_another_picture_and_keeps_the_phone(stranger):
    page = ask_phone(stranger, captcha="AAAAA")
    assert (page.status, page.errors) == (422, ["Слово на картинке не подошло. Введите слово с новой картинки."])
    assert page.forms[0].fields["phone"] == ["8 (918) 000-01-01"]
    assert page.forms[0].fields["captcha"] == [""]
    assert Captcha.select().count() == 2


def test_a_fault_elsewhere_keeps_the_picture_and_the_word(stranger):
    page = ask_phone(stranger, "мой телефон")
    assert page.status == 422
    assert page.forms[0].fields["captcha"] == [word_on(page)]
    assert Captcha.select().count() == 1
    assert stranger.submit("public.registration.phone", {"phone": NEW_PHONE}).h1 == "Введите код из SMS:"


def test_the_code_is_wrong_five_times(stranger):
    path = ask_phone(stranger).path
    right = code_from_sms(NEW_PHONE)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    said = [stranger.submit(path, {"code": wrong}).errors[0] for _ in range(5)]
    assert said[0] == "Код не подошёл. Проверьте последнее SMS: осталось попыток: 4."
    assert said[4] == "Попытки закончились. Запросите новый код."
    assert stranger.submit(path, {"code": right}).errors == ["Попытки закончились. Запросите новый код."]


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "двадцать", "12\x0034", "１２３４５６", "0" * 10_000])
def test_what_is_no_code_takes_no_try(stranger, typed):
    path = ask_phone(stranger).path
    page = stranger.submit(path, {"code": typed}, status=422)
    assert page.errors[0] in ("Введите код из SMS.", "Код из SMS — шесть цифр. Введите их без других знаков.")
    assert latest().tries == 0


def test_another_code_is_sent_a_minute_later_and_not_before(stranger):
    page = ask_phone(stranger)
    assert "Отправить код ещё раз" in page.words_of("button")
    page = stranger.submit(f"{page.path}/again", button="Отправить код ещё раз")
    assert page.notice == "Новый код можно запросить через 60 с."
    with later(seconds=61):
        page = stranger.submit(f"{page.path}/again", button="Отправить код ещё раз")
        assert page.notice == "Отправили код ещё раз. Предыдущий больше не подойдёт."
        assert stranger.submit(page.path, {"code": code_from_sms(NEW_PHONE)}).h1 == "Придумайте пароль"


def test_the_sixth_code_of_a_day_looks_like_the_first(stranger):
    """A8."""
    page = ask_phone(stranger)
    react()
    shown = {page.text}
    for number in range(1, 6):
        with later(seconds=61 * number):
            page = stranger.submit(f"{page.path}/again", button="Отправить код ещё раз")
            shown.add(page.text.replace("Отправили код ещё раз. Предыдущий больше не подойдёт. ", ""))
            react()
    assert Message.select().where(Message.recipient == NEW_PHONE).count() == 5
    assert len(shown) == 1


def test_a_taken_phone_shows_the_same_pages(stranger, district):
    """A6: no enumeration."""
    taken, free = ask_phone(stranger.another(), district.home.phone), ask_phone(stranger)
    plain = [page.text.replace("+7 (900) 000-00-01", "…").replace("+7 (918) 000-01-01", "…") for page in (taken, free)]
    assert plain[0] == plain[1]
    other = stranger.another()
    taken = ask_phone(other, district.home.phone)
    page = other.submit(taken.path, {"code": "000000"})
    assert page.errors == ["Код не подошёл. Проверьте последнее SMS: осталось попыток: 4."]


def test_one_registration_in_two_tabs_makes_one_person(stranger):
    first = ask_phone(stranger).path
    with later(seconds=61):
        second = ask_phone(stranger).path
        assert first != second
        code = code_from_sms(NEW_PHONE)
        assert stranger.submit(first, {"code": code}).h1 == "Придумайте пароль"
        password = f"{second.removesuffix('/code')}/password"
        before = people()
        assert stranger.submit(password, {"password": NEW_PASSWORD, "confirmation": NEW_PASSWORD}).notice == DONE
        again = stranger.post(password, {"password": NEW_PASSWORD, "confirmation": NEW_PASSWORD})
        assert again.notices == [DEAD_CODE] or again.path == "/cabinet/"
        assert people() == before + 1


def test_the_pages_of_a_code_are_there_for_its_browser_only(stranger):
    """A7."""
    path = ask_phone(stranger).path
    thief = stranger.another()
    for page in (path, path.replace("code", "password"), path.replace("/code", f"{'9' * 30}/code")):
        assert thief.follow(page).status == 404
    thief.open("/register")
    assert thief.post(path, {"code": code_from_sms(NEW_PHONE)}, status=404)
    assert stranger.open(path).h1 == "Введите код из SMS:"


def test_the_password_page_waits_half_an_hour(stranger):
    page = stranger.submit(ask_phone(stranger).path, {"code": code_from_sms(NEW_PHONE)})
    assert stranger.open(page.path.replace("password", "code")).h1 == "Придумайте пароль"
    with later(minutes=31):
        late = stranger.open(page.path)
        assert (late.h1, late.notice) == ("Регистрация", DEAD_CODE)


@pytest.mark.parametrize(
    ("password", "confirmation", "error"),
    [
        ("", "", "Придумайте пароль."),
        (NEW_PASSWORD, "", "Введите пароль ещё раз."),
        (NEW_PASSWORD, NEW_PASSWORD + " ", "Пароли не совпали. Введите один и тот же пароль дважды."),
        ("12345", "12345", "Ошибка заполнения. Количество символов в поле Новый пароль должно быть не менее 6."),
        ("я" * 129, "я" * 129, "Пароль слишком длинный. Оставьте не больше 128 символов."),
    ],
)
def test_a_password_that_cannot_be_taken_is_refused_and_never_shown(stranger, password, confirmation, error):
    page = stranger.submit(ask_phone(stranger).path, {"code": code_from_sms(NEW_PHONE)})
    before = people()
    page = stranger.submit(page.path, {"password": password, "confirmation": confirmation}, status=422)
    assert page.errors[0] == error
    assert people() == before
    assert not password or password not in page.body
