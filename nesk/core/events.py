"""What happened, written beside the change it tells of, and the deliveries that react to it exactly once.

One append-only table is the audit, the history of every account and the outbox. A delivery row stands for one
reaction to one event: it is claimed with a lease, its attempts are counted before the work, and `done_at` is written in
the same transaction as the effect. The broker only wakes a worker; whatever it loses, the sweep finds in the table.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import peewee

from nesk.core import broker, clock, config
from nesk.core.actor import Actor
from nesk.core.db import JSONField, Model, MomentField, after_commit, db, in_transaction, reference, transaction
from nesk.core.errors import Refused

log = logging.getLogger(__name__)

Run = TypeVar("Run", bound=Callable[..., object])

BACKOFF = (5, 15, 60, 300, 900, 1800)
"""Seconds before the next attempt; the last one repeats."""
WOKEN_ENOUGH = timedelta(seconds=20)
"""A delivery that was announced and not taken within this time is announced again."""


class EventRecord(Model):
    """One thing that happened. Never changed, never deleted: a trigger refuses both."""

    id = peewee.BigAutoField()
    name = peewee.CharField(64)
    facts = JSONField()
    by = peewee.CharField(64)
    at = MomentField(index=True)

    class Meta:
        table_name = "core_event"
        indexes = ((("name", "at"), False),)


EventRecord.add_index(
    EventRecord.index(
        EventRecord.facts["kind"],
        EventRecord.facts["subject_id"],
        where=EventRecord.name == "SubscriberCardSeen",
        name="core_event_seen",
    )
)
"""Who of the staff opened somebody's card must be found in a minute among ten million events (D4)."""


class Delivery(Model):
    """One reaction owed to one event."""

    id = peewee.BigAutoField()
    event = reference(EventRecord, backref="deliveries")
    reaction = peewee.CharField(100)
    queue = peewee.CharField(16)
    attempts = peewee.IntegerField(default=0)
    due_at = MomentField()
    woken_at = MomentField(null=True)
    lease_until = MomentField(null=True)
    done_at = MomentField(null=True)
    dead_at = MomentField(null=True)
    error = peewee.CharField(500, default="")

    class Meta:
        table_name = "core_delivery"
        indexes = ((("event", "reaction"), True),)


Delivery.add_index(
    Delivery.index(
        Delivery.due_at, where=(Delivery.done_at.is_null() & Delivery.dead_at.is_null()), name="core_delivery_open"
    )
)
Delivery.add_index(Delivery.index(Delivery.dead_at, where=Delivery.dead_at.is_null(False), name="core_delivery_dead"))


@dataclass(frozen=True, slots=True)
class Reaction:
    """A function that answers an event of one class."""

    name: str
    run: Callable[..., object]
    queue: str
    prompt: bool
    outside: bool
    max_attempts: int


_running: ContextVar[int] = ContextVar("running")


def current_event_id() -> int:
    """The event that the running reaction answers. Raises LookupError outside a reaction."""
    return _running.get()


_reactions: dict[str, list[Reaction]] = defaultdict(list)
_classes: dict[str, type] = {}
"""Name → the one class of events that bears it: the rows know only the name."""
_by_name: dict[str, Reaction] = {}


def on(
    event: type, *, queue: str = "default", prompt: bool = False, outside: bool = False, max_attempts: int = 8
) -> Callable[[Run], Run]:
    """Let the function below react to `event`; it is called with the event's facts as keywords.

    By default it runs inside the transaction that also notes it done, hence exactly once. `prompt`: at once, in the
    process that committed, with the worker as the fallback. `outside`: it talks to the outside world, runs outside
    any transaction and must itself bear being called twice.
    """

    _named(event)

    def register(run: Run) -> Run:
        name = f"{run.__module__.removeprefix('nesk.').removesuffix('.tasks')}.{run.__name__}"
        reaction = Reaction(name, run, queue, prompt, outside, max_attempts)
        if name not in _by_name:
            _reactions[event.__name__].append(reaction)
        _by_name[name] = reaction
        return run

    return register


def _named(event: type) -> str:
    """The name of a class of events. Raises TypeError when another class has it: its reactions would answer this one."""
    if _classes.setdefault(event.__name__, event) is not event:
        raise TypeError(f"two events are called {event.__name__}")
    return event.__name__


def record(event: Any, *, by: Actor, not_before: datetime | None = None) -> int:
    """Write the event beside the change it tells of; its reactions start once both are committed. Gives its id.

    With `not_before` the reactions wait until then, and the sweep announces them.
    """
    if not in_transaction():
        raise RuntimeError(f"{type(event).__name__} must be recorded in the transaction of its change")
    now = clock.now()
    name = _named(type(event))
    row = EventRecord.create(name=name, facts=asdict(event), by=str(by), at=now)
    waits = not_before is not None and not_before > now
    for reaction in _reactions[name]:
        delivery = Delivery.create(
            event=row.id,
            reaction=reaction.name,
            queue=reaction.queue,
            due_at=not_before if waits else now,
            woken_at=None if waits else now,
        )
        if not waits:
            after_commit(partial(_announce, delivery.id, reaction))
    return int(row.id)


def _announce(delivery_id: int, reaction: Reaction) -> None:
    if reaction.prompt:
        attempt(delivery_id)
    else:
        broker.wake(reaction.queue, delivery_id)


def attempt(delivery_id: int, *, reraise: bool = False) -> bool:
    """Claim the delivery and run its reaction. True when this call did it; False when it was not due or failed."""
    now = clock.now()
    lease = now + timedelta(seconds=config.current().lease_seconds)
    free = Delivery.lease_until.is_null() | (Delivery.lease_until < now)
    claimed = (
        Delivery.update(attempts=Delivery.attempts + 1, lease_until=lease)
        .where(Delivery.id == delivery_id, Delivery.done_at.is_null(), Delivery.dead_at.is_null())
        .where(Delivery.due_at <= now, free)
        .execute()
    )
    if not claimed:
        return False
    delivery = Delivery.select(Delivery, EventRecord).join(EventRecord).where(Delivery.id == delivery_id).get()
    reaction = _by_name.get(delivery.reaction)
    if reaction is not None and delivery.attempts > reaction.max_attempts:
        _put_aside(delivery)
        return False
    token = _running.set(delivery.event_id)
    try:
        if reaction is None:
            raise LookupError(f"no such reaction: {delivery.reaction}")
        if reaction.outside:
            reaction.run(**delivery.event.facts)
            _finish(delivery_id)
        else:
            with transaction():
                reaction.run(**delivery.event.facts)
                _finish(delivery_id)
    except Exception as error:
        _postpone(delivery, reaction, error)
        if reraise:
            raise
        return False
    finally:
        _running.reset(token)
    return True


def _put_aside(delivery: Delivery) -> None:
    """Every attempt was counted and none came back to tell how it ended: whoever tries it dies of it."""
    Delivery.update(dead_at=clock.now(), lease_until=None, error="Killed").where(
        Delivery.id == delivery.id, Delivery.done_at.is_null()
    ).execute()
    log.error("delivery %s of %s killed its workers, given up", delivery.id, delivery.reaction)


class _TakenOver(Exception):
    """The lease ran out and another worker finished first: this attempt's effects are rolled back."""


def _finish(delivery_id: int) -> None:
    done = (
        Delivery.update(done_at=clock.now(), lease_until=None, error="")
        .where(Delivery.id == delivery_id, Delivery.done_at.is_null())
        .execute()
    )
    if not done:
        raise _TakenOver


def _postpone(delivery: Delivery, reaction: Reaction | None, error: Exception) -> None:
    if isinstance(error, _TakenOver):
        return
    now = clock.now()
    hopeless = reaction is None or isinstance(error, Refused) or delivery.attempts >= reaction.max_attempts
    pause = BACKOFF[min(delivery.attempts, len(BACKOFF)) - 1]
    # The class of the error is enough to find it by; its text could carry a person's data.
    (
        Delivery.update(
            lease_until=None,
            woken_at=None,
            error=type(error).__name__,
            due_at=now + timedelta(seconds=pause),
            dead_at=now if hopeless else None,
        )
        .where(Delivery.id == delivery.id, Delivery.done_at.is_null())
        .execute()
    )
    log.warning(
        "delivery %s of %s failed at attempt %s%s",
        delivery.id,
        delivery.reaction,
        delivery.attempts,
        ", given up" if hopeless else "",
        exc_info=error,
    )


def _open_and_due(now: datetime) -> list[Any]:
    return [
        Delivery.done_at.is_null(),
        Delivery.dead_at.is_null(),
        Delivery.due_at <= now,
        (Delivery.lease_until.is_null() | (Delivery.lease_until < now)),
    ]


def sweep(limit: int = 500) -> int:
    """Announce again what is due and was lost on the way, or whose worker died. Gives how many."""
    now = clock.now()
    waiting = (
        Delivery.select(Delivery.id, Delivery.queue)
        .where(*_open_and_due(now), (Delivery.woken_at.is_null() | (Delivery.woken_at < now - WOKEN_ENOUGH)))
        .order_by(Delivery.due_at)
        .limit(limit)
    )
    rows = list(waiting.tuples())
    if rows:
        Delivery.update(woken_at=now).where(Delivery.id.in_([id for id, _ in rows])).execute()
    for id, queue in rows:
        broker.wake(queue, id)
    return len(rows)


def drain(*, reraise: bool = True) -> int:
    """Run everything that is due, here and now, in order, until nothing is left. For the demo town and tests."""
    count = 0
    while ids := [
        d.id for d in Delivery.select(Delivery.id).where(*_open_and_due(clock.now())).order_by(Delivery.id).limit(500)
    ]:
        progressed = [attempt(id, reraise=reraise) for id in ids]
        count += sum(progressed)
        if not any(progressed):
            break
    return count


def revive(delivery_ids: Iterable[int]) -> int:
    """Give dead deliveries another chance, with their attempts counted anew."""
    return int(
        Delivery.update(dead_at=None, attempts=0, due_at=clock.now(), woken_at=None)
        .where(Delivery.id.in_(list(delivery_ids)), Delivery.dead_at.is_null(False))
        .execute()
    )


def backlog() -> dict[str, int]:
    """How many deliveries wait and how many were given up, for /readyz and /metrics."""
    row = db.execute_sql(
        "SELECT (SELECT count(*) FROM core_delivery WHERE done_at IS NULL AND dead_at IS NULL),"
        " (SELECT count(*) FROM core_delivery WHERE dead_at IS NOT NULL)"
    ).fetchone()
    return {"waiting": row[0], "dead": row[1]}
