"""Documents for staff: versions, a new one with its preview and what differs, who published which and when (§11)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from wtforms import HiddenField, StringField, TextAreaField

from nesk.consents import operations, queries
from nesk.consents.models import Document, Policy
from nesk.consents.rules import blocks, changes
from nesk.core.errors import Refused
from nesk.people.models import Staff
from nesk.people.permissions import Permission
from nesk.web.access import allowed
from nesk.web.forms import AtMost, Form, Required, number_of
from nesk.web.htmx import go, page
from nesk.web.login import current_actor

bp = Blueprint("documents", __name__, url_prefix="/documents")


class DocumentForm(Form):
    """The next version. `seen` is the one that it was made from."""

    seen = HiddenField()
    title = StringField("Название", [Required("Введите название документа."), AtMost(200)])
    text = TextAreaField("Текст", [Required("Введите текст документа."), AtMost(operations.LONGEST)])

    @property
    def seen_version(self) -> int:
        return number_of(self.seen.data)

    @property
    def whole_text(self) -> str:
        return (self.text.data or "").replace("\r\n", "\n").strip()


@bp.get("")
@allowed(Permission.CHANGE_DOCUMENTS)
def index() -> str:
    rows = queries.in_force()
    return render_template("backoffice/documents/index.html", rows=rows, authors=_authors(rows))


@bp.route("/<purpose>", methods=["GET", "POST"])
@allowed(Permission.CHANGE_DOCUMENTS)
def edit(purpose: str) -> Any:
    """«Посмотреть» shows the version as people will see it and what differs; «Опубликовать» puts it in force."""
    versions = queries.versions(purpose)
    last = queries.text_of(purpose)
    form = DocumentForm(obj=last, seen=str(last.version))
    preview: dict[str, Any] = {}
    if form.validate_on_submit():
        if request.form.get("action") == "publish":
            try:
                row = operations.publish(
                    purpose, form.title.data, form.whole_text, seen_version=form.seen_version, by=current_actor()
                )
                return go(url_for(".edit", purpose=purpose), f"Опубликована редакция {row.version}.")
            except Refused as refused:
                form.show(refused)
        else:
            preview = {"parts": blocks(form.whole_text), "changes": changes(last.text, form.whole_text)}
    context = {"form": form, "last": last, "versions": versions, "authors": _authors(versions), "preview": preview}
    return page("backoffice/documents/edit.html", "backoffice/documents/_form.html", **context)


def _authors(rows: list[Document | Policy]) -> dict[str, str]:
    """Who published: the author of a row → a name."""
    ids = {int(row.published_by.partition(":")[2]) for row in rows if row.published_by.startswith("staff:")}
    names = {f"staff:{staff.id}": staff.name for staff in Staff.select().where(Staff.id.in_(list(ids)))}
    return {row.published_by: names.get(row.published_by, "при установке") for row in rows}
