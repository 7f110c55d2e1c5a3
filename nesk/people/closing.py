"""Closing a cabinet: the wish, the days in which it may be taken back, and the erasing of what people knows of a person.

The other packages erase their own: `nesk.privacy.closing` does all of it in one transaction when the day has come.
"""

from __future__ import annotations

from datetime import timedelta

from nesk.core import clock, files, settings
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import NotFound, Refused
from nesk.core.events import record
from nesk.people.events import CabinetClosed, ClosingAsked, ClosingCancelled
from nesk.people.models import CLOSING_REASONS, Closing, Identity, Person, Profile, SmsPhone
from nesk.people.sessions import end_sessions
from nesk.people.settings import PeopleSettings


def ask(person_id: int, *, reason: str = "", comment: str = "", by: Actor) -> Closing:
    """Note the wish to close a cabinet; asked twice, it is one wish and keeps its day."""
    if reason not in CLOSING_REASONS:
        raise Refused("Выберите причину из списка или оставьте поле пустым.", field="reason")
    now = clock.now()
    with transaction():
        person = Person.locked(person_id)
        if person.closed_at is not None:
            raise NotFound
        closing = waiting(person_id)
        if closing is not None:
            return closing
        due_at = now + timedelta(days=settings.load(PeopleSettings).closing_days)
        closing = Closing.create(person=person_id, reason=reason, comment=comment[:500], asked_at=now, due_at=due_at)
        Person.update(closes_at=due_at).where(Person.id == person_id).execute()
        record(ClosingAsked(closing.id, person_id), by=by)
    return closing


def cancel(person_id: int, *, by: Actor) -> None:
    """Take the wish back: the cabinet stays as it is. Raises NotFound when nothing waits."""
    with transaction():
        Person.locked(person_id)
        closing = waiting(person_id)
        if closing is None:
            raise NotFound
        Closing.update(cancelled_at=clock.now(), comment="").where(Closing.id == closing.id).execute()
        Person.update(closes_at=None).where(Person.id == person_id).execute()
        record(ClosingCancelled(closing.id, person_id), by=by)


def waiting(person_id: int) -> Closing | None:
    """The closing that a person waits for."""
    asked = Closing.select().where(Closing.person == person_id)
    return asked.where(Closing.cancelled_at.is_null(), Closing.done_at.is_null()).first()  # type: ignore[no-any-return]


def due() -> list[Closing]:
    """The closings whose day has come, the longest awaited first."""
    live = Closing.select().where(Closing.cancelled_at.is_null(), Closing.done_at.is_null())
    return list(live.where(Closing.due_at <= clock.now()).order_by(Closing.due_at, Closing.id))


def end(closing: Closing, *, by: Actor) -> int | None:
    """Note in the transaction of the erasing that it is done. Gives the event's id; None when there is nothing to close."""
    Person.locked(closing.person_id)
    live = waiting(closing.person_id)
    if live is None or live.id != closing.id or live.due_at > clock.now():
        return None
    Closing.update(done_at=clock.now(), comment="").where(Closing.id == closing.id).execute()
    return record(CabinetClosed(closing.id, closing.person_id), by=by)


def erase(person_id: int, *, by: Actor) -> None:
    """Erase who the person was: sessions end, identities, phones, profile, photo and name go; the row stays empty."""
    end_sessions("person", person_id, by=by)
    for profile in Profile.select().where(Profile.person == person_id):
        if profile.photo:
            _forget_photo(profile.photo)
    for model in (Identity, SmsPhone, Profile):
        model.delete().where(model.person == person_id).execute()
    empty = dict.fromkeys(("surname", "name", "patronymic", "password_hash", "search"), "")
    Person.update(
        **empty, password_changed_at=None, password_issued_until=None, closes_at=None, closed_at=clock.now()
    ).where(Person.id == person_id).execute()


def _forget_photo(key: str) -> None:
    """The picture of a profile, which keeps the number of its file."""
    if key.isascii() and key.isdigit():
        files.forget(int(key))
