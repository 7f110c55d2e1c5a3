"""How evidence may be typed, how often it may be tried, what strangers are told of a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.enrolment import rules


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("230000000017", "230000000017"),
        (" 2300 0000 0017 ", "230000000017"),
        ("2300\u00a00000\u00a00017", "230000000017"),
        ("2300-0000-0017", "230000000017"),
        ("012345678", "012345678"),
        ("1234567890123", "1234567890123"),
        ("12345678", None),
        ("12345678901234", None),
        ("", None),
        ("٢٣٠٠٠٠٠٠٠٠١٧", None),
        ("２３００００００００１７", None),
        ("230000000017\0", None),
        ("\u202e230000000017", None),
        ("23000000001а", None),
        ("' OR 1=1 --", None),
        ("9" * 10_000, None),
    ],
)
def test_a_number_of_an_account_has_one_spelling(typed, number):
    assert rules.parse_account_number(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["ABC-123 45", "abc12345", "АВС12345", "№ abc 123-45", "ＡＢＣ１２３４５", "abc.123/45", "\u200eABC\u200d12345"],
)
def test_a_meters_number_is_compared_by_its_ascii_signs_alone(typed):
    """B5."""
    assert rules.plain_serial(typed) == "ABC12345"


@given(st.text(max_size=60))
def test_a_plain_serial_is_plain_and_stays_so(text):
    plain = rules.plain_serial(text)
    assert plain == rules.plain_serial(plain)
    assert all(sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" for sign in plain)


@pytest.mark.parametrize(("opened", "least"), [(0, 0), (1, 0), (2, 2_000), (100, 100_000), (1_000, 1_000_000)])
def test_a_sum_is_evidence_while_it_opens_no_more_than_a_thousandth(opened, least):
    """B3: max(0,1 %, 1)."""
    assert rules.least_accounts(opened) == least


@pytest.mark.parametrize(
    ("refused", "bound", "is_attack"),
    [
        (0, 0, False),
        (49, 0, False),
        (50, 0, True),
        (50, 12, True),
        (50, 13, False),
        (299, 900, False),
        (300, 900, True),
    ],
)
def test_the_breaker_looks_at_the_share_and_at_the_number_of_refusals(refused, bound, is_attack):
    """B2: good tries made on purpose do not hide the bad ones for ever."""
    assert rules.is_attack(refused, bound, least=50, percent=80) is is_attack


def test_limits_are_those_of_the_promise():
    """B2."""
    limits = rules.limits_of(17, "198.51.100.0/24", "230000000001")
    assert [(limit.subject, limit.most, limit.seconds) for limit in limits] == [
        ("person:17", 5, 3_600),
        ("person:17", 15, 86_400),
        ("198.51.100.0/24", 30, 3_600),
        ("230000000001", 5, 86_400),
    ]


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        (("Иванов", "Иван", "Иванович"), "И***** И. И."),
        (("Ли", "Анна", ""), "Л***** А."),
        (("", "Мария", ""), "М."),
        (("", "", ""), ""),
    ],
)
def test_a_name_is_told_by_its_first_letters_and_its_length_not_at_all(name, masked):
    assert rules.masked_name(*name) == masked


def test_somebody_without_a_name_is_told_by_a_masked_contact():
    assert rules.masked_contact("phone", "+79001234567") == "телефон +7 (***) ***-**-67"
    assert rules.masked_contact("email", "anna@demo.nesk") == "почта a***@demo.nesk"


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 мин"), (3_599, "60 мин"), (5_340, "89 мин"), (5_401, "2 ч"), (86_400, "24 ч")]
)
def test_whoever_is_past_a_limit_is_told_how_long_to_wait(seconds, words):
    assert f"Повторите через {words} или" in rules.wait_words(seconds)
