"""The crew on its visit: out, there, not let in, done; and the register of meters that the closing changes."""

import pytest

from nesk.billing.models import Entry
from nesk.core import clock
from nesk.core.errors import Conflict, NotFound, Refused
from nesk.core.events import EventRecord
from nesk.fieldwork.models import Act, Order, OrderFile, OrderStep, Visit
from nesk.fieldwork.operations import Attachment, assign_visit, cancel_order, unassign_visit
from nesk.fieldwork.visits import arrive, close_work, report_no_access, set_out
from nesk.metering.models import Installation, Meter, Reading, Seal
from tests.district import BY, TODAY, TOMORROW, make_crew, make_home, new_meter
from tests.fieldwork.orders import CREW, SIGNATURE, at_once, closing, order_at, visit_today

PHOTO = Attachment(b"\xff\xd8\xff photo", "image/jpeg", "новый.jpg")


def states(visit):
    rows = OrderStep.select().where(OrderStep.order == visit.order_id).order_by(OrderStep.id)
    return [row.state for row in rows]


def close(district, visit, work=None, *, key="phone-1", photos=(), signature=SIGNATURE):
    return close_work(
        district.leader, visit.id, work or closing(), photos=photos, signature=signature, key=key, by=CREW
    )


def nothing_has_moved(visit, home, state):
    assert (Visit.get_by_id(visit.id).state, Order.get_by_id(visit.order_id).state) == (state, state)
    assert (Act.select().count(), Meter.select().count(), Seal.select().count()) == (0, 1, 0)
    assert Installation.get_by_id(home.installation.id).removed_on is None
    assert [(row.role, row.values) for row in Reading.select()] == [("initial", (1200,))]


# --- on the way


def test_the_crew_sets_out_and_arrives_each_once(district):
    visit = visit_today(district)
    set_out(district.leader, visit.id, by=CREW)
    set_out(district.leader, visit.id, by=CREW)
    with clock.stopped_at("2026-11-24 10:40"):
        arrive(district.leader, visit.id, by=CREW)
        there = arrive(district.leader, visit.id, by=CREW)
    assert (there.state, there.en_route_at, there.on_site_at) == (
        "on_site",
        clock.at(TODAY, 10),
        clock.at(TODAY, 10, 40),
    )
    assert states(visit) == ["new", "assigned", "en_route", "on_site"]
    told = [
        row.name for row in EventRecord.select().where(EventRecord.name.startswith("Crew")) if row.name != "CrewFormed"
    ]
    assert told == ["CrewSetOut", "CrewArrived"]


def test_a_visit_of_another_crew_does_not_exist(district):
    _, stranger = make_crew(district.branch, "Бригада 2")
    visit = visit_today(district)
    for step in (
        lambda: set_out(stranger, visit.id, by=CREW),
        lambda: arrive(stranger, visit.id, by=CREW),
        lambda: report_no_access(stranger, visit.id, reason="Закрыто", by=CREW),
        lambda: close_work(stranger, visit.id, closing(), signature=SIGNATURE, key="phone-1", by=CREW),
    ):
        with pytest.raises(NotFound):
            step()
    nothing_has_moved(visit, district.home, "assigned")


def test_a_visit_that_was_taken_off_cannot_be_gone_on_with(district):
    visit = visit_today(district)
    unassign_visit(visit.order_id, by=BY)
    for step in (
        lambda: set_out(district.leader, visit.id, by=CREW),
        lambda: report_no_access(district.leader, visit.id, reason="Закрыто", by=CREW),
        lambda: close(district, visit),
    ):
        with pytest.raises(Refused):
            step()
    assert (Visit.get_by_id(visit.id).state, Order.get_by_id(visit.order_id).state) == ("cancelled", "accepted")


def test_a_crew_that_is_not_let_in_says_why_and_the_order_waits_for_another_day(district):
    visit = visit_today(district)
    set_out(district.leader, visit.id, by=CREW)
    with pytest.raises(Refused) as refused:
        report_no_access(district.leader, visit.id, reason=" ", by=CREW)
    assert refused.value.field == "reason"
    for _ in range(2):
        report_no_access(district.leader, visit.id, reason="Дверь не открыли", by=CREW)
    ended = Visit.get_by_id(visit.id)
    assert (ended.state, ended.remark, Order.get_by_id(visit.order_id).state) == (
        "no_access",
        "Дверь не открыли",
        "no_access",
    )
    assert states(visit) == ["new", "assigned", "en_route", "no_access"]
    assert assign_visit(visit.order_id, district.crew.id, TOMORROW, 1, by=BY).id != visit.id


# --- the closing


@pytest.mark.both_engines
def test_a_replacement_changes_the_register_and_closes_the_order_at_once(district):
    visit = visit_today(district)
    set_out(district.leader, visit.id, by=CREW)
    act = close(district, visit, photos=[PHOTO])

    old = Installation.get_by_id(district.home.installation.id)
    new = Installation.get(Installation.account == district.home.account, Installation.removed_on.is_null())
    assert (old.removed_on, new.installed_on, new.meter.serial, new.place) == (
        TODAY,
        TODAY,
        "77000001",
        "Щит на лестничной клетке",
    )
    readings = [
        (row.installation_id, row.role, row.values, row.source) for row in Reading.select().order_by(Reading.id)
    ]
    assert readings[1:] == [(old.id, "final", (1350,), "act"), (new.id, "initial", (3,), "act")]
    assert [(seal.number, seal.installation_id) for seal in Seal.select()] == [("Ж77000001", new.id)]
    (charge,) = Entry.select()
    assert (charge.kind, charge.kwh, charge.source) == ("charge", 150, "reading")

    assert (act.number, act.kind, act.facts["installation_id"]) == ("А-2026-000001", "replacement", new.id)
    assert (act.facts["old"]["serial"], act.facts["finals"], act.facts["new"]["serial"]) == (
        "41000001",
        [1350],
        "77000001",
    )
    assert states(visit) == ["new", "assigned", "en_route", "on_site", "done", "act_signed", "closed"]
    order = Order.get_by_id(visit.order_id)
    assert (order.state, order.closed_at) == ("closed", clock.now())
    assert [row.purpose for row in OrderFile.select().order_by(OrderFile.id)] == ["photo", "signature"]
    assert EventRecord.select().where(EventRecord.name == "OrderClosed").get().facts == {
        "order_id": order.id,
        "act_id": act.id,
    }


def test_the_same_closing_from_the_phone_gives_the_act_that_stands(district):
    visit = visit_today(district)
    first = close(district, visit)
    again = close(district, visit)
    assert again.id == first.id
    assert (Act.select().count(), Meter.select().count(), Entry.select().count()) == (1, 2, 1)
    assert states(visit).count("closed") == 1


def test_other_facts_under_the_key_of_a_closing_are_a_conflict(district):
    visit = visit_today(district)
    close(district, visit)
    with pytest.raises(Conflict):
        close(district, visit, closing(finals=(1351,)))
    other = assign_visit(order_at(make_home(district.branch, 2)).id, district.crew.id, TODAY, 2, by=BY)
    with pytest.raises(Conflict):
        close(district, other)
    assert (Act.select().count(), Visit.get_by_id(other.id).state) == (1, "assigned")


def test_a_closed_visit_is_not_closed_again_under_another_key(district):
    visit = visit_today(district)
    close(district, visit)
    with pytest.raises(Refused):
        close(district, visit, closing(new=new_meter("77000002")), key="phone-2")
    assert (Act.select().count(), Meter.select().count()) == (1, 2)


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"signed_by": " "}, "signed_by"),
        ({"old_serial": "41000002"}, "old_serial"),
        ({"finals": (1199,)}, "final_1"),  # lower than the last accepted reading
        ({"finals": ()}, "final_1"),
        ({"finals": (1_000_000,)}, "final_1"),
        ({"new": None}, "serial"),
        ({"new": {"serial": " "}}, "serial"),
        ({"new": {"serial": "41000001"}}, "serial"),  # installed already: the very meter that is taken out
        ({"new": {"values": (3, 4)}}, "value_3"),
        ({"new": {"verified_on": TOMORROW}}, "verified_on"),
    ],
)
def test_a_closing_that_does_not_fit_is_refused_and_nothing_has_moved(district, changes, field):
    if isinstance(changes.get("new"), dict):
        changes = {"new": new_meter(**{"serial": "77000001", **changes["new"]})}
    visit = visit_today(district)
    with pytest.raises(Refused) as refused:
        close(district, visit, closing(**changes))
    assert refused.value.field == field
    nothing_has_moved(visit, district.home, "assigned")


def test_a_closing_without_a_signature_is_refused(district):
    visit = visit_today(district)
    with pytest.raises(Refused) as refused:
        close(district, visit, signature=None)
    assert refused.value.field == "signature"
    nothing_has_moved(visit, district.home, "assigned")


def test_a_seal_that_hangs_elsewhere_undoes_the_whole_closing(district):
    first = visit_today(district)
    close(district, first)
    neighbour = make_home(district.branch, 2)
    visit = assign_visit(order_at(neighbour).id, district.crew.id, TODAY, 2, by=BY)
    taken = new_meter("77000002", seals=(("Ж77000001", "Клеммная крышка"),))
    with pytest.raises(Refused) as refused:
        close(district, visit, closing(old_serial="41000002", new=taken), key="phone-2")
    assert refused.value.field == "seals"
    assert Installation.get_by_id(neighbour.installation.id).removed_on is None
    assert (Meter.select().where(Meter.serial == "77000002").count(), Order.get_by_id(visit.order_id).state) == (
        0,
        "assigned",
    )


def test_a_meter_that_another_order_has_taken_out_meanwhile_is_told_of_in_words(district):
    first, second = visit_today(district), visit_today(district, slot=2)
    close(district, first)
    with pytest.raises(Refused) as refused:
        close(district, second, key="phone-2")
    assert refused.value.message == "Счётчик из заявки уже снят. Позвоните диспетчеру."
    assert Order.get_by_id(second.order_id).state == "assigned"


def test_a_work_without_a_new_meter_is_closed_by_its_act_alone(district):
    visit = visit_today(district, "SEAL")
    act = close(district, visit, closing(finals=(), old_serial="", old_state="", new=None, remark="Схема верна"))
    assert (act.kind, act.facts["remark"], act.facts["new"]) == ("sealing", "Схема верна", None)
    assert (Order.get_by_id(visit.order_id).state, Meter.select().count()) == ("closed", 1)


@pytest.mark.both_engines
def test_of_sixteen_sendings_of_one_closing_one_is_carried_out_and_all_are_told_of_its_act(district):
    visit = visit_today(district)
    said = at_once(lambda n: close(district, visit).number)
    assert set(said) == {"А-2026-000001"}
    assert (Act.select().count(), Meter.select().count(), Entry.select().count()) == (1, 2, 1)


@pytest.mark.both_engines
def test_of_sixteen_different_closings_of_a_visit_one_wins(district):
    visit = visit_today(district)
    said = at_once(lambda n: close(district, visit, closing(finals=(1300 + n,)), key=f"phone-{n}").number)
    assert sorted(map(str, said)) == ["Refused"] * 15 + ["А-2026-000001"]
    (final,) = Reading.select().where(Reading.role == "final")
    assert final.values == tuple(Act.get().facts["finals"])
    assert Entry.get().kwh == final.values[0] - 1200


@pytest.mark.both_engines
def test_a_client_who_cancels_as_the_crew_sets_out_either_stops_it_or_is_refused(district):
    visit = visit_today(district)

    def step(number):
        if number % 2:
            return cancel_order(visit.order_id, by=district.home.actor).state
        return set_out(district.leader, visit.id, by=CREW).state

    said = set(at_once(step))
    pair = (Order.get_by_id(visit.order_id).state, Visit.get_by_id(visit.id).state)
    assert (pair, said) in [
        (("cancelled", "cancelled"), {"cancelled", "Refused"}),
        (("en_route", "en_route"), {"en_route", "Refused"}),
    ]
