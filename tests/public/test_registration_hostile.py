"""Whatever is typed into the forms of registration: a sentence, never an error of ours, and what was typed is kept."""

import pytest
from werkzeug.datastructures import MultiDict

from nesk.people.models import Person
from tests.public.conftest import NEW_PHONE, ask_email, ask_phone, code_from_sms, link_from_letter, word_on

pytestmark = pytest.mark.usefixtures("stranger", "free")

HOSTILE = {
    "nothing": "",
    "spaces": " \u00a0\t ",
    "ten thousand": "я" * 10_000,
    "digits": "9" * 10_000,
    "NUL": "\x00",
    "NUL inside": "8918\x00000010",
    "right to left": "\u202e10-10-000-819",
    "zero width": "\u200b\u2060\ufeff",
    "emoji": "👩‍👩‍👧‍👦⚡️",
    "SQL": "'; DROP TABLE people_person; --",
    "union": '" UNION SELECT password_hash FROM people_person --',
    "HTML": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "template": "{{ 7 * 7 }}${7*7}#{7*7}",
    "line feed": "a@b.ru\r\nBcc: all@demo.nesk",
    "format": "%s%n%x %(name)s",
    "surrogates": "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "full width": "８９１８００００１０１",
    "not ASCII": "mıke@demo.nesk",
    "path": "../../../../etc/passwd",
}
FORMS = {
    "/register/phone": ("phone", "captcha", "captcha_id"),
    "/register/email": ("email", "password", "confirmation", "captcha", "captcha_id"),
    "/register/account": ("number", "name", "serial", "captcha", "captcha_id"),
    "/register/account/address": (
        "number", "branch", "town", "street", "house", "building", "flat", "email", "email_again", "phone", "captcha",
        "captcha_id",
    ),
}  # fmt: skip
SECRET = {"password", "confirmation"}
NOT_KEPT = {"captcha", "captcha_id", "branch", *SECRET}


@pytest.mark.parametrize("path", FORMS)
def test_every_field_of_the_first_pages(stranger, path):
    before = Person.select().count()
    for name, text in HOSTILE.items():
        page = stranger.open(path)
        # The right word, so that it is not the picture that stops it.
        data = dict.fromkeys(FORMS[path], text) | {"agree": "y", "captcha": word_on(page)}
        data["captcha_id"] = page.find("input", name="captcha_id")[0].attrib["value"]
        page = stranger.post(path, data, status=422)
        assert page.errors, name
        assert "<script>alert" not in page.body
        if text.isprintable():
            for field in set(FORMS[path]) - NOT_KEPT:
                kept = page.forms[0].fields.get(field)
                assert kept is None or kept == [text.strip()], (name, field)
        page = stranger.post(path, {"captcha": text or "x", "captcha_id": text, "agree": "y"}, status=422)
        assert page.errors, name
    assert Person.select().count() == before


def test_every_field_of_the_later_pages(stranger):
    """The code, the password, the password of the link, the contacts."""
    code = ask_phone(stranger).path
    for name, text in HOSTILE.items():
        assert stranger.submit(code, {"code": text}, status=422).errors, name
    password = stranger.submit(code, {"code": code_from_sms(NEW_PHONE)}).path
    for name, text in HOSTILE.items():
        page = stranger.post(password, {"password": text, "confirmation": text + "x"}, status=422)
        assert page.errors, name
        assert len(text.strip()) < 4 or text not in page.body
    data = {"number": "230000000002", "name": "Ковальчук Марина", "agree": "y"}
    data["captcha"] = word_on(stranger.open("/register/account"))
    contacts = stranger.submit("/register/account", data).path
    for name, text in HOSTILE.items():
        assert stranger.post(contacts, {"phone": text, "email": text}, status=422).errors, name
    ask_email(stranger)
    other, link = stranger.another(), link_from_letter("new@demo.nesk")
    other.open(link)
    for name, text in HOSTILE.items():
        page = other.post(link, {"password": text})
        assert page.status in (422, 429), name
        assert page.errors, name


@pytest.mark.parametrize(
    "path",
    [
        "/register/link/%00", "/register/link/" + "A" * 5000, "/register/link/%ED%A0%80", "/register/link/..%2f",
        "/register/account/%00/contacts", "/register/account/" + "A" * 5000 + "/contacts",
        "/register/phone/0/code", "/register/phone/-1/code", "/register/phone/99999999999999999999999/password",
        "/register/email/1e9", "/captcha/%00.png", "/captcha/x.wav", "/captcha/" + "0" * 32 + ".png",
        "/captcha/" + "a" * 5000 + ".wav",
    ],
)  # fmt: skip
def test_addresses_that_nobody_was_given(stranger, path):
    assert stranger.follow(path).status in (200, 404, 410)


@pytest.mark.parametrize("name", ["register_phone", "x" * 33, "Register", "a-b", "%00", "1"])
def test_another_picture_is_for_forms_with_names(stranger, name):
    stranger.open("/register")
    status = stranger.post(
        f"/captcha/{name}/another?here=//evil.example", htmx=True, status=None if name == "register_phone" else 404
    ).status
    assert status == (200 if name == "register_phone" else 404)


def test_two_values_of_one_field_are_one(stranger):
    page = stranger.open("/register/phone")
    data = MultiDict([(name, values[0]) for name, values in page.forms[0].fields.items()])
    data.setlist("phone", [NEW_PHONE, "+79180000102"])
    data.setlist("captcha", [word_on(page)])
    data["agree"] = "y"
    reply = stranger.client.post("/register/phone", data=data)
    assert reply.status_code == 303
    assert "+7 (918) 000-01-01" in stranger.open(reply.location).text
