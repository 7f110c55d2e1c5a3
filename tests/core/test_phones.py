"""What counts as a telephone number and as an e-mail address, and in which one spelling it is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.core.emails import parse_email
from nesk.core.phones import parse_phone


@pytest.mark.parametrize(
    "typed",
    [
        "+79000000001",
        "79000000001",
        "89000000001",
        "9000000001",
        "8(900) 000-00-01",
        "+7 900 000-00-01",
        "  8 900 000 00 01  ",
        "+7\u00a0(900)\u202f000–00–01",
        "8.900.000.00.01",
        "8/900/0000001",
    ],
)
def test_a_mobile_number_however_typed_has_one_spelling(typed):
    assert parse_phone(typed, mobile=True) == "+79000000001"


@pytest.mark.parametrize(
    ("typed", "number"), [("8 (861) 944-77-40", "+78619447740"), ("8 800 600-02-20", "+78006000220")]
)
def test_a_number_that_takes_no_sms_is_a_number_but_not_a_mobile_one(typed, number):
    assert parse_phone(typed) == number
    assert parse_phone(typed, mobile=True) is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "8900000000",  # a digit short
        "890000000011",  # a digit long
        "+89000000001",
        "+9000000001",
        "810 7 900 000 00 01",
        "+77012345678",  # Kazakhstan shares +7
        "+44 20 7946 0958",
        "8 900 000 00 01 доб. 5",
        "+79000000001;ext=1",
        "tel:+79000000001",
        "٨٩٠٠٠٠٠٠٠٠١",
        "８９０００００００００１",
        "8900000000²",
        "8 900 000\n00 01",
        "8 900 000 00 01, 8 900 000 00 02",
        "8-900-НЭСК-001",
        "0" * 5000,
        "(" * 5000,
    ],
)
def test_what_is_no_russian_number_is_none(typed):
    assert parse_phone(typed) is None


@given(st.text(max_size=60))
def test_any_text_is_a_canonical_number_or_none(typed):
    number = parse_phone(typed)
    assert number is None or (len(number) == 12 and number.startswith("+7") and number[1:].isdecimal())


@given(
    st.from_regex(r"9[0-24-9][0-9]{8}", fullmatch=True),
    st.sampled_from(["+7{}", "7{}", "8{}", "{}"]),
    st.lists(st.sampled_from(["", " ", "-", "(", ") ", "\u00a0"]), min_size=10, max_size=10),
)
def test_the_spelling_never_depends_on_the_mask(digits, prefix, between):
    typed = prefix.format("".join(mark + digit for mark, digit in zip(between, digits, strict=True)))
    assert parse_phone(typed, mobile=True) == "+7" + digits


@given(st.from_regex(r"[3-9][0-9]{9}", fullmatch=True))
def test_a_number_read_again_is_the_same_number(digits):
    number = parse_phone(digits)
    assert number is None or parse_phone(number) == number


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("abonent@demo.nesk", "abonent@demo.nesk"),
        (" Marina.K@Example.COM ", "marina.k@example.com"),
        ("a+energy@mail.ru", "a+energy@mail.ru"),
        ("o'neil@mail.ru", "o'neil@mail.ru"),
        ("info@пример.рф", "info@xn--e1afmkfd.xn--p1ai"),
        ("info@XN--E1AFMKFD.xn--p1ai", "info@xn--e1afmkfd.xn--p1ai"),
        ("a@EXAMPLE。com", "a@example.com"),
    ],
)
def test_an_address_has_one_spelling(typed, kept):
    assert parse_email(typed) == kept
    assert parse_email(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abonent",
        "a@b",
        "a@localhost",
        "a@[127.0.0.1]",
        '"a@b"@mail.ru',
        "a@b@mail.ru",
        "a..b@mail.ru",
        "a@mail.ru\r\nBcc: x@mail.ru",
        "a@mail.ru\n",
        "a\r@mail.ru",
        "a@mail.ru\u2028",
        "\u202ea@mail.ru",
        "a\u200d@mail.ru",
        "a\x00@mail.ru",
        "Marina <a@mail.ru>",
        "a@mail.ru, b@mail.ru",
        "a b@mail.ru",
        "a＠mail.ru",
        "x" * 65 + "@mail.ru",
        "a@" + "x" * 250 + ".ru",
    ],
)
def test_what_is_no_address_is_none(typed):
    assert parse_email(typed) is None


@pytest.mark.parametrize("local", ["mıke", "mi\u212ae", "ſasha", "mİke", "straße", "ｍike", "мike", "mi\u0301ke"])
def test_letters_that_fold_into_another_persons_address_are_refused(local):
    assert parse_email(f"{local}@mail.ru") is None


@given(st.text(max_size=80) | st.emails())
def test_any_text_is_a_printable_ascii_address_or_none(typed):
    address = parse_email(typed)
    assert address is None or (address.isascii() and address.isprintable() and address == address.lower())
    assert address is None or parse_email(address) == address
