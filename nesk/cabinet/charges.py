"""«Начисления и платежи»: a month in full, the history of charges, the history of payments (S0-43…45)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from nesk.billing import queries
from nesk.branches.queries import last_closed_month, open_month
from nesk.core.errors import NotFound
from nesk.core.period import Month
from nesk.metering.rules import ZONE_NAMES
from nesk.payments.queries import history
from nesk.web.access import current_account, current_card
from nesk.web.charts import Item, Series, money_chart
from nesk.web.htmx import page, wants_fragment
from nesk.web.query import day_asked, month_asked, page_asked, words_asked

bp = Blueprint("charges", __name__, url_prefix="/charges")

SERIES = (Series("night", "Начислено"), Series("pay", "Оплачено"))


@bp.get("/")
def index() -> Any:
    """«Начисления за {месяц}»: opens the previous month, the open one is a click away."""
    if current_card() is None:
        return render_template("cabinet/charges/no_account.html")
    account = current_account()
    now = open_month(account.branch_id)
    month = month_asked("month", last_closed_month(account.branch_id) or now)
    view = queries.month_view(account.id, month)
    lines = queries.charged_lines(account.id, month)
    return render_template(
        "cabinet/charges/index.html", tab="month", view=view, lines=lines, zone_names=ZONE_NAMES, now=now, titled=month
    )


@bp.get("/history")
def charges() -> Any:
    """«История начислений»."""
    account = current_account()
    now = open_month(account.branch_id)
    months = [now - back for back in range(1, 37)]
    since, until = month_asked("since", now - 12), month_asked("until", now - 1)
    rows = queries.charges_history(account.id, since=since, until=until)
    chart = (
        money_chart([Item(row.month, (row.charged_kop, row.paid_kop)) for row in reversed(rows[:12])], SERIES)
        if rows
        else None
    )
    context = {
        "tab": "charges",
        "rows": rows,
        "months": months,
        "since": since,
        "until": until,
        "chart": chart,
        "titled": now - 1,
    }
    return page("cabinet/charges/charges.html", "cabinet/charges/_charges.html", **context)


@bp.get("/<month>")
def details(month: str) -> Any:
    """«Расшифровка начислений за …»: a dialog for htmx, a page otherwise (S0-44)."""
    try:
        asked = Month.parse(month)
    except ValueError:
        raise NotFound from None
    account = current_account()
    view = queries.month_view(account.id, asked)
    context = {"view": view, "lines": queries.charged_lines(account.id, asked), "zone_names": ZONE_NAMES}
    template = "cabinet/charges/_dialog.html" if wants_fragment() else "cabinet/charges/details.html"
    return render_template(template, **context)


@bp.get("/payments")
def payments() -> Any:
    """«История платежей» (S0-45)."""
    account = current_account()
    since, until, search = day_asked("since"), day_asked("until"), words_asked()
    found = history(account.id, since=since, until=until, search=search, page=page_asked())
    context = {"tab": "payments", "history": found, "since": since, "until": until, "search": search}
    context["titled"] = open_month(account.branch_id) - 1
    return page("cabinet/charges/payments.html", "cabinet/charges/_payments.html", **context)
