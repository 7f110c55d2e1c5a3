"""What a password may be: as long as is asked, and not one of those that are guessed first (A1, A2)."""

from __future__ import annotations

import re

from nesk.credentials import common_passwords
from nesk.credentials.keyboards import folded, is_walk, spelt, to_latin, twins

DEMO_PASSWORD = "demo-2026"  # noqa: S105 - the contract names it, and production refuses demo people
"""Accepted for demo people whatever the rules and settings say."""
LONGEST = 128
SHORT = 8
"""Below this many characters a password is held against zxcvbn too."""
READ_BY_ZXCVBN = 72
FEW_GUESSES = 10**6
HUNG_ON = 4
"""So many digits and signs hung on a common word are guessed with it: «пароль2026», «!qwerty1»."""
OF_ITS_OWN = 6
"""So many characters must be left when the words of the person and of the company are taken away."""
_CURRENT_YEARS = re.compile(r"(?:19|20)\d\d")

TOO_LONG = f"Пароль слишком длинный. Оставьте не больше {LONGEST} символов."
UNREADABLE = "В пароле есть знак, который нельзя сохранить. Наберите пароль заново."
COMMON = "Такой пароль подбирают одним из первых. Придумайте другой: например, три слова, не связанных между собой."
PATTERN = (
    "Пароль составлен из повторов, идущих подряд знаков или даты — такие подбирают первыми. "
    "Придумайте другой или добавьте к нему слово."
)
PERSONAL = (
    "В пароле почти нет ничего, кроме ваших данных: имени, телефона, почты или лицевого счёта. Придумайте другой."
)
COMPANY = "В пароле почти нет ничего, кроме названий компании, её услуг и городов. Придумайте другой."


def password_refusal(password: str, *, least: int, personal: tuple[str, ...] = ()) -> str | None:
    """Why the password cannot be taken, in words for the person; None when it can (S0-25, A1, A2).

    `personal`: phone, e-mail, names, numbers of accounts and the like, which a password must not be made of. The password
    is judged and never changed: it is used exactly as it was typed.
    """
    if len(password) < least:
        return f"Ошибка заполнения. Количество символов в поле Новый пароль должно быть не менее {least}."
    if len(password) > LONGEST:
        return TOO_LONG
    if any("\ud800" <= sign <= "\udfff" for sign in password):
        return UNREADABLE
    typed = twins(password)
    if _is_made_of(typed, _parts(personal)):
        return PERSONAL
    if _is_made_of(typed, common_passwords.company()):
        return COMPANY
    if any(_is_common(form) for form in typed):
        return COMMON
    if any(_is_pattern(form) for form in typed):
        return PATTERN
    if len(password) < SHORT and any(_is_explained(form) for form in {password, to_latin(password)}):
        return PATTERN
    return None


def _is_common(form: str) -> bool:
    """On a list as it stands, twice over, backwards, or with a few digits and signs hung on."""
    if form in common_passwords.every() or form[::-1] in common_passwords.frequent():
        return True
    half, odd = divmod(len(form), 2)
    if not odd and form[:half] == form[half:] and form[:half] in common_passwords.frequent():
        return True
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", form)
    if len(form) - len(core) > HUNG_ON:
        return False
    return len(core) > 2 and (
        core in common_passwords.russian() or (len(core) > 4 and core in common_passwords.frequent())
    )


def _is_pattern(form: str) -> bool:
    """A short piece over and over, a walk along the keys or the alphabet, a date."""
    if any(form == (form[:size] * len(form))[: len(form)] for size in range(1, min(len(form) // 2, 4) + 1)):
        return True
    if is_walk(form):
        return True
    digits = re.sub(r"[\s./,:_-]", "", form)
    return form[:1].isdigit() and _is_date(digits)


def _is_date(digits: str) -> bool:
    """Six or eight digits that a calendar knows, in any of the usual orders."""
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (6, 8):
        return False
    long = len(digits) == 8
    orders = (
        (digits[:2], digits[2:4], digits[4:]),
        (digits[2:4], digits[:2], digits[4:]),
        (digits[-2:], digits[-4:-2], digits[:-4]),
    )
    return any(
        1 <= int(day) <= 31 and 1 <= int(month) <= 12 and (not long or _CURRENT_YEARS.fullmatch(year) is not None)
        for day, month, year in orders
    )


def _parts(personal: tuple[str, ...]) -> tuple[str, ...]:
    """The pieces of personal facts that a password is made of: words in every spelling, telephone numbers in every notation."""
    parts: set[str] = set(map(folded, personal))
    for fact in personal:
        # The domain of an address alone is its provider's name, nothing of the person's.
        for word in re.findall(r"[^\W\d_]+|\d+", folded(fact).partition("@")[0]):
            if not word.isdigit():
                parts |= {twin for spelling in (word, *spelt(word)) for twin in twins(spelling)}
        digits = re.sub(r"\D", "", fact.partition("@")[0])
        if len(digits) > 5:
            parts |= {digits, digits[-10:], digits[-7:], f"8{digits[-10:]}"}
        elif digits:
            parts.add(digits)
    return tuple(sorted((part for part in parts if len(part) > 2), key=len, reverse=True))


def _is_made_of(typed: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Whether too little is left of the password without these words."""
    for form in typed:
        # Separators are nobody's secret: «8-900-000-00-01» is a telephone number as well.
        for rest in (form, re.sub(r"[\s./,:()_+-]", "", form)):
            whole = rest
            for word in words:
                rest = rest.replace(word, "")
            if rest != whole and len(rest) < OF_ITS_OWN:
                return True
    return False


def _is_explained(password: str) -> bool:
    """Whether zxcvbn sees one pattern in it, or two or three that are tried early, and nothing besides.

    It takes two letters of any random text for a word, and rare words for known ones: counted in, they would refuse one
    random password in forty.
    """
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]

    found = zxcvbn(password[:READ_BY_ZXCVBN])
    pieces = found["sequence"]
    if any(piece["pattern"] == "bruteforce" for piece in pieces):
        return False
    return found["guesses"] < (FEW_GUESSES if len(pieces) == 1 else FEW_GUESSES // 10) and (
        len(pieces) == 1 or all(len(piece["token"]) > 2 for piece in pieces)
    )
