"""«Настройки» → «Подписки»: what is told by which channel, receipts by e-mail, numbers for informational SMS (S0-32, S0-33)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, after_this_request, request
from wtforms import SelectMultipleField, StringField

from nesk.accounts import receipt_delivery
from nesk.core.errors import Refused
from nesk.credentials import challenges, phone_change
from nesk.notifications import choices
from nesk.people import contacts
from nesk.people.queries import identities, sms_phone_of, sms_phones
from nesk.web.access import my_accounts
from nesk.web.browser_mark import browser_hash
from nesk.web.forms import AtMost, EmailField, Form, PhoneField, Required
from nesk.web.htmx import done, go, page
from nesk.web.login import current_actor, viewer
from nesk.web.secret_links import keep_to_oneself

bp = Blueprint("subscriptions", __name__, url_prefix="/subscriptions")

HOME = "/cabinet/subscriptions"
CODE = f"{HOME}/phones/code"


class MessagesForm(Form):
    """The matrix: what is ticked is told."""

    wanted = SelectMultipleField(
        "О чём сообщать", choices=[(name, name) for name in sorted(choices.OFFERED)], validate_choice=False
    )


class ReceiptForm(Form):
    email = EmailField("E-mail для доставки квитанции", [Required("Введите адрес электронной почты."), AtMost(254)])


class SmsPhoneForm(Form):
    phone = PhoneField(
        "Новый номер телефона", [Required("Введите новый номер телефона."), AtMost(40)], example="8(900) 000-00-00"
    )


class SmsCodeForm(Form):
    code = StringField("Код", [Required("Введите код из SMS."), AtMost(12)])


@bp.get("", strict_slashes=False)
def index() -> Any:
    return page("cabinet/subscriptions/index.html", **_messages(), **_receipts(), **_phones())


# --- messages


@bp.post("/messages")
def messages() -> Any:
    """Every tick at once; with scripts each press sends them."""
    form = MessagesForm()
    if form.validate_on_submit():
        choices.choose(viewer().subject.id, form.wanted.data or [], by=current_actor())
        return done("cabinet/subscriptions/_messages.html", to=HOME, said="Сохранено.", **_messages())
    context = {**_receipts(), **_phones(), **_messages(), "form": form}
    return page("cabinet/subscriptions/index.html", "cabinet/subscriptions/_messages.html", **context)


def _messages() -> dict[str, Any]:
    return {
        "form": None,
        "topics": choices.TOPICS,
        "channels": choices.CHANNELS,
        "wanted": choices.wanted(viewer().subject.id),
    }


# --- receipts


@bp.route("/receipts/<number>", methods=["GET", "POST"])
def receipt(number: str) -> Any:
    """The window of S0-33: the old e-mail or a new one, «Сохранить»."""
    person_id = viewer().subject.id
    before = receipt_delivery.delivery(person_id, number)
    form = ReceiptForm(email=before.suggested)
    if form.validate_on_submit():
        try:
            is_on = receipt_delivery.switch_on(person_id, number, form.email.value or "", by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            said = "Квитанции будут приходить на почту." if is_on else "Отправили письмо со ссылкой: подтвердите адрес."
            return _after_receipt(number, said)
    context = {"form": form, "each": before, "titles": _titles()}
    return page("cabinet/subscriptions/receipt.html", "cabinet/subscriptions/_receipt.html", **context)


@bp.post("/receipts/<number>/end")
def end_receipt(number: str) -> Any:
    receipt_delivery.switch_off(viewer().subject.id, number, by=current_actor())
    return _after_receipt(number, "Квитанции на почту больше не приходят.")


@bp.get("/receipts/<number>/state")
def receipt_state(number: str) -> Any:
    """The row as it is: where «Отмена» leads with scripts."""
    context = {"form": None, "each": receipt_delivery.delivery(viewer().subject.id, number), "titles": _titles()}
    return page("cabinet/subscriptions/receipt.html", "cabinet/subscriptions/_receipt.html", **context)


def _after_receipt(number: str, said: str) -> Any:
    each = receipt_delivery.delivery(viewer().subject.id, number)
    context = {"form": None, "each": each, "titles": _titles()}
    return done("cabinet/subscriptions/_receipt.html", to=HOME, said=said, **context)


def _receipts() -> dict[str, Any]:
    return {"deliveries": receipt_delivery.deliveries(viewer().subject.id), "titles": _titles()}


def _titles() -> dict[str, str]:
    return {card.number: card.title for card in my_accounts()}


@bp.route("/address/<token>", methods=["GET", "POST"])
def confirm_address(token: str) -> Any:
    """Where the link of a letter leads: a button, for opening an address changes nothing."""
    after_this_request(keep_to_oneself)
    person_id, form = viewer().subject.id, Form()
    link = receipt_delivery.of_link(person_id, token)
    if form.validate_on_submit():
        receipt_delivery.confirm_address(person_id, token, by=current_actor())
        return go(HOME, "Адрес подтверждён: квитанции будут приходить на него.")
    context = {"form": form, "recipient": link.recipient, "action": request.path}
    return page("cabinet/subscriptions/confirm_address.html", **context)


# --- phones


@bp.route("/phones/new", methods=["GET", "POST"])
def new_phone() -> Any:
    return _ask_phone("cabinet/subscriptions/new_phone.html", None)


@bp.route("/phones/<int:phone_id>", methods=["GET", "POST"])
def phone(phone_id: int) -> Any:
    """Another number in place of this one."""
    return _ask_phone("cabinet/subscriptions/phone.html", sms_phone_of(viewer().subject.id, phone_id).id)


def _ask_phone(template: str, replaces: int | None) -> Any:
    form = SmsPhoneForm()
    if form.validate_on_submit():
        try:
            phone_change.ask_sms_phone(
                viewer().subject.id,
                form.phone.value or "",
                replaces=replaces,
                browser=browser_hash(),
                ip=request.remote_addr or "",
                by=current_actor(),
            )
        except Refused as refused:
            form.show(refused)
        else:
            return go(CODE)
    opened, refused = "cabinet/subscriptions/_phone_dialog.html", "cabinet/subscriptions/_phone.html"
    return page(template, opened if request.method != "POST" else refused, form=form, replaces=replaces)


@bp.route("/phones/code", methods=["GET", "POST"])
def phone_code() -> Any:
    form, person_id = SmsCodeForm(), viewer().subject.id
    try:
        awaited = phone_change.awaited_code(phone_change.SMS_PHONE, person_id, browser=browser_hash())
    except Refused as refused:
        return go(HOME, refused.message)
    if form.validate_on_submit():
        try:
            phone_change.confirm_sms_phone(person_id, form.code.data, browser=browser_hash(), by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return go(HOME, "Номер добавлен: SMS будут приходить и на него.")
    context = {"form": form, "recipient": awaited.recipient, "wait": challenges.seconds_to_wait(awaited)}
    return page("cabinet/subscriptions/phone_code.html", "cabinet/subscriptions/_phone_code.html", **context)


@bp.post("/phones/code/again")
def phone_code_again() -> Any:
    phone_change.ask_again(
        phone_change.SMS_PHONE,
        viewer().subject.id,
        browser=browser_hash(),
        ip=request.remote_addr or "",
        by=current_actor(),
    )
    return go(CODE)


@bp.route("/phones/<int:phone_id>/removal", methods=["GET", "POST"])
def end_phone(phone_id: int) -> Any:
    row, form = sms_phone_of(viewer().subject.id, phone_id), Form()
    if form.validate_on_submit():
        contacts.end_sms_phone(viewer().subject.id, row.id, by=current_actor())
        return go(HOME, "Номер удалён.")
    return page("cabinet/subscriptions/end_phone.html", "cabinet/subscriptions/_end_dialog.html", form=form, row=row)


def _phones() -> dict[str, Any]:
    person_id = viewer().subject.id
    return {
        "main_phone": identities(person_id).get("phone", ""),
        "phones": sms_phones(person_id),
        "most": contacts.MOST_SMS_PHONES,
    }
