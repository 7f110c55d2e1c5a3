"""How passwords come out of fingers: the other keyboard layout, Latin spelling of Russian, walks along the keys."""

from __future__ import annotations

_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,." + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>'
_CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбю" + "ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"
_TO_LATIN = str.maketrans(_CYRILLIC, _LATIN)
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)

_SPELT = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya".split(" "),
        strict=True,
    )
)
_SPELT_OTHERWISE = {**_SPELT, "й": "j", "х": "h", "ц": "c", "щ": "sch", "ю": "u", "я": "ja", "ж": "j"}

ROWS = ("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./")
_COLUMNS = tuple("".join(keys) for keys in zip(ROWS[0][1:11], ROWS[1], ROWS[2] + " ", ROWS[3] + " ", strict=False))
ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "абвгдеежзийклмнопрстуфхцчшщъыьэюя",
    "01234567890",
)


def folded(text: str) -> str:
    """The text as guessers try it: without capitals and without the dots of ё."""
    return text.lower().replace("ё", "е")


def to_latin(text: str) -> str:
    """What the same keys give in the Latin layout: «пароль» → «gfhjkm»."""
    return text.translate(_TO_LATIN)


def to_cyrillic(text: str) -> str:
    """What the same keys give in the Russian layout: «gfhjkm» → «пароль»."""
    return text.translate(_TO_CYRILLIC)


def twins(text: str) -> tuple[str, ...]:
    """The folded text and what its keys give in either layout."""
    return tuple(dict.fromkeys(folded(each) for each in (text, to_latin(text), to_cyrillic(text))))


def spelt(word: str) -> tuple[str, ...]:
    """A folded Russian word in Latin letters, in the two spellings that people use most: «юля» → «yulya», «ulja»."""
    return tuple(dict.fromkeys("".join(table.get(sign, sign) for sign in word) for table in (_SPELT, _SPELT_OTHERWISE)))


def is_walk(text: str) -> bool:
    """Whether a Latin text goes straight along a row of keys, along an alphabet, or down column after column."""
    for line in (*ROWS, *ALPHABETS):
        if text in line or text in line[::-1]:
            return True
    down = "".join(column.strip() for column in _COLUMNS)
    return text in down or text in "".join(column.strip()[::-1] for column in _COLUMNS)
