"""What a person wants to be told and by which channel (S0-32): everything, until they switch it off.

Messages about access (codes, links, changed contacts) cannot be switched off; notices inside the cabinet stay too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from nesk.core.actor import Actor
from nesk.people import profiles
from nesk.people.queries import identities, profile_of, sms_phones


@dataclass(frozen=True, slots=True)
class Topic:
    """A row of the matrix «О чём сообщать»."""

    name: str
    title: str
    note: str
    channels: tuple[str, ...]
    """Those by which there are messages of this topic and which can be switched off."""


TOPICS = (
    Topic("readings", "Показания приняты", "сразу после передачи", ("email",)),
    Topic("payments", "Платежи", "зачисление, отказ банка, возврат", ("sms", "email")),
    Topic("orders", "Заявки и визит мастера", "каждое изменение заявки", ("sms", "email")),
)
"""Receipts are no row: they go by e-mail account by account, and that is switched there."""

CHANNELS = {"sms": "SMS", "email": "E-mail"}
OFFERED = frozenset(f"{topic.name}:{channel}" for topic in TOPICS for channel in topic.channels)


def wanted(person_id: int) -> frozenset[str]:
    """What the person wants, as «topic:channel»."""
    return OFFERED - _muted(person_id)


def choose(person_id: int, chosen: Collection[str], *, by: Actor) -> None:
    """Keep what the person wants; the rest of what is offered is switched off."""
    profiles.mute(person_id, sorted(OFFERED - set(chosen)), by=by)


def recipients(person_id: int, topic: str) -> dict[str, list[str]]:
    """Channel → where the person is told of a topic by it. Informational SMS go to their further numbers as well."""
    reach = identities(person_id)
    found = {"email": [reach.get("email", "")], "sms": [reach.get("phone", "")], "cabinet": [f"person:{person_id}"]}
    offered = {name for name in OFFERED if name.startswith(f"{topic}:")}
    if not offered:
        return found
    muted = _muted(person_id)
    found["sms"] += [row.phone for row in sms_phones(person_id)]
    return {channel: [] if f"{topic}:{channel}" in muted else to for channel, to in found.items()}


def _muted(person_id: int) -> frozenset[str]:
    return frozenset(profile_of(person_id).preferences.get(profiles.MUTED, ()))
