"""Calls of the bank: kept as they came, believed when signed, and never taken for money without the bank's own word."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from nesk.accounts.models import Account
from nesk.billing.models import Entry
from nesk.core import config
from nesk.core.actor import system
from nesk.core.events import EventRecord
from nesk.payments.checksum import checksum
from nesk.payments.models import Attempt, Callback, Payment
from nesk.payments.operations import start_card_payment
from tests.browser import Browser
from tests.payments.shop import ID, form_url, paid
from tests.wire import Server, answer, http_server

AMOUNT_KOP = 128_456


@dataclass
class Till:
    """A payment that waits at a scripted bank, and the bank's way to call about it."""

    browser: Browser
    server: Server
    attempt: Attempt

    def bank_says(self, **changes: Any) -> None:
        self.server.says(answer(paid(orderNumber=self.attempt.order_number, **changes)))

    def calls(self, *, method: str = "GET", key: str | None = None, **changes: str) -> int:
        """The status that a call with these fields gets; signed with the shop's key unless another is given."""
        fields = {
            "mdOrder": ID,
            "orderNumber": self.attempt.order_number,
            "operation": "deposited",
            "status": "1",
            "amount": str(AMOUNT_KOP),
        } | changes
        fields["checksum"] = checksum(fields, key or config.current().bank_callback_key)
        return self.sends(fields, method=method)

    def sends(self, fields: dict[str, str], *, method: str = "GET") -> int:
        where = {"query_string" if method == "GET" else "data": fields}
        return int(self.browser.client.open("/callbacks/bank", method=method, **where).status_code)

    @property
    def state(self) -> tuple[str, str, int]:
        """The payment, its attempt, and how many lines of the ledger are its."""
        payment = Payment.get_by_id(self.attempt.payment_id)
        lines = Entry.select().where(Entry.source == "payment", Entry.source_id == payment.id).count()
        return payment.state, Attempt.get_by_id(self.attempt.id).state, lines


WAITING = ("pending", "registered", 0)
POSTED = ("paid", "paid", 1)


@pytest.fixture
def till(browser: Browser, town: object) -> Iterator[Till]:
    with http_server(b"") as server:
        config.use(replace(config.current(), bank_url=server.url))
        server.says(answer({"orderId": ID, "formUrl": form_url(server)}))
        attempt = start_card_payment(
            Account.get(Account.number == "230000000017").id,
            principal_kop=AMOUNT_KOP,
            penalty_kop=0,
            receipt_email="abonent@demo.nesk",
            key="form-1",
            return_url="https://lk.example/return",
            person_id=None,
            by=system("test"),
        )
        till = Till(browser, server, attempt)
        assert till.state == WAITING
        till.bank_says()
        yield till


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_signed_call_about_a_paid_order_posts_it(till: Till, method):
    assert till.calls(method=method) == 200
    assert till.state == POSTED
    assert [(kept.is_genuine, kept.bank_order_id, kept.operation) for kept in Callback.select()] == [
        (True, ID, "deposited")
    ]


@pytest.mark.both_engines
def test_a_repeated_call_posts_once(till: Till):
    assert [till.calls() for _ in range(3)] == [200, 200, 200]
    assert till.state == POSTED
    assert Callback.select().count() == 3


@pytest.mark.parametrize(
    "forge",
    [
        lambda fields: fields | {"checksum": "0" * 64},
        lambda fields: fields | {"amount": "1"},
        lambda fields: fields | {"checksum": checksum(fields, "another key")},
        lambda fields: fields | {"checksum": ""},
        lambda fields: {name: value for name, value in fields.items() if name != "checksum"},
        lambda fields: {},
        lambda fields: fields | {"checksum": "Ж" * 64},
    ],
    ids=["zeros", "changed", "another key", "empty", "none", "nothing at all", "letters"],
)
def test_a_call_with_a_wrong_checksum_moves_nothing_and_is_kept_for_the_staff(till: Till, forge):
    fields = {"mdOrder": ID, "operation": "deposited", "status": "1", "amount": str(AMOUNT_KOP)}
    fields["checksum"] = checksum(fields, config.current().bank_callback_key)
    asked = len(till.server.seen)
    assert till.sends(forge(fields)) == 403
    assert till.state == WAITING
    assert len(till.server.seen) == asked
    assert [kept.is_genuine for kept in Callback.select()] == [False]
    assert EventRecord.select().where(EventRecord.name == "CallbackRefused").count() == 1


def test_a_call_about_an_order_that_is_not_ours_is_not_found(till: Till):
    assert till.calls(mdOrder="00000000-0000-0000-0000-000000000000") == 404
    assert till.state == WAITING


@pytest.mark.parametrize("changes", [{"amount": AMOUNT_KOP - 1}, {"amount": AMOUNT_KOP * 10}, {"currency": "840"}])
def test_money_of_another_sum_or_currency_is_not_posted_and_the_staff_is_told(till: Till, changes):
    till.bank_says(**changes)
    assert till.calls() == 200
    assert till.state == ("pending", "unknown", 0)
    assert EventRecord.select().where(EventRecord.name == "PaymentSuspicious").count() == 1


def test_the_sum_that_the_call_names_decides_nothing(till: Till):
    assert till.calls(amount="1") == 200
    assert till.state == POSTED
    assert Payment.get_by_id(till.attempt.payment_id).amount_kop == AMOUNT_KOP


def test_a_call_that_says_deposited_while_the_bank_says_declined_posts_nothing(till: Till):
    till.bank_says(orderStatus=6, actionCode=-2007)
    assert till.calls() == 200
    assert till.state == ("pending", "declined", 0)


def test_when_the_bank_is_silent_the_call_is_refused_for_now_and_the_next_one_posts(till: Till):
    till.server.says(lambda connection: connection.close())
    assert till.calls() == 503
    assert till.state == WAITING
    till.bank_says()
    assert till.calls() == 200
    assert till.state == POSTED
