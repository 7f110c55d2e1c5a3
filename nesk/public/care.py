"""Care links: one narrow thing for an account without signing in, on a page that tells nothing else.

No name, no number of the account, no house; of a meter the last digits; of money only where the link is for it.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request, session, url_for
from wtforms import HiddenField

from nesk.accounts import care, shared
from nesk.accounts.models import CareLink
from nesk.billing.queries import BalanceView, balance, month_view
from nesk.billing.rules import due_on
from nesk.billing.settings import BillingSettings
from nesk.branches.queries import last_closed_month, open_month
from nesk.core import config, limits, settings
from nesk.core.errors import Conflict, NotFound, Refused, Unavailable
from nesk.core.formatting import rub
from nesk.credentials.allowance import host
from nesk.metering import operations as metering
from nesk.metering.operations import UnusualReading
from nesk.metering.queries import InstalledMeter, installed_meters
from nesk.metering.rules import ZONE_NAMES
from nesk.payments import operations as paying
from nesk.payments import queries as payments
from nesk.web.errors import reply
from nesk.web.forms import EmailField, Form, KeyField
from nesk.web.htmx import done, page
from nesk.web.readings import ReadingForm
from nesk.web.secret_links import keep_to_oneself

bp = Blueprint("care", __name__, url_prefix="/care")

DEAD = (
    "Ссылка не работает: её срок прошёл или её отключили. Попросите новую у того, кто её дал, "
    "или позвоните в контакт-центр."
)
THANKS = "Спасибо. Ваши показания занесены без ошибок."
BANK_SILENT = "Банк сейчас не отвечает. Деньги не списаны. Нажмите «Оплатить» ещё раз через минуту."
PAYMENT_TITLES = {
    "paid": "Платёж принят",
    "declined": "Платёж не прошёл",
    "expired": "Время на оплату истекло",
    "refunded": "Деньги возвращены",
}
_OPENED = {"limit": 240, "seconds": 300}
_DONE = {"limit": 40, "seconds": 86_400}
"""Requests from one address in five minutes, and tries to do something by one link in a day."""


class CarePaymentForm(Form):
    """What was owed when the page was shown: a sum that has changed meanwhile is shown again, not taken."""

    key = KeyField()
    seen = HiddenField()
    email = EmailField("Email для отправки чека")


@bp.before_request
def count_opening() -> None:
    limits.count("care_address", host(request.remote_addr or ""), **_OPENED)


@bp.after_request
def finish(response: Response) -> Response:
    return keep_to_oneself(response)


@bp.errorhandler(NotFound)
def dead(_: NotFound) -> Any:
    """One answer for every link that does not work and every thing that a link is not for."""
    return reply(404, DEAD)


@bp.get("/<token>")
def show(token: str) -> Any:
    link = shared.care_link_of_token(token)
    return {"readings": _readings, "pay": _payment, "view": _bill}[link.rights](link, token)


def _link(token: str, rights: str) -> CareLink:
    """The link of somebody who does the one thing that it is for. Raises NotFound, TooOften."""
    link = shared.care_link_of_token(token)
    if link.rights != rights:
        raise NotFound
    if request.method == "POST":
        limits.count("care_link", str(link.id), **_DONE)
    return link


# --- a reading


def _readings(link: CareLink, token: str) -> Any:
    month = open_month(link.account.branch_id)
    meters = [_card(link, token, meter) for meter in installed_meters(link.account_id, month)]
    return page("public/care/readings.html", meters=meters, month=month, street=link.account.premises.street)


def _card(
    link: CareLink, token: str, meter: InstalledMeter, form: ReadingForm | None = None, checked: Any = None
) -> dict[str, Any]:
    """One meter as the page shows it: values only of a reading that came by this very link."""
    return {
        "meter": meter,
        "token": token,
        "form": form or ReadingForm(formdata=None),
        "checked": checked,
        "is_own": meter.current is not None and meter.current.accepted_by == str(care.care_actor(link)),
        "zone_names": ZONE_NAMES,
    }


def _meter(link: CareLink, installation_id: int) -> InstalledMeter:
    meters = installed_meters(link.account_id, open_month(link.account.branch_id))
    found = next((meter for meter in meters if meter.installation.id == installation_id), None)
    if found is None:
        raise NotFound
    return found


@bp.post("/<token>/readings/<int:installation_id>")
def submit(token: str, installation_id: int) -> Any:
    """«Проверить», then «Подтвердить», as in the cabinet."""
    link = _link(token, "readings")
    meter, form, checked = _meter(link, installation_id), ReadingForm(), None
    if form.validate_on_submit():
        typed = form.typed(meter.installation.zones)
        try:
            if request.form.get("action") == "confirm":
                _pass(link, installation_id, typed, form)
                return _after(link, token, installation_id, THANKS)
            checked = metering.check_reading(link.account_id, installation_id, typed)
        except UnusualReading:
            checked = metering.check_reading(link.account_id, installation_id, typed)
        except Refused as refused:
            form.show(refused)
    context = _card(link, token, meter, form, checked)
    return page("public/care/meter.html", "public/care/_meter.html", street=link.account.premises.street, **context)


def _pass(link: CareLink, installation_id: int, typed: list[str], form: ReadingForm) -> None:
    metering.submit_reading(
        link.account_id,
        installation_id,
        typed,
        source="internet",
        by=care.care_actor(link),
        key=form.key.data,
        confirmed=form.seen.data == "y",
    )
    care.note_use(link)


@bp.post("/<token>/readings/<int:installation_id>/withdrawal/<int:reading_id>")
def withdraw(token: str, installation_id: int, reading_id: int) -> Any:
    """Take back what was passed by this very link and was wrong."""
    link = _link(token, "readings")
    current = _meter(link, installation_id).current
    if current is None or current.id != reading_id or current.accepted_by != str(care.care_actor(link)):
        raise NotFound
    metering.withdraw_reading(link.account_id, reading_id, by=care.care_actor(link))
    return _after(link, token, installation_id, "Показание удалено.")


def _after(link: CareLink, token: str, installation_id: int, said: str) -> Any:
    context = _card(link, token, _meter(link, installation_id))
    return done("public/care/_meter.html", to=url_for(".show", token=token), said=said, **context)


@bp.get("/<token>/readings/<int:installation_id>")
def reloaded(token: str, installation_id: int) -> Any:
    """Where a refused form stands without JavaScript: its address, opened anew, is the page of the link."""
    _meter(_link(token, "readings"), installation_id)
    return redirect(url_for(".show", token=token), 303)


# --- a payment


def _payment(link: CareLink, token: str, form: CarePaymentForm | None = None) -> Any:
    owed = balance(link.account)
    form = form or CarePaymentForm(formdata=None)
    form.seen.data = str(owed.due_kop)
    waiting = bool(payments.pending(link.account_id))
    context = {"token": token, "owed": owed, "form": form, "waiting": waiting, "street": link.account.premises.street}
    return page("public/care/payment.html", **context)


@bp.post("/<token>")
def pay(token: str) -> Any:
    """Away to the bank's page for exactly what is owed."""
    link, form = _link(token, "pay"), CarePaymentForm()
    if form.validate_on_submit():
        try:
            return _start(link, token, balance(link.account), form)
        except Refused as refused:
            form.show(refused)
        except Unavailable:
            form.show(Refused(BANK_SILENT))
    return _payment(link, token, form)


def _start(link: CareLink, token: str, owed: BalanceView, form: CarePaymentForm) -> Any:
    if form.seen.data != str(owed.due_kop):
        raise Conflict(f"Сумма изменилась: теперь к оплате {rub(owed.due_kop)}. Проверьте её и нажмите ещё раз.")
    attempt = paying.start_card_payment(
        link.account_id,
        principal_kop=max(owed.principal_kop, 0),
        penalty_kop=max(owed.penalty_kop, 0),
        receipt_email=form.email.value or "",
        key=form.key.data or "",
        # Without the token: the bank and its logs need not know an address that is a key.
        return_url=f"{config.current().base_url}{url_for('public.care.returned')}",
        person_id=None,
        by=care.care_actor(link),
    )
    care.note_use(link)
    session["care"] = token
    return redirect(attempt.form_url, 303)


@bp.get("/return")
def returned() -> Any:
    """Back from the bank: to the page of the link that the payment began at, as this browser remembers it."""
    order, token = request.args.get("orderId", ""), session.get("care", "")
    try:
        payment = paying.confirm_order(order)
        link = _link(token, "pay")
        payments.payment_started_by(str(care.care_actor(link)), payment.id)
    except (NotFound, Unavailable):
        return redirect(url_for("public.payment_return.index", orderId=order), 303)
    return redirect(url_for(".result", token=token, payment_id=payment.id), 303)


@bp.get("/<token>/payments/<int:payment_id>")
def result(token: str, payment_id: int) -> Any:
    """How a payment that began at this link stands; a waiting one asks again by itself."""
    link = _link(token, "pay")
    payment = payments.payment_started_by(str(care.care_actor(link)), payment_id)
    context = {"payment": payment, "token": token, "title": PAYMENT_TITLES.get(payment.state, "Ждём ответа банка")}
    shown = page("public/care/result.html", "public/care/_result.html", **context)
    is_final = payment.state not in ("new", "pending")
    return (shown[0], 286) if is_final and shown[0].lstrip().startswith("<section") else shown


# --- the latest bill


def _bill(link: CareLink, token: str) -> Any:
    if request.method == "GET":  # not HEAD: whoever previews a link in a messenger has not seen the bill
        care.note_opening(link)
    account = link.account
    month = last_closed_month(account.branch_id)
    shift = settings.load(BillingSettings).shift_weekend
    view = month_view(account.id, month) if month else None
    due = due_on(month, shift_weekend=shift) if month and view and view.due_kop else None
    return page("public/care/bill.html", view=view, due_on=due, street=account.premises.street)
