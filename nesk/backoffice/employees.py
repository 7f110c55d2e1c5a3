"""«Сотрудники»: who works here and may sign in; blocking, a new password in place of a forgotten one (A11)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from nesk.core import clock
from nesk.core.actor import Kind
from nesk.core.errors import NotFound, Refused
from nesk.credentials import issuing
from nesk.credentials.factors import protected_among
from nesk.credentials.passwords import random_password
from nesk.people.models import Staff
from nesk.people.permissions import Permission
from nesk.people.queries import employees_for_branch
from nesk.web.access import allowed, staff_branch, subject_in_reach
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, viewer
from nesk.web.proof import ProvingForm

bp = Blueprint("employees", __name__, url_prefix="/employees")

KINDS: dict[str, Kind] = {"office": "staff", "crew": "crew"}


@bp.get("")
@allowed(Permission.MANAGE_STAFF)
def index() -> Any:
    people = employees_for_branch(staff_branch())
    ids = [row.id for row in people]
    return render_template(
        "backoffice/employees/index.html",
        people=people,
        protected=protected_among("staff", ids) | protected_among("crew", ids),
        kinds=KINDS,
        mine=viewer().permissions,
        now=clock.now(),
    )


@bp.route("/<kind>/<int:staff_id>/password", methods=["GET", "POST"])
@allowed(Permission.MANAGE_STAFF)
def password(kind: Kind, staff_id: int) -> Any:
    """A password that we make up, shown in this very answer and nowhere else; whoever gets it must choose their own."""
    who = _mine(kind, staff_id)
    form = ProvingForm()
    if form.validate_on_submit():
        secret, until = random_password(), issuing.good_until()
        try:
            form.prove()
            issuing.issue_password(who, secret, until=until, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return page(
                "backoffice/employees/issued.html",
                "backoffice/employees/_issued.html",
                who=who,
                password=secret,
                until=until,
            )
    return page(
        "backoffice/employees/password.html", "backoffice/employees/_password.html", form=form, who=who, kind=kind
    )


@bp.post("/<kind>/<int:staff_id>/block")
@allowed(Permission.MANAGE_STAFF)
def block(kind: Kind, staff_id: int) -> Any:
    issuing.block(_mine(kind, staff_id), by=current_actor())
    return go(url_for(".index"), "Доступ заблокирован, сеансы завершены.")


@bp.post("/<kind>/<int:staff_id>/unblock")
@allowed(Permission.MANAGE_STAFF)
def unblock(kind: Kind, staff_id: int) -> Any:
    issuing.unblock(_mine(kind, staff_id), by=current_actor())
    return go(url_for(".index"), "Доступ снова открыт.")


def _mine(kind: Kind, staff_id: int) -> Staff:
    """A colleague whom the viewer may help. Raises NotFound, Forbidden."""
    if kind not in KINDS.values():
        raise NotFound
    return subject_in_reach(kind, staff_id)
