"""The door of registration: the first way that is open, or a word about the office when there is none."""

from __future__ import annotations

from typing import Any

from flask import render_template

from nesk.public.registration.account import account
from nesk.public.registration.email import email
from nesk.public.registration.phone import phone
from nesk.public.registration.ways import bp, open_ways

VIEWS = {"phone": phone, "email": email, "account": account}


@bp.get("")
def index() -> Any:
    ways = open_ways()
    return VIEWS[ways[0].name]() if ways else render_template("public/registration/index.html")
