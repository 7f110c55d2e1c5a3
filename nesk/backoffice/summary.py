"""The first page of the back office: what waits for this member of staff."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from nesk.core import clock, events
from nesk.fieldwork.queries import board, queue
from nesk.notifications.queries import stuck_count
from nesk.people.permissions import Permission
from nesk.web.access import staff_branch
from nesk.web.login import viewer

bp = Blueprint("summary", __name__)


@bp.get("/")
def index() -> Any:
    today, branch = clock.today(), staff_branch()
    waiting = queue(branch) if viewer().may(Permission.SEE_ORDERS) else []
    crews = board(branch, today) if viewer().may(Permission.DISPATCH) else []
    backlog = {**events.backlog(), "messages": stuck_count()} if viewer().may(Permission.SEE_QUEUES) else None
    late = [order for order in waiting if order.due_on and order.due_on < today]
    return render_template(
        "backoffice/summary/index.html",
        waiting=waiting[:8],
        count=len(waiting),
        late=len(late),
        crews=crews,
        backlog=backlog,
    )
