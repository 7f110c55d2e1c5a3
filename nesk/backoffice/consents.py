"""A subscriber's consents for staff: the journal, and what they signed on paper at the desk."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from wtforms import BooleanField, RadioField, SelectField

from nesk.accounts.queries import person_for_branch
from nesk.consents import operations, queries
from nesk.core.errors import NotFound, Refused
from nesk.people.models import Person
from nesk.people.permissions import Permission
from nesk.web.access import allowed, note_seen, staff_branch
from nesk.web.forms import Form, Required
from nesk.web.htmx import go
from nesk.web.login import current_actor

bp = Blueprint("consents", __name__, url_prefix="/people/<int:person_id>/consents")


class DeskForm(Form):
    """An answer given on paper: one purpose at a time."""

    purpose = SelectField("Документ")
    action = RadioField(
        "Что сделал абонент", choices=[("given", "Дал согласие"), ("withdrawn", "Отозвал согласие")], default="given"
    )
    signed = BooleanField(
        "Подписанный документ у меня, личность проверена",
        [Required("Отметьте, что подписанный документ у вас и личность проверена.")],
    )

    def offer(self) -> None:
        texts = [row for row in queries.in_force() if not queries.is_policy(row.purpose)]
        self.purpose.choices = [(row.purpose, f"{row.title}, редакция {row.version}") for row in texts]


@bp.get("")
@allowed(Permission.SEE_SUBSCRIBERS)
def show(person_id: int) -> Any:
    """The journal; that it was opened is noted (who saw whom)."""
    person = person_for_branch(staff_branch(), person_id)
    note_seen("person", person.id)
    form = DeskForm(formdata=None)
    form.offer()
    return _page(person, form)


@bp.post("")
@allowed(Permission.CHANGE_SUBSCRIBERS)
def note(person_id: int) -> Any:
    """What was signed at the desk goes into the journal with its channel and who noted it."""
    person = person_for_branch(staff_branch(), person_id)
    form = DeskForm()
    form.offer()
    if form.validate_on_submit():
        act = operations.give if form.action.data == "given" else operations.withdraw
        try:
            act(person.id, form.purpose.data, channel="desk", by=current_actor())
        except NotFound:
            form.show(Refused("Это согласие сейчас не дано: отзывать нечего.", field="purpose"))
        except Refused as refused:
            form.show(Refused(refused.message, field="purpose"))
        else:
            return go(url_for(".show", person_id=person.id), "Записано в журнал.")
    return _page(person, form)


def _page(person: Person, form: DeskForm) -> Any:
    context = {"person": person, "form": form, "journal": queries.journal(person.id)}
    return render_template("backoffice/consents/show.html", **context), form.status if form.errors else 200
