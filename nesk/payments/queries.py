"""Reading about payments, always for somebody."""

from __future__ import annotations

from datetime import date

from nesk.accounts.models import Account, Binding
from nesk.accounts.queries import live
from nesk.core.errors import NotFound
from nesk.core.pages import Page, page_of
from nesk.payments.declines import words
from nesk.payments.models import Attempt, Payment

PER_PAGE = 20


def payment_of(person_id: int, payment_id: int) -> Payment:
    """A payment for an account the person has a right to now, with the account. Raises NotFound."""
    payment = (
        Payment.select(Payment, Account)
        .join(Account)
        .join(Binding, on=(Binding.account == Account.id))
        .where(Payment.id == payment_id, Binding.person == person_id, live())
        .first()
    )
    if payment is None:
        raise NotFound
    return payment


def payment_started_by(actor: str, payment_id: int) -> Payment:
    """A payment that this very actor started, a care link for one. Raises NotFound."""
    payment = Payment.get_or_none(Payment.id == payment_id, Payment.by == actor)
    if payment is None:
        raise NotFound
    return payment


def payments_started_by(account_id: int, actor: str, limit: int = 200) -> list[Payment]:
    """Payments for an account that one actor has started, the latest first, whatever became of them."""
    own = Payment.select().where(Payment.account == account_id, Payment.by == actor)
    return list(own.order_by(Payment.id.desc()).limit(limit))


def payment_by_bank_order(bank_order_id: str) -> Payment:
    """The payment of an order at the bank, for the way back from its page. Raises NotFound."""
    payment = Payment.select(Payment).join(Attempt).where(Attempt.bank_order_id == bank_order_id).first()
    if payment is None:
        raise NotFound
    return payment


def history(
    account_id: int, *, since: date | None = None, until: date | None = None, search: str = "", page: int = 1
) -> Page[Payment]:
    """Posted payments of an account, the latest first (S0-45). `search` looks through the source."""
    query = Payment.select().where(Payment.account == account_id, Payment.posted_at.is_null(False))
    if since:
        query = query.where(Payment.paid_on >= since)
    if until:
        query = query.where(Payment.paid_on <= until)
    rows = list(query.order_by(Payment.paid_on.desc(), Payment.id.desc()).limit(2_000))
    if wanted := search.strip().lower():
        rows = [row for row in rows if wanted in row.source.lower()]
    return page_of(rows, page, per_page=PER_PAGE)


def last_payment(account_id: int) -> Payment | None:
    """The latest posted payment: «Дата последней оплаты» (S0-18)."""
    posted = Payment.select().where(Payment.account == account_id, Payment.posted_at.is_null(False))
    return posted.order_by(Payment.paid_on.desc(), Payment.id.desc()).first()


def pending(account_id: int) -> list[Payment]:
    """Payments that the bank has not answered for yet."""
    return list(
        Payment.select().where(Payment.account == account_id, Payment.state == "pending").order_by(Payment.id.desc())
    )


def decline_words(payment_id: int) -> str:
    """What to tell the payer about the latest refusal of the bank; empty when there was none."""
    code = Attempt.select(Attempt.action_code).where(Attempt.payment == payment_id).order_by(Attempt.id.desc()).scalar()
    return (words(code) if code is not None else None) or ""
