"""Making crews and saying when they do not go out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from nesk.branches.models import Branch
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.fieldwork.models import Crew, CrewMember, DayOff


@dataclass(frozen=True)
class CrewFormed:
    crew_id: int


@dataclass(frozen=True)
class DayOffGiven:
    crew_id: int
    on: str


def form_crew(
    name: str,
    branch: Branch,
    works: Iterable[str],
    members: Iterable[int],
    *,
    vehicle: str = "",
    since: date,
    by: Actor,
) -> Crew:
    """A crew of at least two people, the first of them its leader. Raises Refused for fewer."""
    people = list(members)
    if len(people) < 2:
        raise Refused("В бригаде должно быть не меньше двух человек.", field="members")
    with transaction():
        crew = Crew.create(name=name, branch=branch, works=sorted(works), vehicle=vehicle)
        for number, staff in enumerate(people):
            CrewMember.create(
                crew=crew, staff=staff, safety_group=4 if number == 0 else 3, is_leader=number == 0, since_on=since
            )
        record(CrewFormed(crew.id), by=by)
    return crew


def give_day_off(crew_id: int, on: date, *, slot: int | None = None, reason: str = "", by: Actor) -> DayOff:
    """A day, or one slot of it, on which the crew does not go out."""
    with transaction():
        day = DayOff.create(crew=crew_id, on=on, slot=slot, reason=reason)
        record(DayOffGiven(crew_id, on.isoformat()), by=by)
    return day
