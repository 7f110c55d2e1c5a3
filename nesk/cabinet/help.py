"""«Помощь»: how to do what the cabinet offers, and whom to ask (S0-47, S4-15)."""

from __future__ import annotations

from flask import Blueprint, render_template

from nesk.branches.queries import branches_with_offices

bp = Blueprint("help", __name__, url_prefix="/help")


@bp.get("/")
def index() -> str:
    return render_template("cabinet/help/index.html", branches=branches_with_offices())
