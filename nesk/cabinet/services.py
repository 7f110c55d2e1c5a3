"""«Услуги»: the catalogue, ordering a work with attachments, following the order, talking about it (S1-17, S1-18)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from wtforms import MultipleFileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from nesk.accounts.rules import WITHOUT, Deed
from nesk.branches.queries import open_month
from nesk.core import clock
from nesk.core.errors import Forbidden, NotFound, Refused
from nesk.core.formatting import moment
from nesk.fieldwork import operations, queries, rules
from nesk.fieldwork.models import Order, Service
from nesk.metering.queries import installed_meters
from nesk.people.queries import identities
from nesk.web.access import card_of, current_account, current_card
from nesk.web.downloads import stored
from nesk.web.forms import AtMost, DayField, Form, KeyField, PhoneField, Required, number_of
from nesk.web.htmx import done, go, page
from nesk.web.login import current_actor, viewer
from nesk.web.uploads import Upload, checked

bp = Blueprint("services", __name__, url_prefix="/services")

ICONS = {
    "replacement": "meter",
    "sealing": "seal",
    "unsealing": "stamp",
    "programming": "program",
    "electrical": "plug",
    "other": "chat",
}
STAGES = (
    ("new", "Заявка создана"),
    ("accepted", "Принята филиалом"),
    ("assigned", "Бригада назначена"),
    ("en_route", "Бригада выехала"),
    ("on_site", "Работы выполняются"),
    ("closed", "Готово"),
)
MOST_FILES = 5


class OrderForm(Form):
    key = KeyField()
    installation = SelectField("Счётчик", coerce=str, validate_choice=False)
    wish_on = DayField("Когда приехать — день", [Optional()])
    wish_slot = RadioField(
        "Время", choices=[(str(slot), name) for slot, name in rules.SLOT_NAMES.items()], validators=[Optional()]
    )
    contact_name = StringField("Кто встретит мастера", [Required("Напишите, кто встретит мастера."), AtMost(160)])
    contact_phone = PhoneField("Телефон", [Required("Введите телефон, по которому позвонит бригада.")])
    comment = TextAreaField("Комментарий", [AtMost(500)])
    files = MultipleFileField("Фото счётчика и щитка")


class MessageForm(Form):
    key = KeyField()
    text = TextAreaField("Сообщение", [AtMost(2000)])
    files = MultipleFileField("Прикрепить файл")


class CancelForm(Form):
    reason = StringField("Причина", [AtMost(200)])


@bp.get("/")
def index() -> Any:
    card = current_card()
    if card is None:
        return render_template("cabinet/services/no_account.html")
    orders = queries.orders_of(current_account().id)
    offered = queries.offered_services() if card.may("order") else []
    return render_template("cabinet/services/index.html", orders=orders, services=offered, icons=ICONS, rules=rules)


@bp.route("/new/<code>", methods=["GET", "POST"])
def new(code: str) -> Any:
    service = next((each for each in queries.offered_services() if each.code == code), None)
    if service is None:
        raise NotFound
    account = current_account(Deed.ORDER)
    meters = installed_meters(account.id, open_month(account.branch_id))
    form = OrderForm(
        contact_name=viewer().subject.full_name, contact_phone=identities(viewer().subject.id).get("phone", "")
    )
    form.installation.choices = [
        (str(each.installation.id), f"№ {each.meter.serial}, {each.meter.type.name}") for each in meters
    ]
    if form.validate_on_submit():
        try:
            order = _place(service, account.id, form)
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".show", order_id=order.id), f"Заявка {order.number} принята. Сообщим о времени выезда.")
    free = {str(each.installation.id): _is_free(service, account, each) for each in meters}
    context = {"form": form, "service": service, "free": free, "tomorrow": clock.today() + timedelta(days=1)}
    return page("cabinet/services/new.html", "cabinet/services/_new.html", **context)


def _is_free(service: Service, account: Any, meter: Any) -> bool:
    ends = meter.meter.next_verification_on
    return rules.is_free(
        work=service.work,
        is_urgent=service.is_urgent,
        premises=account.premises.kind,
        verification_ends=ends,
        today=clock.today(),
    )


def _place(service: Service, account_id: int, form: OrderForm) -> Order:
    attached = checked(request.files.getlist("files"), field="files", most=MOST_FILES)
    return operations.place_order(
        service.code,
        account_id=account_id,
        person_id=viewer().subject.id,
        contact_name=(form.contact_name.data or "").strip(),
        contact_phone=form.contact_phone.value or "",
        installation_id=number_of(form.installation.data) or None,
        wish_on=form.wish_on.data,
        wish_slot=number_of(form.wish_slot.data) or None,
        comment=(form.comment.data or "").strip(),
        attachments=_attachments(attached),
        key=form.key.data,
        by=current_actor(),
    )


def _attachments(uploads: list[Upload]) -> list[operations.Attachment]:
    return [operations.Attachment(each.data, each.media_type, each.name) for each in uploads]


@bp.get("/<int:order_id>")
def show(order_id: int) -> Any:
    order = queries.order_of(viewer().subject.id, order_id)
    return render_template("cabinet/services/show.html", cancel=CancelForm(formdata=None), **_order(order))


def _is_own(order: Order) -> bool:
    """Whether the order is this person's to talk about: placed by them, or at an account of their own. A guest of the
    account sees how it goes, not the household's phone, letters and papers."""
    if order.person_id == viewer().subject.id:
        return True
    return card_of(order.account_id).may("order")


def _own(order_id: int) -> Order:
    """An order that this person may act for. Raises NotFound, Forbidden."""
    order = queries.order_of(viewer().subject.id, order_id)
    if not _is_own(order):
        raise Forbidden(WITHOUT[Deed.ORDER])
    return order


def _order(order: Order, form: MessageForm | None = None) -> dict[str, Any]:
    is_own = _is_own(order)
    return {
        "order": order,
        "is_own": is_own,
        "visit": queries.live_visit(order.id) or queries.last_visit(order.id),
        "stages": timeline(order),
        "messages": queries.messages(order.id) if is_own else [],
        "act": queries.act_of(order.id),
        "papers": queries.files_of(order.id, "act") if is_own else [],
        "attached": [row for row in queries.files_of(order.id, "attachment") if is_own and row.message_id is None],
        "rules": rules,
        "form": form or MessageForm(formdata=None),
    }


def timeline(order: Order) -> list[dict[str, str]]:
    """The stages a person understands, with when each was reached; a side exit ends the list with its reason."""
    reached = {step.state: step for step in queries.steps(order.id)}
    order_of = [state for state, _ in STAGES]
    last = max((order_of.index(state) for state in reached if state in order_of), default=0)
    if order.state in ("accepted", "new", "postponed", "no_access", "planned"):
        last = min(last, order_of.index("accepted"))
    found = []
    for index, (state, title) in enumerate(STAGES):
        step = reached.get(state) if index <= last else None
        mark = "done" if index < last or order.state == "closed" else "now" if index == last else "todo"
        found.append(
            {
                "title": title,
                "state": mark,
                "note": " · ".join(filter(None, (moment(step.at), step.comment))) if step else "",
            }
        )
    if order.state in ("cancelled", "rejected", "no_access"):
        step = reached[order.state]
        found = [each for each in found if each["state"] != "todo"]
        for each in found:
            each["state"] = "done"
        found.append(
            {
                "title": rules.STATE_NAMES[order.state],
                "state": "now",
                "note": f"{moment(step.at)} · {step.comment}".strip(" ·"),
            }
        )
    return found


@bp.post("/<int:order_id>/messages")
def say(order_id: int) -> Any:
    order = _own(order_id)
    form = MessageForm()
    if form.validate_on_submit():
        try:
            attached = checked(request.files.getlist("files"), field="files", most=MOST_FILES)
            operations.add_message(
                order.id,
                form.text.data or "",
                is_ours=False,
                attachments=_attachments(attached),
                key=form.key.data,
                by=current_actor(),
            )
        except Refused as refused:
            form.show(refused)
        else:
            return done("cabinet/services/_chat.html", to=url_for(".show", order_id=order.id), **_order(order))
    return page(
        "cabinet/services/show.html",
        "cabinet/services/_chat.html",
        cancel=CancelForm(formdata=None),
        **_order(order, form),
    )


@bp.post("/<int:order_id>/cancellation")
def cancel(order_id: int) -> Any:
    order = _own(order_id)
    form = CancelForm()
    comment = (form.reason.data or "").strip() if form.validate_on_submit() else ""
    operations.cancel_order(order.id, comment=comment, by=current_actor())
    return go(url_for(".show", order_id=order.id), "Заявка отменена.")


@bp.get("/<int:order_id>/files/<int:file_id>")
def download(order_id: int, file_id: int) -> Response:
    """A file of one's own order, always as an attachment that can do nothing."""
    order = _own(order_id)
    return stored(queries.file_of(order.id, file_id))
