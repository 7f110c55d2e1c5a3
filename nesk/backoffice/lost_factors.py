"""Somebody has lost their second factor and comes with their papers: staff end it, and they set up another (A11)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from nesk.accounts.queries import organization_for_branch, person_for_branch
from nesk.core.actor import Kind
from nesk.core.errors import Forbidden, NotFound, Refused
from nesk.credentials import factors
from nesk.credentials.factors import Holder
from nesk.people.models import BusinessUser, Person, Staff
from nesk.people.permissions import Permission
from nesk.people.queries import employee
from nesk.web.access import my_colleague, staff_branch
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, viewer
from nesk.web.proof import ProvingForm

bp = Blueprint("lost_factors", __name__, url_prefix="/factors/<kind>/<int:subject_id>")

NEEDED: dict[Kind, Permission] = {
    "person": Permission.CHANGE_SUBSCRIBERS,
    "business": Permission.ISSUE_CREDENTIALS,
    "staff": Permission.MANAGE_STAFF,
    "crew": Permission.MANAGE_STAFF,
}
OWN = "Свою защиту входа меняют на странице «Защита входа»."


@bp.route("", methods=["GET", "POST"])
def show(kind: Kind, subject_id: int) -> Any:
    """What guards them, and a button that ends it all with their sessions; needs a fresh proof, for it opens a door."""
    subject = _whose(kind, subject_id)
    holder = Holder(kind, subject_id)
    form = ProvingForm()
    if form.validate_on_submit():
        try:
            if holder == Holder(viewer().kind, viewer().subject.id):
                raise Refused(OWN)
            form.prove()
            factors.reset(holder, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".show", kind=kind, subject_id=subject_id), "Второй шаг входа сброшен, сеансы завершены.")
    return page(
        "backoffice/lost_factors/show.html",
        "backoffice/lost_factors/_show.html",
        form=form,
        kind=kind,
        subject_id=subject_id,
        name=subject.full_name if isinstance(subject, Person) else subject.name,
        login="" if isinstance(subject, Person) else subject.login,
        protection=factors.protection(holder),
    )


def _whose(kind: Kind, subject_id: int) -> Person | Staff | BusinessUser:
    """Somebody of the viewer's branch, when the viewer may do this to their kind. Raises NotFound, Forbidden."""
    if kind not in NEEDED:
        raise NotFound
    if not viewer().may(NEEDED[kind]):
        raise Forbidden
    if kind == "person":
        return person_for_branch(staff_branch(), subject_id)
    if kind != "business":
        return my_colleague(kind, subject_id)
    user = employee("business", subject_id)
    organization_for_branch(staff_branch(), user.organization_id)
    return user
