"""«Главная»: what is owed and why, what to do next, how much was used (S0-28, S0-29)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from nesk.billing.queries import AccountCard, balance, charged_kwh_by_zone
from nesk.core import clock, settings
from nesk.core.period import Month
from nesk.fieldwork.queries import orders_of
from nesk.fieldwork.rules import FINAL, STATE_KINDS, STATE_NAMES
from nesk.metering.queries import installed_meters
from nesk.metering.rules import window
from nesk.metering.settings import MeteringSettings
from nesk.people.queries import identities
from nesk.web.access import current_card
from nesk.web.charts import Chart, Item, Series, usage_chart
from nesk.web.login import viewer

bp = Blueprint("home", __name__)

SERIES = {
    "single": Series("day", "Расход"),
    "day": Series("day", "День"),
    "night": Series("night", "Ночь"),
    "peak": Series("peak", "Пик"),
    "half_peak": Series("day", "Полупик"),
}
CHARTED = 12


@bp.get("/")
def index() -> Any:
    card = current_card()
    if card is None:
        return render_template("cabinet/home/no_account.html")
    owed = balance(card.account)
    orders = orders_of(card.id)
    return render_template(
        "cabinet/home/index.html",
        owed=owed,
        today=clock.today(),
        chart=usage(card.id, owed.month),
        reminder=_reminder(card.id, owed.month),
        has_no_contact=_has_no_contact(card),
        orders=[order for order in orders if order.state not in FINAL][:3],
        state_names=STATE_NAMES,
        state_kinds=STATE_KINDS,
    )


def usage(account_id: int, month: Month) -> Chart | None:
    """kWh of the last twelve months by zone, with the year before; nothing for an account without charges."""
    by_month = charged_kwh_by_zone(account_id, since=month - 2 * CHARTED)
    shown = [each for each in (month - CHARTED).until(month) if by_month.get(each)][-CHARTED:]
    if not shown:
        return None
    zones = [zone for zone in SERIES if any(zone in by_month[each] for each in shown)]
    items = []
    for each in shown:
        year_ago = by_month.get(each - 12)
        items.append(
            Item(
                each,
                [max(by_month[each].get(zone, 0), 0) for zone in zones],
                sum(year_ago.values()) if year_ago else None,
            )
        )
    return usage_chart(items, [SERIES[zone] for zone in zones], current=shown[-1])


def _has_no_contact(card: AccountCard) -> bool:
    """Whether a forgotten password would be lost: only who registered by the account's number can be without a proved
    phone and e-mail, so nobody else is asked about."""
    return card.way == "account" and identities(viewer().subject.id).keys() <= {"account"}


def _reminder(account_id: int, month: Month) -> dict[str, Any]:
    """Whether readings are awaited, and how long."""
    chosen = settings.load(MeteringSettings)
    open_days = window(month, from_day=chosen.window_from, to_day=chosen.window_to)
    meters = installed_meters(account_id, month)
    today = clock.today()
    length = (open_days.closes - open_days.opens).days + 1
    gone = min(max((today - open_days.opens).days, 0), length)
    return {
        "window": open_days,
        "is_open": open_days.contains(today),
        "left": open_days.days_left(today),
        "percent": gone * 100 // length,
        "is_done": bool(meters) and all(meter.current for meter in meters),
        "has_meters": bool(meters),
    }
