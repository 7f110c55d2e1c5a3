"""What proves that an account is one's own, how it may be typed, and how often it may be tried (B1…B5)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta

EVIDENCE_MONTHS = 12
"""«Всего к оплате» and payments of so many months back are evidence (S0-12)."""
LEAST_SUM_KOP = 1_000
"""A sum below ten roubles proves nothing: everybody has one like it (B3)."""
MOST_OPENED_PER_MILLE = 1
"""A sum that opens more than this share of all accounts, and more than one, is no evidence (B3)."""
GUEST_REMEMBERS = timedelta(days=366)
"""What a guest saw of an account is no evidence for them for so long after."""
MOST_COUNTED = 2_000
"""A sum that opens more is evidence nowhere: there are no two million accounts behind it."""

WATCHED = timedelta(minutes=15)
"""How far back the breaker looks."""
OVERWHELMING = 6
"""So many times the breaker's threshold opens it whatever the share: good tries could be made to hide the bad ones."""

_TWINS = str.maketrans("АВСЕНКМОРТХУІ", "ABCEHKMOPTXYI")
"""Cyrillic capitals that look like the Latin ones: typed without switching the keyboard."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures of one subject within so many seconds."""

    name: str
    subject: str
    most: int
    seconds: int


HOUR, DAY = 3_600, 86_400
MOST_A_DAY = 20
"""Bindings of one person in a day, good ones: each of them sends letters to others."""


def limits_of(person_id: int, network: str, account_number: str) -> tuple[Limit, ...]:
    """Whose failures are counted, in the order in which they are asked: whoever is past their own limit takes nothing
    from the account's (B2)."""
    return (
        Limit("binding_hour", f"person:{person_id}", 5, HOUR),
        Limit("binding_day", f"person:{person_id}", 15, DAY),
        Limit("binding_network", network, 30, HOUR),
        Limit("binding_account", account_number, 5, DAY),
    )


def parse_account_number(text: str) -> str | None:
    """The number of an account as it is stored; None when it cannot be one. Spaces and dashes of the paper are left out."""
    digits = "".join(text.split()).replace("-", "")
    fits = 9 <= len(digits) <= 13 and digits.isascii() and digits.isdigit()
    return digits if fits else None


def plain_serial(text: str) -> str:
    """A meter's number with nothing but capital letters and digits of ASCII, so that one number has one spelling (B5)."""
    # «№» would come apart into two letters of the number.
    wide = unicodedata.normalize("NFKC", text.replace("№", "")).upper().translate(_TWINS)
    return "".join(sign for sign in wide if sign.isascii() and sign.isalnum())


def least_accounts(opened: int) -> int:
    """How many accounts there have to be, for a sum that opens so many of them to be evidence (B3): one is always fine."""
    return 0 if opened <= 1 else opened * 1_000 // MOST_OPENED_PER_MILLE


def is_attack(refused: int, bound: int, *, least: int, percent: int) -> bool:
    """Whether so many refused and good tries of the last minutes are no people's mistakes any more (B2)."""
    if refused < least:
        return False
    return refused * 100 >= percent * (refused + bound) or refused >= OVERWHELMING * least


def wait_words(seconds: int) -> str:
    """«Повторите через 40 мин», «через 7 ч»: how long somebody past a limit has to wait."""
    minutes = max(-(-seconds // 60), 1)
    wait = f"{minutes} мин" if minutes < 90 else f"{-(-minutes // 60)} ч"
    return f"Слишком много попыток привязки. Повторите через {wait} или позвоните 8 (800) 600-02-20."


def masked_name(surname: str, name: str, patronymic: str) -> str:
    """«И***** И. И.»: enough to recognise one's own people by, too little to learn a stranger's name. The stars do not
    count the letters. Empty when nothing is known."""
    parts = [f"{surname[0]}*****"] if surname else []
    return " ".join([*parts, *(f"{part[0]}." for part in (name, patronymic) if part)])


def masked_contact(kind: str, value: str) -> str:
    """«телефон …-01», «почта a…@demo.nesk»: somebody who has told no name."""
    if kind == "phone":
        return f"телефон +7 (***) ***-**-{value[-2:]}"
    box, _, host = value.partition("@")
    return f"почта {box[:1]}***@{host}"
