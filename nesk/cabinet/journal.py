"""What somebody else did for an account: readings, payments and orders in one list, the latest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from nesk.accounts.care import care_actor
from nesk.accounts.models import Binding, CareLink
from nesk.core.formatting import rub
from nesk.core.pages import Page, page_of
from nesk.fieldwork.queries import orders_placed_by
from nesk.metering.models import Reading
from nesk.metering.queries import readings_touched_by
from nesk.payments.models import Payment
from nesk.payments.queries import payments_started_by

PER_PAGE = 20
PAYMENT_STATES = {
    "new": ("не завершена", "warn"),
    "pending": ("ждём банк", "warn"),
    "paid": ("зачислена", "ok"),
    "declined": ("не прошла", "bad"),
    "expired": ("не завершена", ""),
    "refunded": ("возвращена", ""),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done."""

    at: datetime
    icon: str
    title: str
    note: str = ""
    badge: str = ""
    kind: str = ""


def of_guest(guest: Binding, page: int) -> Page[Entry]:
    """What a guest did while their right lasted, from taking it up to its end."""
    actor, account_id = f"person:{guest.person_id}", guest.account_id
    done = [*_readings(account_id, actor), *_payments(account_id, actor)]
    done += [
        Entry(order.created_at, "tools", "Оформлена заявка", f"№ {order.number} · {order.service.title}")
        for order in orders_placed_by(account_id, guest.person_id)
    ]
    lasted = [each for each in done if guest.bound_at <= each.at and not (guest.ended_at and each.at > guest.ended_at)]
    lasted.append(Entry(guest.bound_at, "check", "Приглашение принято"))
    if guest.ended_at:
        lasted.append(Entry(guest.ended_at, "unlink", "Доступ закрыт"))
    return _page(lasted, page)


def of_care_link(link: CareLink, page: int) -> Page[Entry]:
    """What was done by a care link, from its making to its end."""
    actor = str(care_actor(link))
    done = [*_readings(link.account_id, actor), *_payments(link.account_id, actor)]
    done.append(Entry(link.created_at, "plus", "Ссылка создана"))
    if link.ended_at:
        done.append(Entry(link.ended_at, "unlink", "Ссылка отключена"))
    return _page(done, page)


def _readings(account_id: int, actor: str) -> Iterator[Entry]:
    for reading in readings_touched_by(account_id, actor):
        said = f"{_values(reading)} · счётчик № {reading.meter.serial}"
        if reading.accepted_by == actor:
            yield Entry(reading.accepted_at, "meter", "Переданы показания", said)
        if reading.withdrawn_by == actor:
            yield Entry(reading.withdrawn_at, "trash", "Показания удалены", said)


def _values(reading: Reading) -> str:
    if len(reading.values) == 1:
        return str(reading.values[0])
    return ", ".join(f"Т{number} {value}" for number, value in enumerate(reading.values, 1))


def _payments(account_id: int, actor: str) -> Iterator[Entry]:
    for payment in payments_started_by(account_id, actor):
        yield Entry(payment.created_at, "pay", "Оплата", rub(payment.amount_kop), *_state(payment))


def _state(payment: Payment) -> tuple[str, str]:
    return PAYMENT_STATES[payment.state]


def _page(entries: list[Entry], number: int) -> Page[Entry]:
    return page_of(sorted(entries, key=lambda each: each.at, reverse=True), number, per_page=PER_PAGE)
