"""Documents that are consented to, and the journal: both only ever grow."""

import peewee

from nesk.accounts.models import Account
from nesk.core.db import Model, MomentField, one_of, reference
from nesk.people.models import Person

PURPOSES = ("personal_data", "e_bill", "notices", "advertising", "card_storage", "third_parties")
POLICIES = ("privacy", "agreement", "security")
"""Documents that are read and need no consent: the privacy policy, the user agreement, how what is sent is protected."""
ACTIONS = ("given", "withdrawn")
CHANNELS = ("web", "desk")


class Document(Model):
    """A version of the text of one purpose (152-ФЗ ст. 9: a document of its own for each)."""

    purpose = peewee.CharField(20)
    version = peewee.SmallIntegerField()
    title = peewee.CharField(200)
    text = peewee.TextField()
    sha256 = peewee.CharField(64)
    published_at = MomentField()
    published_by = peewee.CharField(64)

    class Meta:
        table_name = "consents_document"
        indexes = ((("purpose", "version"), True),)
        constraints = [one_of("purpose", PURPOSES)]


class Policy(Model):
    """A version of a text that needs no consent (S4-12)."""

    purpose = peewee.CharField(20)
    version = peewee.SmallIntegerField()
    title = peewee.CharField(200)
    text = peewee.TextField()
    sha256 = peewee.CharField(64)
    published_at = MomentField()
    published_by = peewee.CharField(64)

    class Meta:
        table_name = "consents_policy"
        indexes = ((("purpose", "version"), True),)
        constraints = [one_of("purpose", POLICIES)]


class Consent(Model):
    """A consent given or withdrawn: what was shown, to whom, when and from where. Never changed, never deleted."""

    id = peewee.BigAutoField()
    person = reference(Person, backref="consents")
    purpose = peewee.CharField(20)
    document = reference(Document)
    sha256 = peewee.CharField(64)
    """Of the text as it was shown."""
    action = peewee.CharField(10)
    account = reference(Account, null=True)
    """The account that it is about; empty: all that the person acts for."""
    channel = peewee.CharField(8, default="web")
    ip = peewee.CharField(45, default="")
    device = peewee.CharField(200, default="")
    challenge_id = peewee.BigIntegerField(null=True)
    """The code or link by which the person was known at that moment."""
    at = MomentField()

    class Meta:
        table_name = "consents_consent"
        indexes = ((("person", "purpose", "id"), False),)
        constraints = [one_of("purpose", PURPOSES), one_of("action", ACTIONS), one_of("channel", CHANNELS)]
