"""Reading about messages: a person's notices, and what could not be delivered."""

from __future__ import annotations

from datetime import date
from typing import Any

from peewee import fn

from nesk.accounts.models import Binding
from nesk.core import clock
from nesk.core.compiled import compiled
from nesk.core.pages import Page
from nesk.notifications.models import Message

PER_PAGE = 20


def unread_count(person_id: int) -> int:
    """How many notices inside the cabinet the person has not seen."""
    return _unread.first(person_id, clock.today())[0]  # type: ignore[no-any-return]


@compiled
def _unread(person: int, today: date) -> object:
    return (
        Message.select(fn.COUNT(Message.id))
        .where(Message.person == person, Message.channel == "cabinet", Message.read_at.is_null())
        .where(_still_theirs(person, today))
        .tuples()
    )


def _still_theirs(person: int, today: date) -> Any:
    """What a guest was told of somebody's account is theirs to read as long as their right lasts."""
    guest = Binding.select(Binding.account).where(Binding.person == person, Binding.invitation.is_null(False))
    over = Binding.ended_at.is_null(False) | (Binding.until_on < today)
    present = Binding.select(Binding.account).where(Binding.person == person, Binding.ended_at.is_null())
    present = present.where(Binding.until_on.is_null() | (Binding.until_on >= today))
    return Message.account.is_null() | Message.account.not_in(guest.where(over)) | Message.account.in_(present)


def notices(person_id: int, page: int = 1) -> Page[Message]:
    """A page of a person's notices, the newest first."""
    query = Message.select().where(Message.person == person_id, Message.channel == "cabinet")
    query = query.where(_still_theirs(person_id, clock.today()))
    page = max(page, 1)
    rows = query.order_by(Message.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return Page(list(rows), page, query.count(), PER_PAGE)


def failed(limit: int = 100) -> list[Message]:
    """Messages that the far side refused for good, the newest first."""
    return list(Message.select().where(Message.state == "failed").order_by(Message.id.desc()).limit(limit))


def stuck_count() -> int:
    """Messages that wait to be sent."""
    return Message.select().where(Message.state.in_(("queued", "sending"))).count()  # type: ignore[no-any-return]
