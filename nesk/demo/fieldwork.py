"""Orders of the demo town in every state, and a week of visits for its crews."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

from nesk.accounts.models import Account, Binding
from nesk.branches.models import Branch
from nesk.core import clock, events
from nesk.core.actor import Actor, system
from nesk.demo.picture import signature
from nesk.fieldwork import crews, operations, visits
from nesk.fieldwork.models import Crew, CrewMember
from nesk.fieldwork.operations import Attachment
from nesk.metering.models import Installation, Meter, MeterType
from nesk.metering.queries import last_reading
from nesk.people.models import Person

ALL_WORKS = ("replacement", "sealing", "unsealing", "programming", "electrical", "other")
BY = system("demo")
DISPATCHER = system("demo-dispatcher")


def form(name: str, branch: Branch, members: list[int], by: Actor) -> None:
    """A crew that does everything but, for the second, electrical works."""
    works = ALL_WORKS if "1" in name or "3" in name else tuple(work for work in ALL_WORKS if work != "electrical")
    crews.form_crew(name, branch, works, members, vehicle=f"Демо {name[-1]}00", since=clock.today(), by=by)


STORIES = {
    "krd": (
        ("RPL", 34, "closed"), ("RPL", 20, "closed"), ("SEAL", 18, "closed"), ("UNSEAL", 12, "cancelled"),
        ("ELW", 11, "rejected"), ("RPL", 9, "no_access"), ("PROG", 8, "accepted"), ("RPL", 6, "assigned"),
        ("SEAL", 6, "assigned"), ("RPL-U", 2, "assigned"), ("RPL", 5, "assigned"), ("SEAL", 5, "assigned"),
        ("RPL", 4, "assigned"), ("PROG", 4, "assigned"), ("RPL", 4, "accepted"), ("UNSEAL-U", 1, "new"),
        ("RPL", 3, "new"), ("SEAL", 2, "new"), ("OTHER", 2, "new"), ("RPL", 1, "new"), ("SEAL", 1, "needs"),
        ("SEAL", 3, "en_route"),
    ),
    "arm": (
        ("RPL", 21, "closed"), ("SEAL", 15, "no_access"), ("RPL", 6, "assigned"), ("PROG", 5, "assigned"),
        ("SEAL", 5, "assigned"), ("RPL", 4, "assigned"), ("SEAL", 3, "on_site"), ("RPL", 2, "accepted"), ("UNSEAL", 1, "new"),
    ),
}  # fmt: skip
"""By branch: what was ordered, how many days ago, how far it has come."""
PLANNED = ("assigned", "en_route", "on_site")


def build(today: date) -> None:
    """A story for each household that has a person: what they ordered and how far it has come."""
    index = 0
    for code, stories in STORIES.items():
        for (service, days_ago, end), home in zip(stories, _homes(code), strict=False):
            _tell(service, today - timedelta(days=days_ago), end, home, index, today)
            index += 1


def _homes(branch: str) -> list[SimpleNamespace]:
    rows = (
        Installation.select(Installation, Account, Meter, MeterType, Binding, Person)
        .join_from(Installation, Account)
        .join_from(Account, Branch)
        .join_from(Installation, Meter)
        .join_from(Meter, MeterType)
        .join_from(Account, Binding)
        .join_from(Binding, Person)
        .where(Branch.code == branch, Installation.removed_on.is_null())
        .where(Person.surname != "Ковальчук", Binding.ended_at.is_null())
        .order_by(Account.number)
    )
    return [
        SimpleNamespace(installation=row, account=row.account, person=row.account.binding.person, meter=row.meter)
        for row in rows
    ]


def _tell(service: str, placed: date, end: str, home: SimpleNamespace, index: int, today: date) -> None:
    client = Actor("person", home.person.id)
    with clock.stopped_at(clock.at(placed, 11)):
        order = operations.place_order(
            service,
            account_id=home.account.id,
            person_id=home.person.id,
            contact_name=home.person.full_name,
            contact_phone=f"+7900000{index + 2:04}",
            installation_id=home.installation.id,
            wish_on=placed + timedelta(days=3),
            wish_slot=index % 3 + 1,
            comment="Домофон не работает, позвоните заранее." if index % 4 == 0 else "",
            by=client,
        )
        events.drain()
        if end == "new":
            return
        if end == "cancelled":
            operations.cancel_order(order.id, by=client, comment="Передумали")
        elif end == "rejected":
            operations.reject_order(order.id, reason="Работы во дворе ведёт сетевая компания.", by=DISPATCHER)
        elif end == "needs":
            operations.add_message(order.id, "Пришлите фотографию щита со счётчиком.", is_ours=True, by=DISPATCHER)
        else:
            operations.accept_order(order.id, by=DISPATCHER)
        events.drain()
    if end in (*PLANNED, "closed", "no_access"):
        _visit(order.id, end, home, index, today if end in PLANNED else placed + timedelta(days=2), today)


def _visit(order_id: int, end: str, home: SimpleNamespace, index: int, near: date, today: date) -> None:
    team = list(Crew.select().where(Crew.branch == home.account.branch_id).order_by(Crew.id))
    if not team:
        return
    # The week of visits: today and the days after it, in turn over crews and slots.
    on = near + timedelta(days=(index % 4)) if end == "assigned" else near
    # Who has set out is the last crew of the branch: the first one's day begins untouched.
    crew = team[-1] if end in ("en_route", "on_site") else team[index % len(team)]
    with clock.stopped_at(clock.at(min(on, today), 8)):
        visit = operations.assign_visit(order_id, crew.id, on, index % 3 + 1, by=DISPATCHER)
        events.drain()
    if end == "assigned":
        return
    member = CrewMember.select(CrewMember.staff).where(CrewMember.crew == crew, CrewMember.is_leader).scalar()
    by = Actor("crew", member)
    with clock.stopped_at(clock.at(on, 10)):
        visits.set_out(member, visit.id, by=by)
        events.drain()
    if end == "en_route":
        return
    with clock.stopped_at(clock.at(on, 11)):
        if end == "no_access":
            visits.report_no_access(member, visit.id, reason="Дверь не открыли, телефон не отвечает.", by=by)
        else:
            visits.arrive(member, visit.id, by=by)
        if end == "closed":
            _close(member, visit.id, home, index, on, by)
        events.drain()


def _close(member: int, visit_id: int, home: SimpleNamespace, index: int, on: date, by: Actor) -> None:
    last = last_reading(home.installation.id)
    kind = MeterType.get(MeterType.name == "Нартис-И100") if home.installation.zones == 3 else home.meter.type
    new = visits.NewMeter(
        type_id=kind.id,
        serial=f"77{index:06}",
        year=on.year,
        verified_on=date(on.year, 1, 15),
        values=(0,) * kind.zones,
        place="Щит на лестничной клетке",
        seals=((f"ДМ{700_000 + index}", "клеммная крышка"),),
    )
    closing = visits.Closing(
        signed_by=home.person.full_name,
        finals=last.values,
        old_serial=home.meter.serial,
        old_state="Исправен",
        new=new,
    )
    picture = Attachment(signature(), "image/png", "подпись.png")
    visits.close_work(member, visit_id, closing, signature=picture, key=f"demo-{visit_id}", by=by)
