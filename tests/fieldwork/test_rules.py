"""The table of transitions, terms in working days, and who pays for a replacement."""

from datetime import date
from itertools import pairwise

import pytest

from nesk.fieldwork import rules
from nesk.fieldwork.models import ORDER_STATES


def test_the_table_names_every_state_and_leads_to_none_that_is_not_there():
    assert set(rules.MOVES) == set(rules.STATE_NAMES) == set(ORDER_STATES)
    assert {after for moves in rules.MOVES.values() for after in moves} <= set(ORDER_STATES)


def test_the_straight_way_leads_from_new_to_closed():
    way = ("new", "accepted", "assigned", "en_route", "on_site", "done", "act_signed", "closed")
    assert [rules.may_move(before, after) for before, after in pairwise(way)] == [True] * 7


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("new", "closed"),  # no work without a crew
        ("en_route", "cancelled"),  # the crew is on its way
        ("done", "closed"),  # not without a signed act
        ("closed", "cancelled"),
        ("cancelled", "assigned"),
        ("accepted", "on_site"),
    ],
)
def test_no_step_is_skipped_and_nothing_comes_back_from_the_end(before, after):
    assert rules.may_move(before, after) is False


@pytest.mark.parametrize(
    ("placed", "term", "due"),
    [
        (date(2026, 11, 24), 3, date(2026, 11, 27)),  # Tuesday to Friday
        (date(2026, 11, 26), 3, date(2026, 12, 1)),  # over a week-end
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # placed on a Saturday
        (date(2026, 11, 24), 15, date(2026, 12, 15)),
    ],
)
def test_a_term_is_counted_in_working_days_after_the_day_of_the_order(placed, term, due):
    assert rules.working_days_after(placed, term) == due


EXPIRED, TODAY = date(2026, 11, 23), date(2026, 11, 24)


@pytest.mark.parametrize(
    ("changed", "is_free"),
    [
        ({}, True),
        ({"verification_ends": TODAY}, False),  # in force to the end of the day
        ({"verification_ends": None}, False),
        ({"premises": "house"}, False),  # there it is the grid company's duty
        ({"work": "sealing"}, False),
        ({"is_urgent": True}, False),  # the urgency is the consumer's own wish
    ],
)
def test_the_supplier_pays_for_a_meter_whose_verification_is_over_in_an_apartment_house(changed, is_free):
    facts = {"work": "replacement", "is_urgent": False, "premises": "apartment", "verification_ends": EXPIRED}
    assert rules.is_free(**facts | changed, today=TODAY) is is_free
