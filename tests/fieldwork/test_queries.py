"""Who sees which orders and visits, and the dispatcher's board."""

from datetime import date, timedelta

import pytest
from playhouse.test_utils import count_queries

from nesk.accounts.operations import unbind
from nesk.core.errors import NotFound
from nesk.fieldwork import queries
from nesk.fieldwork.crews import give_day_off
from nesk.fieldwork.models import OrderFile
from nesk.fieldwork.operations import Attachment, accept_order, assign_visit, cancel_order, unassign_visit
from nesk.fieldwork.visits import report_no_access
from tests.district import BY, TODAY, TOMORROW, make_branch, make_crew, make_home, make_person
from tests.fieldwork.orders import CREW, order_at, visit_today

pytestmark = pytest.mark.usefixtures("district")


def test_an_order_is_seen_by_those_who_act_for_its_account_and_by_who_placed_it(district):
    home, stranger = district.home, make_person(9)[0]
    order = order_at(home)
    assert queries.order_of(home.person.id, order.id).number == order.number
    with pytest.raises(NotFound):
        queries.order_of(stranger.id, order.id)
    unbind(home.person.id, home.account.id, by=home.actor)
    assert queries.order_of(home.person.id, order.id).id == order.id


def test_the_office_sees_the_orders_of_its_branch_and_headquarters_all(district):
    order, elsewhere = order_at(district.home), make_branch("arm", "Армавирэнергосбыт")
    assert queries.order_for_branch(district.branch.id, order.id).id == order.id
    assert queries.order_for_branch(None, order.id).id == order.id
    with pytest.raises(NotFound):
        queries.order_for_branch(elsewhere.id, order.id)
    assert (len(queries.queue(district.branch.id)), queries.queue(elsewhere.id)) == (1, [])


def test_a_file_is_found_only_through_its_own_order(district):
    photo = Attachment(b"\xff\xd8\xff photo", "image/jpeg", "щиток.jpg")
    order, other = order_at(district.home, attachments=[photo]), order_at(district.home)
    kept = OrderFile.get().file_id
    assert queries.file_of(order.id, kept).name == "щиток.jpg"
    with pytest.raises(NotFound):
        queries.file_of(other.id, kept)


@pytest.mark.both_engines
def test_the_queue_holds_what_waits_for_a_crew_by_its_term(district):
    usual, urgent, by_agreement = (order_at(district.home, code) for code in ("RPL", "RPL-U", "ELW"))
    accepted, cancelled = order_at(district.home, "PROG"), order_at(district.home)
    planned, refused_entry = visit_today(district), visit_today(district, slot=2)
    accept_order(accepted.id, by=BY)
    cancel_order(cancelled.id, by=district.home.actor)
    report_no_access(district.leader, refused_entry.id, reason="Закрыто", by=CREW)
    waiting = [order.id for order in queries.queue(district.branch.id)]
    assert waiting == [urgent.id, accepted.id, usual.id, refused_entry.order_id, by_agreement.id]
    assert planned.order_id not in waiting
    assert [order.id for order in queries.queue(district.branch.id, search=f"КОВАЛЬЧУК {urgent.number}")] == [urgent.id]


@pytest.mark.both_engines
def test_the_board_shows_crews_by_slots_in_four_queries_whatever_their_number(district):
    visit = visit_today(district)
    other, _ = make_crew(district.branch, "Бригада 2")
    give_day_off(other.id, TODAY, slot=3, by=BY)
    with count_queries() as counted:
        rows = queries.board(district.branch.id, TODAY)
    assert counted.count == 4
    first, second = rows
    assert (first.crew.name, first.members) == ("Бригада 1", ("Гончар Олег Павлович", "Зимин Денис Ильич"))
    assert [[each.id for each in cell.visits] for cell in first.cells] == [[visit.id], [], []]
    assert ([cell.minutes for cell in first.cells], first.load_percent) == ([60, 0, 0], 11)
    assert [cell.is_off for cell in second.cells] == [False, False, True]


def test_suggestions_begin_with_the_time_the_client_wished_and_the_freest_crew(district):
    make_crew(district.branch, "Бригада 2")
    visit_today(district, slot=2)
    order = queries.order_of(district.home.person.id, order_at(district.home, "PROG", wish_on=TOMORROW, wish_slot=2).id)
    assign_visit(visit_today(district, slot=3).order_id, district.crew.id, TOMORROW, 2, by=BY)
    offered = [(each.crew.name, each.slot, each.free_minutes) for each in queries.suggestions(order, TOMORROW)]
    assert offered[:3] == [("Бригада 2", 2, 180), ("Бригада 1", 2, 120), ("Бригада 1", 1, 180)]


def test_a_crew_sees_its_own_visits_of_the_day_and_none_of_others(district):
    other, stranger = make_crew(district.branch, "Бригада 2")
    late, early = visit_today(district, slot=2), visit_today(district, slot=1)
    elsewhere = assign_visit(order_at(make_home(district.branch, 2)).id, other.id, TODAY, 1, by=BY)
    taken_off = visit_today(district, slot=3)
    unassign_visit(taken_off.order_id, by=BY)
    visit_today(district, on=TOMORROW)
    assert [visit.id for visit in queries.visits_on(district.leader, TODAY)] == [early.id, late.id]
    assert [visit.id for visit in queries.visits_on(stranger, TODAY)] == [elsewhere.id]
    assert queries.days_with_visits(district.leader, TODAY) == {TODAY: 2, TOMORROW: 1}
    assert queries.visit_of(district.leader, early.id).order.installation.meter.serial == "41000001"
    with pytest.raises(NotFound):
        queries.visit_of(district.leader, elsewhere.id)


def test_a_day_of_visits_is_read_in_one_query(district):
    for slot in (1, 2):
        visit_today(district, slot=slot)
    with count_queries() as counted:
        shown = [
            (visit.order.address, visit.order.service.title, visit.order.installation.meter.type.name)
            for visit in queries.visits_on(district.leader, TODAY)
        ]
    assert (counted.count, len(shown)) == (1, 2)


def test_days_further_than_a_week_are_not_counted(district):
    visit_today(district, on=TODAY + timedelta(days=8))
    assert queries.days_with_visits(district.leader, TODAY) == {}
    assert queries.days_with_visits(district.leader, date(2026, 11, 25)) == {date(2026, 12, 2): 1}
