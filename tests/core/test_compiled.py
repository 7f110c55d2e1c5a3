"""Queries put into words once: the arguments are converted as peewee would, and nothing is put into words twice."""

from datetime import date

import pytest

from nesk.billing.models import Tariff
from nesk.core import clock
from nesk.core.compiled import compiled
from nesk.core.db import db
from nesk.core.period import Month
from nesk.metering.models import Installation, Reading
from nesk.metering.operations import submit_reading
from nesk.people.models import Identity
from tests.district import BY, make_branch, make_home


@pytest.fixture
def home(database):
    with clock.stopped_at("2026-11-24 10:00"):
        home = make_home(make_branch())
        submit_reading(home.account.id, home.installation.id, ["1290"], source="internet", by=BY)
        yield home


def test_months_days_moments_and_keys_are_converted_as_peewee_does(home):
    by_month = compiled(
        lambda account, month: Reading.select().where(Reading.account == account, Reading.month == month)
    )
    assert [row.t1 for row in by_month(home.account.id, Month(2026, 11))] == [1290]
    assert [row.t1 for row in by_month(home.account, Month(2026, 11))] == [1290]
    assert by_month(home.account.id, Month(2026, 10)) == []

    by_day = compiled(lambda day: Installation.select().where(Installation.installed_on == day))
    assert [row.id for row in by_day(date(2026, 9, 1))] == [home.installation.id]

    by_moment = compiled(lambda now: Identity.select().where(Identity.confirmed_at <= now))
    assert len(by_moment(clock.now())) == 2
    assert by_moment(clock.at(date(2026, 11, 1), 0)) == []


def test_it_is_put_into_words_once_and_answers_anew_each_time(home):
    built = []

    def build(account):
        built.append(account)
        return Reading.select(Reading.t1).where(Reading.account == account).order_by(Reading.id).tuples()

    values = compiled(build)
    before = values(home.account.id)
    Reading.update(t1=Reading.t1 + 1).execute()
    assert [row[0] for row in values(home.account.id)] == [row[0] + 1 for row in before]
    assert len(built) == 1


def test_the_first_row_or_none(home):
    first = compiled(lambda account: Reading.select().where(Reading.account == account).order_by(Reading.id).limit(1))
    assert first.first(home.account.id).t1 == 1200
    assert first.first(0) is None


def test_what_a_person_typed_stays_a_value(home):
    named = compiled(lambda zone: Tariff.select().where(Tariff.zone == zone))
    assert named("' OR 1=1 --") == []
    assert db.execute_sql("SELECT COUNT(*) FROM billing_tariff").fetchone()[0] > 0
