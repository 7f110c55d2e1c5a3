"""Reading about branches."""

from __future__ import annotations

import peewee

from nesk.branches.models import Branch, ClosedMonth, Office, Place, Town
from nesk.branches.rules import address_parts
from nesk.core import clock
from nesk.core.compiled import compiled
from nesk.core.period import Month


def branches_with_offices() -> list[Branch]:
    """Every branch with its offices, in two queries."""
    return list(peewee.prefetch(Branch.select().order_by(Branch.name), Office.select().order_by(Office.name)))


def branch_names() -> list[tuple[str, str]]:
    """Key and name of every branch, the first that was opened first."""
    return [(str(branch.id), branch.name) for branch in Branch.select(Branch.id, Branch.name).order_by(Branch.id)]


def suggested_addresses(typed: str, *, limit: int = 8) -> list[str]:
    """Towns and streets that begin as what has been typed: «Одес» → «г Краснодар, ул Одесская»."""
    parts = address_parts(typed)
    if parts is None:
        return []
    town, place = parts
    query = Place.select(Place, Town).join(Town).where(*_begins(place))
    if town:
        query = query.where(Place.street != "", Place.town.in_(_towns(town)))
    return [row.address for row in query.order_by(Place.key, Place.town).limit(limit)]


def _towns(key: str) -> list[int]:
    """Towns of that name, or else those that begin so."""
    towns = Place.select(Place.town).where(Place.street == "")
    found = towns.where(Place.key == key).limit(20)
    return [row.town_id for row in found] or [row.town_id for row in towns.where(*_begins(key)).limit(20)]


def _begins(key: str) -> tuple[peewee.Expression, peewee.Expression]:
    """From these letters on, up to the greatest that could follow them: a stretch of the index on both engines."""
    return Place.key >= key, Place.key < key + "\U0010ffff"


def last_closed_month(branch_id: int) -> Month | None:
    """The latest billing month that the branch has closed."""
    found = _last_closed.first(branch_id)
    return found.month if found else None


@compiled
def _last_closed(branch: int) -> object:
    closed = ClosedMonth.select(ClosedMonth.month).where(ClosedMonth.branch == branch)
    return closed.order_by(ClosedMonth.month.desc()).limit(1)


def open_month(branch_id: int) -> Month:
    """The billing month into which what happens today is charged: this one, or the next when this one is closed."""
    return month_after(last_closed_month(branch_id))


def month_after(closed: Month | None) -> Month:
    """The month that is open when `closed` is the last closed one."""
    now = Month.of(clock.today())
    return now if closed is None else max(now, closed + 1)
