"""Files of orders that came to nothing are kept for a year, and those of finished works as long as the works (§11)."""

from __future__ import annotations

from datetime import timedelta

from nesk.core import clock, files
from nesk.core.db import transaction
from nesk.core.schedule import scheduled
from nesk.fieldwork.models import Order, OrderFile

KEPT_FOR = timedelta(days=365)
CAME_TO_NOTHING = ("cancelled", "rejected")


@scheduled("fieldwork.forget_attachments", daily=(3, 50))
def forget_attachments() -> int:
    """Let go of what people attached to orders that were refused or taken back over a year ago. Gives how many."""
    old = (Order.state.in_(CAME_TO_NOTHING)) & (Order.closed_at < clock.now() - KEPT_FOR)
    rows = OrderFile.select().join(Order).where(old, OrderFile.purpose == "attachment")
    forgotten = 0
    for row in list(rows.order_by(OrderFile.id)):
        with transaction():
            OrderFile.delete().where(OrderFile.id == row.id).execute()
            files.forget(row.file_id)
        forgotten += 1
    return forgotten
