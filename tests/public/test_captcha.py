"""The picture and the sound at their addresses: for one browser, while they are unanswered; another in their place."""

import io
import wave

import pytest
from PIL import Image

from nesk.credentials.models import Captcha
from tests.public.conftest import word_on

pytestmark = pytest.mark.usefixtures("stranger")


@pytest.fixture
def shown(stranger):
    """The id of the captcha on the first page of registration."""
    return stranger.open("/register").find("input", name="captcha_id")[0].attrib["value"]


def test_the_picture_is_large_dark_on_light_and_for_its_browser(stranger, shown):
    reply = stranger.get(f"/captcha/{shown}.png")
    assert (reply.status_code, reply.mimetype) == (200, "image/png")
    assert reply.headers["Cache-Control"] == "no-store"
    picture = Image.open(io.BytesIO(reply.data)).convert("L")
    assert picture.size == (220, 80)
    histogram = picture.histogram()
    assert sum(histogram[:60]) > 1000, "ink"
    assert sum(histogram[220:]) > 8000, "paper"
    assert stranger.another().get(f"/captcha/{shown}.png").status_code == 404


def test_the_sound_is_for_its_browser_and_may_be_asked_for_in_parts(stranger, shown):
    reply = stranger.get(f"/captcha/{shown}.wav")
    assert (reply.status_code, reply.mimetype, reply.headers["Accept-Ranges"]) == (200, "audio/wav", "bytes")
    with wave.open(io.BytesIO(reply.data)) as file:
        assert file.getframerate() == 8000
    part = stranger.client.get(f"/captcha/{shown}.wav", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, reply.data[100:200])
    assert stranger.another().get(f"/captcha/{shown}.wav").status_code == 404


def test_an_answered_captcha_is_seen_and_heard_no_more(stranger, shown):
    stranger.submit("/register/phone", {"captcha": "AAAAA", "phone": "+79180000101", "agree": "y"})
    assert stranger.get(f"/captcha/{shown}.png").status_code == 404
    assert stranger.get(f"/captcha/{shown}.wav").status_code == 404


def test_the_page_offers_another_picture_and_the_sound_without_scripts(stranger, shown):
    page = stranger.open("/register/phone")
    assert page.links["Обновить картинку"] == "/register/phone"
    assert page.links["Прослушать цифры"].endswith(".wav")
    again = stranger.open(page.links["Обновить картинку"])
    assert word_on(again) != word_on(page)


def test_another_picture_takes_the_place_of_the_first_and_leaves_the_form(stranger, shown):
    before = Captcha.select().count()
    page = stranger.post("/captcha/register_phone/another?here=/register/phone", htmx=True)
    assert [e.tag for e in page.tree] == ["div"]
    assert word_on(page)
    assert page.links["Обновить картинку"] == "/register/phone"
    assert Captcha.select().count() == before + 1
    assert Captcha.get_by_id(page.find("input", name="captcha_id")[0].attrib["value"]).form == "register_phone"


def test_the_digits_heard_are_taken_by_the_form(stranger, shown):
    digits = Captcha.get_by_id(shown).spoken
    page = stranger.submit("/register/phone", {"captcha": digits, "phone": "+79180000101", "agree": "y"})
    assert page.h1 == "Введите код из SMS:"


def test_a_word_of_another_form_is_none(stranger):
    """A9: cross-form."""
    page = stranger.open("/register/email")
    foreign = {"captcha": word_on(page), "captcha_id": page.find("input", name="captcha_id")[0].attrib["value"]}
    stranger.open("/register/phone")
    page = stranger.post("/register/phone", {**foreign, "phone": "+79180000101", "agree": "y"}, status=422)
    assert page.errors == ["Слово на картинке не подошло. Введите слово с новой картинки."]


def test_a_mark_of_a_browser_is_lasting_and_not_for_scripts(stranger):
    stranger.open("/register")
    cookie = stranger.client.get_cookie("mark")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.max_age == 60 * 86_400


@pytest.mark.parametrize("forged", ["", "x", "../..", "я" * 32, "a" * 500])
def test_a_mark_that_we_did_not_give_is_replaced(stranger, forged):
    stranger.client.set_cookie("mark", forged)
    stranger.open("/register")
    cookie = stranger.client.get_cookie("mark")
    assert cookie is not None
    assert len(cookie.value) == 32
