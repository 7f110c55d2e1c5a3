"""Events, deliveries and what may be killed between them."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from nesk.core import clock, events
from nesk.core.actor import system
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import Delivery, EventRecord, attempt, drain, on, record, revive, sweep

pytestmark = pytest.mark.usefixtures("database")

BY = system("test")
done: list[int] = []


@dataclass(frozen=True)
class Happened:
    number: int


@dataclass(frozen=True)
class HappenedAtOnce:
    number: int


@dataclass(frozen=True)
class HappenedBadly:
    number: int


@on(Happened)
def note(number: int) -> None:
    done.append(number)


@on(HappenedAtOnce, prompt=True)
def note_at_once(number: int) -> None:
    done.append(number)


@on(HappenedBadly, max_attempts=3)
def fail(number: int) -> None:
    record(Happened(number), by=BY)
    raise ValueError("a secret detail")


@pytest.fixture(autouse=True)
def nothing_done():
    done.clear()


def happen(event) -> None:
    with transaction():
        record(event, by=BY)


def test_an_event_is_recorded_with_its_facts_author_and_moment():
    with clock.stopped_at("2026-11-24 10:00") as moment:
        happen(Happened(7))
    row = EventRecord.get()
    assert (row.name, row.facts, row.by, row.at) == ("Happened", {"number": 7}, "system:test", moment)


def test_an_event_outside_a_transaction_is_a_mistake():
    with pytest.raises(RuntimeError):
        record(Happened(1), by=BY)
    assert EventRecord.select().count() == 0


def test_an_undone_change_announces_nothing():
    with pytest.raises(Refused), transaction():
        record(HappenedAtOnce(1), by=BY)
        raise Refused("нет")
    assert (EventRecord.select().count(), Delivery.select().count(), done) == (0, 0, [])


def test_a_savepoint_that_is_undone_drops_only_its_own_announcements():
    with transaction():
        record(HappenedAtOnce(1), by=BY)
        with pytest.raises(Refused), transaction():
            record(HappenedAtOnce(2), by=BY)
            raise Refused("нет")
    assert done == [1]


def test_a_reaction_waits_for_a_worker_and_runs_once():
    happen(Happened(3))
    assert done == []
    assert drain() == 1
    assert drain() == 0
    assert done == [3]


def test_a_prompt_reaction_has_run_when_the_transaction_is_over():
    happen(HappenedAtOnce(4))
    assert done == [4]
    assert Delivery.get().done_at is not None


def test_a_delivery_run_twice_acts_once():
    happen(Happened(5))
    delivery = Delivery.get()
    assert [attempt(delivery.id), attempt(delivery.id)] == [True, False]
    assert done == [5]


def test_a_failed_reaction_leaves_nothing_behind_and_is_tried_again_later():
    with clock.stopped_at("2026-11-24 10:00:00"):
        happen(HappenedBadly(6))
        assert attempt(Delivery.get().id) is False
        delivery = Delivery.get()
        assert (delivery.attempts, delivery.error, delivery.dead_at) == (1, "ValueError", None)
        assert attempt(delivery.id) is False
        assert Delivery.get().attempts == 1
    assert EventRecord.select().count() == 1
    with clock.stopped_at("2026-11-24 10:00:05"):
        attempt(delivery.id)
    assert Delivery.get().attempts == 2


def test_a_hopeless_delivery_is_put_aside_and_can_be_revived():
    with clock.stopped_at("2026-11-24 10:00"):
        happen(HappenedBadly(6))
    for minute in range(1, 4):
        with clock.stopped_at(f"2026-11-24 10:{minute:02}"):
            attempt(Delivery.get().id)
    delivery = Delivery.get()
    assert (delivery.attempts, delivery.dead_at is None) == (3, False)
    assert events.backlog() == {"waiting": 0, "dead": 1}
    assert revive([delivery.id]) == 1
    assert events.backlog() == {"waiting": 1, "dead": 0}


def test_a_killed_worker_frees_its_delivery_when_the_lease_is_over():
    with clock.stopped_at("2026-11-24 10:00:00"):
        happen(Happened(8))
        delivery = Delivery.get()
        # What a worker leaves that was killed after it had claimed the delivery.
        Delivery.update(attempts=1, lease_until=clock.at(clock.today(), 10, 1)).execute()
        assert attempt(delivery.id) is False
    with clock.stopped_at("2026-11-24 10:01:01"):
        assert attempt(delivery.id) is True
    assert done == [8]


def test_a_delivery_that_kills_whoever_tries_it_is_put_aside_after_its_last_attempt():
    with clock.stopped_at("2026-11-24 10:00:00"):
        happen(HappenedBadly(8))
        Delivery.update(attempts=3, lease_until=clock.at(clock.today(), 10, 1)).execute()
    with clock.stopped_at("2026-11-25 10:00:00"):
        assert attempt(Delivery.get().id) is False
    delivery = Delivery.get()
    assert (delivery.attempts, delivery.error, delivery.dead_at is None) == (4, "Killed", False)
    assert EventRecord.select().count() == 1


def test_a_reaction_may_be_told_to_wait_and_the_sweep_announces_it_then():
    with clock.stopped_at("2026-11-24 23:00:00"), transaction():
        record(HappenedAtOnce(11), by=BY, not_before=clock.at(clock.today() + timedelta(days=1), 8))
    with clock.stopped_at("2026-11-25 07:59:59"):
        assert (sweep(), drain(), done) == (0, 0, [])
    with clock.stopped_at("2026-11-25 08:00:00"):
        assert (sweep(), drain(), done) == (1, 1, [11])


def test_the_sweep_announces_what_the_broker_lost():
    with clock.stopped_at("2026-11-24 10:00:00"):
        happen(Happened(9))
        assert sweep() == 0
    with clock.stopped_at("2026-11-24 10:00:21"):
        assert sweep() == 1
        assert sweep() == 0


def test_history_can_be_neither_changed_nor_deleted():
    happen(Happened(10))
    for query in (EventRecord.update(name="Other"), EventRecord.delete()):
        with pytest.raises(Exception, match="append-only"), transaction():
            query.execute()
    assert EventRecord.get().name == "Happened"
