"""Placing orders and moving them along: by the client, the office, and the dispatcher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from peewee import fn

from nesk.accounts.queries import account_by_id
from nesk.core import clock, files
from nesk.core.actor import Actor
from nesk.core.db import db, is_postgres, transaction
from nesk.core.errors import Conflict, NotFound, Refused
from nesk.core.events import record
from nesk.fieldwork import rules
from nesk.fieldwork.events import (
    OrderAccepted,
    OrderCancelled,
    OrderMessageAdded,
    OrderPlaced,
    OrderRejected,
    VisitAssigned,
    VisitMoved,
    VisitUnassigned,
)
from nesk.fieldwork.models import Crew, DayOff, Order, OrderFile, OrderMessage, OrderStep, Service, Visit
from nesk.metering.queries import installation_of

CHANGED = "Заявку уже изменил другой сотрудник. Обновите страницу."


@dataclass(frozen=True, slots=True)
class Attachment:
    """A checked file to be kept with an order."""

    data: bytes
    media_type: str
    name: str


def place_order(
    service_code: str,
    *,
    account_id: int,
    person_id: int | None,
    contact_name: str,
    contact_phone: str,
    installation_id: int | None = None,
    wish_on: date | None = None,
    wish_slot: int | None = None,
    comment: str = "",
    attachments: Sequence[Attachment] = (),
    key: str | None = None,
    by: Actor,
) -> Order:
    """Order a work at an account; the same key gives the order that was placed before.

    Raises Refused with the field at fault (service, wish_on, installation), NotFound for a meter of somebody else.
    """
    if key and (earlier := Order.get_or_none(Order.key == key)):
        return earlier  # type: ignore[no-any-return]
    service = Service.get_or_none(Service.code == service_code, ~Service.is_hidden)
    if service is None:
        raise Refused("Выберите услугу из списка.", field="service")
    today = clock.today()
    if wish_on is not None and wish_on <= today:
        raise Refused("Выберите день начиная с завтрашнего.", field="wish_on")
    account = account_by_id(account_id)
    installation = installation_of(account_id, installation_id) if installation_id else None
    if installation is None and service.work in ("replacement", "programming"):
        raise Refused("Выберите счётчик, с которым нужны работы.", field="installation")
    ends = installation.meter.next_verification_on if installation else None
    is_free = rules.is_free(
        work=service.work,
        is_urgent=service.is_urgent,
        premises=account.premises.kind,
        verification_ends=ends,
        today=today,
    )
    kept = [files.store(each.data, each.media_type, each.name, by=by) for each in attachments]
    with transaction():
        if key and (earlier := Order.get_or_none(Order.key == key)):
            return earlier  # type: ignore[no-any-return]
        number = _next_number(today)
        order = Order.create(
            number=number,
            service=service,
            branch=account.branch_id,
            account=account_id,
            installation=installation,
            person=person_id,
            contact_name=contact_name,
            contact_phone=contact_phone,
            address=account.premises.address,
            wish_on=wish_on,
            wish_slot=wish_slot,
            comment=comment,
            price_kop=0 if is_free else service.price_kop,
            is_free_by_law=is_free,
            due_on=rules.working_days_after(today, service.term_days) if service.term_days else None,
            key=key,
            search=f"{number} {contact_name} {contact_phone} {account.number} {account.premises.address}".lower(),
            created_at=clock.now(),
        )
        _note(order, "new", by)
        for file in kept:
            OrderFile.create(order=order, file=file, purpose="attachment", caption=file.name[:120])
        record(OrderPlaced(order.id), by=by)
    return order  # type: ignore[no-any-return]


def _next_number(today: date) -> str:
    """The next number of the year, one at a time: the advisory lock is the transaction's own."""
    if is_postgres():
        db.execute_sql("SELECT pg_advisory_xact_lock(hashtext('fieldwork_order_number'))")
    prefix = f"З-{today.year}-"
    last = Order.select(fn.MAX(Order.number)).where(Order.number >= prefix, Order.number < f"{prefix}~").scalar()
    return f"{prefix}{int(last.rpartition('-')[2]) + 1 if last else 1:06}"


def _note(order: Order, state: str, by: Actor, comment: str = "") -> None:
    OrderStep.create(order=order, state=state, comment=comment, at=clock.now(), by=str(by))


def move(order: Order, state: str, *, by: Actor, comment: str = "") -> None:
    """Take a locked order to another state, and note the step. Raises Refused when the table has no such move."""
    if not rules.may_move(order.state, state):
        before, after = rules.STATE_NAMES[order.state], rules.STATE_NAMES[state]
        raise Refused(f"Заявка в статусе «{before}», перевести её в «{after}» нельзя.")
    order.state, order.version = state, order.version + 1
    order.closed_at = clock.now() if state in rules.FINAL else None
    order.save(only=["state", "version", "closed_at"])
    _note(order, state, by, comment)


def _locked(order_id: int, version: int | None = None) -> Order:
    order = Order.locked(order_id)
    if version is not None and order.version != version:
        raise Conflict(CHANGED)
    return order


def accept_order(order_id: int, *, version: int | None = None, comment: str = "", by: Actor) -> Order:
    """The office takes an order on. Raises Refused, Conflict."""
    with transaction():
        order = _locked(order_id, version)
        move(order, "accepted", by=by, comment=comment)
        record(OrderAccepted(order_id), by=by)
    return order


def reject_order(order_id: int, *, reason: str, version: int | None = None, by: Actor) -> Order:
    """The office refuses an order with a reason, which the client reads. Raises Refused, Conflict."""
    if not reason.strip():
        raise Refused("Напишите причину: её увидит абонент.", field="reason")
    with transaction():
        order = _locked(order_id, version)
        _end_visit(order, "cancelled", by)
        move(order, "rejected", by=by, comment=reason.strip())
        record(OrderRejected(order_id), by=by)
    return order


def cancel_order(order_id: int, *, by: Actor, comment: str = "") -> Order:
    """The client takes an order back, until the crew is on its way. Raises Refused."""
    with transaction():
        order = _locked(order_id)
        if order.state == "cancelled":
            return order
        if order.state not in rules.BY_CLIENT_TILL:
            raise Refused("Бригада уже выехала или работы закончены. Чтобы отменить заявку, позвоните в контакт-центр.")
        _end_visit(order, "cancelled", by)
        move(order, "cancelled", by=by, comment=comment)
        record(OrderCancelled(order_id), by=by)
    return order


def _end_visit(order: Order, state: str, by: Actor) -> Visit | None:
    visit = Visit.get_or_none(Visit.order == order, Visit.ended_at.is_null())
    if visit is not None:
        Visit.update(state=state, ended_at=clock.now(), version=Visit.version + 1).where(Visit.id == visit.id).execute()
        record(VisitUnassigned(order.id, visit.id), by=by)
    return visit  # type: ignore[no-any-return]


def add_message(
    order_id: int,
    text: str,
    *,
    is_ours: bool,
    attachments: Sequence[Attachment] = (),
    key: str | None = None,
    by: Actor,
) -> OrderMessage:
    """A line of the talk about an order (S1-17). The same key gives the message that stands."""
    text = text.strip()
    if not text and not attachments:
        raise Refused("Напишите сообщение или приложите файл.", field="text")
    kept = [files.store(each.data, each.media_type, each.name, by=by) for each in attachments]
    with transaction():
        if key and (earlier := OrderMessage.get_or_none(OrderMessage.key == key)):
            return earlier  # type: ignore[no-any-return]
        order = _locked(order_id)
        message = OrderMessage.create(order=order, text=text, is_ours=is_ours, key=key, at=clock.now(), by=str(by))
        for file in kept:
            OrderFile.create(order=order, file=file, purpose="attachment", message=message, caption=file.name[:120])
        record(OrderMessageAdded(order_id, message.id, is_ours), by=by)
    return message  # type: ignore[no-any-return]


# --- the dispatcher


def assign_visit(order_id: int, crew_id: int, on: date, slot: int, *, version: int | None = None, by: Actor) -> Visit:
    """Put an order on a crew's day and slot; one that is planned already is moved.

    Raises Refused (past day, wrong branch, a work the crew does not do, a day off, no room left), Conflict, NotFound.
    """
    with transaction():
        order = _locked(order_id, version)
        crew = Crew.locked(crew_id)
        service = Service.get_by_id(order.service_id)
        _may_take(order, service, crew, on, slot)
        visit = Visit.get_or_none(Visit.order == order, Visit.ended_at.is_null())
        if visit is None:
            visit = Visit.create(order=order, crew=crew, on=on, slot=slot)
            move(order, "assigned", by=by, comment=_words(crew, on, slot))
            record(VisitAssigned(order_id, visit.id), by=by)
        elif (visit.crew_id, visit.on, visit.slot) != (crew_id, on, slot):
            if visit.state != "assigned":
                raise Refused("Бригада уже выехала. Перенести выезд нельзя.")
            Visit.update(crew=crew, on=on, slot=slot, version=Visit.version + 1).where(Visit.id == visit.id).execute()
            move(order, "assigned", by=by, comment=_words(crew, on, slot))
            record(VisitMoved(order_id, visit.id), by=by)
        return Visit.get_by_id(visit.id)  # type: ignore[no-any-return]


def _words(crew: Crew, on: date, slot: int) -> str:
    return f"{crew.name}, {on:%d.%m.%Y}, {rules.SLOT_NAMES[slot]}"


def _may_take(order: Order, service: Service, crew: Crew, on: date, slot: int) -> None:
    if slot not in rules.SLOTS:
        raise Refused("Выберите время выезда.", field="slot")
    if on < clock.today():
        raise Refused("Этот день уже прошёл. Выберите другой.", field="on")
    if not crew.is_active or crew.branch_id != order.branch_id:
        raise Refused("Эта бригада не работает в филиале заявки. Выберите другую.", field="crew")
    if service.work not in crew.works:
        raise Refused(f"{crew.name} не выполняет такие работы. Выберите другую бригаду.", field="crew")
    off = DayOff.select().where(DayOff.crew == crew, DayOff.on == on, DayOff.slot.is_null() | (DayOff.slot == slot))
    if off.exists():
        raise Refused(f"{crew.name} в это время не выезжает. Выберите другое время.", field="slot")
    busy = (
        Visit.select(fn.SUM(Service.norm_minutes))
        .join(Order)
        .join(Service)
        .where(
            Visit.crew == crew, Visit.on == on, Visit.slot == slot, Visit.state != "cancelled", Visit.order != order.id
        )
        .scalar()
    )
    if int(busy or 0) + service.norm_minutes > rules.SLOT_MINUTES:
        raise Refused(f"У {crew.name} на это время больше нет места. Выберите другое время или бригаду.", field="slot")


def unassign_visit(order_id: int, *, version: int | None = None, by: Actor) -> Order:
    """Take an order off its crew, back into the queue. Raises Refused when the crew has set out, Conflict."""
    with transaction():
        order = _locked(order_id, version)
        visit = Visit.get_or_none(Visit.order == order, Visit.ended_at.is_null())
        if visit is None:
            raise NotFound
        if visit.state != "assigned":
            raise Refused("Бригада уже выехала. Снять заявку нельзя.")
        _end_visit(order, "cancelled", by)
        move(order, "accepted", by=by, comment="Снята с бригады")
    return order
