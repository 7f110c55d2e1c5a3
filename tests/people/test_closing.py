"""The wish to close a cabinet: noted once, taken back until its day."""

import pytest

from nesk.core import clock, settings
from nesk.core.actor import Actor, system
from nesk.core.errors import NotFound, Refused
from nesk.people import closing
from nesk.people.models import Closing, Person
from nesk.people.settings import PeopleSettings
from tests.district import make_person

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def person():
    return make_person(1)[0]


def by(person) -> Actor:
    return Actor("person", person.id)


def test_asked_twice_it_is_one_wish_with_its_first_day(person):
    with clock.stopped_at("2026-11-24 10:00"):
        first = closing.ask(person.id, reason="moved", comment="Уехали", by=by(person))
    with clock.stopped_at("2026-11-26 10:00"):
        assert closing.ask(person.id, by=by(person)) == first
    assert Closing.select().count() == 1
    assert (first.due_at - first.asked_at).days == 30
    assert Person.get_by_id(person.id).closes_at == first.due_at


def test_the_days_of_waiting_are_the_companys_to_change(person):
    settings.change(PeopleSettings, "closing_days", 3, by=system("test"))
    wish = closing.ask(person.id, by=by(person))
    assert (wish.due_at - wish.asked_at).days == 3


def test_a_wish_taken_back_leaves_the_cabinet_and_may_be_made_again(person):
    closing.ask(person.id, comment="Уехали", by=by(person))
    closing.cancel(person.id, by=by(person))
    assert (closing.waiting(person.id), Person.get_by_id(person.id).closes_at) == (None, None)
    assert Closing.get().comment == ""
    with pytest.raises(NotFound):
        closing.cancel(person.id, by=by(person))
    assert closing.ask(person.id, by=by(person)).id != Closing.select().order_by(Closing.id).first().id


def test_an_invented_reason_is_refused(person):
    with pytest.raises(Refused) as refused:
        closing.ask(person.id, reason="<script>", by=by(person))
    assert refused.value.field == "reason"
    assert Closing.select().count() == 0


def test_it_is_due_at_its_moment_and_not_a_second_before(person):
    with clock.stopped_at("2026-11-24 10:00:00"):
        wish = closing.ask(person.id, by=by(person))
    with clock.stopped_at("2026-12-24 09:59:59"):
        assert closing.due() == []
    with clock.stopped_at("2026-12-24 10:00:00"):
        assert closing.due() == [wish]
