"""Writing messages as rows and handing them over: a row first, sent after the commit, by one sender at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from urllib.parse import urlsplit

from nesk.core import clock, config, settings
from nesk.core.actor import Actor, system
from nesk.core.config import Config
from nesk.core.db import transaction
from nesk.core.errors import Unavailable
from nesk.core.events import record
from nesk.core.faults import fault
from nesk.core.outbound import Outbound
from nesk.core.rendering import render_email, render_sms
from nesk.notifications.channels import Letter, Mailer, SmsGateway, Undeliverable
from nesk.notifications.events import MessageQueued
from nesk.notifications.models import Message
from nesk.notifications.settings import NotificationSettings
from nesk.people.queries import identities

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


def notify(
    event_id: int,
    template: str,
    *,
    person_id: int,
    account_id: int | None = None,
    channels: tuple[str, ...] = ("email", "cabinet"),
    link: str = "",
    **facts: object,
) -> int:
    """Tell a person of an event by the channels they have. Gives how many messages were written.

    Runs in the reaction's transaction. (event, channel, recipient) is unique: a reaction run twice writes nothing new.
    """
    reach = identities(person_id)
    url = f"{config.current().base_url}{link}"
    subject, text, html = render_email(template, url=url, **facts)
    rows = {
        "email": (reach.get("email"), subject, text, html),
        "sms": (reach.get("phone"), "", render_sms(template, url=url, **facts) if "sms" in channels else "", ""),
        "cabinet": (f"person:{person_id}", subject, text, ""),
    }
    written = 0
    for channel in channels:
        recipient, *parts = rows[channel]
        if recipient:
            written += _write(event_id, channel, recipient, parts, template, person_id, account_id, link)
    return written


def _write(
    event_id: int,
    channel: str,
    recipient: str,
    parts: list[str],
    template: str,
    person_id: int,
    account_id: int | None,
    link: str,
) -> int:
    subject, text, html = parts
    goes_out = channel != "cabinet" and not _recording_only.get()
    now = clock.now()
    inserted = (
        Message.insert(
            event=event_id,
            channel=channel,
            recipient=recipient,
            person=person_id,
            account=account_id,
            template=template,
            subject=subject,
            text=text,
            html=html,
            link=link,
            state="queued" if goes_out else ("sent" if channel == "cabinet" else "recorded"),
            created_at=now,
            sent_at=None if goes_out else now,
        )
        .on_conflict_ignore()
        .as_rowcount()
        .execute()
    )
    if inserted and goes_out:
        row = Message.get(Message.event == event_id, Message.channel == channel, Message.recipient == recipient)
        record(MessageQueued(row.id), by=BY)
    return int(inserted)


def deliver(message_id: int) -> None:
    """Hand one message over. Sent or refused for good, it is done; a silent gateway raises Unavailable, to be tried again.

    The attempt is counted before the call. The far side knows the message by an id made from the row's, so that one
    handed over twice by a crash is the same message there.
    """
    claimed = (
        Message.update(state="sending", attempts=Message.attempts + 1)
        .where(Message.id == message_id, Message.state.in_(("queued", "sending")))
        .execute()
    )
    if not claimed:
        return
    message = Message.get_by_id(message_id)
    fault("message.sending")
    try:
        provider_id = _send(message)
        fault("message.sent")
    except Undeliverable as refused:
        Message.update(state="failed", error=refused.reason).where(Message.id == message_id).execute()
    except Unavailable:
        Message.update(state="queued", error="Шлюз не отвечает").where(Message.id == message_id).execute()
        raise
    else:
        Message.update(state="sent", sent_at=clock.now(), provider_id=provider_id, error="").where(
            Message.id == message_id
        ).execute()


def _send(message: Message) -> str:
    if message.channel == "sms":
        return _gateway(config.current()).send(message.recipient, message.text, message.id).provider_id
    letter_id = f"m{message.id}"
    _mailer(config.current()).send(Letter(message.recipient, message.subject, message.text, message.html, letter_id))
    return letter_id


@lru_cache(maxsize=2)
def _gateway(chosen: Config) -> SmsGateway:
    parts = urlsplit(chosen.sms_url)
    bare = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    client = Outbound([bare], loopback_allowed=chosen.outside_is_sandbox)
    return SmsGateway.at(chosen.sms_url, sender=settings.load(NotificationSettings).sms_sender, client=client)


@lru_cache(maxsize=2)
def _mailer(chosen: Config) -> Mailer:
    return Mailer(chosen.smtp_url, sender=settings.load(NotificationSettings).mail_from)


def send_again(message_id: int, *, by: Actor) -> bool:
    """Give a failed message another chance. False when it is not a failed one."""
    with transaction():
        revived = (
            Message.update(state="queued", error="")
            .where(Message.id == message_id, Message.state == "failed")
            .execute()
        )
        if revived:
            record(MessageQueued(message_id), by=by)
    return bool(revived)


def mark_read(person_id: int) -> int:
    """The person has seen their notices. Gives how many were new."""
    unread = (Message.person == person_id) & (Message.channel == "cabinet") & Message.read_at.is_null()
    return int(Message.update(read_at=clock.now()).where(unread).execute())
