"""Periodic jobs: a table of names and times; whichever clock process comes first to a slot starts it, once.

A job does «whatever is due now» and bears being run twice, so a slot that was lost costs one interval.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import peewee

from nesk.core import broker, clock
from nesk.core.db import Model, MomentField

log = logging.getLogger(__name__)


class Job(Model):
    """When a job last started and how it ended; staff see the table."""

    name = peewee.CharField(64, primary_key=True)
    slot_at = MomentField()
    started_at = MomentField(null=True)
    finished_at = MomentField(null=True)
    error = peewee.CharField(500, default="")

    class Meta:
        table_name = "core_job"


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A job and its rhythm: every so many seconds, or daily at an hour and minute of the supplier's clock."""

    name: str
    run: Callable[[], object]
    every: int | None = None
    daily: tuple[int, int] | None = None

    def slot(self, now: datetime) -> datetime:
        """The latest moment at which the job should have started."""
        if self.every is not None:
            return datetime.fromtimestamp(int(now.timestamp()) // self.every * self.every, tz=now.tzinfo)
        assert self.daily is not None
        local = clock.local(now)
        moment = clock.at(local.date(), *self.daily)
        return moment if moment <= now else moment - timedelta(days=1)


_jobs: dict[str, Scheduled] = {}


def scheduled(
    name: str, *, every: int | None = None, daily: tuple[int, int] | None = None
) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Let the function below run every `every` seconds, or daily at (hour, minute) of the supplier's time."""

    def register(run: Callable[[], object]) -> Callable[[], object]:
        _jobs[name] = Scheduled(name, run, every, daily)
        return run

    return register


def jobs() -> list[Scheduled]:
    return list(_jobs.values())


def tick() -> list[str]:
    """Wake a worker for every job whose slot has come and that nobody has started; gives their names."""
    now = clock.now()
    started = []
    for job in _jobs.values():
        slot = job.slot(now)
        won = Job.update(slot_at=slot).where(Job.name == job.name, Job.slot_at < slot).execute()
        if not won and not Job.select().where(Job.name == job.name).exists():
            won = Job.insert(name=job.name, slot_at=slot).on_conflict_ignore().as_rowcount().execute()
        if won:
            started.append(job.name)
            broker.wake_job(job.name)
    return started


def run(name: str) -> None:
    """Run a job now and note how it ended."""
    job = _jobs.get(name)
    if job is None:
        log.warning("no such job: %s", name)
        return
    Job.update(started_at=clock.now(), error="").where(Job.name == name).execute()
    try:
        job.run()
    except Exception as error:
        log.exception("job %s failed", name)
        Job.update(finished_at=clock.now(), error=type(error).__name__).where(Job.name == name).execute()
    else:
        Job.update(finished_at=clock.now()).where(Job.name == name).execute()
