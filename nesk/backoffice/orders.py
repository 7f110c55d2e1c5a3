"""An order for the office: accept, refuse, talk, see its history and files."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, url_for
from wtforms import HiddenField, StringField, TextAreaField

from nesk.core.errors import Refused
from nesk.fieldwork import operations, queries, rules
from nesk.fieldwork.models import Order
from nesk.people.permissions import Permission
from nesk.web.access import allowed, staff_branch
from nesk.web.downloads import stored
from nesk.web.forms import AtMost, Form, KeyField, number_of
from nesk.web.htmx import go
from nesk.web.login import current_actor

bp = Blueprint("orders", __name__, url_prefix="/orders")


class DecisionForm(Form):
    version = HiddenField()
    reason = StringField("Причина отказа", [AtMost(300)])

    @property
    def seen_version(self) -> int:
        """The version of the order that the employee looked at."""
        return number_of(self.version.data)


class ReplyForm(Form):
    key = KeyField()
    text = TextAreaField("Ответ абоненту", [AtMost(2000)])


@bp.get("/<int:order_id>")
@allowed(Permission.SEE_ORDERS)
def show(order_id: int) -> Any:
    return _page(queries.order_for_branch(staff_branch(), order_id))


def _page(order: Order, decision: DecisionForm | None = None, reply: ReplyForm | None = None) -> Any:
    refused = next((form for form in (decision, reply) if form is not None and form.errors), None)
    shown = render_template(
        "backoffice/orders/show.html",
        order=order,
        visit=queries.live_visit(order.id) or queries.last_visit(order.id),
        steps=queries.steps(order.id),
        messages=queries.messages(order.id),
        files=queries.files_of(order.id),
        act=queries.act_of(order.id),
        rules=rules,
        decision=decision or DecisionForm(formdata=None, version=str(order.version)),
        reply=reply or ReplyForm(formdata=None),
    )
    return shown, refused.status if refused else 200


@bp.post("/<int:order_id>/acceptance")
@allowed(Permission.CHANGE_ORDERS)
def accept(order_id: int) -> Any:
    order = queries.order_for_branch(staff_branch(), order_id)
    form = DecisionForm()
    form.validate_on_submit()
    try:
        operations.accept_order(order.id, version=form.seen_version, by=current_actor())
    except Refused as refused:
        form.show(refused)
        return _page(queries.order_for_branch(staff_branch(), order_id), decision=form)
    return go(url_for(".show", order_id=order.id), "Заявка принята.")


@bp.post("/<int:order_id>/rejection")
@allowed(Permission.CHANGE_ORDERS)
def reject(order_id: int) -> Any:
    order = queries.order_for_branch(staff_branch(), order_id)
    form = DecisionForm()
    form.validate_on_submit()
    try:
        operations.reject_order(order.id, reason=form.reason.data or "", version=form.seen_version, by=current_actor())
    except Refused as refused:
        form.show(refused)
        return _page(queries.order_for_branch(staff_branch(), order_id), decision=form)
    return go(url_for(".show", order_id=order.id), "Заявка отклонена, абонент получит причину.")


@bp.post("/<int:order_id>/messages")
@allowed(Permission.CHANGE_ORDERS)
def say(order_id: int) -> Any:
    order = queries.order_for_branch(staff_branch(), order_id)
    form = ReplyForm()
    if form.validate_on_submit():
        try:
            operations.add_message(order.id, form.text.data or "", is_ours=True, key=form.key.data, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".show", order_id=order.id), "Ответ отправлен.")
    return _page(order, reply=form)


@bp.get("/<int:order_id>/files/<int:file_id>")
@allowed(Permission.SEE_ORDERS)
def download(order_id: int, file_id: int) -> Response:
    order = queries.order_for_branch(staff_branch(), order_id)
    return stored(queries.file_of(order.id, file_id))
