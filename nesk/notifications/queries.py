"""Reading about messages: a person's notices, and what could not be delivered."""

from __future__ import annotations

from peewee import fn

from nesk.core.compiled import compiled
from nesk.notifications.models import Message

PER_PAGE = 20


def unread_count(person_id: int) -> int:
    """How many notices inside the cabinet the person has not seen."""
    return _unread.first(person_id)[0]  # type: ignore[no-any-return]


@compiled
def _unread(person: int) -> object:
    return (
        Message.select(fn.COUNT(Message.id))
        .where(Message.person == person, Message.channel == "cabinet", Message.read_at.is_null())
        .tuples()
    )


def notices(person_id: int, page: int = 1) -> tuple[list[Message], int]:
    """A page of a person's notices, the newest first, and how many there are."""
    query = Message.select().where(Message.person == person_id, Message.channel == "cabinet")
    rows = query.order_by(Message.id.desc()).limit(PER_PAGE).offset((max(page, 1) - 1) * PER_PAGE)
    return list(rows), query.count()


def failed(limit: int = 100) -> list[Message]:
    """Messages that the far side refused for good, the newest first."""
    return list(Message.select().where(Message.state == "failed").order_by(Message.id.desc()).limit(limit))


def stuck_count() -> int:
    """Messages that wait to be sent."""
    return Message.select().where(Message.state.in_(("queued", "sending"))).count()  # type: ignore[no-any-return]
