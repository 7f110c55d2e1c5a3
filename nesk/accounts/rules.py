"""What a person may call their account."""

from __future__ import annotations

import unicodedata

LONGEST_TITLE = 60
_TURNING = {"\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
"""Marks that turn the direction of what follows: in a list they would rearrange the words beside them."""


def plain_title(text: str) -> str:
    """The title on one line, without control characters and marks of direction; emoji stay."""
    kept = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text if sign not in _TURNING)
    return " ".join(kept.split())
