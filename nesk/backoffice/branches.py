"""Correcting what is known of a branch: an ordinary page, for its requisites are where money goes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for
from wtforms import StringField

from nesk.branches.models import Branch
from nesk.branches.operations import CHANGEABLE, change_branch
from nesk.core.errors import NotFound, Refused
from nesk.people.permissions import Permission
from nesk.web.access import allowed, staff_branch
from nesk.web.forms import AtMost, Form, Required
from nesk.web.htmx import go, page
from nesk.web.login import current_actor

bp = Blueprint("branches", __name__, url_prefix="/branches")


def _text(label: str, most: int) -> StringField:
    return StringField(label, [Required(f"Заполните поле «{label}»."), AtMost(most)])


class BranchForm(Form):
    name = _text("Название", 100)
    address = _text("Адрес", 200)
    phone = _text("Телефон", 40)
    email = _text("Электронная почта", 100)
    hours = _text("Режим работы", 200)
    payee = _text("Получатель платежа", 160)
    inn = _text("ИНН", 10)
    kpp = _text("КПП", 9)
    bank_account = _text("Р/счет", 20)
    bank_name = _text("Банк", 160)
    bic = _text("БИК", 9)
    corr_account = _text("К/счет", 20)


@bp.route("/<int:branch_id>", methods=["GET", "POST"])
@allowed(Permission.CHANGE_BRANCHES)
def edit(branch_id: int) -> Any:
    branch = Branch.get_or_none(Branch.id == branch_id)
    if branch is None or staff_branch() not in (None, branch_id):
        raise NotFound
    form = BranchForm(obj=branch)
    if form.validate_on_submit():
        try:
            change_branch(branch_id, {name: form[name].data.strip() for name in CHANGEABLE}, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for("registers_branches.index_view"), "Филиал изменён.")
    return page("backoffice/branches/edit.html", "backoffice/branches/_form.html", form=form, branch=branch)
