"""What is typed and what stands in our papers: the same thing in all its spellings, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.enrolment import likeness, rules

HOLDER = "Белецкая Вера Ильинична"


@pytest.mark.parametrize(
    "typed",
    [
        HOLDER,
        "белецкая вера ильинична",
        "  БЕЛЕЦКАЯ   Вера\u00a0Ильинична ",
        "Белецкая, Вера Ильинична.",
        "Белецкая\u200b Вера \u202eИльинична",
    ],
)
def test_a_name_is_the_same_however_it_is_typed(typed):
    assert likeness.same_name(typed, HOLDER)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "Белецкая", "Белецкая Вера", "Вера Ильинична Белецкая", "Белецкая В. И.", "Белецкий Вера Ильинична", "%"],
)
def test_a_part_of_a_name_is_not_the_name(typed):
    assert not likeness.same_name(typed, HOLDER)


def test_an_account_without_a_holder_is_nobodys_by_name():
    assert not likeness.same_name("", "")


def test_letters_with_and_without_dots_are_one():
    assert likeness.same_name("Семенов Петр Алексеевич", "Семёнов Пётр Алексеевич")


@pytest.mark.parametrize(
    ("typed", "ours", "same"),
    [
        ("Одесская", "ул Одесская", True),
        ("улица Одесская", "ул Одесская", True),
        ("ул.Одесская", "ул Одесская", True),
        ("40-лет Победы ул", "ул 40-лет Победы", True),
        ("пер. Одесский", "ул Одесская", False),
        ("Красная", "ул Одесская", False),
        ("ул", "ул Одесская", False),
        ("", "ул Одесская", False),
        ("", "", False),
    ],
)
def test_a_street_is_known_with_or_without_its_kind(typed, ours, same):
    assert likeness.same_place(typed, ours) is same


@pytest.mark.parametrize(
    ("typed", "ours", "same"),
    [
        ("Краснодар", "г Краснодар", True),
        ("г. Краснодар", "г Краснодар", True),
        ("город краснодар", "г Краснодар", True),
        ("станица Динская", "ст-ца Динская", True),
        ("Армавир", "г Краснодар", False),
        ("", "г Краснодар", False),
    ],
)
def test_a_town_is_known_with_or_without_its_kind(typed, ours, same):
    assert likeness.same_town(typed, ours) is same


@pytest.mark.parametrize(
    ("house", "building", "ours", "same"),
    [
        ("107", "", "107", True),
        ("д. 107", "", "107", True),
        ("107", "2", "107 к 2", True),
        ("107", "корп. 2", "107/2", True),
        ("107к2", "", "107/2", True),
        ("48А", "", "48 а", True),
        ("48 лит. А", "", "48а", True),
        ("107", "", "107/2", False),
        ("107", "2", "107", False),
        ("5", "", "5д", False),
        ("10", "7", "107", False),
        ("", "", "", False),
    ],
)
def test_a_house_is_its_number_with_its_building(house, building, ours, same):
    assert likeness.same_house(house, building, ours) is same


@pytest.mark.parametrize(
    ("typed", "ours", "same"),
    [
        ("17", "17", True),
        ("кв. 17", "17", True),
        ("", "", True),
        ("1", "17", False),
        ("", "17", False),
        ("17", "", False),
    ],
)
def test_a_flat_is_its_number_and_a_house_has_none(typed, ours, same):
    assert likeness.same_flat(typed, ours) is same


@pytest.mark.parametrize("typed", ["41027863", " 4102 7863 ", "№41027863", "４１０２７８６３"])
def test_a_meter_is_known_by_its_whole_number(typed):
    assert likeness.same_serial(typed, ["30115577", "41027863"])


@pytest.mark.parametrize("typed", ["", "   ", "4102786", "410278630", "41027864", "*", "№"])
def test_a_part_of_a_number_is_no_meter(typed):
    """B5: exactly the current meter."""
    assert not likeness.same_serial(typed, ["41027863", ""])


def test_letters_of_a_number_may_be_typed_in_russian():
    assert likeness.same_serial("АВ-123", ["AB123"])
    assert not likeness.same_serial("АВ-123", [])


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("230000000033", "230000000033"),
        ("2300 0000 0033", "230000000033"),
        ("2300-0000-0033 ", "230000000033"),
        ("000000123", "000000123"),
        ("12345678", None),
        ("12345678901234", None),
        ("23000000003З", None),
        ("२३००००००००३३", None),
        ("", None),
        ("1' OR '1'='1", None),
    ],
)
def test_the_number_of_an_account_keeps_its_zeros_and_loses_its_spaces(typed, number):
    assert rules.parse_account_number(typed) == number


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_that_can_be_typed_breaks_a_comparison(typed, ours):
    results = (
        likeness.same_name(typed, ours),
        likeness.same_place(typed, ours),
        likeness.same_town(typed, ours),
        likeness.same_house(typed, typed, ours),
        likeness.same_flat(typed, ours),
        likeness.same_serial(typed, [ours]),
    )
    assert all(type(result) is bool for result in results)


@given(st.text("абвгдежзийклмнопрстуфхцчшщъыьэюя", min_size=1, max_size=12).map(str.capitalize))
def test_a_name_is_like_itself(word):
    assert likeness.same_name(word.upper(), word)
    assert likeness.same_place(f"ул. {word}", f"ул {word}") or word.lower() in likeness._KINDS_OF_STREETS
