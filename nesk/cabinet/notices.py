"""Notices inside the cabinet, read by being opened."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from nesk.notifications import operations, queries
from nesk.web.htmx import go
from nesk.web.login import viewer
from nesk.web.query import page_asked

bp = Blueprint("notices", __name__, url_prefix="/notices")


@bp.get("/")
def index() -> Any:
    return render_template("cabinet/notices/index.html", page=queries.notices(viewer().subject.id, page_asked()))


@bp.post("/read")
def read() -> Any:
    operations.mark_read(viewer().subject.id)
    return go(url_for(".index"), "Уведомления прочитаны.")
