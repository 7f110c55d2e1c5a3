"""Telephone numbers of people in Russia: however typed, kept as +7XXXXXXXXXX."""

import re

import phonenumbers
from phonenumbers import PhoneNumberType

# Only what masks and habits put between digits: letters, other alphabets' digits and «доб. 5» make it no number.
_TYPED = re.compile(r"\+?[0-9 \u00a0\u202f()./\u2010-\u2015-]{10,40}")
_DIGITS = re.compile(r"(?:\+?7|8)?([3-9][0-9]{9})")


def parse_phone(text: str, *, mobile: bool = False) -> str | None:
    """A Russian number as «+7XXXXXXXXXX», or None when the text is no such number.

    Takes 8…, +7…, 7…, ten digits, and masks such as «8(900) 000-00-00». With `mobile` only mobile ranges count: codes
    are sent to nothing else, since SMS are pumped through premium ranges and Kazakhstan's +7 7….
    """
    typed = text.strip()
    if not _TYPED.fullmatch(typed):
        return None
    plain = ("+" if typed.startswith("+") else "") + re.sub(r"[^0-9]", "", typed)
    if not (digits := _DIGITS.fullmatch(plain)):
        return None
    number = phonenumbers.parse("+7" + digits[1])
    if phonenumbers.region_code_for_number(number) != "RU" or not phonenumbers.is_valid_number(number):
        return None
    if mobile and phonenumbers.number_type(number) != PhoneNumberType.MOBILE:
        return None
    return "+7" + digits[1]
