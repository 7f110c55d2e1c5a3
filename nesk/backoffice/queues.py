"""What waits, what has failed, and the jobs by schedule: the visible list of dead letters."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from nesk.core import events, schedule
from nesk.core.events import Delivery, EventRecord
from nesk.core.schedule import Job
from nesk.notifications import operations, queries
from nesk.people.permissions import Permission
from nesk.web.access import allowed
from nesk.web.htmx import go
from nesk.web.login import current_actor

bp = Blueprint("queues", __name__, url_prefix="/queues")

NOTHING = "Повторять нечего: это уже сделано или удалено."


@bp.get("")
@allowed(Permission.SEE_QUEUES)
def index() -> Any:
    dead = Delivery.select(Delivery, EventRecord).join(EventRecord).where(Delivery.dead_at.is_null(False))
    return render_template(
        "backoffice/queues/index.html",
        backlog=events.backlog(),
        dead=list(dead.order_by(Delivery.id.desc()).limit(100)),
        failed=queries.failed(),
        jobs={job.name: job for job in Job.select()},
        scheduled=schedule.jobs(),
    )


@bp.post("/deliveries/<int:delivery_id>/revival")
@allowed(Permission.SEE_QUEUES)
def revive(delivery_id: int) -> Any:
    revived = events.revive([delivery_id])
    return go(url_for(".index"), "Доставка поставлена в очередь заново." if revived else NOTHING)


@bp.post("/messages/<int:message_id>/revival")
@allowed(Permission.SEE_QUEUES)
def send_again(message_id: int) -> Any:
    revived = operations.send_again(message_id, by=current_actor())
    return go(url_for(".index"), "Сообщение отправляется ещё раз." if revived else NOTHING)
