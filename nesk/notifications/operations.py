"""Writing messages as rows, in the transaction of the reaction that tells of something; handing over is `delivery`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from nesk.accounts.models import Account
from nesk.accounts.queries import people_bound_to, rights_of
from nesk.consents.queries import allows
from nesk.core import clock, config, settings
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.events import current_event_id, record
from nesk.core.rendering import render_email, render_sms
from nesk.notifications import choices
from nesk.notifications.events import MessageQueued, UrgentMessageQueued
from nesk.notifications.letters import KINDS
from nesk.notifications.models import Message
from nesk.notifications.settings import NotificationSettings
from nesk.people.queries import is_closed

BY = system("notifications")
_recording_only: ContextVar[bool] = ContextVar("recording_only", default=False)


@contextmanager
def recording_only() -> Iterator[None]:
    """Within the block messages are written as history and sent to nobody: the past of the demo town."""
    token = _recording_only.set(True)
    try:
        yield
    finally:
        _recording_only.reset(token)


def is_recording_only() -> bool:
    return _recording_only.get()


def notify(
    event_id: int, template: str, *, person_id: int, account_id: int | None = None, link: str = "", **facts: object
) -> int:
    """Tell a person of an event by the channels that this kind of message goes by and the person has.

    Gives how many messages were written. Runs in the reaction's transaction; (event, channel, recipient) is unique, so
    a reaction run twice writes nothing new. What the person has switched off is not written, to a closed cabinet nothing
    is, and what needs a consent that is not given stays inside the cabinet.
    """
    if is_closed(person_id):
        return 0
    kind = KINDS[template]
    recipients = choices.recipients(person_id, kind.topic)
    if kind.needs and not allows(person_id, kind.needs):
        recipients = {channel: address for channel, address in recipients.items() if channel == "cabinet"}
    return tell(
        event_id, template, recipients=recipients, person_id=person_id, account_id=account_id, link=link, **facts
    )


def notify_account(account_id: int, template: str, link: str, *, also: int | None = None, **facts: object) -> None:
    """Those whose account it is, and one more: the guest who did the thing, as long as they are one."""
    number = Account.select(Account.number).where(Account.id == account_id).scalar()
    told = people_bound_to(account_id)
    if also is not None and also not in told and rights_of(also, account_id):
        told.append(also)
    for person in told:
        notify(
            current_event_id(),
            template,
            person_id=person,
            account_id=account_id,
            link=f"{link}?ls={number}",
            account_number=number,
            **facts,
        )


def tell(
    event_id: int,
    template: str,
    *,
    recipients: Mapping[str, str | Sequence[str]],
    person_id: int | None = None,
    account_id: int | None = None,
    link: str = "",
    **facts: object,
) -> int:
    """Tell addresses (channel → address or several, empty: none) that need belong to nobody yet: a code, a link."""
    words = in_words(template, link, **facts)
    about = {"event": event_id, "template": template, "person": person_id, "account": account_id}
    about["link"] = "" if KINDS[template].is_secret else link
    return sum(
        _write(channel, recipient, about, words[channel])
        for channel in _channels(template)
        for recipient in _each(recipients.get(channel, ()))
    )


def _each(recipients: str | Sequence[str]) -> Sequence[str]:
    return [each for each in ([recipients] if isinstance(recipients, str) else recipients) if each]


def _channels(template: str) -> tuple[str, ...]:
    kind, chosen = KINDS[template], settings.load(NotificationSettings)
    wanted = {"orders": chosen.sms_about_orders, "payments": chosen.sms_about_payments}.get(kind.topic, True)
    return kind.channels if wanted else tuple(channel for channel in kind.channels if channel != "sms")


def in_words(template: str, link: str, **facts: object) -> dict[str, dict[str, str]]:
    """The columns that say it, by channel. Links are built from BASE_URL, never from a request."""
    chosen = config.current()
    facts = {"url": f"{chosen.base_url}{link}", "is_demo": chosen.outside_is_sandbox, **facts}
    words = {}
    if {"email", "cabinet"} & set(KINDS[template].channels):
        subject, text, html = render_email(template, **facts)
        words["email"] = {"subject": subject, "text": text, "html": html}
        words["cabinet"] = {"subject": subject, "text": text}
    if "sms" in KINDS[template].channels:
        words["sms"] = {"text": render_sms(template, **facts)}
    return words


def _write(channel: str, recipient: str, about: dict[str, object], words: dict[str, str]) -> int:
    row = {"channel": channel, "recipient": recipient, **about, **words, **beginning(channel)}
    inserted = Message.insert(row).on_conflict_ignore().as_rowcount().execute()
    if inserted and row["state"] == "queued":
        message = Message.get(
            Message.event == about["event"], Message.channel == channel, Message.recipient == recipient
        )
        _queue(message, by=BY)
    return int(inserted)


def beginning(channel: str) -> dict[str, object]:
    """How a message begins: queued, or already where it belongs — in the cabinet, or in the recorded past."""
    now = clock.now()
    if channel == "cabinet":
        return {"state": "sent", "created_at": now, "sent_at": now}
    if is_recording_only():
        return {"state": "recorded", "created_at": now, "sent_at": now}
    return {"state": "queued", "created_at": now, "sent_at": None}


def _queue(message: Message, *, by: Actor) -> None:
    queued = UrgentMessageQueued if KINDS[message.template].is_urgent else MessageQueued
    record(queued(message.id), by=by)


def send_again(message_id: int, *, by: Actor) -> bool:
    """Give a failed message another chance, its attempts counted anew. False when it is not a failed one."""
    with transaction():
        revived = (
            Message.update(state="queued", error="", attempts=0)
            .where(Message.id == message_id, Message.state == "failed")
            .execute()
        )
        if revived:
            _queue(Message.get_by_id(message_id), by=by)
    return bool(revived)


def mark_read(person_id: int) -> int:
    """The person has seen their notices. Gives how many were new."""
    unread = (Message.person == person_id) & (Message.channel == "cabinet") & Message.read_at.is_null()
    return int(Message.update(read_at=clock.now()).where(unread).execute())
