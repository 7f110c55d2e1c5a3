"""Acts put together from what the crew wrote down, drawn once and kept with the order."""

from __future__ import annotations

from datetime import date
from typing import Any

from nesk.accounts.models import Account
from nesk.branches.models import Branch
from nesk.core import files
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.events import record
from nesk.documents.act import ActFacts, DeviceFacts, act_pdf
from nesk.fieldwork.events import ActReady
from nesk.fieldwork.models import Act, Crew, Order, OrderFile, Service, Visit
from nesk.fieldwork.queries import files_of, members
from nesk.metering.models import MeterType


def keep_act(act_id: int, *, by: Actor) -> None:
    """Draw the act's PDF and attach it to its order, once: an act that has its file is left as it is."""
    act = Act.get_by_id(act_id)
    if act.file_id is not None:
        return
    facts = act_facts(act)
    file = files.store(act_pdf(facts), "application/pdf", f"{facts.title} {facts.number}.pdf", by=by)
    with transaction():
        act = Act.locked(act_id)
        if act.file_id is None:
            Act.update(file=file).where(Act.id == act_id).execute()
            OrderFile.create(order=act.order_id, file=file, purpose="act", caption=f"{facts.title} № {facts.number}")
            record(ActReady(act.order_id, act_id), by=by)


def act_facts(act: Act) -> ActFacts:
    """What the act prints, from its kept facts and its order."""
    order = (
        Order.select(Order, Service, Branch)
        .join_from(Order, Service)
        .join_from(Order, Branch)
        .where(Order.id == act.order_id)
        .get()
    )
    visit = Visit.select(Visit, Crew).join(Crew).where(Visit.id == act.visit_id).get()
    account = Account.get_or_none(Account.id == order.account_id)
    told = act.facts
    signed = files_of(order.id, "signature")
    return ActFacts(
        kind=act.kind,
        number=act.number,
        signed_at=act.signed_at,
        order_number=order.number,
        branch=order.branch.name,
        supplier=order.branch.legal_name,
        account_number=account.number if account else "",
        address=order.address,
        consumer=(account.holder if account else "") or order.contact_name,
        signed_by=told["signed_by"],
        crew=visit.crew.name,
        executors=tuple(members([visit.crew_id])[visit.crew_id]),
        service=order.service.title,
        removed=_removed(told),
        installed=_installed(told),
        remark=told.get("remark", ""),
        price_kop=order.price_kop,
        signature=files.read(signed[-1].file) if signed else b"",
        photos=len(files_of(order.id, "photo")),
        demo=order.branch.is_demo,
    )


def _removed(told: dict[str, Any]) -> DeviceFacts | None:
    old = told.get("old")
    if not old or not told.get("new"):
        return None
    return DeviceFacts(
        old["type"],
        old["serial"],
        old["year"],
        date.fromisoformat(old["verified_on"]),
        date.fromisoformat(old["next_verification_on"]),
        tuple(told["finals"]),
        state=told.get("old_state", ""),
    )


def _installed(told: dict[str, Any]) -> DeviceFacts | None:
    new = told.get("new")
    if not new:
        return None
    kind = MeterType.get_by_id(new["type_id"])
    verified = date.fromisoformat(new["verified_on"])
    return DeviceFacts(
        kind.name,
        new["serial"],
        new["year"],
        verified,
        date(verified.year + kind.interval_years, verified.month, min(verified.day, 28)),
        tuple(new["values"]),
        place=new["place"],
        seals=tuple((number, place) for number, place in new["seals"]),
    )
