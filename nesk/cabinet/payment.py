"""Paying: what is owed, the sums a person may change, the way to the bank and back (S0-38…42)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from wtforms import BooleanField

from nesk.accounts.rules import Deed
from nesk.billing.queries import balance
from nesk.core import config, settings
from nesk.core.errors import Refused, Unavailable
from nesk.core.formatting import roubles
from nesk.payments import operations, queries
from nesk.payments.models import Payment
from nesk.payments.settings import PaymentSettings
from nesk.people.queries import identities
from nesk.web.access import current_account, current_card
from nesk.web.forms import EmailField, Form, KeyField, MoneyField, Required
from nesk.web.htmx import page
from nesk.web.login import current_actor, viewer

bp = Blueprint("payment", __name__, url_prefix="/payment")

BANK_SILENT = "Банк сейчас не отвечает. Деньги не списаны. Нажмите «Перейти к оплате» ещё раз через минуту."


class PaymentForm(Form):
    key = KeyField()
    principal = MoneyField("Сумма по услугам")
    penalty = MoneyField("Сумма пеней")
    email = EmailField("Email для отправки чека")
    confirmed = BooleanField(
        "Подтверждаю параметры платежа", [Required("Проверьте счёт и суммы и отметьте, что подтверждаете их.")]
    )


@bp.route("/", methods=["GET", "POST"])
def index() -> Any:
    if current_card() is None:
        return render_template("cabinet/payment/no_account.html")
    account = current_account(Deed.PAY)
    owed = balance(account)
    form = PaymentForm(
        principal=roubles(max(owed.principal_kop, 0)),
        penalty=roubles(max(owed.penalty_kop, 0)),
        email=identities(viewer().subject.id).get("email", ""),
    )
    if form.validate_on_submit():
        try:
            return redirect(_start(account.id, form), 303)
        except Refused as refused:
            form.show(refused)
        except Unavailable:
            form.show(Refused(BANK_SILENT))
    words = settings.load(PaymentSettings).posting_words
    return page(
        "cabinet/payment/index.html", form=form, owed=owed, pending=queries.pending(account.id), posting_words=words
    )


def _start(account_id: int, form: PaymentForm) -> str:
    """The bank's page for what the form asks to pay."""
    attempt = operations.start_card_payment(
        account_id,
        principal_kop=form.principal.value or 0,
        penalty_kop=form.penalty.value or 0,
        receipt_email=form.email.value or "",
        key=form.key.data,
        return_url=f"{config.current().base_url}{url_for('public.payment_return.index')}",
        person_id=viewer().subject.id,
        by=current_actor(),
    )
    return attempt.form_url


@bp.get("/<int:payment_id>")
def result(payment_id: int) -> Any:
    """How the payment stands; a waiting one asks again by itself."""
    payment = queries.payment_of(viewer().subject.id, payment_id)
    context = {"payment": payment, "title": TITLES[payment.state], "reason": _reason(payment)}
    shown = page("cabinet/payment/result.html", "cabinet/payment/_result.html", **context)
    is_final = payment.state not in ("new", "pending")
    return (shown[0], 286) if is_final and shown[0].lstrip().startswith("<section") else shown


TITLES = {
    "new": "Ждём ответа банка",
    "pending": "Ждём ответа банка",
    "paid": "Платёж принят",
    "declined": "Платёж не прошёл",
    "expired": "Время на оплату истекло",
    "refunded": "Деньги возвращены",
}


def _reason(payment: Payment) -> str:
    return queries.decline_words(payment.id) if payment.state in ("declined", "pending") else ""
