"""The dispatcher: which crew takes an order when, and what stands in the way."""

from datetime import date

import pytest

from nesk.core.errors import Conflict, NotFound, Refused
from nesk.core.events import EventRecord
from nesk.fieldwork import operations, visits
from nesk.fieldwork.crews import form_crew, give_day_off
from nesk.fieldwork.models import Crew, Order, OrderStep, Visit
from nesk.fieldwork.operations import accept_order, assign_visit, unassign_visit
from tests.district import BY, EVERY_WORK, SINCE, TODAY, TOMORROW, make_branch, make_crew, make_home
from tests.fieldwork.orders import CREW, at_once, order_at, visit_today

YESTERDAY = date(2026, 11, 23)


def events():
    rows = EventRecord.select().where(EventRecord.name.startswith("Visit")).order_by(EventRecord.id)
    return [(row.name, row.facts["visit_id"]) for row in rows]


@pytest.mark.both_engines
def test_an_order_is_put_on_a_crew_and_its_history_says_when(district):
    order = order_at(district.home)
    accept_order(order.id, by=BY)
    visit = assign_visit(order.id, district.crew.id, TOMORROW, 2, version=2, by=BY)
    assert (visit.crew_id, visit.on, visit.slot, visit.state) == (district.crew.id, TOMORROW, 2, "assigned")
    kept = Order.get_by_id(order.id)
    assert (kept.state, kept.version) == ("assigned", 3)
    last = OrderStep.select().order_by(OrderStep.id.desc()).get()
    assert (last.state, last.comment) == ("assigned", "Бригада 1, 25.11.2026, 12:00–15:00")
    assert events() == [("VisitAssigned", visit.id)]


def test_a_planned_order_is_moved_and_the_same_place_again_is_no_move(district):
    visit = visit_today(district)
    moved = assign_visit(visit.order_id, district.crew.id, TOMORROW, 3, by=BY)
    again = assign_visit(visit.order_id, district.crew.id, TOMORROW, 3, by=BY)
    assert (moved.id, moved.on, moved.slot, moved.version) == (visit.id, TOMORROW, 3, 2)
    assert (again.version, Visit.select().count()) == (2, 1)
    assert events() == [("VisitAssigned", visit.id), ("VisitMoved", visit.id)]


def test_an_order_taken_off_its_crew_is_back_in_the_queue_and_can_be_planned_anew(district):
    visit = visit_today(district)
    order = unassign_visit(visit.order_id, by=BY)
    assert (order.state, Visit.get_by_id(visit.id).state) == ("accepted", "cancelled")
    assert events()[-1] == ("VisitUnassigned", visit.id)
    assert assign_visit(order.id, district.crew.id, TOMORROW, 1, by=BY).id != visit.id
    with pytest.raises(NotFound):
        unassign_visit(order_at(district.home).id, by=BY)


def refusal(district, order, crew, on, slot):
    with pytest.raises(Refused) as refused:
        assign_visit(order.id, crew.id, on, slot, by=BY)
    assert (Order.get_by_id(order.id).state, Visit.select().where(Visit.order == order).count()) == ("new", 0)
    return refused.value.field, refused.value.message


def test_a_day_that_has_passed_and_a_time_that_is_none_are_refused(district):
    order = order_at(district.home)
    assert refusal(district, order, district.crew, YESTERDAY, 1) == ("on", "Этот день уже прошёл. Выберите другой.")
    assert refusal(district, order, district.crew, TODAY, 4)[0] == "slot"


def test_a_crew_takes_neither_another_branch_nor_works_it_does_not_do_nor_orders_while_disbanded(district):
    order = order_at(district.home)
    elsewhere, _ = make_crew(make_branch("arm", "Армавирэнергосбыт"), "Бригада 2")
    fitters, _ = make_crew(district.branch, "Бригада 3", works=("sealing",))
    gone, _ = make_crew(district.branch, "Бригада 4")
    Crew.update(is_active=False).where(Crew.id == gone.id).execute()
    assert refusal(district, order, elsewhere, TODAY, 1)[0] == "crew"
    assert refusal(district, order, fitters, TODAY, 1) == (
        "crew",
        "Бригада 3 не выполняет такие работы. Выберите другую бригаду.",
    )
    assert refusal(district, order, gone, TODAY, 1)[0] == "crew"


def test_a_crew_does_not_go_out_on_its_day_off_or_in_its_slot_off(district):
    order = order_at(district.home)
    give_day_off(district.crew.id, TODAY, reason="Обучение", by=BY)
    give_day_off(district.crew.id, TOMORROW, slot=1, by=BY)
    assert refusal(district, order, district.crew, TODAY, 2)[0] == "slot"
    assert refusal(district, order, district.crew, TOMORROW, 1)[0] == "slot"
    assert assign_visit(order.id, district.crew.id, TOMORROW, 2, by=BY).slot == 2


def test_a_slot_holds_three_hours_of_work(district):
    homes = [make_home(district.branch, number) for number in range(2, 6)]
    for home in homes[:3]:
        assign_visit(order_at(home).id, district.crew.id, TODAY, 1, by=BY)  # an hour each
    late = order_at(homes[3])
    assert refusal(district, late, district.crew, TODAY, 1) == (
        "slot",
        "У Бригада 1 на это время больше нет места. Выберите другое время или бригаду.",
    )
    assert assign_visit(late.id, district.crew.id, TODAY, 2, by=BY).slot == 2


def test_a_finished_order_and_one_whose_crew_is_on_its_way_are_not_planned(district):
    cancelled = order_at(district.home)
    operations.cancel_order(cancelled.id, by=district.home.actor)
    with pytest.raises(Refused):
        assign_visit(cancelled.id, district.crew.id, TODAY, 1, by=BY)
    visit = visit_today(district)
    visits.set_out(district.leader, visit.id, by=CREW)
    for change in (
        lambda: assign_visit(visit.order_id, district.crew.id, TOMORROW, 1, by=BY),
        lambda: unassign_visit(visit.order_id, by=BY),
        lambda: operations.cancel_order(visit.order_id, by=district.home.actor),
        lambda: operations.reject_order(visit.order_id, reason="Ошибка", by=BY),
    ):
        with pytest.raises(Refused):
            change()
    kept = Visit.get_by_id(visit.id)
    assert (kept.state, kept.on, kept.slot, kept.ended_at) == ("en_route", TODAY, 1, None)
    assert Visit.select().where(Visit.order == cancelled).count() == 0


def test_a_planner_who_looked_at_an_older_version_is_told_so(district):
    order = order_at(district.home)
    accept_order(order.id, by=BY)
    with pytest.raises(Conflict):
        assign_visit(order.id, district.crew.id, TODAY, 1, version=1, by=BY)
    assert Visit.select().count() == 0


def test_a_crew_has_at_least_two_people(district):
    with pytest.raises(Refused) as refused:
        form_crew("Бригада 9", district.branch, EVERY_WORK, [district.leader], since=SINCE, by=BY)
    assert (refused.value.field, Crew.select().count()) == ("members", 1)


# --- many at once


@pytest.mark.both_engines
def test_of_sixteen_dispatchers_who_saw_one_version_one_plans_the_order(district):
    order = order_at(district.home)
    said = at_once(lambda n: assign_visit(order.id, district.crew.id, TODAY, n % 3 + 1, version=1, by=BY).id)
    assert sorted(map(str, said)) == [str(Visit.get().id)] + ["Conflict"] * 15
    assert (Order.get_by_id(order.id).version, OrderStep.select().count(), len(events())) == (2, 2, 1)


@pytest.mark.both_engines
def test_sixteen_dispatchers_cannot_put_more_on_a_slot_than_it_holds(district):
    orders = [order_at(make_home(district.branch, number)) for number in range(2, 18)]
    said = at_once(lambda n: assign_visit(orders[n].id, district.crew.id, TODAY, 1, by=BY).slot)
    assert sorted(map(str, said)) == ["1"] * 3 + ["Refused"] * 13
    assert Visit.select().where(Visit.crew == district.crew, Visit.slot == 1).count() == 3


@pytest.mark.both_engines
def test_sixteen_orders_at_once_get_sixteen_numbers_and_one_form_sent_by_all_is_one_order(district):
    numbers = at_once(lambda n: order_at(district.home).number)
    assert sorted(numbers) == [f"З-2026-{n:06}" for n in range(1, 17)]
    same = at_once(lambda n: order_at(district.home, key="once").number)
    assert set(same) == {"З-2026-000017"}
    assert Order.select().count() == 17
