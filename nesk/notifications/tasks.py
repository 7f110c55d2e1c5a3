"""What tells whom: reactions that write messages, and the one that hands them over."""

from __future__ import annotations

from nesk.accounts.models import Account
from nesk.accounts.queries import people_bound_to
from nesk.billing.models import Entry
from nesk.core.events import current_event_id, on
from nesk.fieldwork import rules
from nesk.fieldwork.events import (
    CrewSetOut,
    OrderAccepted,
    OrderCancelled,
    OrderClosed,
    OrderMessageAdded,
    OrderPlaced,
    OrderRejected,
    VisitAssigned,
    VisitMoved,
)
from nesk.fieldwork.models import Act, Crew, Order, OrderMessage, OrderStep, Service, Visit
from nesk.metering.events import ReadingAccepted
from nesk.metering.models import Reading
from nesk.metering.rules import ZONE_NAMES, ZONES
from nesk.notifications import operations
from nesk.notifications.events import MessageQueued
from nesk.payments.events import PaymentDeclined, PaymentPosted
from nesk.payments.models import Payment

EVERYWHERE = ("email", "sms", "cabinet")
QUIETLY = ("email", "cabinet")


@on(MessageQueued, outside=True, max_attempts=48)
def deliver(message_id: int) -> None:
    """Hand one message over to its gateway."""
    operations.deliver(message_id)


@on(ReadingAccepted)
def tell_of_reading(reading_id: int, account_id: int) -> None:
    """A reading that a person passed is confirmed to those who act for the account."""
    reading = Reading.get_by_id(reading_id)
    if reading.withdrawn_at is not None or not reading.accepted_by.startswith("person:"):
        return
    zones = ZONES[len(reading.values)]
    lines = [(ZONE_NAMES[zone], value) for zone, value in zip(zones, reading.values, strict=True)]
    charged = (
        Entry.select(Entry.amount_kop)
        .where(Entry.source == "reading", Entry.source_id == reading_id, Entry.reverses.is_null())
        .scalar()
    )
    _tell_account(
        account_id,
        "reading_accepted",
        QUIETLY,
        "/cabinet/readings/",
        lines=lines,
        used=sum(reading.used),
        month=reading.month,
        charged_kop=charged or 0,
    )


@on(PaymentPosted)
def tell_of_payment(payment_id: int, account_id: int) -> None:
    payment = Payment.get_by_id(payment_id)
    if payment.channel == "card":
        _tell_account(
            account_id, "payment_posted", EVERYWHERE, "/cabinet/charges/payments", amount_kop=payment.amount_kop
        )


@on(PaymentDeclined)
def tell_of_decline(payment_id: int, account_id: int) -> None:
    payment = Payment.get_by_id(payment_id)
    _tell_account(account_id, "payment_declined", QUIETLY, "/cabinet/payment/", amount_kop=payment.amount_kop)


def _tell_account(account_id: int, template: str, channels: tuple[str, ...], link: str, **facts: object) -> None:
    number = Account.select(Account.number).where(Account.id == account_id).scalar()
    for person in people_bound_to(account_id):
        operations.notify(
            current_event_id(),
            template,
            person_id=person,
            account_id=account_id,
            channels=channels,
            link=f"{link}?ls={number}" if "?" not in link else link,
            account_number=number,
            **facts,
        )


@on(OrderPlaced)
def tell_of_order(order_id: int) -> None:
    _tell_client(order_id, "order_placed", EVERYWHERE)


@on(OrderAccepted)
def tell_of_acceptance(order_id: int) -> None:
    _tell_client(order_id, "order_accepted", QUIETLY)


@on(OrderRejected)
def tell_of_rejection(order_id: int) -> None:
    reason = (
        OrderStep.select(OrderStep.comment).where(OrderStep.order == order_id, OrderStep.state == "rejected").scalar()
    )
    _tell_client(order_id, "order_rejected", EVERYWHERE, reason=reason or "")


@on(OrderCancelled)
def tell_of_cancellation(order_id: int) -> None:
    _tell_client(order_id, "order_cancelled", QUIETLY)


@on(VisitAssigned)
def tell_of_visit(order_id: int, visit_id: int) -> None:
    _tell_client(order_id, "visit_assigned", EVERYWHERE, **_visit(visit_id))


@on(VisitMoved)
def tell_of_move(order_id: int, visit_id: int) -> None:
    _tell_client(order_id, "visit_moved", EVERYWHERE, **_visit(visit_id))


@on(CrewSetOut)
def tell_of_departure(order_id: int, visit_id: int) -> None:
    _tell_client(order_id, "crew_set_out", ("sms", "cabinet"), **_visit(visit_id))


@on(OrderClosed)
def tell_of_closing(order_id: int, act_id: int) -> None:
    act = Act.get_by_id(act_id)
    serial = (act.facts.get("new") or {}).get("serial", "")
    _tell_client(order_id, "order_closed", EVERYWHERE, act_number=act.number, new_serial=serial)


@on(OrderMessageAdded)
def tell_of_message(order_id: int, message_id: int, is_ours: bool) -> None:
    if is_ours:
        _tell_client(order_id, "order_message", QUIETLY, words=OrderMessage.get_by_id(message_id).text)


def _visit(visit_id: int) -> dict[str, object]:
    visit = Visit.select(Visit, Crew).join(Crew).where(Visit.id == visit_id).get()
    return {"visit_on": visit.on, "slot": rules.SLOT_NAMES[visit.slot], "crew": visit.crew.name}


def _tell_client(order_id: int, template: str, channels: tuple[str, ...], **facts: object) -> None:
    order = Order.select(Order, Service).join(Service).where(Order.id == order_id).get()
    people = [order.person_id] if order.person_id else people_bound_to(order.account_id) if order.account_id else []
    for person in people:
        operations.notify(
            current_event_id(),
            template,
            person_id=person,
            account_id=order.account_id,
            channels=channels,
            link=f"/cabinet/services/{order.id}",
            number=order.number,
            service=order.service.title,
            address=order.address,
            **facts,
        )
