"""Periodic jobs: each slot once, whoever ticks."""

import pytest

from nesk.core import clock, schedule
from nesk.core.schedule import Job, Scheduled

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def job(monkeypatch):
    ran = []
    job = Scheduled("test.job", lambda: ran.append(clock.now()), every=60)
    monkeypatch.setattr(schedule, "_jobs", {job.name: job})
    return ran


def test_a_slot_is_started_once_by_any_number_of_clocks(job):
    with clock.stopped_at("2026-11-24 10:00:30"):
        assert schedule.tick() == ["test.job"]
        assert schedule.tick() == []
    with clock.stopped_at("2026-11-24 10:01:00"):
        assert schedule.tick() == ["test.job"]


def test_a_run_is_noted_with_its_end_and_error(job):
    with clock.stopped_at("2026-11-24 10:00:30"):
        schedule.tick()
        schedule.run("test.job")
    assert len(job) == 1
    assert (Job.get().error, Job.get().finished_at) == ("", job[0])


def test_a_daily_job_is_due_at_its_hour_of_the_suppliers_day():
    daily = Scheduled("test.daily", lambda: None, daily=(3, 20))
    assert daily.slot(clock.at(clock.today(), 3, 19)) < clock.at(clock.today(), 3)
    assert daily.slot(clock.at(clock.today(), 3, 20)) == clock.at(clock.today(), 3, 20)
