"""The door of registration: the first way that is open, or a word about the office when there is none."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from nesk.public.registration.account import account
from nesk.public.registration.email import email
from nesk.public.registration.phone import phone
from nesk.public.registration.ways import bp, open_names

VIEWS = {"phone": phone, "email": email, "account": account}


@bp.get("")
def index() -> Any:
    """The way that `?way=` names, else the first; one that is switched off is not there."""
    ways = open_names()
    asked = request.args.get("way", next(iter(ways), ""))
    if ways and asked in VIEWS:
        return VIEWS[asked]()
    return VIEWS[ways[0]]() if ways else render_template("public/registration/index.html")
