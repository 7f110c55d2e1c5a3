"""Payments of every origin, the attempts to take one by card, what the bank called us with, and registries."""

import peewee

from nesk.accounts.models import Account
from nesk.core.db import JSONField, Model, MomentField, one_of, reference
from nesk.people.models import Person

CHANNELS = ("card", "registry", "cash")
STATES = ("new", "pending", "paid", "declined", "expired", "refunded")
ATTEMPT_STATES = ("intended", "registered", "unknown", "paid", "declined", "expired")
CARD_STATES = ("active", "unusable", "unbound")
"""In use; put out of use here, while the bank may not know yet; forgotten by the bank as well."""


class Registry(Model):
    """A file of payments from a bank or a cash office; the same contents are taken once."""

    sha256 = peewee.CharField(64, unique=True)
    name = peewee.CharField(200)
    source = peewee.CharField(80)
    rows = peewee.IntegerField()
    total_kop = peewee.BigIntegerField()
    accepted = peewee.IntegerField(default=0)
    rejected = peewee.IntegerField(default=0)
    at = MomentField()
    by = peewee.CharField(64)

    class Meta:
        table_name = "payments_registry"


class Payment(Model):
    """Money for one account: a part for the services and a part for penalties."""

    id = peewee.BigAutoField()
    account = reference(Account)
    person = reference(Person, null=True)
    channel = peewee.CharField(10)
    source = peewee.CharField(80)
    """«Источник» as people see it: «Интернет», «Касса Краснодар Центральное 1» (S0-45)."""
    state = peewee.CharField(10, default="new")
    principal_kop = peewee.BigIntegerField()
    penalty_kop = peewee.BigIntegerField(default=0)
    refunded_kop = peewee.BigIntegerField(default=0)
    receipt_email = peewee.CharField(254, default="")
    key = peewee.CharField(64, null=True, unique=True)
    """The form it came from: a second press finds the first payment."""
    external_id = peewee.CharField(64, null=True)
    """The payment's number at the bank (УИП); unique within a channel."""
    registry = reference(Registry, null=True)
    created_at = MomentField()
    paid_on = peewee.DateField(null=True)
    posted_at = MomentField(null=True)
    by = peewee.CharField(64)

    class Meta:
        table_name = "payments_payment"
        indexes = ((("account", "paid_on"), False), (("channel", "external_id"), True))
        constraints = [
            one_of("channel", CHANNELS),
            one_of("state", STATES),
            peewee.Check("principal_kop >= 0 AND penalty_kop >= 0 AND principal_kop + penalty_kop > 0"),
            peewee.Check("refunded_kop BETWEEN 0 AND principal_kop + penalty_kop"),
            peewee.Check("(posted_at IS NULL) = (state NOT IN ('paid', 'refunded'))", "payments_payment_posted"),
        ]

    @property
    def amount_kop(self) -> int:
        return self.principal_kop + self.penalty_kop


Payment.add_index(
    Payment.index(
        Payment.principal_kop + Payment.penalty_kop,
        Payment.account,
        Payment.paid_on,
        where=Payment.posted_at.is_null(False),
        name="payments_payment_sum",
    )
)


class Attempt(Model):
    """One order at the bank for a payment. The row is committed before the bank hears of it."""

    id = peewee.BigAutoField()
    payment = reference(Payment, backref="attempts")
    order_number = peewee.CharField(32, unique=True)
    bank_order_id = peewee.CharField(64, null=True, unique=True)
    form_url = peewee.CharField(512, default="")
    state = peewee.CharField(10, default="intended")
    action_code = peewee.IntegerField(null=True)
    masked_pan = peewee.CharField(24, default="")
    created_at = MomentField()
    expires_at = MomentField()
    claimed_until = MomentField(null=True)
    """Until then one process is talking to the bank about this attempt; the others wait for what it learns."""
    next_check_at = MomentField(null=True)
    checks = peewee.IntegerField(default=0)

    class Meta:
        table_name = "payments_attempt"
        constraints = [one_of("state", ATTEMPT_STATES)]


Attempt.add_index(
    Attempt.index(Attempt.next_check_at, where=Attempt.next_check_at.is_null(False), name="payments_attempt_to_check")
)


class Callback(Model):
    """A call of the bank as it came, believed or not."""

    id = peewee.BigAutoField()
    bank_order_id = peewee.CharField(64, index=True)
    operation = peewee.CharField(32)
    is_genuine = peewee.BooleanField()
    params = JSONField()
    at = MomentField()

    class Meta:
        table_name = "payments_callback"


class Refund(Model):
    """Money going back to the card it came from."""

    id = peewee.BigAutoField()
    payment = reference(Payment, backref="refunds")
    amount_kop = peewee.BigIntegerField()
    state = peewee.CharField(10, default="requested")
    reason = peewee.CharField(200, default="")
    requested_by = peewee.CharField(64)
    approved_by = peewee.CharField(64, default="")
    at = MomentField()
    done_at = MomentField(null=True)

    class Meta:
        table_name = "payments_refund"
        constraints = [
            one_of("state", ("requested", "approved", "done", "refused")),
            peewee.Check("amount_kop > 0"),
            peewee.Check("approved_by <> requested_by"),
        ]


class Card(Model):
    """A card that the bank keeps for a person, for one kind of payment (S3-01): we know its mask and the bank's name for it."""

    id = peewee.BigAutoField()
    person = reference(Person, backref="cards")
    kind = peewee.CharField(16)
    """The kind of payment that it was bound at: another kind needs the card anew."""
    binding = peewee.TextField()
    """The bank's id of the binding, sealed: with it alone money could be taken."""
    masked_pan = peewee.CharField(24)
    expires_on = peewee.DateField()
    """The last day of the card."""
    state = peewee.CharField(10, default="active")
    created_at = MomentField()
    ended_at = MomentField(null=True)
    """Since then we use it no more."""
    unbound_at = MomentField(null=True)
    """When the bank confirmed that it has forgotten the card."""

    class Meta:
        table_name = "payments_card"
        constraints = [
            one_of("state", CARD_STATES),
            peewee.Check("(state = 'active') = (ended_at IS NULL)", "payments_card_ended"),
            peewee.Check("(state = 'unbound') = (unbound_at IS NOT NULL)", "payments_card_unbound"),
        ]
