"""Taking readings: once, of the right meter, by the most trusted source, whoever comes at the same time."""

import pytest

from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.errors import Conflict, NotFound, Refused
from nesk.core.events import EventRecord
from nesk.metering.models import Installation, Reading
from nesk.metering.operations import UnusualReading, check_reading, submit_reading, withdraw_reading
from nesk.metering.queries import last_reading
from tests.district import BY, make_home
from tests.fieldwork.orders import at_once

pytestmark = pytest.mark.usefixtures("district")


@pytest.fixture
def home(district):
    return district.home


def submit(home, value=1300, **changes):
    facts = {"source": "internet", "by": home.actor, "key": "once"}
    return submit_reading(home.account.id, home.installation.id, [str(value)], **(facts | changes))


def counting(home) -> list[Reading]:
    return list(
        Reading.select().where(
            Reading.installation == home.installation, Reading.role == "regular", Reading.withdrawn_at.is_null()
        )
    )


@pytest.mark.both_engines
def test_a_reading_is_kept_with_its_author_moment_and_use(home):
    reading = Reading.get_by_id(submit(home).id)
    assert (reading.values, reading.used, reading.source) == ((1300,), (100,), "internet")
    assert (reading.accepted_by, reading.accepted_at) == (f"person:{home.person.id}", clock.now())
    names = [row.name for row in EventRecord.select() if row.name.startswith("Reading")]
    assert names == ["ReadingAccepted"]


@pytest.mark.both_engines
def test_the_same_form_from_sixteen_tabs_at_once_is_one_reading(home):
    given = at_once(lambda number: submit(home).id)
    assert given == [counting(home)[0].id] * 16
    assert len(counting(home)) == 1


@pytest.mark.both_engines
def test_sixteen_tabs_with_forms_of_their_own_leave_one_reading(home):
    given = at_once(lambda number: submit(home, 1300 + number, key=f"tab-{number}").id)
    assert given.count("Refused") == 15
    assert len(counting(home)) == 1


def test_a_used_key_with_another_value_is_a_conflict(home):
    submit(home)
    with pytest.raises(Conflict):
        submit(home, 1301)
    assert [each.values for each in counting(home)] == [(1300,)]


def test_an_unusual_reading_is_taken_only_when_confirmed(home):
    with pytest.raises(UnusualReading):
        submit(home, 1200 + 1501)
    assert counting(home) == []
    assert submit(home, 1200 + 1501, confirmed=True).was_confirmed


def test_a_round_takes_the_place_of_what_was_typed_and_not_the_other_way(home):
    submit(home)
    signed = submit(home, 1310, source="control_signed", by=BY, key="round")
    assert [each.id for each in counting(home)] == [signed.id]
    assert signed.used == (110,)
    with pytest.raises(Refused, match="уже принято"):
        submit(home, 1320, key="later")
    assert [each.id for each in counting(home)] == [signed.id]


def test_only_the_latest_of_ones_own_can_be_withdrawn(home):
    signed = submit(home, source="control", by=BY)
    with pytest.raises(Refused, match="передали не вы"):
        withdraw_reading(home.account.id, signed.id, by=home.actor)
    assert counting(home) == [signed]
    withdraw_reading(home.account.id, signed.id, by=Actor("staff", 1))
    assert counting(home) == []
    assert last_reading(home.installation.id).values == (1200,)


def test_a_closed_month_is_not_opened_by_withdrawing(home):
    reading = submit(home)
    Reading.update(month=202608).where(Reading.id == reading.id).execute()
    with pytest.raises(Refused, match="закрыт"):
        withdraw_reading(home.account.id, reading.id, by=home.actor)
    assert Reading.get_by_id(reading.id).withdrawn_at is None


def test_a_meter_of_another_account_does_not_exist(home, district):
    other = make_home(district.branch, 2)
    for act in (
        lambda: check_reading(home.account.id, other.installation.id, ["1300"]),
        lambda: submit_reading(home.account.id, other.installation.id, ["1300"], source="internet", by=home.actor),
        lambda: withdraw_reading(home.account.id, last_reading(other.installation.id).id, by=home.actor),
    ):
        with pytest.raises(NotFound):
            act()
    assert Reading.select().where(Reading.role == "regular").count() == 0
    assert Installation.select().count() == 2
