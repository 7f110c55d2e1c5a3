"""The way back from the bank's page: no proof of anything, a reason to ask the bank at once."""

from __future__ import annotations

import contextlib
from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask_login import current_user

from nesk.core.errors import NotFound, Unavailable
from nesk.payments import operations, queries

bp = Blueprint("payment_return", __name__, url_prefix="/payments")


@bp.get("/return")
def index() -> Any:
    """Needs no session and shows no personal data: whoever is signed in is led to their payment."""
    order = request.args.get("orderId", "")
    with contextlib.suppress(Unavailable):  # the poller will ask again
        operations.confirm_order(order)
    payment = queries.payment_by_bank_order(order)
    if current_user.is_authenticated:
        with contextlib.suppress(NotFound):
            queries.payment_of(current_user.subject.id, payment.id)
            return redirect(f"/cabinet/payment/{payment.id}", 303)
    return render_template("public/payment_return/index.html", state=payment.state)
