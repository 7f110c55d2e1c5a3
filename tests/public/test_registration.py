"""The door of registration: the words of the documents, the ways, what holds for all of them."""

import pytest

from nesk.core import settings
from nesk.core.actor import system
from nesk.credentials.models import Challenge
from nesk.credentials.settings import CredentialSettings
from nesk.enrolment.registration import PHONE
from nesk.notifications.models import Message
from nesk.public.registration.ways import CLOSED
from tests.public.conftest import (
    NEW_EMAIL,
    NEW_PASSWORD,
    NEW_PHONE,
    ask_email,
    latest,
    link_from_letter,
    word_on,
)

pytestmark = pytest.mark.usefixtures("stranger")


# --- the door


def test_the_page_says_the_words_of_the_documents(stranger):
    """S0-09, S1-02, S1-03, S1-05."""
    page = stranger.open("/register")
    assert (page.h1, page.title) == ("Регистрация", "Регистрация")
    assert "Регистрируясь в личном кабинете, вы получаете полный доступ ко всем функциям." in page.text
    assert page.links["Вход →"] == page.links["Войти на сайт"] == "/login"
    assert page.links["Сменить тип регистрации"] == "/register/email"
    assert "mailto:contact@nesk.ru" in page.links.values()
    assert "Шаг 1 из 3" in page.text
    assert page.links["согласие на обработку персональных данных"] == "/documents/personal_data"
    (phone,) = page.find("input", name="phone")
    assert phone.attrib["placeholder"] == "+7 (___) ___-__-__"
    for label in ("Мобильный телефон", "Введите слово на картинке"):
        assert label in page.words_of("label")
    assert "Зарегистрироваться" in page.words_of("button")


def test_no_box_is_ticked_beforehand(stranger):
    for path in ("/register/phone", "/register/email", "/register/account", "/register/account/address"):
        boxes = stranger.open(path).find("input", type="checkbox")
        assert [box.attrib["name"] for box in boxes if "checked" not in box.attrib] == ["agree", "messages"]


def test_the_three_ways_lead_to_each_other(stranger):
    page = stranger.open("/register")
    for label, path in (
        ("По e-mail", "/register/email"),
        ("По лицевому счёту", "/register/account"),
        ("По телефону", "/register/phone"),
    ):
        assert page.links[label] == path
        page = stranger.open(page.links["Сменить тип регистрации"])


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("", "Мобильный телефон"),
        ("?way=phone", "Мобильный телефон"),
        ("?way=email", "Электронная почта"),
        ("?way=account", "Номер лицевого счёта"),
        ("?way=nonsense", "Мобильный телефон"),
    ],
)
def test_the_door_shows_the_way_that_is_asked_for(stranger, query, label):
    assert stranger.open(f"/register{query}").words_of("label")[0] == label


@pytest.mark.parametrize(
    ("way", "pages"),
    [
        ("phone", ["/register?way=phone", "/register/phone", "/register/phone/1/code", "/register/phone/1/password"]),
        ("email", ["/register/email", "/register/email/1"]),
        ("account", ["/register/account", "/register/account/address", "/register/account/x/contacts"]),
    ],
)
def test_a_way_that_staff_have_switched_off_leads_to_those_that_are_left(stranger, way, pages):
    token = stranger.open(f"/register/{way}").forms[0].fields["csrf_token"][0]
    settings.change(CredentialSettings, f"register_by_{way}", False, by=system("test"))
    for path in pages:
        page = stranger.open(path)
        assert (page.path, page.notice) == ("/register", CLOSED)
    sent = stranger.client.post(f"/register/{way}", data={"csrf_token": token})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/register")
    page = stranger.open("/register")
    assert f"/register/{way}" not in page.links.values()
    assert page.h1 == "Регистрация"


def test_the_last_way_has_no_other_and_without_any_the_page_sends_to_the_office(stranger):
    for way in ("phone", "account"):
        settings.change(CredentialSettings, f"register_by_{way}", False, by=system("test"))
    assert "Сменить тип регистрации" not in stranger.open("/register").links
    settings.change(CredentialSettings, "register_by_email", False, by=system("test"))
    assert "Обратитесь в ближайшее отделение с паспортом" in stranger.open("/register").text
    assert stranger.open("/register/email").path == "/register"
    for path in ("/", "/login", "/login?by=account", "/recover"):
        assert [to for to in stranger.open(path).links.values() if to.startswith("/register")] == []


# --- by htmx, and where it all comes from


def test_htmx_gets_the_form_back_or_is_sent_on(stranger):
    page = stranger.open("/register/phone")
    refused = stranger.submit("public.registration.phone", {"phone": ""}, htmx=True, status=422)
    assert refused.find(id="registration")
    sent = stranger.submit(
        "public.registration.phone", {"phone": NEW_PHONE, "captcha": word_on(page), "agree": "y"}, htmx=True
    )
    assert sent.location == f"/register/phone/{latest().id}/code"
    assert latest().purpose == PHONE


def test_the_link_of_a_letter_never_follows_the_host_that_asked(stranger):
    """W4."""
    page = stranger.open("/register/email")
    data = {name: values[0] for name, values in page.forms[0].fields.items()}
    data |= {
        "email": NEW_EMAIL,
        "password": NEW_PASSWORD,
        "confirmation": NEW_PASSWORD,
        "agree": "y",
        "captcha": word_on(page),
    }
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    refused = stranger.client.post("/register/email", data=data, headers={"Host": "evil.example"})
    assert refused.status_code in (400, 404)
    assert Challenge.select().count() == 0
    assert stranger.client.post("/register/email", data=data, headers=forged).status_code == 303
    assert link_from_letter(NEW_EMAIL).startswith("/register/link/")
    assert (
        "evil"
        not in Message.get(Message.recipient == NEW_EMAIL).text + Message.get(Message.recipient == NEW_EMAIL).html
    )


def test_nothing_is_taken_without_the_token_of_the_page(stranger):
    """W2."""
    ask_email(stranger)
    path = link_from_letter(NEW_EMAIL)
    for address in ("/register/phone", "/register/email", "/register/account", path, "/captcha/register_phone/another"):
        assert stranger.another().client.post(address, data={}).status_code == 403
