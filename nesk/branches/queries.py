"""Reading about branches."""

from __future__ import annotations

import peewee

from nesk.branches.models import Branch, ClosedMonth, Office
from nesk.core import clock
from nesk.core.period import Month


def branches_with_offices() -> list[Branch]:
    """Every branch with its offices, in two queries."""
    return list(peewee.prefetch(Branch.select().order_by(Branch.name), Office.select().order_by(Office.name)))


def last_closed_month(branch_id: int) -> Month | None:
    """The latest billing month that the branch has closed."""
    last = ClosedMonth.select(peewee.fn.MAX(ClosedMonth.month)).where(ClosedMonth.branch == branch_id).scalar()
    return None if last is None else (last if isinstance(last, Month) else Month.from_int(last))


def open_month(branch_id: int) -> Month:
    """The billing month into which what happens today is charged: this one, or the next when this one is closed."""
    now, closed = Month.of(clock.today()), last_closed_month(branch_id)
    return now if closed is None else max(now, closed + 1)
