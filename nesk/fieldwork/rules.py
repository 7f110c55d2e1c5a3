"""How an order may move, when a crew may come, and when the work costs nothing (§8)."""

from __future__ import annotations

from datetime import date, timedelta

STATE_NAMES = {
    "draft": "Черновик",
    "new": "Новая",
    "accepted": "Принята",
    "needs_details": "Требуются уточнения",
    "awaiting_payment": "Ожидает оплаты",
    "planned": "Запланирована",
    "assigned": "Назначена бригаде",
    "en_route": "Бригада выехала",
    "on_site": "Бригада на месте",
    "done": "Работы выполнены",
    "act_signed": "Акт подписан",
    "closed": "Закрыта",
    "cancelled": "Отменена клиентом",
    "rejected": "Отклонена",
    "no_access": "Недопуск",
    "postponed": "Перенесена",
    "refunded": "Возврат оплаты",
}
STATE_KINDS = {
    "new": "warn",
    "needs_details": "warn",
    "awaiting_payment": "warn",
    "no_access": "bad",
    "rejected": "bad",
    "done": "ok",
    "act_signed": "ok",
    "closed": "ok",
    "cancelled": "",
    "draft": "",
    "refunded": "",
}
"""The colour of a state's badge; «info» for those not named."""

MOVES: dict[str, frozenset[str]] = {
    "draft": frozenset({"new", "cancelled"}),
    "new": frozenset({"accepted", "needs_details", "awaiting_payment", "assigned", "rejected", "cancelled"}),
    "needs_details": frozenset({"new", "accepted", "rejected", "cancelled"}),
    "awaiting_payment": frozenset({"accepted", "cancelled", "rejected"}),
    "accepted": frozenset({"planned", "assigned", "awaiting_payment", "needs_details", "rejected", "cancelled"}),
    "planned": frozenset({"assigned", "accepted", "cancelled", "rejected"}),
    "assigned": frozenset({"assigned", "accepted", "en_route", "on_site", "postponed", "cancelled", "rejected"}),
    "en_route": frozenset({"on_site", "assigned", "accepted", "no_access", "postponed"}),
    "on_site": frozenset({"done", "no_access", "postponed"}),
    "done": frozenset({"act_signed"}),
    "act_signed": frozenset({"closed"}),
    "no_access": frozenset({"accepted", "assigned", "rejected", "cancelled"}),
    "postponed": frozenset({"accepted", "assigned", "cancelled"}),
    "cancelled": frozenset({"refunded"}),
    "rejected": frozenset({"refunded"}),
    "closed": frozenset(),
    "refunded": frozenset(),
}
UNPLANNED = ("new", "accepted", "planned", "no_access", "postponed")
"""What stands in the dispatcher's queue."""
BY_CLIENT_TILL = frozenset(
    {"draft", "new", "accepted", "needs_details", "awaiting_payment", "planned", "assigned", "no_access", "postponed"}
)
"""While an order is here, the client may still cancel it."""
FINAL = frozenset({"closed", "cancelled", "rejected", "refunded"})

SLOTS = {1: (9, 12), 2: (12, 15), 3: (15, 18)}
SLOT_NAMES = {slot: f"{start}:00–{end}:00" for slot, (start, end) in SLOTS.items()}
SLOT_MINUTES = 180


def may_move(before: str, after: str) -> bool:
    """Whether the table of transitions has this one."""
    return after in MOVES[before]


def working_days_after(day: date, count: int) -> date:
    """The day `count` working days later: a term runs from the day after the order was placed."""
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            count -= 1
    return day


def is_free(*, work: str, is_urgent: bool, premises: str, verification_ends: date | None, today: date) -> bool:
    """Whether the supplier must do the work at its own cost: replacing a meter whose verification has expired in an
    apartment house (§2.8; in private houses that is the grid company's duty)."""
    return (
        work == "replacement"
        and not is_urgent
        and premises == "apartment"
        and verification_ends is not None
        and verification_ends < today
    )
