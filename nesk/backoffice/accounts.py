"""An account's card for staff: balance, meters, entering a reading, the latest of everything."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from wtforms import SelectField, StringField

from nesk.accounts.models import Account
from nesk.accounts.queries import account_for_branch, bindings_at
from nesk.billing.queries import balance, charges_history
from nesk.branches.queries import open_month
from nesk.core.errors import NotFound, Refused
from nesk.fieldwork.queries import orders_of
from nesk.fieldwork.rules import STATE_KINDS, STATE_NAMES
from nesk.metering import operations
from nesk.metering.operations import FIELDS
from nesk.metering.queries import history, installed_meters
from nesk.metering.rules import SOURCE_NAMES, ZONE_NAMES
from nesk.payments.queries import history as payments_history
from nesk.people.permissions import Permission
from nesk.web.access import allowed, note_seen, staff_branch
from nesk.web.forms import Form, KeyField
from nesk.web.htmx import go, page
from nesk.web.login import current_actor

bp = Blueprint("accounts", __name__, url_prefix="/accounts")

STAFF_SOURCES = ("control_signed", "control", "paper", "phone")


class StaffReadingForm(Form):
    key = KeyField()
    source = SelectField("Источник", choices=[(source, SOURCE_NAMES[source]) for source in STAFF_SOURCES])
    t1 = StringField("Показание")
    t2 = StringField("Показание Т2")
    t3 = StringField("Показание Т3")


@bp.get("/<number>")
@allowed(Permission.SEE_ACCOUNTS)
def show(number: str) -> Any:
    """The card; that it was opened is noted (who saw whom)."""
    account = account_for_branch(staff_branch(), number)
    note_seen("account", account.id)
    return render_template("backoffice/accounts/show.html", **_card(account))


def _card(account: Account) -> dict[str, Any]:
    month = open_month(account.branch_id)
    return {
        "account": account,
        "owed": balance(account),
        "meters": installed_meters(account.id, month),
        "readings": history(account.id, since=month - 6, until=month),
        "months": charges_history(account.id, since=month - 6, until=month),
        "payments": payments_history(account.id).rows[:8],
        "orders": orders_of(account.id)[:8],
        "bindings": bindings_at(account.id),
        "state_names": STATE_NAMES,
        "state_kinds": STATE_KINDS,
        "zone_names": ZONE_NAMES,
        "source_names": SOURCE_NAMES,
    }


@bp.route("/<number>/meters/<int:installation_id>/reading", methods=["GET", "POST"])
@allowed(Permission.ENTER_READINGS)
def reading(number: str, installation_id: int) -> Any:
    """A reading taken on a round, on paper or by telephone; unusual values are the employee's word."""
    account = account_for_branch(staff_branch(), number)
    meters = installed_meters(account.id, open_month(account.branch_id))
    meter = next((each for each in meters if each.installation.id == installation_id), None)
    if meter is None:
        raise NotFound
    form = StaffReadingForm()
    if form.validate_on_submit():
        typed = [form[name].data or "" for name in FIELDS[: meter.installation.zones]]
        try:
            operations.submit_reading(
                account.id,
                installation_id,
                typed,
                source=form.source.data,
                by=current_actor(),
                key=form.key.data,
                confirmed=True,
            )
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".show", number=number), "Показание внесено.")
    context = {"form": form, "account": account, "meter": meter, "zone_names": ZONE_NAMES}
    return page("backoffice/accounts/reading.html", "backoffice/accounts/_reading.html", **context)
