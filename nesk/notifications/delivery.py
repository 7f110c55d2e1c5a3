"""Handing messages over to their gateways: one attempt at a time, counted before the work, ended as sent or failed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache, partial
from urllib.parse import urlsplit

from nesk.core import clock, config, settings
from nesk.core.config import Config
from nesk.core.db import transaction
from nesk.core.errors import Unavailable
from nesk.core.events import Delivery, EventRecord, record
from nesk.core.faults import fault
from nesk.core.outbound import Outbound
from nesk.core.schedule import scheduled
from nesk.notifications import rules
from nesk.notifications.channels import Connection, Letter, Mailer, SmsGateway, Undeliverable
from nesk.notifications.events import MessageQueued
from nesk.notifications.letters import KINDS
from nesk.notifications.models import Message
from nesk.notifications.operations import BY
from nesk.notifications.settings import NotificationSettings

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 13
"""With the pauses between deliveries' attempts the last one comes after 3 h 51 min: by then it is sent or failed (N1)."""
OPEN = ("queued", "sending")
SECRET = [name for name, kind in KINDS.items() if kind.is_secret]
NOT_KEPT = "Текст не хранится."
"""What stays of a message with a code, a link or a password."""
OVERDUE = timedelta(minutes=15)
LOOKED_AT = 1000
CARRIERS = ("notifications.deliver", "notifications.deliver_urgent", "notifications.deliver_letters")
"""The reactions that hand messages over."""


def deliver(message_id: int) -> None:
    """Hand one message over, or put it off until the morning. A silent gateway raises Unavailable, to be tried again.

    The far side knows the message by an id made from the row's, so that one handed over twice by a crash is the same
    message there.
    """
    message = Message.get_or_none(Message.id == message_id, Message.state.in_(OPEN))
    if message is None:
        return
    now = clock.now()
    morning = _may_go(message, now)
    if morning > now:
        with transaction():
            record(MessageQueued(message_id), by=BY, not_before=morning)
    elif message.channel == "sms":
        _hand_over(message_id, _send_sms)
    else:
        with _mailer().connection() as connection:
            _hand_over(message_id, partial(_send_letter, connection))


def _may_go(message: Message, now: datetime) -> datetime:
    quiet = settings.load(NotificationSettings).quiet_hours
    if message.channel != "sms" or KINDS[message.template].is_urgent or quiet is None:
        return now
    return rules.first_moment(clock.local(now), quiet)


def deliver_letters(event_id: int, after: int, until: int) -> None:
    """Hand over the letters of a mailing to accounts after one and up to another, over one connection."""
    letters = Message.select(Message.id).where(
        Message.event == event_id,
        Message.channel == "email",
        Message.state.in_(OPEN),
        Message.account > after,
        Message.account <= until,
    )
    with _mailer().connection() as connection:
        for message in list(letters.order_by(Message.id)):
            _hand_over(message.id, partial(_send_letter, connection))


def _hand_over(message_id: int, send: Callable[[Message], str]) -> None:
    claimed = (
        Message.update(state="sending", attempts=Message.attempts + 1)
        .where(Message.id == message_id, Message.state.in_(OPEN))
        .execute()
    )
    if not claimed:
        return
    message = Message.get_by_id(message_id)
    worth = KINDS[message.template].is_worth
    if worth is not None and clock.now() > message.created_at + worth:
        _end(message_id, "failed", error="Сообщение устарело")
        return
    fault("message.sending")
    try:
        provider_id = send(message)
        fault("message.sent")
    except Undeliverable as refused:
        _end(message_id, "failed", error=refused.reason)
    except Exception as error:
        why = "Шлюз не отвечает" if isinstance(error, Unavailable) else type(error).__name__
        if message.attempts < MOST_ATTEMPTS:
            _end(message_id, "queued", error=why)
            raise
        log.exception("message %s failed at its last attempt", message_id)
        _end(message_id, "failed", error=why)
    else:
        _end(message_id, "sent", sent_at=clock.now(), provider_id=provider_id, error="")


def _end(message_id: int, state: str, **columns: object) -> None:
    ended = Message.update(state=state, **columns).where(Message.id == message_id, Message.state.in_(OPEN)).execute()
    if ended and state not in OPEN:
        Message.update(text=NOT_KEPT, html="").where(Message.id == message_id, Message.template.in_(SECRET)).execute()


def _send_sms(message: Message) -> str:
    return _gateway().send(message.recipient, message.text, message.id).provider_id


def _send_letter(connection: Connection, message: Message) -> str:
    letter = Letter(message.recipient, message.subject, message.text, message.html, f"m{message.id}")
    connection.send(letter)
    return letter.message_id


def _gateway() -> SmsGateway:
    return _gateway_of(config.current(), settings.load(NotificationSettings).sms_sender)


@lru_cache(maxsize=2)
def _gateway_of(chosen: Config, sender: str) -> SmsGateway:
    client = Outbound([chosen.sms_url], loopback_allowed=chosen.outside_is_sandbox)
    return SmsGateway.at(chosen.sms_url, sender=sender, client=client)


def _mailer() -> Mailer:
    return _mailer_of(config.current(), settings.load(NotificationSettings).mail_from)


@lru_cache(maxsize=2)
def _mailer_of(chosen: Config, sender: str) -> Mailer:
    return Mailer(chosen.smtp_url, sender=sender, id_host=urlsplit(chosen.base_url).hostname)


# --- nothing waits for ever


@scheduled("notifications.watch", every=300)
def watch() -> int:
    """Fail the messages that nothing carries any more, so that staff see them. Gives how many.

    A delivery that was given up, or lost with a restored backup, would leave its message waiting for ever. What is
    overdue and still carried is only told of in the log: its gateway does not answer.
    """
    now = clock.now()
    late = Message.select(Message.id, Message.event, Message.account, Message.channel, Message.template).where(
        Message.state.in_(OPEN), Message.created_at < now - OVERDUE
    )
    overdue = [each for each in late.order_by(Message.id).limit(LOOKED_AT) if _may_go(each, now) <= now]
    if not overdue:
        return 0
    carried = _Carried()
    lost = [message.id for message in overdue if not carried.has(message)]
    for message_id in lost:
        _end(message_id, "failed", error="Доставка прервана")
    if len(lost) < len(overdue):
        log.warning("%s messages wait for over 15 minutes", len(overdue) - len(lost))
    return len(lost)


class _Carried:
    """What the open deliveries have to hand over: single messages and letters of mailings."""

    def __init__(self) -> None:
        rows = (
            Delivery.select(EventRecord.facts)
            .join(EventRecord)
            .where(Delivery.done_at.is_null(), Delivery.dead_at.is_null())
            .where(Delivery.reaction.in_(CARRIERS))
            .tuples()
        )
        self._single, self._mailings = set(), []
        for (facts,) in rows:
            if "message_id" in facts:
                self._single.add(facts["message_id"])
            else:
                self._mailings.append((facts["event_id"], facts["after"], facts["until"]))

    def has(self, message: Message) -> bool:
        return message.id in self._single or any(
            event_id == message.event_id and message.account_id is not None and after < message.account_id <= until
            for event_id, after, until in self._mailings
        )
