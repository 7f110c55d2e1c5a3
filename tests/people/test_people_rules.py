"""What people may write of themselves."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.people import rules

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Ковальчук",
        "Анна-Мария",
        "О'Коннор",
        "О’Коннор",
        "де ла Крус",
        "Мамед оглы",
        "Ё",
        "Nguyễn",
        "Ван (Иванов)",
        "Дж. Р.",
    ],
)
def test_a_name_as_documents_write_it_is_taken(name):
    assert rules.name_refusal(name, 80) is None


@pytest.mark.parametrize(
    "name",
    ["Марина1", "<b>Марина</b>", "Марина; DROP TABLE", "王小明", "👩", "Марина\u202e", "Мари\u0000на", "-", "''", "Марина\u200dЯ", "Я" * 81],
)  # fmt: skip
def test_what_is_no_name_is_refused_in_words(name):
    assert rules.name_refusal(name, 80)


@pytest.mark.parametrize(
    ("name", "is_taken"),
    [("", True), ("Kovalchuk", True), ("Anna-Maria O'Neil", True), ("Ковальчук", False), ("Kovalchuk1", False), (" K", False), ("É", False)],
)  # fmt: skip
def test_a_name_in_latin_letters(name, is_taken):
    assert (rules.latin_refusal(name, 80) is None) is is_taken


@pytest.mark.parametrize(
    ("born_on", "is_taken"),
    [(None, True), (TODAY, True), (date(1900, 1, 1), True), (date(1899, 12, 31), False), (date(2026, 11, 25), False), (date(1, 1, 1), False)],
)  # fmt: skip
def test_a_day_of_birth(born_on, is_taken):
    assert (rules.birth_refusal(born_on, today=TODAY) is None) is is_taken


@given(st.text(max_size=200))
def test_a_text_that_is_kept_can_be_shown_and_stored(text):
    kept = rules.tidy(text)
    if rules.text_refusal(kept, 100) is None:
        assert len(kept) <= 100
        kept.encode()
        assert "\x00" not in kept
        assert not set(kept) & set("\u202e\u2066\u200f")


@given(st.text(max_size=60))
def test_tidying_twice_changes_nothing_and_keeps_one_form_of_each_letter(text):
    once = rules.tidy(text)
    assert rules.tidy(once) == once
    assert unicodedata.is_normalized("NFC", once)


def test_letters_put_together_of_two_signs_are_the_letter():
    assert rules.tidy("Сергеи\u0306 \t Ковальчук ") == "Сергей Ковальчук"
