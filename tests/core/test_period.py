"""The billing month, and the supplier's clock."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.core import clock
from nesk.core.period import Month

MONTHS = st.builds(Month, st.integers(1990, 2100), st.integers(1, 12))


@given(MONTHS, st.integers(-600, 600))
def test_counting_forward_and_back_comes_home(month, by):
    assert (month + by) - by == month
    assert (month + by).since(month) == by
    assert Month.from_int(int(month)) == Month.parse(str(month)) == month


@given(MONTHS)
def test_a_month_begins_after_the_last_day_of_the_one_before(month):
    assert (month.first_day - (month - 1).last_day).days == 1
    assert Month.of(month.first_day) == Month.of(month.last_day) == month
    assert list(month.until(month + 2)) == [month, month + 1, month + 2]


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "26-10", "2026-1", "2026/10", "", "２０２６-10", "abcd-ef"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ValueError, match=r"month"):
        Month.parse(text)


def test_a_month_is_named_as_the_pages_name_it():
    month = Month(2022, 7)
    assert (month.title, month.short, month.name_in, month.name_of) == ("июль 2022", "Июль '22", "июле", "июля")


def test_february_of_a_leap_year_has_its_last_day():
    assert (Month(2028, 2).last_day, Month(2026, 2).day(31)) == (date(2028, 2, 29), date(2026, 2, 28))


def test_the_suppliers_day_begins_three_hours_before_that_of_utc():
    with clock.stopped_at(datetime(2026, 11, 24, 21, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, 25)
        assert clock.local_now().hour == 0
    assert clock.at(date(2026, 11, 25)) == datetime(2026, 11, 24, 21, 0, tzinfo=UTC)


def test_a_stopped_clock_stops_inside_another_and_goes_on_after_it():
    with clock.stopped_at("2026-03-24 10:00") as outer:
        with clock.stopped_at("2026-03-25 10:00"):
            assert clock.today() == date(2026, 3, 25)
        assert clock.now() == outer
    assert clock.now() > outer
