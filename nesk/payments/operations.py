"""Taking a payment by card: the intent is a committed row before the bank hears of it, the ledger moves only on the
bank's own status «paid» with the right sum, and however often anybody asks, the payment stands in the ledger once."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from uuid import uuid4

from nesk.accounts.models import Account
from nesk.billing import operations as billing
from nesk.core import clock, settings
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.errors import Conflict, NotFound, Refused, Unavailable
from nesk.core.events import record
from nesk.core.faults import fault
from nesk.payments import rules
from nesk.payments.answers import ROUBLE
from nesk.payments.bank import bank
from nesk.payments.events import PaymentDeclined, PaymentPosted, PaymentStarted, PaymentSuspicious
from nesk.payments.gateway import AlreadyRegistered, BankRefused, Item, OrderStatus, UnknownOrder
from nesk.payments.models import Attempt, Payment
from nesk.payments.settings import PaymentSettings

log = logging.getLogger(__name__)

CLAIM = timedelta(seconds=30)
"""How long one process may talk to the bank about an attempt before another takes over."""
KEEP_ASKING = timedelta(hours=24)
"""How long after the bank's session has ended the poller still asks: a late «paid» must not be lost (§6.2)."""
PAUSES = (15, 30, 60, 120, 300, 600, 1800)
"""Seconds between the poller's questions about one attempt."""


def start_card_payment(
    account_id: int,
    *,
    principal_kop: int,
    penalty_kop: int,
    receipt_email: str,
    key: str,
    return_url: str,
    person_id: int | None,
    by: Actor,
) -> Attempt:
    """Make the payment of one form and register it at the bank; the attempt's `form_url` is where the card is asked for.

    Called again with the same key it gives the same attempt. Raises Refused for a sum outside the limits, Conflict when
    the key came with other sums, Unavailable when the bank does not answer (the same key may be tried again).
    """
    if reason := rules.refusal(principal_kop, penalty_kop, **_limits()):
        raise Refused(reason, field="principal")
    attempt = _intend(
        account_id,
        principal_kop=principal_kop,
        penalty_kop=penalty_kop,
        receipt_email=receipt_email,
        key=key,
        person_id=person_id,
        by=by,
    )
    fault("pay.intended")
    return attempt if attempt.form_url else _register(attempt, return_url)


def _limits() -> dict[str, int]:
    chosen = settings.load(PaymentSettings)
    return {"least_kop": chosen.least_kop, "most_kop": chosen.most_kop}


def _intend(
    account_id: int,
    *,
    principal_kop: int,
    penalty_kop: int,
    receipt_email: str,
    key: str,
    person_id: int | None,
    by: Actor,
) -> Attempt:
    """The payment and its attempt as rows, once for a key."""
    now = clock.now()
    with transaction():
        account = Account.locked(account_id)
        payment = Payment.select().where(Payment.key == key).first()
        if payment is not None:
            same = (payment.account_id, payment.principal_kop, payment.penalty_kop, payment.person_id)
            if same != (account_id, principal_kop, penalty_kop, person_id):
                raise Conflict("Эта форма уже отправлена с другой суммой. Обновите страницу и начните оплату заново.")
            return Attempt.select().where(Attempt.payment == payment).order_by(Attempt.id.desc()).get()
        payment = Payment.create(
            account=account,
            person=person_id,
            channel="card",
            source="Интернет",
            principal_kop=principal_kop,
            penalty_kop=penalty_kop,
            receipt_email=receipt_email,
            key=key,
            created_at=now,
            by=str(by),
        )
        record(PaymentStarted(payment.id, account_id), by=by)
        return _new_attempt(payment)


def _new_attempt(payment: Payment) -> Attempt:
    now = clock.now()
    session = timedelta(seconds=settings.load(PaymentSettings).session_seconds)
    return Attempt.create(
        payment=payment,
        order_number=uuid4().hex,
        created_at=now,
        expires_at=now + session,
        next_check_at=now + CLAIM,
    )


def _register(attempt: Attempt, return_url: str) -> Attempt:
    """Tell the bank of the attempt, from one process at a time."""
    if not _claim(attempt.id):
        return _wait_for_form(attempt.id)
    payment = attempt.payment
    account = Account.get_by_id(payment.account_id)
    try:
        registered = bank().register(
            attempt.order_number,
            payment.amount_kop,
            return_url,
            return_url,
            f"Оплата за электроэнергию, л/с {account.number}",
            email=payment.receipt_email or None,
            session_seconds=settings.load(PaymentSettings).session_seconds,
            items=_receipt_items(payment),
        )
    except AlreadyRegistered:
        # An earlier call reached the bank and its answer was lost: that very order is the one to pay.
        return _find_lost(attempt)
    except BankRefused as refused:
        log.error("the bank refused to register an order", extra={"facts": {"code": refused.code}})
        _note(attempt.id, state="declined", next_check_at=None, claimed_until=None)
        raise Refused("Банк не принял платёж. Проверьте сумму и начните оплату заново.") from refused
    except Unavailable:
        _note(attempt.id, state="unknown", claimed_until=None)
        raise
    fault("pay.registered")
    _note(
        attempt.id,
        state="registered",
        bank_order_id=registered.bank_order_id,
        form_url=registered.form_url,
        claimed_until=None,
        next_check_at=clock.now() + timedelta(seconds=PAUSES[0]),
    )
    Payment.update(state="pending").where(Payment.id == payment.id, Payment.state == "new").execute()
    return Attempt.get_by_id(attempt.id)


def _receipt_items(payment: Payment) -> list[Item]:
    """The lines of the fiscal receipt (54-ФЗ): the energy paid in full, and penalties apart (§6.3)."""
    if not payment.receipt_email:
        return []
    chosen = settings.load(PaymentSettings)
    energy = Item("energy", "Электроснабжение", payment.principal_kop, chosen.energy_tax_type)
    penalty = Item("penalty", "Пени", payment.penalty_kop, chosen.penalty_tax_type, payment_object=15)
    return [item for item in (energy, penalty) if item.amount_kop]


def _claim(attempt_id: int) -> bool:
    now = clock.now()
    free = Attempt.claimed_until.is_null() | (Attempt.claimed_until < now)
    return bool(
        Attempt.update(claimed_until=now + CLAIM)
        .where(Attempt.id == attempt_id, Attempt.form_url == "", Attempt.state.in_(("intended", "unknown")), free)
        .execute()
    )


def _wait_for_form(attempt_id: int) -> Attempt:
    """Another process is registering the same attempt: wait for its answer a little, do not ask the bank twice."""
    pause = threading.Event()
    for _ in range(50):
        attempt = Attempt.get_by_id(attempt_id)
        if attempt.form_url:
            return attempt
        pause.wait(0.1)
    raise Unavailable


def _find_lost(attempt: Attempt) -> Attempt:
    """Learn the bank's id of an order whose registration was not heard, and so the way to its page."""
    status = bank().status(order_number=attempt.order_number)
    _note(attempt.id, state="registered", form_url=bank().form_url(status.bank_order_id), claimed_until=None)
    _apply(attempt.id, status)
    return Attempt.get_by_id(attempt.id)


def _note(attempt_id: int, **columns: object) -> None:
    Attempt.update(**columns).where(Attempt.id == attempt_id, Attempt.state != "paid").execute()


def confirm_order(bank_order_id: str) -> Payment:
    """Ask the bank about the order it names and act on the answer. Raises NotFound for an order that is not ours."""
    attempt = Attempt.select().where(Attempt.bank_order_id == bank_order_id).first()
    if attempt is None:
        raise NotFound
    return confirm(attempt.id)


def confirm(attempt_id: int) -> Payment:
    """Ask the bank how the attempt stands and bring the payment and the ledger in line.

    Callback, return and poller all come here, in any order and any number of times. Raises Unavailable.
    """
    attempt = Attempt.select(Attempt, Payment).join(Payment).where(Attempt.id == attempt_id).get()
    if attempt.state == "paid":
        return attempt.payment  # type: ignore[no-any-return]
    try:
        named = (
            {"bank_order_id": attempt.bank_order_id}
            if attempt.bank_order_id
            else {"order_number": attempt.order_number}
        )
        status = bank().status(**named)
    except UnknownOrder:
        return _unknown_there(attempt)
    payment = _apply(attempt_id, status)
    fault("pay.posted")
    return payment


def _unknown_there(attempt: Attempt) -> Payment:
    """The bank never heard of it: after the session's time nobody can pay it any more."""
    with transaction():
        payment = Payment.locked(attempt.payment_id)
        if attempt.expires_at < clock.now():
            _note(attempt.id, state="expired", next_check_at=None)
            _give_up(payment, "expired")
        else:
            _ask_later(attempt)
    return payment


def _apply(attempt_id: int, status: OrderStatus) -> Payment:
    with transaction():
        attempt = Attempt.get_by_id(attempt_id)
        account_id = Payment.select(Payment.account).where(Payment.id == attempt.payment_id).scalar()
        Account.locked(account_id)  # floor order: the account before the payment
        payment = Payment.locked(attempt.payment_id)
        attempt = Attempt.locked(attempt_id)
        if payment.posted_at is not None:
            return payment
        verdict = rules.verdict(
            status.state.name,
            amount_matches=status.amount_kop == payment.amount_kop,
            currency=status.currency or ROUBLE,
            order_matches=status.order_number == attempt.order_number,
        )
        if status.bank_order_id and not attempt.bank_order_id:
            attempt.bank_order_id = status.bank_order_id
        attempt.action_code, attempt.masked_pan = status.action_code, status.masked_pan
        attempt.save(only=["bank_order_id", "action_code", "masked_pan"])
        if verdict is rules.Verdict.POST:
            _post(payment, attempt)
        elif verdict is rules.Verdict.SUSPICIOUS:
            _note(attempt_id, state="unknown", next_check_at=None)
            record(PaymentSuspicious(payment.id, attempt_id, status.state.name), by=system("bank"))
        elif verdict is rules.Verdict.FAIL:
            _fail(payment, attempt)
        else:
            _ask_later(attempt)
        return Payment.get_by_id(payment.id)


def _post(payment: Payment, attempt: Attempt) -> None:
    now = clock.now()
    billing.post_payment(
        payment.id,
        payment.account_id,
        principal_kop=payment.principal_kop,
        penalty_kop=payment.penalty_kop,
        paid_on=clock.today(),
        by=system("bank"),
    )
    Payment.update(state="paid", paid_on=clock.today(), posted_at=now).where(Payment.id == payment.id).execute()
    Attempt.update(state="paid", next_check_at=None).where(Attempt.id == attempt.id).execute()
    record(PaymentPosted(payment.id, payment.account_id), by=system("bank"))
    fault("pay.posting")


def _fail(payment: Payment, attempt: Attempt) -> None:
    """Declined: the person may still try another card on the same page, so the poller goes on until it closes."""
    if attempt.expires_at < clock.now():
        _note(attempt.id, state="declined", next_check_at=None)
        _give_up(payment, "declined")
    else:
        _note(attempt.id, state="declined")
        _ask_later(attempt)


def _give_up(payment: Payment, state: str) -> None:
    live = Attempt.select().where(Attempt.payment == payment, Attempt.next_check_at.is_null(False)).exists()
    changed = (
        not live
        and Payment.update(state=state).where(Payment.id == payment.id, Payment.state.in_(("new", "pending"))).execute()
    )
    if changed:
        record(PaymentDeclined(payment.id, payment.account_id), by=system("bank"))


def _ask_later(attempt: Attempt) -> None:
    now = clock.now()
    if now > attempt.expires_at + KEEP_ASKING:
        _note(attempt.id, state="expired", next_check_at=None)
        _give_up(Payment.get_by_id(attempt.payment_id), "expired")
        return
    pause = PAUSES[min(attempt.checks, len(PAUSES) - 1)]
    _note(attempt.id, next_check_at=now + timedelta(seconds=pause), checks=attempt.checks + 1)


def ask_about_open_attempts(limit: int = 100) -> int:
    """Ask the bank about every attempt whose time has come. Gives how many were asked about."""
    due = (
        Attempt.select(Attempt.id)
        .where(Attempt.next_check_at <= clock.now())
        .order_by(Attempt.next_check_at)
        .limit(limit)
    )
    ids = [row.id for row in due]
    for id in ids:
        try:
            confirm(id)
        except Unavailable:
            _ask_later(Attempt.get_by_id(id))
    return len(ids)
