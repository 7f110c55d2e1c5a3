"""Reading about orders, visits and crews: for the client, a branch, the board, a crew."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from peewee import JOIN, fn

from nesk.accounts.models import Account, Binding, Premises
from nesk.accounts.queries import live
from nesk.branches.models import Town
from nesk.core.compiled import compiled
from nesk.core.errors import NotFound
from nesk.core.files import File
from nesk.fieldwork import rules
from nesk.fieldwork.models import (
    Act,
    Crew,
    CrewMember,
    DayOff,
    Order,
    OrderFile,
    OrderMessage,
    OrderStep,
    Service,
    Visit,
)
from nesk.metering.models import Installation, Meter, MeterType
from nesk.people.models import Staff


def offered_services() -> list[Service]:
    """The catalogue as the cabinet offers it: what can be ordered at an account."""
    return list(Service.select().where(~Service.is_hidden, Service.needs_account).order_by(Service.position))


def _orders() -> object:
    return (
        Order.select(Order, Service, Installation, Meter, MeterType)
        .join_from(Order, Service)
        .join_from(Order, Installation, JOIN.LEFT_OUTER)
        .join_from(Installation, Meter, JOIN.LEFT_OUTER)
        .join_from(Meter, MeterType, JOIN.LEFT_OUTER)
    )


def orders_of(account_id: int) -> list[Order]:
    """Orders at an account, the newest first."""
    return _of_account(account_id)


@compiled
def _of_account(account: int) -> object:
    return _orders().where(Order.account == account).order_by(Order.id.desc()).limit(200)  # type: ignore[attr-defined]


def order_of(person_id: int, order_id: int) -> Order:
    """An order that the person placed, or one at an account they have a right to now. Raises NotFound."""
    bound = Binding.select(Binding.account).where(Binding.person == person_id, live())
    mine = (Order.person == person_id) | Order.account.in_(bound)
    return _one(_orders().where(Order.id == order_id, mine))  # type: ignore[attr-defined]


def orders_placed_by(account_id: int, person_id: int, limit: int = 200) -> list[Order]:
    """Orders at an account that one person placed, the latest first."""
    own = _orders().where(Order.account == account_id, Order.person == person_id)  # type: ignore[attr-defined]
    return list(own.order_by(Order.id.desc()).limit(limit))


def order_for_branch(branch_id: int | None, order_id: int) -> Order:
    """An order of a branch; None sees every branch. Raises NotFound."""
    query = _orders().where(Order.id == order_id)  # type: ignore[attr-defined]
    return _one(query if branch_id is None else query.where(Order.branch == branch_id))


def _one(query: object) -> Order:
    order: Order | None = query.first()  # type: ignore[attr-defined]
    if order is None:
        raise NotFound
    return order


def steps(order_id: int) -> list[OrderStep]:
    """What has happened to an order, the first step first."""
    return list(OrderStep.select().where(OrderStep.order == order_id).order_by(OrderStep.id))


def live_visit(order_id: int) -> Visit | None:
    """The visit that is planned or under way, with its crew."""
    return Visit.select(Visit, Crew).join(Crew).where(Visit.order == order_id, Visit.ended_at.is_null()).first()


def last_visit(order_id: int) -> Visit | None:
    """The latest visit whatever became of it, with its crew."""
    return Visit.select(Visit, Crew).join(Crew).where(Visit.order == order_id).order_by(Visit.id.desc()).first()


def act_of(order_id: int) -> Act | None:
    """The act that closed the order."""
    return Act.select().where(Act.order == order_id).order_by(Act.id.desc()).first()


def messages(order_id: int) -> list[OrderMessage]:
    """The talk about an order with the files of each message."""
    found = list(OrderMessage.select().where(OrderMessage.order == order_id).order_by(OrderMessage.id))
    attached: dict[int, list[OrderFile]] = defaultdict(list)
    for row in files_of(order_id):
        attached[row.message_id].append(row)
    for message in found:
        message.attached = attached[message.id]
    return found


def files_of(order_id: int, *purposes: str) -> list[OrderFile]:
    """Files of an order with what is known of each."""
    query = OrderFile.select(OrderFile, File).join(File).where(OrderFile.order == order_id)
    return list((query.where(OrderFile.purpose.in_(purposes)) if purposes else query).order_by(OrderFile.id))


def file_of(order_id: int, file_id: int) -> File:
    """A file of an order the caller has looked up for somebody. Raises NotFound."""
    row = (
        OrderFile.select(OrderFile, File)
        .join(File)
        .where(OrderFile.order == order_id, OrderFile.file == file_id)
        .first()
    )
    if row is None:
        raise NotFound
    return row.file  # type: ignore[no-any-return]


# --- the dispatcher


def queue(branch_id: int | None, *, search: str = "") -> list[Order]:
    """Orders that wait for a crew, the nearest term first."""
    query = _orders().where(Order.state.in_(rules.UNPLANNED))  # type: ignore[attr-defined]
    if branch_id is not None:
        query = query.where(Order.branch == branch_id)
    for word in search.lower().split()[:4]:
        query = query.where(Order.search.contains(word))
    return list(query.order_by(Order.due_on.is_null(), Order.due_on, Order.id).limit(200))


@dataclass(frozen=True, slots=True)
class Cell:
    """A crew's slot on a day: what is planned, whether it goes out at all, how many minutes are taken."""

    slot: int
    visits: tuple[Visit, ...]
    is_off: bool
    minutes: int

    @property
    def is_full(self) -> bool:
        return self.minutes >= rules.SLOT_MINUTES


@dataclass(frozen=True, slots=True)
class BoardRow:
    crew: Crew
    members: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def load_percent(self) -> int:
        """How much of the crew's day is taken."""
        return min(sum(cell.minutes for cell in self.cells) * 100 // (rules.SLOT_MINUTES * len(rules.SLOTS)), 100)


def board(branch_id: int | None, on: date) -> list[BoardRow]:
    """Crews × slots of a day, in four queries."""
    crews = Crew.select().where(Crew.is_active)
    crews = list(
        (crews if branch_id is None else crews.where(Crew.branch == branch_id)).order_by(Crew.branch, Crew.name)
    )
    ids = [crew.id for crew in crews]
    visits: dict[tuple[int, int], list[Visit]] = defaultdict(list)
    planned = (
        Visit.select(Visit, Order, Service)
        .join_from(Visit, Order)
        .join_from(Order, Service)
        .where(Visit.crew.in_(ids), Visit.on == on, Visit.state != "cancelled")
    )
    for visit in planned.order_by(Visit.id):
        visits[visit.crew_id, visit.slot].append(visit)
    off = {(row.crew_id, row.slot) for row in DayOff.select().where(DayOff.crew.in_(ids), DayOff.on == on)}
    people = members(ids)
    return [
        BoardRow(
            crew,
            tuple(people[crew.id]),
            tuple(_cell(crew.id, slot, visits[crew.id, slot], off) for slot in rules.SLOTS),
        )
        for crew in crews
    ]


def _cell(crew_id: int, slot: int, visits: list[Visit], off: set[tuple[int, int | None]]) -> Cell:
    is_off = (crew_id, None) in off or (crew_id, slot) in off
    return Cell(slot, tuple(visits), is_off, sum(visit.order.service.norm_minutes for visit in visits))


def members(crew_ids: list[int]) -> dict[int, list[str]]:
    """Names of those who are in each crew now, the leader first."""
    rows = (
        CrewMember.select(CrewMember, Staff)
        .join(Staff)
        .where(CrewMember.crew.in_(crew_ids), CrewMember.until_on.is_null())
        .order_by(CrewMember.is_leader.desc(), CrewMember.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row.crew_id].append(row.staff.name)
    return found


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A crew that could take an order at a time: where «Назначить» offers first."""

    crew: Crew
    slot: int
    free_minutes: int


def suggestions(order: Order, on: date) -> list[Suggestion]:
    """Crews of the order's branch that do such works and have room that day, the freest first."""
    work, minutes = order.service.work, order.service.norm_minutes
    found = [
        Suggestion(row.crew, cell.slot, rules.SLOT_MINUTES - cell.minutes)
        for row in board(order.branch_id, on)
        if work in row.crew.works
        for cell in row.cells
        if not cell.is_off and cell.minutes + minutes <= rules.SLOT_MINUTES
    ]
    wished = order.wish_slot if order.wish_on == on else None
    return sorted(found, key=lambda each: (each.slot != wished, -each.free_minutes, each.crew.name, each.slot))


# --- the crew


def crew_of(staff_id: int) -> Crew | None:
    """The crew a person is in now."""
    return Crew.select().join(CrewMember).where(CrewMember.staff == staff_id, CrewMember.until_on.is_null()).first()


def _visits(staff_id: int) -> object:
    return (
        Visit.select(Visit, Crew, Order, Service, Installation, Meter, MeterType, Account, Premises, Town)
        .join_from(Visit, Crew)
        .join_from(Crew, CrewMember)
        .join_from(Visit, Order)
        .join_from(Order, Service)
        .join_from(Order, Installation, JOIN.LEFT_OUTER)
        .join_from(Installation, Meter, JOIN.LEFT_OUTER)
        .join_from(Meter, MeterType, JOIN.LEFT_OUTER)
        .join_from(Order, Account, JOIN.LEFT_OUTER)
        .join_from(Account, Premises, JOIN.LEFT_OUTER)
        .join_from(Premises, Town, JOIN.LEFT_OUTER)
        .where(CrewMember.staff == staff_id, CrewMember.until_on.is_null())
    )


def visits_on(staff_id: int, on: date) -> list[Visit]:
    """The crew's visits of a day with all that the phone shows, in one query."""
    return list(_visits(staff_id).where(Visit.on == on, Visit.state != "cancelled").order_by(Visit.slot, Visit.id))  # type: ignore[attr-defined]


def visit_of(staff_id: int, visit_id: int) -> Visit:
    """A visit of the person's own crew. Raises NotFound."""
    visit: Visit | None = _visits(staff_id).where(Visit.id == visit_id).first()  # type: ignore[attr-defined]
    if visit is None:
        raise NotFound
    return visit


def days_with_visits(staff_id: int, since: date, days: int = 7) -> dict[date, int]:
    """How many visits the crew has on each of the coming days that has any."""
    rows = (
        Visit.select(Visit.on, fn.COUNT(Visit.id))
        .join(CrewMember, on=(CrewMember.crew == Visit.crew))
        .where(CrewMember.staff == staff_id, CrewMember.until_on.is_null())
        .where(Visit.on.between(since, since + timedelta(days=days)), Visit.state != "cancelled")
        .group_by(Visit.on)
        .order_by(Visit.on)
    )
    return dict(rows.tuples())


def meter_types() -> list[MeterType]:
    """The types of meter a crew may put in."""
    return list(MeterType.select().order_by(MeterType.name))
