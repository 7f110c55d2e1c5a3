"""«Мои устройства» (S6): where somebody is signed in, and which browsers will sign in by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nesk.core.actor import Actor
from nesk.core.errors import NotFound
from nesk.credentials import remembering
from nesk.people.devices import Device, device_of
from nesk.people.models import Session
from nesk.people.queries import sessions_of


@dataclass(frozen=True, slots=True)
class Place:
    """One device: signed in now, or remembered since its last session."""

    session_id: int
    device: Device
    where: str
    seen_at: datetime
    is_live: bool
    is_remembered: bool


def devices_of(kind: str, subject_id: int) -> list[Place]:
    """The devices of a subject, the latest first: live sessions, then browsers remembered without one."""
    live = sessions_of(kind, subject_id)
    chains = {row.session_id for row in remembering.chains_of(subject_id)} if kind == "person" else set()
    asleep = Session.select().where(Session.id.in_(list(chains - {row.id for row in live})))
    return [
        *(_place(row, is_live=True, is_remembered=row.id in chains) for row in live),
        *(_place(row, is_live=False, is_remembered=True) for row in asleep.order_by(Session.seen_at.desc())),
    ]


def _place(row: Session, *, is_live: bool, is_remembered: bool) -> Place:
    return Place(row.id, device_of(row.device), row.place, row.seen_at, is_live, is_remembered)


def end_device(kind: str, subject_id: int, session_id: int, *, by: Actor) -> None:
    """Sign a device of this subject out, and remember it no more. Raises NotFound for a foreign or a missing one."""
    own = (Session.id == session_id) & (Session.kind == kind) & (Session.subject_id == subject_id)
    if not Session.select().where(own).exists():
        raise NotFound
    remembering.forget_device(session_id, by=by)
