"""«Показания»: check, confirm, withdraw, and the history (S0-34…37, S3-11, S3-12)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from nesk.accounts.models import Account
from nesk.accounts.rules import Deed
from nesk.billing.queries import AccountCard, estimate, one_rate
from nesk.branches.queries import open_month
from nesk.core import clock, settings
from nesk.core.errors import NotFound, Refused
from nesk.core.period import Month
from nesk.metering import operations, queries
from nesk.metering.operations import UnusualReading
from nesk.metering.rules import SOURCE_NAMES, ZONE_HOURS, ZONE_NAMES, window
from nesk.metering.settings import MeteringSettings
from nesk.web.access import card_of, current_account, current_card, must, my_accounts
from nesk.web.htmx import done, page
from nesk.web.login import current_actor
from nesk.web.query import month_asked, page_asked, words_asked
from nesk.web.readings import ReadingForm

bp = Blueprint("readings", __name__, url_prefix="/readings")

HISTORY_MONTHS = 24
THANKS = "Спасибо. Ваши показания занесены без ошибок."


@bp.get("/")
def index() -> Any:
    if current_card() is None:
        return render_template("cabinet/readings/no_account.html")
    account = current_account()
    month = open_month(account.branch_id)
    meters = [_meter(account, each, month) for each in queries.installed_meters(account.id, month)]
    return render_template(
        "cabinet/readings/index.html", meters=meters, month=month, window=_window(month), **_history(account.id, month)
    )


@bp.post("/<int:installation_id>")
def submit(installation_id: int) -> Any:
    """«Проверить» tells consumption and cost and asks; «Подтвердить» takes the reading."""
    card, meter = _mine(installation_id)
    account = must(card, Deed.READINGS).account
    form = ReadingForm()
    checked, is_asked = None, False
    if form.validate_on_submit():
        typed = form.typed(meter.installation.zones)
        try:
            if request.values.get("action") == "confirm":
                confirmed = form.seen.data == "y"
                operations.submit_reading(
                    account.id,
                    installation_id,
                    typed,
                    source="internet",
                    by=current_actor(),
                    key=form.key.data,
                    confirmed=confirmed,
                )
                return _after(account, installation_id, THANKS)
            checked = operations.check_reading(account.id, installation_id, typed)
        except UnusualReading:
            checked, is_asked = operations.check_reading(account.id, installation_id, typed), True
        except Refused as refused:
            form.show(refused)
    cost = estimate(account, meter.installation, checked.used) if checked else None
    context = _meter(account, meter, open_month(account.branch_id), form=form, checked=checked, cost=cost)
    shown = page("cabinet/readings/submit.html", "cabinet/readings/_meter.html", **context)
    # A value that was sent to be taken and is asked about instead is not taken: a phone that sends its queue must know.
    return (shown[0], 409) if is_asked else shown


@bp.get("/<int:installation_id>")
def reloaded(installation_id: int) -> Any:
    """Where a refused form stands without JavaScript: its address, opened anew, is the page of readings."""
    card, _ = _mine(installation_id)
    return redirect(url_for("cabinet.readings.index", ls=card.number), 303)


@bp.post("/<int:installation_id>/withdrawal/<int:reading_id>")
def withdraw(installation_id: int, reading_id: int) -> Any:
    """«Удалить показания» (S0-36)."""
    card, _ = _mine(installation_id)
    account = must(card, Deed.READINGS).account
    operations.withdraw_reading(account.id, reading_id, by=current_actor())
    return _after(account, installation_id, "Показание удалено.")


@bp.get("/history")
def history() -> Any:
    account = current_account()
    month = open_month(account.branch_id)
    return page("cabinet/readings/history.html", "cabinet/readings/_history.html", **_history(account.id, month))


def _after(account: Account, installation_id: int, said: str) -> Any:
    """The meter as it stands now, the history and the debt with it."""
    month = open_month(account.branch_id)
    meter = next(
        each for each in queries.installed_meters(account.id, month) if each.installation.id == installation_id
    )
    return done(
        "cabinet/readings/_after_submit.html",
        to=url_for("cabinet.readings.index", ls=account.number),
        said=said,
        account_number=account.number,
        **_meter(account, meter, month),
        **_history(account.id, month),
    )


def _mine(installation_id: int) -> tuple[AccountCard, queries.InstalledMeter]:
    """A working meter of any account that this person has a right to, with the account. Raises NotFound."""
    for card in my_accounts():
        for meter in queries.installed_meters(card.id, open_month(card.account.branch_id)):
            if meter.installation.id == installation_id:
                return card, meter
    raise NotFound


def _meter(
    account: Account,
    meter: queries.InstalledMeter,
    month: Month,
    *,
    form: ReadingForm | None = None,
    checked: Any = None,
    cost: Any = None,
) -> dict[str, Any]:
    """What the card of one meter shows."""
    return {
        "meter": meter,
        "may_pass": card_of(account.id).may("readings"),
        "form": form or ReadingForm(formdata=None),
        "checked": checked,
        "cost": cost,
        "month": month,
        "rates": one_rate(account, month),
        "zone_names": ZONE_NAMES,
        "zone_hours": ZONE_HOURS,
        "source_names": SOURCE_NAMES,
    }


def _window(month: Month) -> dict[str, Any]:
    chosen = settings.load(MeteringSettings)
    days = window(month, from_day=chosen.window_from, to_day=chosen.window_to)
    today = clock.today()
    return {"opens": days.opens, "closes": days.closes, "is_open": days.contains(today), "left": days.days_left(today)}


def _history(account_id: int, month: Month) -> dict[str, Any]:
    months = list(reversed(list((month - HISTORY_MONTHS).until(month))))
    since, until, search = month_asked("since", months[-1]), month_asked("until", month), words_asked()
    shown = queries.history(account_id, since=since, until=until, search=search, page=page_asked())
    return {"history": shown, "months": months, "since": since, "until": until, "search": search}
