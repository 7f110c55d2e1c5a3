"""The board: the queue by term, crews × slots of a day, and the three moves — assign, move, take off."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, request, url_for
from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired

from nesk.core import clock
from nesk.core.errors import Refused
from nesk.fieldwork import operations, queries, rules
from nesk.fieldwork.models import Order
from nesk.people.permissions import Permission
from nesk.web.access import allowed, staff_branch
from nesk.web.forms import DayField, Form, number_of
from nesk.web.htmx import go, page
from nesk.web.login import current_actor
from nesk.web.query import day_asked, words_asked

bp = Blueprint("board", __name__)

KINDS = {
    "replacement": "",
    "sealing": "t-seal",
    "unsealing": "t-seal",
    "programming": "",
    "electrical": "t-work",
    "other": "",
}
STATES = {"en_route": "t-now", "on_site": "t-now", "done": "t-done", "no_access": "t-done"}


class AssignmentForm(Form):
    version = HiddenField()
    on = DayField("День", [InputRequired("Выберите день.")])
    slot = SelectField("Время", choices=[(str(slot), name) for slot, name in rules.SLOT_NAMES.items()])
    crew = RadioField("Бригада", coerce=str, validate_choice=False)


@bp.get("/")
@allowed(Permission.DISPATCH)
def index() -> Any:
    on = day_asked("on") or clock.today()
    search = words_asked()
    context = {"queue": queries.queue(staff_branch(), search=search), "search": search, **_board(on)}
    return page("dispatch/board/index.html", "dispatch/board/_board.html", **context)


def _board(on: date) -> dict[str, Any]:
    rows = queries.board(staff_branch(), on)
    visits = [visit for row in rows for cell in row.cells for visit in cell.visits]
    now = clock.local_now()
    return {
        "on": on,
        "rows": rows,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "total": len(visits),
        "finished": sum(visit.state == "done" for visit in visits),
        "working": sum(visit.state in ("en_route", "on_site") for visit in visits),
        "load": sum(row.load_percent for row in rows) // len(rows) if rows else 0,
        "now_slot": next(
            (slot for slot, (start, end) in rules.SLOTS.items() if on == now.date() and start <= now.hour < end), None
        ),
        "rules": rules,
        "kinds": KINDS,
        "states": STATES,
    }


@bp.route("/orders/<int:order_id>/assignment", methods=["GET", "POST"])
@allowed(Permission.DISPATCH)
def assignment(order_id: int) -> Any:
    """«Назначить»: crews that can take the order at that time, the freest first. A dialog for htmx, a page otherwise."""
    order = queries.order_for_branch(staff_branch(), order_id)
    visit = queries.live_visit(order.id)
    on = day_asked("on") or (visit.on if visit else None) or max(order.wish_on or clock.today(), clock.today())
    form = AssignmentForm(version=str(order.version), on=on, slot=str(visit.slot if visit else order.wish_slot or 1))
    offered = queries.suggestions(order, form.on.data or on)
    form.crew.choices = [(str(each.id), each.name) for each in _crews(order)]
    if form.validate_on_submit():
        try:
            _assign(order, form)
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".index", on=form.on.data), f"Заявка {order.number} назначена.")
    context = {
        "form": form,
        "order": order,
        "visit": visit,
        "offered": offered,
        "rules": rules,
        "asked": form.on.data or on,
    }
    return page("dispatch/board/assignment.html", "dispatch/board/_assignment.html", **context)


def _crews(order: Order) -> list[Any]:
    return [row.crew for row in queries.board(order.branch_id, clock.today()) if order.service.work in row.crew.works]


def _assign(order: Order, form: AssignmentForm) -> None:
    if form.crew.data not in dict(form.crew.choices):
        raise Refused("Выберите бригаду.", field="crew")
    operations.assign_visit(
        order.id,
        int(form.crew.data),
        form.on.data,
        int(form.slot.data),
        version=number_of(form.version.data),
        by=current_actor(),
    )


@bp.post("/orders/<int:order_id>/assignment/end")
@allowed(Permission.DISPATCH)
def unassign(order_id: int) -> Any:
    order = queries.order_for_branch(staff_branch(), order_id)
    operations.unassign_visit(order.id, by=current_actor())
    on = request.form.get("on", "")
    return go(url_for(".index", on=on) if on else url_for(".index"), f"Заявка {order.number} снята с бригады.")
