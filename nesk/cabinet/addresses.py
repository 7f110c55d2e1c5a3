"""Addresses suggested while somebody types one: known towns and streets, nothing about who lives there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from nesk.branches.queries import suggested_addresses
from nesk.web.query import words_asked

bp = Blueprint("addresses", __name__, url_prefix="/addresses")


@bp.get("")
def index() -> Any:
    """Options for the list under the field; the field works as a plain one without them."""
    return render_template("cabinet/addresses/_options.html", found=suggested_addresses(words_asked("address")))
