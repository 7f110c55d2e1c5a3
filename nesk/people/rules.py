"""What people may write of themselves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

EARLIEST_BIRTH = date(1900, 1, 1)
_NAME_SIGNS = " -'’.()"
_LATIN = re.compile(r"[A-Za-z][A-Za-z '’.-]*")
_UNSEEN = {"Cc", "Cs", "Cn", "Co"}
_TURNING = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Marks that change the direction of writing: a text with them reads otherwise than it is."""

SEXES = {"": "Не указан", "f": "Женский", "m": "Мужской"}
SOCIAL_CATEGORIES = {
    "": "Не указана",
    "pensioner": "Пенсионер",
    "large_family": "Многодетная семья",
    "veteran": "Ветеран",
    "subsidy": "Получатель субсидии",
    "other": "Другая льготная категория",
}
"""Nothing about health: that would be data of a special category, with a consent of its own (152-ФЗ ст. 10)."""
CALL_HOURS = {"": "В любое время", "morning": "С 9 до 12", "day": "С 12 до 17", "evening": "С 17 до 20"}
CONTACT_WAYS = {"": "Без разницы", "phone": "Звонок", "sms": "SMS", "email": "Электронная почта"}
LONGEST = {
    "surname": 80,
    "name": 80,
    "patronymic": 80,
    "surname_latin": 80,
    "name_latin": 80,
    "nickname": 60,
    "citizenship": 60,
    "address": 300,
    "call_me": 80,
}


def wishes_in_words(wishes: Mapping[str, Any]) -> str:
    """«Личные предпочтения» as whoever is about to call reads them; empty when there are none."""
    asked = (
        ("call_me", f"обращаться «{wishes.get('call_me')}»"),
        ("call_hours", f"звонить {CALL_HOURS[wishes.get('call_hours', '')].lower()}"),
        ("contact_way", f"связь: {CONTACT_WAYS[wishes.get('contact_way', '')]}"),
        ("large_print", "квитанции крупным шрифтом"),
    )
    return ", ".join(words for name, words in asked if wishes.get(name))


def tidy(text: str) -> str:
    """The text as it is kept: one form of each letter, no spaces around it or in rows."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def text_refusal(text: str, most: int) -> str | None:
    """Why a free text cannot be kept, in words for the person; None when it can."""
    if any(unicodedata.category(sign) in _UNSEEN or sign in _TURNING for sign in text):
        return "В тексте есть невидимые знаки. Наберите его заново, без вставки."
    if len(text) > most:
        return f"Слишком длинно. Оставьте не больше {most} знаков."
    return None


def name_refusal(text: str, most: int) -> str | None:
    """Why this is no name of a person as documents write it; None when it is, or is empty."""
    if refusal := text_refusal(text, most):
        return refusal
    if all(sign in _NAME_SIGNS or _is_letter(sign) for sign in text) and (not text or any(map(str.isalpha, text))):
        return None
    return "Введите имя буквами, как в документе: подойдут буквы, пробел, дефис и апостроф."


def latin_refusal(text: str, most: int) -> str | None:
    """Why this is no name in Latin letters; None when it is, or is empty."""
    if refusal := text_refusal(text, most):
        return refusal
    if not text or _LATIN.fullmatch(text):
        return None
    return "Введите латинскими буквами, как в загранпаспорте, например Kovalchuk."


def birth_refusal(born_on: date | None, *, today: date) -> str | None:
    """Why nobody was born on that day; None when somebody could have been, or it is not told."""
    if born_on is None or EARLIEST_BIRTH <= born_on <= today:
        return None
    return "Проверьте дату рождения: она не может быть в будущем или раньше 1900 года."


def _is_letter(sign: str) -> bool:
    return sign.isalpha() and unicodedata.name(sign, "").startswith(("CYRILLIC", "LATIN"))
