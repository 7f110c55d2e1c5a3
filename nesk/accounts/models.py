"""Accounts, premises, organizations and bindings."""

import peewee

from nesk.branches.models import Branch, Town
from nesk.core.db import Model, MomentField, one_of, reference
from nesk.people.models import Person

ACCOUNT_KINDS = ("person", "business")
PREMISES_KINDS = ("apartment", "house", "garage", "business")
STOVES = ("gas", "electric")
TARIFF_CATEGORIES = ("urban_gas", "rural_or_electric")
BINDING_WAYS = ("sum", "payment", "meter", "password", "staff", "account", "invitation")
RIGHTS = ("all", "pay", "readings", "view")
"""What somebody may do for an account; every narrower right lets one see as well."""


class Premises(Model):
    """A place that is supplied: its address and what its tariff and norm depend on."""

    town = reference(Town)
    street = peewee.CharField(100)
    house = peewee.CharField(20)
    flat = peewee.CharField(20, default="")
    kind = peewee.CharField(16, default="apartment")
    area_dm2 = peewee.IntegerField(default=0)
    """Total area in hundredths of a square metre."""
    rooms = peewee.SmallIntegerField(default=1)
    stove = peewee.CharField(8, default="gas")
    electric_heating = peewee.BooleanField(default=False)
    ownership_document = peewee.CharField(160, default="")

    class Meta:
        table_name = "accounts_premises"
        constraints = [one_of("kind", PREMISES_KINDS), one_of("stove", STOVES), peewee.Check("area_dm2 >= 0")]

    @property
    def short_address(self) -> str:
        """«Одесская, 48, кв. 17»: enough to tell one's own places apart."""
        flat = f", кв. {self.flat}" if self.flat else ""
        return f"{self.street.split(' ', 1)[-1]}, {self.house}{flat}"

    @property
    def address(self) -> str:
        """«г Краснодар, ул Одесская, д.48, кв.17», as the receipt writes it (S0-28). Reads the town."""
        flat = f", кв.{self.flat}" if self.flat else ""
        return f"{self.town.title}, {self.street}, д.{self.house}{flat}"


class Organization(Model):
    """A legal entity or a sole proprietor with a supply contract."""

    name = peewee.CharField(200)
    inn = peewee.CharField(12, unique=True)
    kpp = peewee.CharField(9, default="")
    contract_number = peewee.CharField(40)
    branch = reference(Branch)
    is_demo = peewee.BooleanField(default=False)
    search = peewee.CharField(260, default="")
    """Lower-cased name, ИНН and contract."""

    class Meta:
        table_name = "accounts_organization"


class Account(Model):
    """A лицевой счёт: what is billed. The number is a text; leading zeros count."""

    number = peewee.CharField(20, unique=True)
    branch = reference(Branch, backref="accounts")
    premises = reference(Premises, backref="accounts")
    kind = peewee.CharField(8, default="person")
    organization = reference(Organization, null=True, backref="accounts")
    surname = peewee.CharField(80, default="")
    name = peewee.CharField(80, default="")
    patronymic = peewee.CharField(80, default="")
    tariff_category = peewee.CharField(20, default="urban_gas")
    els = peewee.CharField(10, default="")
    """Единый лицевой счёт of ГИС ЖКХ."""
    zhku = peewee.CharField(13, default="")
    registered = peewee.SmallIntegerField(default=1)
    """Число зарегистрированных."""
    residents = peewee.SmallIntegerField(default=1)
    """Число проживающих."""
    opened_on = peewee.DateField()
    closed_on = peewee.DateField(null=True)
    receipt_email = peewee.CharField(254, default="")
    search = peewee.CharField(400, default="")
    """Lower-cased number, ФИО and address."""

    class Meta:
        table_name = "accounts_account"
        indexes = ((("branch", "number"), False),)
        constraints = [
            one_of("kind", ACCOUNT_KINDS),
            one_of("tariff_category", TARIFF_CATEGORIES),
            peewee.Check("(kind = 'business') = (organization_id IS NOT NULL)", "accounts_account_organization"),
            peewee.Check("registered >= 0 AND residents >= 0"),
        ]

    @property
    def holder(self) -> str:
        """ФИО of the subscriber (the organization's name stands on its own row)."""
        return " ".join(filter(None, (self.surname, self.name, self.patronymic)))


class Invitation(Model):
    """A holder lets somebody else act for an account: a link with a right and an end, used once."""

    account = reference(Account, backref="invitations")
    inviter = reference(Person, backref="invitations")
    rights = peewee.CharField(8)
    until_on = peewee.DateField(null=True)
    """The last day of the right; empty: until it is ended."""
    title = peewee.CharField(60, default="")
    """Whom it is for, in the holder's words: «Дочь», «Арендатор»."""
    token_hash = peewee.CharField(64, unique=True)
    key = peewee.CharField(64, null=True, unique=True)
    """The form it came from: a second press makes no second invitation."""
    recipient = peewee.CharField(254, default="")
    """Whom we send the link to at the holder's wish, an e-mail or a phone; forgotten when the invitation is over."""
    sealed = peewee.TextField(default="")
    """The token, encrypted, until the message that carries it is written."""
    created_at = MomentField()
    expires_at = MomentField()
    accepted_at = MomentField(null=True)
    ended_at = MomentField(null=True)

    class Meta:
        table_name = "accounts_invitation"
        constraints = [one_of("rights", RIGHTS)]


class Binding(Model):
    """A person's right to act for an account, from a moment until it is ended (S0-11…20)."""

    person = reference(Person, backref="bindings")
    account = reference(Account, backref="bindings")
    way = peewee.CharField(10)
    rights = peewee.CharField(8, default="all")
    until_on = peewee.DateField(null=True)
    """The last day of a right that was given for a time."""
    invitation = reference(Invitation, null=True, backref="bindings")
    title = peewee.CharField(60, default="")
    """What the person calls the place: «Дача»."""
    bound_at = MomentField()
    ended_at = MomentField(null=True)

    class Meta:
        table_name = "accounts_binding"
        constraints = [one_of("way", BINDING_WAYS), one_of("rights", RIGHTS)]


Binding.add_index(
    Binding.index(
        Binding.person, Binding.account, unique=True, where=Binding.ended_at.is_null(), name="accounts_binding_live"
    )
)


class CareLink(Model):
    """A signed link (or its QR on paper) by which one narrow thing may be done for an account without signing in."""

    account = reference(Account, backref="care_links")
    person = reference(Person, backref="care_links")
    rights = peewee.CharField(8)
    title = peewee.CharField(60, default="")
    until_on = peewee.DateField()
    created_at = MomentField()
    ended_at = MomentField(null=True)
    used_count = peewee.IntegerField(default=0)
    used_at = MomentField(null=True)

    class Meta:
        table_name = "accounts_care_link"
        constraints = [one_of("rights", RIGHTS)]


class ReceiptAddress(Model):
    """An e-mail that a person has confirmed for the receipts of an account; switching delivery off leaves it known."""

    person = reference(Person, backref="receipt_addresses")
    account = reference(Account, backref="receipt_addresses")
    email = peewee.CharField(254)
    confirmed_at = MomentField()

    class Meta:
        table_name = "accounts_receipt_address"
        indexes = ((("person", "account", "email"), True),)
