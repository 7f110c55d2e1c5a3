"""The front page: the cabinet's door, phones and offices."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template
from flask_login import current_user

from nesk.branches.queries import branches_with_offices
from nesk.public.registration.ways import open_names

bp = Blueprint("front", __name__)


@bp.get("/")
def index() -> Any:
    if current_user.is_authenticated:
        return redirect("/cabinet/", 303)
    return render_template("public/front/index.html", branches=branches_with_offices(), ways=open_names())


@bp.get("/offline")
def offline() -> str:
    """What the service worker shows when there is no network."""
    return render_template("public/front/offline.html")
