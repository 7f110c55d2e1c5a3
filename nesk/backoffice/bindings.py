"""Who may act for an account: binding it in the office by passport, ending what its holder does not know of."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for
from wtforms import BooleanField, HiddenField

from nesk.accounts.queries import account_for_branch, bindings_at
from nesk.core.errors import NotFound, Refused
from nesk.enrolment.at_desk import bind_at_desk, cabinet_of
from nesk.enrolment.binding import unbind_account
from nesk.people.models import Person
from nesk.people.permissions import Permission
from nesk.web.access import allowed, note_seen, staff_branch
from nesk.web.forms import AtMost, ContactField, Required
from nesk.web.htmx import go, page
from nesk.web.login import current_actor
from nesk.web.proof import ProvingForm

bp = Blueprint("bindings", __name__, url_prefix="/accounts/<number>/bindings")


class FindingForm(ProvingForm):
    """Whose cabinet it is; the second press confirms the one that was found, so that a slip of a digit opens nothing."""

    contact = ContactField("Телефон или почта абонента", [Required("Введите телефон или почту абонента."), AtMost(254)])
    found = HiddenField()
    passport = BooleanField("Паспорт проверен: договор заключён с этим человеком")
    consent = BooleanField("Согласие на обработку персональных данных подписано")

    def confirms(self, person: Person) -> bool:
        return bool(self.found.data == str(person.id))

    def demand_papers(self) -> None:
        """Raises Refused beside the paper that was not seen."""
        if not self.passport.data:
            raise Refused("Проверьте паспорт и отметьте это.", field="passport")
        if not self.consent.data:
            raise Refused("Возьмите подписанное согласие и отметьте это.", field="consent")


@bp.route("/new", methods=["GET", "POST"])
@allowed(Permission.CHANGE_ACCOUNTS)
def new(number: str) -> Any:
    """Find the cabinet, look who it is, bind; that somebody's name was shown is noted."""
    account = account_for_branch(staff_branch(), number)
    form, person = FindingForm(), None
    if form.validate_on_submit():
        try:
            person = cabinet_of(form.contact.kind, form.contact.value)
            if form.confirms(person):
                form.demand_papers()
                form.prove()
                bind_at_desk(person.id, account, by=current_actor())
                return go(url_for("backoffice.accounts.show", number=number), "Счёт привязан к кабинету абонента.")
            note_seen("person", person.id)
        except Refused as refused:
            form.show(refused)
    form.found.data = str(person.id) if person else ""
    return page(
        "backoffice/bindings/new.html", "backoffice/bindings/_new.html", form=form, account=account, person=person
    )


@bp.post("/<int:binding_id>/end")
@allowed(Permission.CHANGE_ACCOUNTS)
def end(number: str, binding_id: int) -> Any:
    """End somebody's right to act for the account: its holder has called and does not know them (B4)."""
    account = account_for_branch(staff_branch(), number)
    binding = next((each for each in bindings_at(account.id) if each.id == binding_id), None)
    if binding is None:
        raise NotFound
    unbind_account(binding.person_id, account.id, reason="staff", by=current_actor())
    return go(url_for("backoffice.accounts.show", number=number), "Привязка удалена, человеку отправлено письмо.")
