"""«Оплата»: what may be paid, what is refused, and the way back from the bank."""

import pytest

from nesk.billing.models import Entry
from nesk.payments.models import Attempt, Payment
from tests.browser import Browser

PAGE = "/cabinet/payment/"
LESS = "Сумма к оплате не может быть нулевой"


def counted() -> tuple[int, int, int]:
    return Payment.select().count(), Attempt.select().count(), Entry.select().count()


@pytest.fixture
def form(marina: Browser) -> Browser:
    marina.open(PAGE)
    return marina


@pytest.mark.parametrize("typed", ["0", "-1", "1e9", "много", "12,345", "NaN", "١٢٣", "1000000000", ""])
def test_a_sum_that_cannot_be_paid_is_refused_kept_and_reaches_nobody(form: Browser, typed):
    moved = counted()
    page = form.submit(PAGE, {"principal": typed, "penalty": "0", "confirmed": "y"}, status=422)
    assert page.errors
    (field,) = page.find("input", name="principal")
    assert field.get("value") == typed
    assert counted() == moved


def test_without_the_tick_nothing_is_started(form: Browser):
    moved = counted()
    page = form.submit(PAGE, {"principal": "100"}, status=422)
    assert "Проверьте счёт и суммы и отметьте, что подтверждаете их." in page.errors
    assert counted() == moved


def test_when_the_bank_does_not_answer_the_intent_is_kept_and_the_same_form_may_be_sent_again(form: Browser):
    payments, attempts, entries = counted()
    page = form.submit(PAGE, {"principal": "100,50", "confirmed": "y"}, status=422)
    assert "Банк сейчас не отвечает. Деньги не списаны." in page.text
    assert counted() == (payments + 1, attempts + 1, entries)
    form.submit(PAGE, {"confirmed": "y"}, status=422)
    assert counted() == (payments + 1, attempts + 1, entries)
    kept = Payment.select().order_by(Payment.id.desc()).first()
    assert (kept.principal_kop, kept.penalty_kop, kept.state) == (10_050, 0, "new")


def test_a_strangers_payment_does_not_exist(form: Browser, account, stranger):
    foreign = Payment.create(
        account=stranger,
        person=None,
        channel="card",
        source="Интернет",
        principal_kop=100,
        penalty_kop=0,
        receipt_email="",
        key="foreign",
        created_at=Payment.select().first().created_at,
        by="system:test",
    )
    form.open(f"{PAGE}{foreign.id}", status=404)
