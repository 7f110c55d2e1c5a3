"""What tells whom: reactions that write messages, and the one that hands them over."""

from __future__ import annotations

from nesk.accounts.queries import people_bound_to
from nesk.billing.events import MonthClosed
from nesk.billing.models import Entry
from nesk.core.events import current_event_id, on
from nesk.core.period import Month
from nesk.fieldwork import rules
from nesk.fieldwork.events import (
    AccessRefused,
    CrewSetOut,
    OrderAccepted,
    OrderCancelled,
    OrderClosed,
    OrderMessageAdded,
    OrderPlaced,
    OrderRejected,
    VisitAssigned,
    VisitMoved,
    VisitUnassigned,
)
from nesk.fieldwork.models import Act, Crew, Order, OrderMessage, OrderStep, Service, Visit
from nesk.fieldwork.queries import live_visit
from nesk.metering.events import ReadingAccepted
from nesk.metering.models import Reading
from nesk.metering.rules import ZONE_NAMES, ZONES
from nesk.notifications import access, delivery, mailing, operations, protection, registration  # noqa: F401 - reactions too
from nesk.notifications.events import MessageQueued, ReceiptsAnnounced, UrgentMessageQueued
from nesk.payments.events import PaymentDeclined, PaymentPosted, PaymentRefunded
from nesk.payments.models import Payment


@on(MessageQueued, outside=True, max_attempts=delivery.MOST_ATTEMPTS)
def deliver(message_id: int) -> None:
    """Hand one message over to its gateway."""
    delivery.deliver(message_id)


@on(UrgentMessageQueued, outside=True, queue="codes", max_attempts=delivery.MOST_ATTEMPTS)
def deliver_urgent(message_id: int) -> None:
    """The same for a message that somebody waits for: it stands in no line behind the others."""
    delivery.deliver(message_id)


@on(ReceiptsAnnounced, outside=True, queue="bulk", max_attempts=delivery.MOST_ATTEMPTS)
def deliver_letters(event_id: int, branch_id: int, month: int, after: int, until: int) -> None:
    """Hand over the letters that a step of a mailing has written."""
    delivery.deliver_letters(event_id, after, until)


@on(MonthClosed, queue="bulk")
def announce_receipts(branch_id: int, month: int, accounts: int) -> None:
    """The receipts of a closed month can be had: the first set of those to be told."""
    mailing.announce_receipts(current_event_id(), branch_id, Month.from_int(month))


@on(ReceiptsAnnounced, queue="bulk")
def announce_further_receipts(event_id: int, branch_id: int, month: int, after: int, until: int) -> None:
    """The next set, from where the last one stopped."""
    mailing.announce_receipts(event_id, branch_id, Month.from_int(month), after=until)


@on(ReadingAccepted)
def tell_of_reading(reading_id: int, account_id: int) -> None:
    """A reading that was passed by hand, a care link's too, is confirmed to those whose account it is and to the guest
    who passed it."""
    reading = Reading.get_by_id(reading_id)
    kind, _, doer = reading.accepted_by.partition(":")
    if reading.withdrawn_at is not None or not (kind == "person" or doer.startswith("care:")):
        return
    zones = ZONES[len(reading.values)]
    lines = [(ZONE_NAMES[zone], value) for zone, value in zip(zones, reading.values, strict=True)]
    charged = (
        Entry.select(Entry.amount_kop)
        .where(Entry.source == "reading", Entry.source_id == reading_id, Entry.reverses.is_null())
        .scalar()
    )
    operations.notify_account(
        account_id,
        "reading_accepted",
        "/cabinet/readings/",
        also=int(doer) if kind == "person" else None,
        lines=lines,
        used=sum(reading.used),
        month=reading.month,
        charged_kop=charged or 0,
    )


@on(PaymentPosted)
def tell_of_payment(payment_id: int, account_id: int) -> None:
    payment = Payment.get_by_id(payment_id)
    if payment.channel == "card":
        link = "/cabinet/charges/payments"
        operations.notify_account(
            account_id, "payment_posted", link, also=payment.person_id, amount_kop=payment.amount_kop
        )


@on(PaymentDeclined)
def tell_of_decline(payment_id: int, account_id: int) -> None:
    payment = Payment.get_by_id(payment_id)
    link = "/cabinet/payment/"
    operations.notify_account(
        account_id, "payment_declined", link, also=payment.person_id, amount_kop=payment.amount_kop
    )


@on(PaymentRefunded)
def tell_of_refund(payment_id: int, account_id: int, amount_kop: int) -> None:
    operations.notify_account(account_id, "payment_refunded", "/cabinet/charges/payments", amount_kop=amount_kop)


@on(OrderPlaced)
def tell_of_order(order_id: int) -> None:
    _tell_client(order_id, "order_placed")


@on(OrderAccepted)
def tell_of_acceptance(order_id: int) -> None:
    _tell_client(order_id, "order_accepted")


@on(OrderRejected)
def tell_of_rejection(order_id: int) -> None:
    reason = (
        OrderStep.select(OrderStep.comment).where(OrderStep.order == order_id, OrderStep.state == "rejected").scalar()
    )
    _tell_client(order_id, "order_rejected", reason=reason or "")


@on(OrderCancelled)
def tell_of_cancellation(order_id: int) -> None:
    _tell_client(order_id, "order_cancelled")


@on(VisitAssigned)
def tell_of_visit(order_id: int, visit_id: int) -> None:
    _tell_client(order_id, "visit_assigned", **_visit(visit_id))


@on(VisitMoved)
def tell_of_move(order_id: int, visit_id: int) -> None:
    _tell_client(order_id, "visit_moved", **_visit(visit_id))


@on(VisitUnassigned)
def tell_of_taking_off(order_id: int, visit_id: int) -> None:
    """A visit that was promised will not be. Silent when the whole order has ended or has its new time already: of
    that another message tells."""
    order = Order.get_by_id(order_id)
    if order.state not in rules.FINAL and live_visit(order_id) is None:
        _tell_client(order_id, "visit_unassigned", **_visit(visit_id))


@on(AccessRefused)
def tell_of_refused_access(order_id: int, visit_id: int) -> None:
    _tell_client(order_id, "access_refused", reason=Visit.get_by_id(visit_id).remark, **_visit(visit_id))


@on(CrewSetOut)
def tell_of_departure(order_id: int, visit_id: int) -> None:
    _tell_client(order_id, "crew_set_out", **_visit(visit_id))


@on(OrderClosed)
def tell_of_closing(order_id: int, act_id: int) -> None:
    act = Act.get_by_id(act_id)
    serial = (act.facts.get("new") or {}).get("serial", "")
    _tell_client(order_id, "order_closed", act_number=act.number, new_serial=serial)


@on(OrderMessageAdded)
def tell_of_message(order_id: int, message_id: int, is_ours: bool) -> None:
    if is_ours:
        _tell_client(order_id, "order_message", words=OrderMessage.get_by_id(message_id).text)


def _visit(visit_id: int) -> dict[str, object]:
    visit = Visit.select(Visit, Crew).join(Crew).where(Visit.id == visit_id).get()
    return {"visit_on": visit.on, "slot": rules.SLOT_NAMES[visit.slot], "crew": visit.crew.name}


def _tell_client(order_id: int, template: str, **facts: object) -> None:
    """Whoever placed the order and those whose account it is now."""
    order = Order.select(Order, Service).join(Service).where(Order.id == order_id).get()
    bound = people_bound_to(order.account_id) if order.account_id else []
    for person in dict.fromkeys([order.person_id, *bound] if order.person_id else bound):
        operations.notify(
            current_event_id(),
            template,
            person_id=person,
            account_id=order.account_id,
            link=f"/cabinet/services/{order.id}",
            number=order.number,
            service=order.service.title,
            address=order.address,
            **facts,
        )
