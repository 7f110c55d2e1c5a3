"""The word on a picture and the digits read aloud: one answer, for one form of one browser, for five minutes (A9)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from nesk.core import clock, db
from nesk.core.errors import Refused
from nesk.credentials import captcha
from nesk.credentials.captcha import EMPTY, LETTERS, WRONG
from nesk.credentials.models import Captcha

pytestmark = pytest.mark.usefixtures("database")

BROWSER, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def asked():
    return captcha.ask("register_phone", browser=BROWSER)


def refused(form, captcha_id, typed, browser=BROWSER) -> str:
    with pytest.raises(Refused) as no:
        captcha.check(form, captcha_id, typed, browser=browser)
    assert no.value.field == "captcha"
    return no.value.message


def test_a_word_is_five_signs_that_nobody_confuses_and_six_digits_stand_in_its_place(asked):
    assert len(asked.answer) == 5
    assert set(asked.answer) <= set(LETTERS)
    assert len(asked.spoken) == 6
    assert asked.spoken.isdigit()
    assert not set(LETTERS) & set("0O1IL5S8BQGZ2")


@pytest.mark.parametrize("spell", [str, str.lower, lambda word: f" {word[:2]} {word[2:]} "])
def test_the_word_is_taken_however_it_is_written(asked, spell):
    captcha.check("register_phone", asked.id, spell(asked.answer), browser=BROWSER)
    assert Captcha.get_by_id(asked.id).used_at is not None


def test_the_word_typed_on_a_russian_keyboard_is_taken(asked):
    in_russian = asked.answer.translate(str.maketrans("ACEHKMPTXY", "АСЕНКМРТХУ"))
    captcha.check("register_phone", asked.id, in_russian, browser=BROWSER)
    assert Captcha.get_by_id(asked.id).used_at is not None


def test_the_digits_that_were_heard_are_taken_in_place_of_the_word(asked):
    captcha.check("register_phone", asked.id, " ".join(asked.spoken), browser=BROWSER)
    assert Captcha.get_by_id(asked.id).used_at is not None


def test_a_right_answer_is_taken_once(asked):
    """A9: replay."""
    captcha.check("register_phone", asked.id, asked.answer, browser=BROWSER)
    assert refused("register_phone", asked.id, asked.answer) == WRONG
    assert refused("register_phone", asked.id, asked.spoken) == WRONG


def test_a_wrong_answer_takes_the_word_too(asked):
    """A9: no second guess at the same word."""
    assert refused("register_phone", asked.id, "AAAAA" if asked.answer != "AAAAA" else "CCCCC") == WRONG
    assert refused("register_phone", asked.id, asked.answer) == WRONG


@pytest.mark.parametrize(("form", "browser"), [("register_email", BROWSER), ("register_phone", OTHER), ("", BROWSER)])
def test_an_answer_for_another_form_or_of_another_browser_is_none_and_takes_nothing(asked, form, browser):
    """A9: cross-form, cross-session."""
    assert refused(form, asked.id, asked.answer, browser) == WRONG
    captcha.check("register_phone", asked.id, asked.answer, browser=BROWSER)


@pytest.mark.parametrize("typed", ["", "   ", "\u00a0\n"])
def test_nothing_is_no_answer_and_the_picture_stays(asked, typed):
    """A9: empty."""
    assert refused("register_phone", asked.id, typed) == EMPTY
    assert captcha.is_open("register_phone", asked.id, browser=BROWSER)


@pytest.mark.parametrize("captcha_id", ["", "x", "\x00" * 32, "0" * 32, "A" * 32, "0" * 10_000, "' OR 1=1 --"])
def test_an_id_that_nobody_was_given_is_refused_like_a_wrong_word(asked, captcha_id):
    assert refused("register_phone", captcha_id, asked.answer) == WRONG
    assert captcha.shown_to(captcha_id, browser=BROWSER) is None


def test_a_word_lives_five_minutes_and_is_deleted():
    with clock.stopped_at("2026-11-24 10:00:00"):
        asked = captcha.ask("register_phone", browser=BROWSER)
    with clock.stopped_at("2026-11-24 10:05:00"):
        assert captcha.shown_to(asked.id, browser=BROWSER) is None
        assert refused("register_phone", asked.id, asked.answer) == WRONG
    with clock.stopped_at("2026-11-24 10:04:59"):
        captcha.check("register_phone", asked.id, asked.answer, browser=BROWSER)
    with clock.stopped_at("2026-11-24 10:05:01"):
        assert captcha.forget() == 1
    assert Captcha.select().count() == 0


def test_of_two_answers_at_once_one_is_taken(asked):
    """A9: two parallel posts."""

    def answer(_: int) -> bool:
        with db.connection():
            try:
                captcha.check("register_phone", asked.id, asked.answer, browser=BROWSER)
            except Refused:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(answer, range(16))) == 1
