"""The contract of a legal entity: its accounts, what is owed, and passing readings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from wtforms import HiddenField, StringField

from nesk.accounts.queries import account_of_organization, organization
from nesk.billing.queries import balance, charges_history, estimate, organization_cards
from nesk.branches.queries import open_month
from nesk.core.errors import NotFound, Refused
from nesk.metering import operations
from nesk.metering.operations import FIELDS, UnusualReading
from nesk.metering.queries import history, installed_meters
from nesk.metering.rules import ZONE_NAMES
from nesk.web.forms import Form, KeyField
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, viewer

bp = Blueprint("contract", __name__)


class BusinessReadingForm(Form):
    key = KeyField()
    seen = HiddenField()
    t1 = StringField("Показание")
    t2 = StringField("Показание Т2")
    t3 = StringField("Показание Т3")


@bp.get("/")
def index() -> Any:
    whose = organization(viewer().subject.organization_id)
    return render_template("business/index.html", organization=whose, cards=organization_cards(whose.id))


@bp.get("/accounts/<number>")
def show(number: str) -> Any:
    account = account_of_organization(viewer().subject.organization_id, number)
    month = open_month(account.branch_id)
    return render_template(
        "business/account.html",
        supplied=account,
        owed=balance(account),
        meters=installed_meters(account.id, month),
        readings=history(account.id, since=month - 12, until=month),
        months=charges_history(account.id, since=month - 12, until=month),
        zone_names=ZONE_NAMES,
        month=month,
    )


@bp.route("/accounts/<number>/meters/<int:installation_id>", methods=["GET", "POST"])
def reading(number: str, installation_id: int) -> Any:
    """«Проверить», then «Подтвердить», as in the cabinet of people."""
    account = account_of_organization(viewer().subject.organization_id, number)
    meters = installed_meters(account.id, open_month(account.branch_id))
    meter = next((each for each in meters if each.installation.id == installation_id), None)
    if meter is None:
        raise NotFound
    form, checked = BusinessReadingForm(), None
    if form.validate_on_submit():
        typed = [form[name].data or "" for name in FIELDS[: meter.installation.zones]]
        try:
            if request.form.get("action") == "confirm":
                operations.submit_reading(
                    account.id,
                    installation_id,
                    typed,
                    source="internet",
                    by=current_actor(),
                    key=form.key.data,
                    confirmed=form.seen.data == "y",
                )
                return go(url_for(".show", number=number), "Спасибо. Ваши показания занесены без ошибок.")
            checked = operations.check_reading(account.id, installation_id, typed)
        except UnusualReading:
            checked = operations.check_reading(account.id, installation_id, typed)
        except Refused as refused:
            form.show(refused)
    context = {
        "form": form,
        "supplied": account,
        "meter": meter,
        "checked": checked,
        "cost": estimate(account, meter.installation, checked.used) if checked else None,
        "zone_names": ZONE_NAMES,
    }
    return page("business/reading.html", "business/_reading.html", **context)
