"""What tells whom: reactions that write messages, and the one that hands them over."""

from __future__ import annotations

from nesk.accounts.models import Account
from nesk.accounts.queries import people_bound_to
from nesk.billing.events import MonthClosed
from nesk.billing.models import Entry
from nesk.core.events import current_event_id, on
from nesk.core.faults import fault
from nesk.core.period import Month
from nesk.credentials.challenges import secret_of
from nesk.credentials.events import CodeAsked, LinkAsked, RememberedTwice
from nesk.credentials.models import Challenge, Remembered
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
from nesk.notifications import delivery, mailing, operations
from nesk.notifications import recovery as recovery  # its reactions
from nesk.notifications.events import MessageQueued, ReceiptsAnnounced, UrgentMessageQueued
from nesk.payments.events import PaymentDeclined, PaymentPosted, PaymentRefunded
from nesk.payments.models import Payment
from nesk.people.devices import device_of
from nesk.people.events import PasswordChanged, SignedIn
from nesk.people.models import Session
from nesk.people.queries import is_new_device


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


@on(CodeAsked, queue="codes")
def send_code(challenge_id: int) -> None:
    """The six digits to whoever waits for them; a code that a newer one has replaced is told to nobody."""
    code = secret_of(challenge_id)
    if code is not None:
        challenge = Challenge.get_by_id(challenge_id)
        operations.tell(current_event_id(), "code", recipients={"sms": challenge.recipient}, code=code)


LINKS: dict[str, tuple[str, str]] = {
    "recovery": ("recovery_link", "/recover/link/"),
}
"""Purpose of a challenge → kind of the letter and the path that the token is put behind."""


@on(LinkAsked, queue="codes")
def send_link(challenge_id: int) -> None:
    """The link to the address that it proves."""
    token = secret_of(challenge_id)
    if token is not None:
        challenge = Challenge.get_by_id(challenge_id)
        template, path = LINKS[challenge.purpose]
        operations.tell(
            current_event_id(),
            template,
            recipients={"email": challenge.recipient},
            link=f"{path}{token}",
            until=challenge.expires_at,
        )
        fault("link.writing")


@on(SignedIn)
def tell_of_new_device(kind: str, subject_id: int, session_id: int) -> None:
    """A browser and a system that the person has not been seen with in the last year."""
    if kind == "person" and is_new_device(session_id):
        session = Session.get_by_id(session_id)
        _tell_of_session(session, "new_device", at=session.created_at)


@on(RememberedTwice)
def tell_of_copy(person_id: int, chain: str) -> None:
    """Somebody has a copy of what this person's browser is remembered by, or had it: all of its sessions are ended."""
    link = Remembered.select().where(Remembered.chain == chain).order_by(Remembered.id).first()
    _tell_of_session(Session.get_by_id(link.session_id), "device_copied")


def _tell_of_session(session: Session, template: str, **facts: object) -> None:
    operations.notify(
        current_event_id(),
        template,
        person_id=session.subject_id,
        link="/cabinet/devices/",
        device=device_of(session.device).words,
        place=session.place,
        **facts,
    )


@on(PasswordChanged)
def tell_of_password(kind: str, subject_id: int) -> None:
    """To every address that the person has, without the password (A5)."""
    if kind == "person":
        operations.notify(current_event_id(), "password_changed", person_id=subject_id, link="/cabinet/devices/")


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
        _tell_account(account_id, "payment_posted", "/cabinet/charges/payments", amount_kop=payment.amount_kop)


@on(PaymentDeclined)
def tell_of_decline(payment_id: int, account_id: int) -> None:
    payment = Payment.get_by_id(payment_id)
    _tell_account(account_id, "payment_declined", "/cabinet/payment/", amount_kop=payment.amount_kop)


@on(PaymentRefunded)
def tell_of_refund(payment_id: int, account_id: int, amount_kop: int) -> None:
    _tell_account(account_id, "payment_refunded", "/cabinet/charges/payments", amount_kop=amount_kop)


def _tell_account(account_id: int, template: str, link: str, **facts: object) -> None:
    number = Account.select(Account.number).where(Account.id == account_id).scalar()
    for person in people_bound_to(account_id):
        operations.notify(
            current_event_id(),
            template,
            person_id=person,
            account_id=account_id,
            link=f"{link}?ls={number}",
            account_number=number,
            **facts,
        )


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
    """Whoever placed the order and those who act for its account now."""
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
