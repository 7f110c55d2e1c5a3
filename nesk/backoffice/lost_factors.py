"""Somebody has lost their second factor and comes with their papers: staff end it, and they set up another (A11)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from nesk.core.actor import Kind
from nesk.core.errors import Refused
from nesk.credentials import factors
from nesk.credentials.factors import Holder
from nesk.people.models import Person
from nesk.web.access import note_seen, subject_in_reach
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, viewer
from nesk.web.proof import ProvingForm

bp = Blueprint("lost_factors", __name__, url_prefix="/factors/<kind>/<int:subject_id>")

OWN = "Свою защиту входа меняют на странице «Защита входа»."


@bp.route("", methods=["GET", "POST"])
def show(kind: Kind, subject_id: int) -> Any:
    """What guards them, and a button that ends it all with their sessions; needs a fresh proof, for it opens a door."""
    subject = subject_in_reach(kind, subject_id)
    if kind == "person":
        note_seen("person", subject_id)
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
