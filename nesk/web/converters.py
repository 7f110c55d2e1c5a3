"""What may stand in an address."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**63 - 1
"""What a column of ids can hold. SQLite takes no larger number even to compare with."""


class IdIntegerConverter(IntegerConverter):
    """`<int:…>`: a number that something can have. A larger one is an address that does not exist."""

    def __init__(self, map: Map, min: int | None = None, max: int = LARGEST_ID) -> None:
        super().__init__(map, min=min, max=max)


def init_converters(app: Flask) -> None:
    """Before the first address is known."""
    app.url_map.converters["int"] = IdIntegerConverter
