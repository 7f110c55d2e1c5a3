"""«Профиль»: five sections, the photo, addresses suggested; nobody but its owner sees anything of it."""

import io
from datetime import date

import pytest
from PIL import Image

from nesk.core.actor import system
from nesk.people.models import Person, Profile
from nesk.people.operations import authenticate, register_person
from nesk.people.queries import profile_of
from tests.browser import PASSWORD
from tests.cabinet.someone import EMAIL, HOSTILE, cheap_hashes, kept, me, person
from tests.district import make_branch, make_home

__all__ = ["cheap_hashes", "me", "person"]

PAGE = "/cabinet/profile"
SAVE = "Сохранить изменения"
SECRET = "Зимний-вечер-2026"

WORDS = {
    "": "Профиль|Изменить фото|Основная анкета|Расширенная анкета|Личные предпочтения|Контактная информация|Параметры "
    "авторизации|Фамилия|Фамилия латиницей|Имя|Имя латиницей|Пол|Отчество|Псевдоним|Дата рождения|Гражданство|Мобильный телефон",
    "/extended": "Почтовый адрес|Социальная категория",
    "/preferences": "Как к вам обращаться|Когда удобно звонить|Как с вами связаться",
    "/contacts": "Электронный адрес|Мобильный телефон",
    "/authorization": "Профиль - Настройки авторизации|Изменить пароль|Старый пароль|Новый пароль|Подтвердить пароль|Мобильный телефон и "
    "электронный адрес|Электронный адрес|Редактирование электронный адрес можно на вкладке «Контактная информация»|Текущий номер|Новый "
    "номер|Подтвердить через SMS",
}


@pytest.mark.parametrize("section", WORDS)
def test_the_words_of_the_documents_stand_on_the_page(me, section):
    """S1-12, S1-13."""
    page = me.open(PAGE + section)
    assert [each for each in WORDS[section].split("|") if each not in page.text] == []


def test_each_section_is_a_page_of_its_own(me):
    tabs = [e.get("href") for nav in me.open(PAGE).find("nav", cls="tabs") for e in nav.iter("a")]
    assert tabs == [PAGE, f"{PAGE}/extended", f"{PAGE}/preferences", f"{PAGE}/contacts", f"{PAGE}/authorization"]
    for tab in tabs:
        (current,) = [e for nav in me.open(tab).find("nav", cls="tabs") for e in nav.iter("a") if e.get("aria-current")]
        assert current.get("href") == tab


def test_the_main_questionnaire_is_kept(me, person):
    told = {
        "surname": "Мельник",
        "surname_latin": "Melnik",
        "sex": "f",
        "born_on": "1980-05-17",
        "citizenship": "Россия",
    }
    assert me.submit(PAGE, told, button=SAVE).notice == "Сохранено."
    shown = {e.get("name"): e.get("value") for e in me.open(PAGE).find("input") if e.get("type") in ("text", "date")}
    assert {name: shown[name] for name in told if name != "sex"} == {name: told[name] for name in told if name != "sex"}
    assert (Person.get_by_id(person.id).surname, profile_of(person.id).born_on) == ("Мельник", date(1980, 5, 17))
    assert profile_of(person.id).sex == "f"
    assert me.submit(PAGE, {"born_on": "17.05.1981"}, button=SAVE).notice == "Сохранено."
    assert profile_of(person.id).born_on == date(1981, 5, 17)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("surname", "Мельник1"),
        ("surname_latin", "Мельник"),
        ("born_on", "вчера"),
        ("born_on", "2999-01-01"),
        ("born_on", "10000-01-01"),
        ("citizenship", "я" * 61),
        *(("name", text) for text in HOSTILE if text.startswith(("👩", "'", "<", "{", "Я"))),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field_and_stays_there(me, person, field, typed):
    page = me.submit(PAGE, {field: typed, "nickname": "Марина"}, button=SAVE, status=422)
    (shown,) = page.find("input", name=field)
    assert (shown.get("value"), shown.get("aria-invalid")) == (typed, "true")
    assert page.find("input", name="nickname")[0].get("value") == "Марина"
    assert (Person.get_by_id(person.id).surname, Profile.select().count()) == ("Ковальчук", 0)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["nickname", "citizenship"])
def test_hostile_words_in_free_fields_are_text(me, field, text):
    page = me.submit(PAGE, {field: text[:60]}, button=SAVE)
    shown = me.open(PAGE).find("input", name=field)[0].get("value", "")
    assert page.status in (200, 422)
    assert "<script>" not in me.page.body
    assert shown in ("", kept(text[:60]).replace("\n", " "))


def test_only_declared_fields_change(me, person):
    """Z5."""
    me.open(PAGE)
    me.post(
        PAGE, {"surname": "Мельник", "sex": "", "is_demo": "y", "password_hash": "x", "photo": "1", "preferences": "{}"}
    )
    row = Person.get_by_id(person.id)
    assert (row.surname, row.is_demo, row.password_hash == "x", profile_of(person.id).photo) == (
        "Мельник",
        False,
        False,
        "",
    )


def test_a_choice_that_is_not_offered_is_refused(me, person):
    me.open(PAGE)
    for path, data in (
        (PAGE, {"sex": "x"}),
        (f"{PAGE}/extended", {"social_category": "vip"}),
        (f"{PAGE}/preferences", {"call_hours": "night"}),
    ):
        page = me.post(path, data, status=422)
        assert "Выберите один из вариантов." in page.errors
    assert Profile.select().count() == 0


def test_the_other_questionnaires_are_kept(me, person):
    me.submit(
        f"{PAGE}/extended", {"address": "г Краснодар, ул Одесская, д. 48", "social_category": "veteran"}, button=SAVE
    )
    wishes = {"call_me": "Марина Сергеевна", "call_hours": "evening", "contact_way": "phone", "large_print": "y"}
    me.submit(f"{PAGE}/preferences", wishes, button=SAVE)
    told = profile_of(person.id)
    assert told.extended == {"address": "г Краснодар, ул Одесская, д. 48", "social_category": "veteran"}
    assert told.preferences == wishes | {"large_print": True}
    assert "Марина Сергеевна" in me.open(f"{PAGE}/preferences").body
    me.submit(f"{PAGE}/preferences", {"large_print": None, "call_me": ""}, button=SAVE)
    assert profile_of(person.id).preferences == {"call_hours": "evening", "contact_way": "phone"}


def test_the_password_changes_by_the_words_of_the_older_manual(me, person):
    """S1-13."""
    data = {"current_password": PASSWORD, "new_password": SECRET, "new_password_again": SECRET}
    page = me.submit(f"{PAGE}/authorization", data | {"new_password_again": "x"}, button="Изменить пароль", status=422)
    assert "Пароли не совпали. Введите один и тот же пароль дважды." in page.errors
    page = me.submit(f"{PAGE}/authorization", data | {"current_password": "x"}, button="Изменить пароль", status=422)
    assert any("Старый пароль не подошёл" in each for each in page.errors)
    page = me.submit(f"{PAGE}/authorization", data, button="Изменить пароль")
    assert page.notice == "Пароль изменён. На других устройствах вход завершён."
    assert authenticate("person", EMAIL, SECRET, identity="email").id == person.id


# --- the photo


def picture(kind="JPEG", colour="#8899aa"):
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(buffer, kind)
    buffer.seek(0)
    return buffer


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_shown_in_the_bar_and_to_its_owner_only(me, person, kind):
    assert (
        me.submit(f"{PAGE}/photo", {"photo": (picture(kind), "я.png")}, button="Сохранить").notice == "Фото изменено."
    )
    (address, *_) = {e.get("src") for e in me.open("/cabinet/").find("img", cls="avatar")}
    reply = me.get(address)
    with Image.open(io.BytesIO(reply.data)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (256, 256))
    assert (reply.mimetype, reply.headers["X-Content-Type-Options"], reply.headers["Cache-Control"]) == (
        "image/jpeg",
        "nosniff",
        "no-store",
    )
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    other = me.another()
    assert other.get(f"{PAGE}/photo.jpg").status_code == 303
    other.sign_in_as(register_person(email="other@demo.nesk", password=PASSWORD, by=system("test")))
    assert other.get(f"{PAGE}/photo.jpg").status_code == 404
    assert not other.open("/cabinet/").find("img", cls="avatar")


def test_a_removed_photo_is_gone_everywhere(me):
    me.submit(f"{PAGE}/photo", {"photo": (picture(), "я.jpg")})
    me.open(f"{PAGE}/photo")
    assert me.submit(f"{PAGE}/photo/removal", button="Удалить фото").notice == "Фото удалено."
    assert me.get(f"{PAGE}/photo.jpg").status_code == 404
    assert not me.open("/cabinet/").find("img", cls="avatar")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"", "пусто.jpg"),
        (b"<?php system($_GET['c']); ?>", "я.jpg"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 200, "я.jpg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "я.svg"),
        (b"%PDF-1.4\n%%EOF", "я.pdf"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 11_000_000, "большое.png"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(me, body, name):
    page = me.submit(f"{PAGE}/photo", {"photo": (io.BytesIO(body), name)}, status=422)
    assert page.errors
    assert Profile.select().count() == 0


def test_nothing_chosen_is_said_so(me):
    page = me.submit(f"{PAGE}/photo", status=422)
    assert "Выберите фотографию: JPEG, PNG или WebP до 10 МБ." in page.errors


# --- addresses while one types


def test_addresses_are_suggested_to_whoever_is_signed_in(me):
    make_home(make_branch(), 7)
    options = me.open("/cabinet/addresses?address=Одес", htmx=True)
    assert options.words_of("li") == ["г Краснодар, ул Одесская"]
    assert [e.get("role") for e in options.find("li")] == ["option"]
    assert me.get("/cabinet/addresses?address=%00").status_code == 200
    assert me.get("/cabinet/addresses").status_code == 200
    assert me.another().get("/cabinet/addresses?address=Одес").status_code == 303
