"""«Квитанции»: a list by year, each as a PDF and as a page (S0-46)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request

from nesk.billing import queries
from nesk.core.confined import JobFailed
from nesk.core.errors import NotFound, Unavailable
from nesk.core.period import Month
from nesk.documents.assembly import receipt_facts
from nesk.documents.receipt import ReceiptFacts, receipt_body, receipt_pdf
from nesk.web.access import current_account, current_card
from nesk.web.downloads import made

bp = Blueprint("receipts", __name__, url_prefix="/receipts")


@bp.get("/")
def index() -> Any:
    if current_card() is None:
        return render_template("cabinet/receipts/no_account.html")
    account = current_account()
    years = queries.statement_years(account.id)
    asked = request.args.get("year", "")
    year = int(asked) if asked in map(str, years) else (years[0] if years else 0)
    rows = queries.charges_history(account.id, since=Month(year, 1), until=Month(year, 12)) if year else []
    return render_template("cabinet/receipts/index.html", rows=rows, years=years, year=year)


@bp.get("/<month>")
def show(month: str) -> Any:
    """The receipt as a page: for the low-sighted and for reading on a phone."""
    facts = _facts(month)
    return render_template("cabinet/receipts/show.html", month=facts.month, body=receipt_body(facts))


@bp.get("/<month>.pdf")
def download(month: str) -> Response:
    facts = _facts(month)
    try:
        body = receipt_pdf(facts)
    except JobFailed as failed:
        raise Unavailable from failed
    return made(body, "application/pdf", f"Квитанция {facts.account_number} {facts.month}.pdf")


def _facts(month: str) -> ReceiptFacts:
    try:
        asked = Month.parse(month)
    except ValueError:
        raise NotFound from None
    return receipt_facts(current_account().id, asked)
