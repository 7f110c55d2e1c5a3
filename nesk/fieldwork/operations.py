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
SENT_ALREADY = "Эта форма уже отправлена. Откройте её заново."


@dataclass(frozen=True, slots=True)
class Attachment:
    """A checked file to be kept with an order."""

    data: bytes
    media_type: str
    name: str


def place_order(
    service_code: str,
    *,
    account_id: int | None,
    person_id: int | None,
    contact_name: str,
    contact_phone: str,
    branch_id: int | None = None,
    address: str = "",
    installation_id: int | None = None,
    wish_on: date | None = None,
    wish_slot: int | None = None,
    comment: str = "",
    attachments: Sequence[Attachment] = (),
    key: str | None = None,
    by: Actor,
) -> Order:
    """Order a work; the same key gives the order that was placed before.

    An order «без л/с» names its branch and address instead of an account. Raises Refused with the field at fault
    (service, branch, address, contact_name, wish_on, wish_slot, installation), NotFound for a meter of somebody else,
    Conflict when the key belongs to another order.
    """
    if earlier := _placed(key, account_id, person_id):
        return earlier
    service = Service.get_or_none(Service.code == service_code, ~Service.is_hidden)
    if service is None:
        raise Refused("Выберите услугу из списка.", field="service")
    _check_wishes(contact_name, wish_on, wish_slot)
    place = _place(service, account_id, branch_id, address)
    installation = installation_of(account_id, installation_id) if account_id and installation_id else None
    if installation is None and service.work in ("replacement", "programming"):
        raise Refused("Выберите счётчик, с которым нужны работы.", field="installation")
    today = clock.today()
    is_free = rules.is_free(
        work=service.work,
        is_urgent=service.is_urgent,
        premises=place.premises,
        verification_ends=installation.meter.next_verification_on if installation else None,
        today=today,
    )
    kept = [files.store(each.data, each.media_type, each.name, by=by) for each in attachments]
    with transaction():
        _take_the_counter()
        if earlier := _placed(key, account_id, person_id):
            return earlier
        now = clock.now()
        number = _next_number(clock.local(now).year)
        order = Order.create(
            number=number,
            service=service,
            branch=place.branch_id,
            account=account_id,
            installation=installation,
            person=person_id,
            contact_name=contact_name.strip(),
            contact_phone=contact_phone,
            address=place.address,
            wish_on=wish_on,
            wish_slot=wish_slot,
            comment=comment,
            price_kop=0 if is_free else service.price_kop,
            is_free_by_law=is_free,
            due_on=rules.working_days_after(today, service.term_days) if service.term_days else None,
            key=key,
            search=f"{number} {contact_name} {contact_phone} {place.account_number} {place.address}".lower(),
            created_at=now,
        )
        _note(order, "new", by)
        for file in kept:
            OrderFile.create(order=order, file=file, purpose="attachment", caption=file.name[:120])
        record(OrderPlaced(order.id), by=by)
    return order  # type: ignore[no-any-return]


def _placed(key: str | None, account_id: int | None, person_id: int | None) -> Order | None:
    """What was placed under the key before. Raises Conflict when that was for another account or person."""
    earlier = Order.get_or_none(Order.key == key) if key else None
    if earlier is not None and (earlier.account_id, earlier.person_id) != (account_id, person_id):
        raise Conflict(SENT_ALREADY)
    return earlier  # type: ignore[no-any-return]


def _check_wishes(contact_name: str, wish_on: date | None, wish_slot: int | None) -> None:
    if not contact_name.strip():
        raise Refused("Напишите, кто встретит мастера.", field="contact_name")
    if wish_on is not None and wish_on <= clock.today():
        raise Refused("Выберите день начиная с завтрашнего.", field="wish_on")
    if wish_slot is not None and wish_slot not in rules.SLOTS:
        raise Refused("Выберите время из списка.", field="wish_slot")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the work is: of an account, or as told in an order without one."""

    branch_id: int
    address: str
    premises: str = ""
    account_number: str = ""


def _place(service: Service, account_id: int | None, branch_id: int | None, address: str) -> _Place:
    if account_id is not None:
        account = account_by_id(account_id)
        return _Place(account.branch_id, account.premises.address, account.premises.kind, account.number)
    if service.needs_account:
        raise Refused("Для этой услуги нужен лицевой счёт. Привяжите его и закажите снова.", field="service")
    if branch_id is None:
        raise Refused("Выберите филиал.", field="branch")
    if not address.strip():
        raise Refused("Напишите адрес, по которому нужны работы.", field="address")
    return _Place(branch_id, address.strip())


def _take_the_counter() -> None:
    """Orders are placed one at a time, so that numbers follow ids; the lock goes with the transaction."""
    if is_postgres():
        db.execute_sql("SELECT pg_advisory_xact_lock(hashtext('fieldwork_order_number'))")


def _next_number(year: int) -> str:
    """The number after the year's latest order; found by id, for texts sort differently in different databases."""
    since, until = clock.at(date(year, 1, 1)), clock.at(date(year + 1, 1, 1))
    of_the_year = Order.select(Order.number).where(Order.created_at >= since, Order.created_at < until)
    last = of_the_year.order_by(Order.id.desc()).limit(1).scalar()
    return f"З-{year}-{int(last.rpartition('-')[2]) + 1 if last else 1:06}"


def _note(order: Order, state: str, by: Actor, comment: str = "") -> None:
    OrderStep.create(order=order, state=state, comment=comment, at=clock.now(), by=str(by))


def move(order: Order, state: str, *, by: Actor, comment: str = "") -> None:
    """Take an order to another state, and note the step.

    Raises Refused when the table has no such move, Conflict when the order has changed since it was read.
    """
    if not rules.may_move(order.state, state):
        before, after = rules.STATE_NAMES[order.state], rules.STATE_NAMES[state]
        raise Refused(f"Заявка в статусе «{before}», перевести её в «{after}» нельзя.")
    closed_at = clock.now() if state in rules.FINAL else None
    moved = (
        Order.update(state=state, version=order.version + 1, closed_at=closed_at)
        .where(Order.id == order.id, Order.version == order.version, Order.state == order.state)
        .execute()
    )
    if not moved:
        raise Conflict(CHANGED)
    order.state, order.version, order.closed_at = state, order.version + 1, closed_at
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
    """A line of the talk about an order (S1-17). The same key gives the message that stands.

    Raises Refused when there is nothing to say, Conflict when the key belongs to a message about another order.
    """
    text = text.strip()
    if not text and not attachments:
        raise Refused("Напишите сообщение или приложите файл.", field="text")
    if earlier := _said(key, order_id):
        return earlier
    kept = [files.store(each.data, each.media_type, each.name, by=by) for each in attachments]
    with transaction():
        order = _locked(order_id)
        if earlier := _said(key, order_id):
            return earlier
        message = OrderMessage.create(order=order, text=text, is_ours=is_ours, key=key, at=clock.now(), by=str(by))
        for file in kept:
            OrderFile.create(order=order, file=file, purpose="attachment", message=message, caption=file.name[:120])
        record(OrderMessageAdded(order_id, message.id, is_ours), by=by)
    return message  # type: ignore[no-any-return]


def _said(key: str | None, order_id: int) -> OrderMessage | None:
    earlier = OrderMessage.get_or_none(OrderMessage.key == key) if key else None
    if earlier is not None and earlier.order_id != order_id:
        raise Conflict(SENT_ALREADY)
    return earlier  # type: ignore[no-any-return]


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
