"""Messages to people: a row first, handed over after the commit, never lost and never doubled."""

import peewee

from nesk.accounts.models import Account
from nesk.core.db import Model, MomentField, one_of, reference
from nesk.core.events import EventRecord
from nesk.people.models import Person

CHANNELS = ("email", "sms", "cabinet")
STATES = ("queued", "sending", "sent", "failed", "recorded")


class Message(Model):
    """One message by one channel. (event, channel, recipient) is unique, so a reaction run twice writes it once."""

    id = peewee.BigAutoField()
    event = reference(EventRecord, null=True)
    channel = peewee.CharField(8)
    recipient = peewee.CharField(254)
    """An e-mail address, a phone, or «person:17» for a notice inside the cabinet."""
    person = reference(Person, null=True, backref="messages")
    account = reference(Account, null=True)
    template = peewee.CharField(64)
    subject = peewee.CharField(200, default="")
    text = peewee.TextField()
    html = peewee.TextField(default="")
    link = peewee.CharField(200, default="")
    """Where a notice leads inside the cabinet, a path."""
    state = peewee.CharField(8, default="queued")
    attempts = peewee.IntegerField(default=0)
    provider_id = peewee.CharField(64, default="")
    error = peewee.CharField(200, default="")
    created_at = MomentField()
    sent_at = MomentField(null=True)
    read_at = MomentField(null=True)

    class Meta:
        table_name = "notifications_message"
        indexes = ((("event", "channel", "recipient"), True),)
        constraints = [one_of("channel", CHANNELS), one_of("state", STATES)]


Message.add_index(
    Message.index(
        Message.person,
        where=((Message.channel == "cabinet") & Message.read_at.is_null()),
        name="notifications_message_unread",
    )
)
