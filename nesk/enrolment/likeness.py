"""Whether what somebody typed is what stands in our papers: a name, an address, a meter's number (S3-03, S4-02)."""

from __future__ import annotations

import re
import unicodedata

from nesk.enrolment.rules import plain_serial

_KINDS_OF_STREETS = frozenset(
    "ул улица пер переулок пр пркт пр-кт проспект проезд пр-д прд ш шоссе б-р бр бульвар пл площадь наб набережная туп "
    "тупик аллея мкр микрорайон кв-л квартал тер территория снт днт линия".split()
)
_KINDS_OF_TOWNS = frozenset(
    "г город пгт рп п пос поселок с село х хутор ст ст-ца стца станица аул д дер деревня поселение".split()
)
_HOUSE, _LETTER = re.compile(r"^\s*(?:дом|д)\.?\s*(?=\d)"), re.compile(r"(?:литера|лит)\.?")
_BUILDING = re.compile(r"(?:корпус|корп|строение|стр|к)\.?\s*(?=\d)")


def same_serial(typed: str, serials: list[str]) -> bool:
    """Whether a typed number is exactly that of one of the meters (B5)."""
    wanted = plain_serial(typed)
    return bool(wanted) and wanted in {plain_serial(serial) for serial in serials}


def same_name(typed: str, holder: str) -> bool:
    """Whether a typed ФИО is the whole name of the holder: the same words in the same order."""
    return bool(_words(holder)) and _words(typed) == _words(holder)


def same_place(typed: str, place: str, kinds: frozenset[str] = _KINDS_OF_STREETS) -> bool:
    """Whether two names of a street mean one, with or without «ул.» and in whatever order the words stand."""
    ours = sorted(word for word in _words(place) if word not in kinds)
    return bool(ours) and sorted(word for word in _words(typed) if word not in kinds) == ours


def same_town(typed: str, town: str) -> bool:
    """Whether two names of a settlement mean one, with or without «г.»."""
    return same_place(typed, town, _KINDS_OF_TOWNS)


def same_house(house: str, building: str, ours: str) -> bool:
    """Whether house and корпус are ours, which stand in one: «107 к 2», «107к2», «107/2»."""
    typed = f"{house}/{building}" if building.strip() else house
    return bool(_house(ours)) and _house(typed) == _house(ours)


def same_flat(typed: str, ours: str) -> bool:
    """Whether two numbers of a flat are one; a house without flats has none."""
    return _flat(typed) == _flat(ours)


def _house(text: str) -> str:
    plain = _BUILDING.sub("/", _LETTER.sub("", _HOUSE.sub("", _plain(text))))
    return re.sub(r"[/\\-]+", "/", "".join(plain.split())).strip("/")


def _flat(text: str) -> str:
    return re.sub(r"(?:квартира|кв|№)\.?|\s", "", _plain(text))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+(?:-\w+)*", _plain(text))


def _plain(text: str) -> str:
    """Small letters without «ё», without marks that cannot be seen, one kind of hyphen."""
    wide = unicodedata.normalize("NFKC", text).lower().replace("ё", "е")
    seen = "".join(sign for sign in wide if unicodedata.category(sign) not in ("Cf", "Cc", "Cs"))
    return re.sub("[\u2010-\u2015]", "-", seen)
