"""The day of a crew: its visits in order, setting out, arriving, being refused access."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from wtforms import StringField

from nesk.core import clock
from nesk.core.errors import Refused
from nesk.fieldwork import queries, rules, visits
from nesk.fieldwork.queries import crew_of
from nesk.web.forms import AtMost, Form
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, viewer
from nesk.web.query import day_asked

bp = Blueprint("visits", __name__)

ICONS = {
    "replacement": "meter",
    "sealing": "seal",
    "unsealing": "stamp",
    "programming": "program",
    "electrical": "plug",
    "other": "tools",
}
STATES = {
    "assigned": ("Впереди", ""),
    "en_route": ("В пути", "info"),
    "on_site": ("На месте", "warn"),
    "done": ("Выполнен", "ok"),
    "no_access": ("Не впустили", "bad"),
    "cancelled": ("Снят", ""),
}


class NoAccessForm(Form):
    reason = StringField("Почему не удалось попасть", [AtMost(300)])


@bp.get("/")
def index() -> Any:
    staff, today = viewer().subject.id, clock.today()
    on = day_asked("on") or today
    rows = queries.visits_on(staff, on)
    context = {
        "on": on,
        "rows": rows,
        "finished": sum(visit.ended_at is not None for visit in rows),
        "days": queries.days_with_visits(staff, today),
        "has_crew": crew_of(staff) is not None,
        "rules": rules,
        "icons": ICONS,
        "states": STATES,
    }
    return page("crew/visits/index.html", **context)


@bp.post("/visits/<int:visit_id>/departure")
def set_out(visit_id: int) -> Any:
    visit = visits.set_out(viewer().subject.id, visit_id, by=current_actor())
    return go(url_for("crew.closing.show", visit_id=visit.id), "Абонент получил SMS, что вы выехали.")


@bp.post("/visits/<int:visit_id>/arrival")
def arrive(visit_id: int) -> Any:
    visit = visits.arrive(viewer().subject.id, visit_id, by=current_actor())
    return go(url_for("crew.closing.show", visit_id=visit.id), "Отмечено: вы на месте.")


@bp.route("/visits/<int:visit_id>/no-access", methods=["GET", "POST"])
def no_access(visit_id: int) -> Any:
    visit = queries.visit_of(viewer().subject.id, visit_id)
    form = NoAccessForm()
    if form.validate_on_submit():
        try:
            visits.report_no_access(viewer().subject.id, visit_id, reason=form.reason.data or "", by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".index"), "Записано. Диспетчер назначит новое время.")
    return page("crew/visits/no_access.html", "crew/visits/_no_access.html", form=form, visit=visit)


@bp.get("/sw.js")
def worker() -> Response:
    """The crew's own service worker: the day's pages stay on the phone until sign-out, a day at most."""
    assets = current_app.extensions["assets"]
    response = Response(assets["js/crew-worker.js"].body, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/offline")
def offline() -> str:
    """Shown when a page was never opened while there was a network."""
    return render_template("crew/visits/offline.html", path=request.path)
