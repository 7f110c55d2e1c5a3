"""What a crew does on its visit: sets out, arrives, is not let in, or carries the work out and closes the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nesk.core import clock, files
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Conflict, NotFound, Refused
from nesk.core.events import record
from nesk.core.faults import fault
from nesk.fieldwork.events import AccessRefused, CrewArrived, CrewSetOut, OrderClosed
from nesk.fieldwork.models import Act, CrewMember, Order, OrderFile, Service, Visit
from nesk.fieldwork.operations import Attachment, move
from nesk.metering.models import Installation, Meter, MeterType
from nesk.metering.register import NewMeter, replace_meter


def _mine(staff_id: int, visit_id: int) -> Visit:
    """A visit of the crew the person is in now, locked with its order before it. Raises NotFound."""
    visit = (
        Visit.select(Visit.id, Visit.order)
        .join(CrewMember, on=(CrewMember.crew == Visit.crew))
        .where(Visit.id == visit_id, CrewMember.staff == staff_id, CrewMember.until_on.is_null())
        .first()
    )
    if visit is None:
        raise NotFound
    Order.locked(visit.order_id)
    return Visit.locked(visit_id)


def set_out(staff_id: int, visit_id: int, *, by: Actor) -> Visit:
    """The crew is on its way; said twice, it is one departure. Raises Refused, NotFound."""
    return _step(staff_id, visit_id, "assigned", "en_route", CrewSetOut, by)


def arrive(staff_id: int, visit_id: int, *, by: Actor) -> Visit:
    """The crew is at the place, having said before that it set out or not. Raises Refused, NotFound."""
    return _step(staff_id, visit_id, "en_route", "on_site", CrewArrived, by)


def _step(staff_id: int, visit_id: int, before: str, after: str, event: type, by: Actor) -> Visit:
    with transaction():
        visit = _mine(staff_id, visit_id)
        if visit.state == after:
            return visit
        if visit.state not in (before, "assigned"):
            raise Refused("Этот выезд уже завершён или снят. Обновите список.")
        order = Order.get_by_id(visit.order_id)
        visit.state, visit.version = after, visit.version + 1
        setattr(visit, f"{after}_at", clock.now())
        visit.save(only=["state", "version", f"{after}_at"])
        move(order, after, by=by)
        record(event(order.id, visit.id), by=by)
    return visit


def report_no_access(staff_id: int, visit_id: int, *, reason: str, by: Actor) -> Visit:
    """Nobody let the crew in: the order goes back to the dispatcher with the reason. Raises Refused, NotFound."""
    if not reason.strip():
        raise Refused("Напишите, почему не удалось попасть к счётчику.", field="reason")
    with transaction():
        visit = _mine(staff_id, visit_id)
        if visit.state == "no_access":
            return visit
        if visit.ended_at is not None:
            raise Refused("Этот выезд уже завершён. Обновите список.")
        order = Order.get_by_id(visit.order_id)
        if order.state == "assigned":
            move(order, "en_route", by=by)
        visit.state, visit.ended_at, visit.remark, visit.version = (
            "no_access",
            clock.now(),
            reason.strip()[:300],
            visit.version + 1,
        )
        visit.save(only=["state", "ended_at", "remark", "version"])
        move(order, "no_access", by=by, comment=reason.strip()[:300])
        record(AccessRefused(order.id, visit.id), by=by)
    return visit


@dataclass(frozen=True, slots=True)
class Closing:
    """What the crew wrote down: for a replacement the old meter's dials and the new meter, for any work the rest."""

    signed_by: str
    finals: tuple[int, ...] = ()
    old_serial: str = ""
    old_state: str = ""
    new: NewMeter | None = None
    remark: str = ""

    def facts(self) -> dict[str, Any]:
        """As kept with the act: plain values."""
        new = self.new
        return {
            "signed_by": self.signed_by,
            "finals": list(self.finals),
            "old_serial": self.old_serial,
            "old_state": self.old_state,
            "remark": self.remark,
            "new": None
            if new is None
            else {
                "type_id": new.type_id,
                "serial": new.serial,
                "year": new.year,
                "verified_on": new.verified_on.isoformat(),
                "values": list(new.values),
                "place": new.place,
                "seals": [list(seal) for seal in new.seals],
            },
        }


def close_work(
    staff_id: int,
    visit_id: int,
    closing: Closing,
    *,
    photos: Sequence[Attachment] = (),
    signature: Attachment | None = None,
    key: str,
    by: Actor,
) -> Act:
    """Carry out the work in one transaction: the register of meters, the act, the order closed (§8.5).

    The phone's `key` makes it once: sent again it gives the act that stands, with other facts it is a Conflict. Raises
    Refused with the field at fault, NotFound for another crew's visit.
    """
    if earlier := _earlier(key, visit_id, closing):
        return earlier
    if not closing.signed_by.strip():
        raise Refused("Напишите, кто подписал акт.", field="signed_by")
    if signature is None:
        raise Refused("Нужна подпись потребителя.", field="signature")
    kept = [(files.store(each.data, each.media_type, each.name, by=by), "photo") for each in photos]
    kept.append((files.store(signature.data, signature.media_type, signature.name, by=by), "signature"))
    with transaction():
        visit = _mine(staff_id, visit_id)
        if earlier := _earlier(key, visit_id, closing):
            return earlier
        if visit.ended_at is not None:
            raise Refused("Этот выезд уже завершён. Обновите список.")
        order = Order.get_by_id(visit.order_id)
        service = Service.get_by_id(order.service_id)
        facts = closing.facts() | {"old": _meter_facts(order.installation_id)}
        if service.work == "replacement":
            facts["installation_id"] = _replace(order, closing, by).id
        act = Act.create(
            number=_act_number(order),
            order=order,
            visit=visit,
            kind=service.work,
            facts=facts,
            key=key,
            signed_at=clock.now(),
            by=str(by),
        )
        for file, purpose in kept:
            OrderFile.get_or_create(order=order, file=file, purpose=purpose)
        _finish(visit, order, by)
        record(OrderClosed(order.id, act.id), by=by)
        fault("close.writing")
    fault("close.written")
    return act  # type: ignore[no-any-return]


def _earlier(key: str, visit_id: int, closing: Closing) -> Act | None:
    """The act made under the key. Raises Conflict when it tells of another visit or of other facts."""
    act = Act.get_or_none(Act.key == key)
    if act is None:
        return None
    told = closing.facts()
    if act.visit_id != visit_id or {name: act.facts.get(name) for name in told} != told:
        raise Conflict("Этот выезд уже закрыт с другими данными. Обновите список и сверьте акт.")
    return act  # type: ignore[no-any-return]


def _replace(order: Order, closing: Closing, by: Actor) -> Installation:
    if closing.new is None:
        raise Refused("Заполните данные нового счётчика.", field="serial")
    try:
        return replace_meter(
            order.account_id,
            order.installation_id,
            old_serial=closing.old_serial,
            finals=closing.finals,
            new=closing.new,
            on=clock.today(),
            by=by,
        )
    except NotFound:  # another order has taken this meter out meanwhile
        raise Refused("Счётчик из заявки уже снят. Позвоните диспетчеру.", field="old_serial") from None


def _meter_facts(installation_id: int | None) -> dict[str, Any] | None:
    """The meter the order was about, as it stood before the work: the act tells of it for ever."""
    if installation_id is None:
        return None
    row = (
        Installation.select(Installation, Meter, MeterType)
        .join_from(Installation, Meter)
        .join_from(Meter, MeterType)
        .where(Installation.id == installation_id)
        .get()
    )
    meter = row.meter
    return {
        "type": meter.type.name,
        "serial": meter.serial,
        "year": meter.year,
        "digits": meter.type.digits,
        "zones": row.zones,
        "verified_on": meter.verified_on.isoformat(),
        "next_verification_on": meter.next_verification_on.isoformat(),
    }


def _act_number(order: Order) -> str:
    """The order's own number under another letter: an order is closed by one act, so it is as unique."""
    return f"А-{order.number.partition('-')[2]}"


def _finish(visit: Visit, order: Order, by: Actor) -> None:
    """The steps of the order up to «закрыта», each noted, whatever the crew had said before."""
    now = clock.now()
    Visit.update(state="done", ended_at=now, on_site_at=visit.on_site_at or now, version=Visit.version + 1).where(
        Visit.id == visit.id
    ).execute()
    for state in ("on_site", "done", "act_signed", "closed"):
        if order.state != state:
            move(order, state, by=by)
