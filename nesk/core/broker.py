"""The broker: it wakes workers and nothing more, so that its loss costs seconds and never a message."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import dramatiq
from dramatiq.brokers.stub import StubBroker
from dramatiq.common import compute_backoff
from dramatiq.middleware import MiddlewareError

from nesk.core import db

log = logging.getLogger(__name__)

QUEUES = ("default", "codes", "bulk")
"""Codes never wait behind a mailing: each queue has its own place in the worker."""

_wakers: dict[str, Callable[[int], object]] = {}
_job_waker: Callable[[str], object] | None = None


class SentTooEarly(MiddlewareError):
    """A message was sent inside a transaction that might still be rolled back."""


class OutsideTransactions(dramatiq.Middleware):
    """Fails the first test that sends a message before the commit it tells of."""

    def before_enqueue(self, broker: dramatiq.Broker, message: dramatiq.Message[object], delay: int | None) -> None:
        if db.in_transaction():
            raise SentTooEarly(message.actor_name)


class Connections(dramatiq.Middleware):
    """A database connection for each message, given back after it; a restarted server is met by a fresh one."""

    def before_process_message(self, broker: dramatiq.Broker, message: dramatiq.Message[object]) -> None:
        db.db.connect(reuse_if_open=True)

    def after_process_message(self, broker: dramatiq.Broker, message: dramatiq.Message[object], **_: object) -> None:
        db.close()

    after_skip_message = after_process_message


def make(url: str) -> dramatiq.Broker:
    """A broker for `memory://`, `redis://…` or `amqp://…`."""
    if url.startswith("memory:"):
        return StubBroker()
    if url.startswith("redis"):
        from dramatiq.brokers.redis import RedisBroker

        # The defaults redeliver a killed worker's message only by chance on a quiet queue.
        return RedisBroker(
            url=url, heartbeat_timeout=60_000, maintenance_chance=100_000, socket_timeout=5, socket_connect_timeout=2
        )
    if url.startswith("amqp"):
        from dramatiq.brokers.rabbitmq import RabbitmqBroker

        return RabbitmqBroker(url=url)
    raise ValueError("BROKER_URL: none of memory://, redis://, amqp://")


def setup(url: str) -> dramatiq.Broker:
    """Make the broker of this process and declare the two actors that every message addresses."""
    from nesk.core import events, schedule

    global _job_waker
    broker = make(url)
    broker.add_middleware(Connections())
    broker.add_middleware(OutsideTransactions())
    dramatiq.set_broker(broker)
    for queue in QUEUES:
        actor = dramatiq.actor(
            events.attempt,
            actor_name=f"deliver_{queue}",
            queue_name=queue,
            broker=broker,
            max_retries=0,
            time_limit=600_000,
        )
        _wakers[queue] = actor.send
    job = dramatiq.actor(
        schedule.run, actor_name="job", queue_name="default", broker=broker, max_retries=0, time_limit=3_600_000
    )
    _job_waker = job.send
    return broker


def forget() -> None:
    """Leave the broker: what is recorded from now on waits in the table (tests, the demo town)."""
    global _job_waker
    _wakers.clear()
    _job_waker = None


def wake(queue: str, delivery_id: int) -> None:
    """Tell a worker that the delivery is due. A broker that is down is only logged: the sweep will tell again."""
    _send(_wakers.get(queue), delivery_id)


def wake_job(name: str) -> None:
    """Tell a worker that a scheduled job is due."""
    _send(_job_waker, name)


def _send(waker: Callable[..., object] | None, argument: int | str) -> None:
    if waker is None:
        return
    try:
        waker(argument)
    except SentTooEarly:
        raise
    except Exception:
        log.warning("the broker does not answer; the sweep will announce %s again", argument, exc_info=True)


def start_worker(broker: dramatiq.Broker, *, threads: int = 2) -> dramatiq.Worker:
    """A worker inside this process, for the copy that runs without any server."""
    worker = dramatiq.Worker(broker, worker_threads=threads, worker_timeout=100)
    worker.start()
    broker.emit_after("process_boot")
    return worker


def wait_ready(ready: Callable[[], object], *, deadline_seconds: float = 30) -> None:
    """Call `ready` until it stops raising: a worker started before its Redis waits for it instead of dying."""
    attempt, waited = 0, 0.0
    while True:
        try:
            ready()
            return
        except Exception:
            attempt, pause = compute_backoff(attempt, factor=100, max_backoff=3000)
            if waited > deadline_seconds:
                raise
            waited += pause / 1000
            threading.Event().wait(pause / 1000)
