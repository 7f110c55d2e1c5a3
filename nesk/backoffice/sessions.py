"""Sessions of others: where a subscriber is signed in, who of staff, crews and legal entities is; ending any of them (S6)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from nesk.credentials import remembering
from nesk.credentials.devices import devices_of, end_device
from nesk.people.models import Person
from nesk.people.permissions import Permission
from nesk.people.queries import employees_signed_in
from nesk.web.access import allowed, note_seen, staff_branch, subject_in_reach
from nesk.web.htmx import go
from nesk.web.login import current_actor, viewer

bp = Blueprint("sessions", __name__, url_prefix="/sessions")

KINDS = {"person": "Абонент", "staff": "Сотрудник", "crew": "Бригада", "business": "Юридическое лицо или ИП"}


@bp.get("/")
@allowed(Permission.MANAGE_STAFF)
def index() -> Any:
    """Everybody of the branch at work: whoever is signed in at /staff, /crew and /business."""
    return render_template("backoffice/sessions/index.html", people=employees_signed_in(staff_branch()), kinds=KINDS)


@bp.get("/<kind>/<int:subject_id>")
def show(kind: str, subject_id: int) -> Any:
    """The devices of one of them; that a subscriber's were looked at is noted."""
    subject = subject_in_reach(kind, subject_id, needed=Permission.SEE_SUBSCRIBERS if kind == "person" else None)
    if kind == "person":
        note_seen("person", subject_id)
    return render_template(
        "backoffice/sessions/show.html",
        kind=kind,
        title=KINDS[kind],
        subject=subject,
        name=subject.full_name if isinstance(subject, Person) else subject.name,
        devices=devices_of(kind, subject_id),
        may_end=kind != "person" or viewer().may(Permission.CHANGE_SUBSCRIBERS),
    )


@bp.post("/<kind>/<int:subject_id>/end")
def end_all(kind: str, subject_id: int) -> Any:
    subject_in_reach(kind, subject_id)
    remembering.forget_devices(kind, subject_id, by=current_actor())
    return go(url_for(".show", kind=kind, subject_id=subject_id), "Все сеансы завершены.")


@bp.post("/<kind>/<int:subject_id>/<int:session_id>/end")
def end(kind: str, subject_id: int, session_id: int) -> Any:
    subject_in_reach(kind, subject_id)
    end_device(kind, subject_id, session_id, by=current_actor())
    return go(url_for(".show", kind=kind, subject_id=subject_id), "Сеанс завершён.")
