"""How towns and streets are recognised, however they are typed."""

from __future__ import annotations

import re

KINDS = frozenset(
    "г город пгт п пос посёлок поселок х хутор с село ст ст-ца станица аул д дер деревня рп снт днт "
    "ул улица пер переулок пр проезд пр-кт просп проспект пл площадь наб набережная б-р бул бульвар ш шоссе туп тупик "
    "мкр мкр-н микрорайон кв-л квартал линия аллея тракт им имени".split()
)
"""Words that tell what a place is: people write them in every way, and find it by its own name."""

LONGEST = 100
_SIGNS = re.compile(r"[^\w\s/-]+")


def place_key(text: str) -> str:
    """What a town or a street is found by: its own name in small letters, «ё» as «е», without «ул.» and the like.

    A name that consists of such words only («Площадь») is kept whole.
    """
    words = _SIGNS.sub(" ", text.lower()).split()
    own = list(words)
    while own and own[0] in KINDS:
        own.pop(0)
    return " ".join(own or words).replace("ё", "е")[:LONGEST]


def address_parts(typed: str) -> tuple[str, str] | None:
    """What has been typed of an address, as keys of (town, place).

    The town is empty while there is no comma. None when nothing can be suggested: too little, or the street is done.
    """
    parts = [place_key(part) for part in typed[: 3 * LONGEST].split(",")]
    if len(parts) > 2:
        return None
    town, place = (parts[0], parts[1]) if len(parts) == 2 else ("", parts[0])
    if len(place) < (1 if town else 2):
        return None
    return town, place
