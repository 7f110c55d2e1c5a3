"""One-time codes and links, captchas, remembered devices, second factors: only hashes and sealed secrets are kept."""

import peewee

from nesk.core.db import JSONField, Model, MomentField, one_of, reference
from nesk.people.models import SESSION_KINDS, Person

CHANNELS = ("sms", "email")
FACTOR_KINDS = ("totp", "passkey", "backup")


class Challenge(Model):
    """A code or a link that was sent to prove that an address is the person's own; used once, dead after its time."""

    id = peewee.BigAutoField()
    purpose = peewee.CharField(20)
    channel = peewee.CharField(8)
    recipient = peewee.CharField(254)
    """A phone as +7XXXXXXXXXX or an e-mail in its one spelling."""
    person = reference(Person, null=True, backref="challenges")
    browser_hash = peewee.CharField(64, default="")
    """The browser that asked for it: a code typed elsewhere is no code."""
    secret_hash = peewee.CharField(64, index=True)
    sealed = peewee.TextField(default="")
    """The secret itself, encrypted, until the message that carries it is written."""
    facts = JSONField(default=dict)
    """What is to happen once it is proved: the new address, the hash of the chosen password."""
    tries = peewee.SmallIntegerField(default=0)
    created_at = MomentField()
    expires_at = MomentField(index=True)
    used_at = MomentField(null=True)
    ended_at = MomentField(null=True)

    class Meta:
        table_name = "credentials_challenge"
        indexes = ((("purpose", "recipient"), False),)
        constraints = [one_of("channel", CHANNELS)]


class Captcha(Model):
    """A word on a picture, or the digits that are read aloud in its place; one answer, for one form of one browser."""

    id = peewee.CharField(32, primary_key=True)
    form = peewee.CharField(32)
    browser_hash = peewee.CharField(64)
    answer = peewee.CharField(8)
    spoken = peewee.CharField(8)
    created_at = MomentField()
    expires_at = MomentField(index=True)
    used_at = MomentField(null=True)

    class Meta:
        table_name = "credentials_captcha"


class Remembered(Model):
    """A link of the chain of «Запомнить меня»: each is used once and gives the next; one used twice kills the chain."""

    id = peewee.BigAutoField()
    person = reference(Person, backref="remembered")
    chain = peewee.CharField(32, index=True)
    selector = peewee.CharField(32, unique=True)
    validator_hash = peewee.CharField(64)
    created_at = MomentField()
    expires_at = MomentField(index=True)
    used_at = MomentField(null=True)
    ended_at = MomentField(null=True)
    session_id = peewee.BigIntegerField(null=True)
    """The session beside which it was given; the next link of the chain is given beside the next session."""

    class Meta:
        table_name = "credentials_remembered"


class Factor(Model):
    """A second factor: an application's codes, a passkey, or a code on paper for when both are lost."""

    holder_kind = peewee.CharField(8)
    holder_id = peewee.IntegerField()
    kind = peewee.CharField(8)
    name = peewee.CharField(80, default="")
    secret = peewee.TextField(default="")
    """The key of the codes, sealed; the hash of a code on paper."""
    credential_id = peewee.CharField(400, null=True, unique=True)
    public_key = peewee.TextField(default="")
    sign_count = peewee.BigIntegerField(default=0)
    last_step = peewee.BigIntegerField(default=0)
    """The time step of the last accepted code: none is taken twice."""
    created_at = MomentField()
    confirmed_at = MomentField(null=True)
    used_at = MomentField(null=True)
    ended_at = MomentField(null=True)

    class Meta:
        table_name = "credentials_factor"
        indexes = ((("holder_kind", "holder_id"), False),)
        constraints = [one_of("kind", FACTOR_KINDS), one_of("holder_kind", SESSION_KINDS)]
