"""A card payment whatever comes from the bank, in any order, twice, at once or not at all: the ledger shows it once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nesk.billing.models import Balance, Entry
from nesk.core import clock, config
from nesk.core.errors import Conflict, Refused, Unavailable
from nesk.core.events import EventRecord
from nesk.payments import callbacks
from nesk.payments.checksum import checksum
from nesk.payments.models import Attempt, Payment
from nesk.payments.operations import ask_about_open_attempts, confirm_order, start_card_payment
from tests.district import BY
from tests.fieldwork.orders import at_once
from tests.payments.shop import form_url, paid
from tests.wire import Server, answer, http_server

AMOUNT_KOP = 128_456
MOVES = ("called", "returned", "asked", "pays", "declines", "silent", "speaks", "later")


@pytest.fixture
def till(district) -> Iterator[Server]:
    """A scripted bank before the district."""
    with http_server(b"") as server:
        config.use(replace(config.current(), bank_url=server.url))
        yield server


def start(server: Server, account_id: int, key: str, amount: int = AMOUNT_KOP) -> Attempt:
    server.says(answer({"orderId": f"order-{key}", "formUrl": form_url(server)}))
    return start_card_payment(
        account_id,
        principal_kop=amount,
        penalty_kop=0,
        receipt_email="",
        key=key,
        return_url="https://lk.example/return",
        person_id=None,
        by=BY,
    )


def lines(attempt: Attempt) -> list[int]:
    """What the payment has moved in the ledger."""
    rows = Entry.select(Entry.amount_kop).where(Entry.source == "payment", Entry.source_id == attempt.payment_id)
    return [row.amount_kop for row in rows]


def status_of(attempt: Attempt, status: int) -> bytes:
    """What the bank says when it is asked about the attempt."""
    named = [{"name": "mdOrder", "value": attempt.bank_order_id}]
    return answer(paid(orderNumber=attempt.order_number, attributes=named, orderStatus=status))


class Dealings:
    """One attempt and a bank that changes its mind; the model says what must stand in the ledger."""

    def __init__(self, server: Server, attempt: Attempt) -> None:
        self.server, self.attempt = server, attempt
        self.status, self.is_silent, self.is_heard = 0, False, False
        self.passed = timedelta()

    def do(self, move: str) -> None:
        if move == "pays":
            self.status = 2
        elif move == "declines" and self.status != 2:
            self.status = 6
        elif move in ("silent", "speaks"):
            self.is_silent = move == "silent"
        elif move == "later":
            self.passed += timedelta(minutes=7)
        else:
            self._comes(move)

    def _comes(self, move: str) -> None:
        self.server.says(b"" if self.is_silent else status_of(self.attempt, self.status))
        with clock.stopped_at(clock.now() + self.passed):
            if move == "asked":
                self.is_heard |= self._asked() and self._would_post
                return
            try:
                if move == "called":
                    self._told()
                else:
                    confirm_order(self.attempt.bank_order_id)
            except Unavailable:
                assert self.is_silent
        self.is_heard |= self._would_post

    def _asked(self) -> bool:
        before = len(self.server.seen)
        ask_about_open_attempts()
        return len(self.server.seen) > before

    @property
    def _would_post(self) -> bool:
        return self.status == 2 and not self.is_silent

    def _told(self) -> None:
        fields = {
            "mdOrder": self.attempt.bank_order_id,
            "orderNumber": self.attempt.order_number,
            "operation": "deposited",
        }
        fields |= {"status": "1", "amount": str(AMOUNT_KOP)}
        fields["checksum"] = checksum(fields, config.current().bank_callback_key)
        callbacks.receive(fields)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.sampled_from(MOVES), max_size=14))
def test_in_any_order_and_any_number_of_times_the_ledger_shows_the_payment_once(till, district, moves):
    """P6: return, call ×n, poll, decline, silence, in every order, end in one state that the bank's word alone decides."""
    dealings = Dealings(till, start(till, district.home.account.id, uuid4().hex))
    for move in moves:
        dealings.do(move)
        assert lines(dealings.attempt) == ([-AMOUNT_KOP] if dealings.is_heard else [])
    for move in ("speaks", "pays", "later", "asked", "called", "returned", "called"):
        dealings.do(move)
    assert lines(dealings.attempt) == [-AMOUNT_KOP]
    assert Payment.get_by_id(dealings.attempt.payment_id).state == "paid"
    owed = Entry.select(Entry.amount_kop).where(Entry.account == district.home.account.id)
    assert Balance.get(Balance.account == district.home.account.id).principal_kop == sum(row.amount_kop for row in owed)
    told = EventRecord.select().where(EventRecord.name == "PaymentPosted")
    assert [e.facts["payment_id"] for e in told].count(dealings.attempt.payment_id) == 1


def test_sixteen_who_hear_of_it_at_once_post_it_once(till, district):
    attempt = start(till, district.home.account.id, "one")
    till.says(status_of(attempt, 2))
    at_once(lambda _: confirm_order(attempt.bank_order_id))
    assert lines(attempt) == [-AMOUNT_KOP]


def test_sixteen_presses_of_one_form_are_one_payment_and_one_order_at_the_bank(till, district):
    """P2."""
    account_id = district.home.account.id
    attempts = at_once(lambda _: start(till, account_id, "pressed"))
    assert len({attempt.id for attempt in attempts}) == 1
    assert (Payment.select().count(), Attempt.select().count()) == (1, 1)
    assert len([seen for seen in till.seen if "register" in seen.path]) == 1


def test_the_same_form_with_another_sum_is_a_conflict_and_moves_nothing(till, district):
    start(till, district.home.account.id, "form")
    with pytest.raises(Conflict):
        start(till, district.home.account.id, "form", AMOUNT_KOP + 1)
    assert [payment.amount_kop for payment in Payment.select()] == [AMOUNT_KOP]


@pytest.mark.parametrize("amount", [0, 99, 30_000_001])
def test_a_sum_outside_the_limits_never_becomes_a_payment(till, district, amount):
    with pytest.raises(Refused):
        start(till, district.home.account.id, "form", amount)
    assert (Payment.select().count(), till.seen) == (0, [])
