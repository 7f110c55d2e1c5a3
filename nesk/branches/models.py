"""Branches, the towns they serve and their offices."""

import peewee

from nesk.core.db import Model, MomentField, MonthField, reference


class Branch(Model):
    """A branch (филиал): who bills, whose requisites stand on a receipt, whose staff serve the account."""

    code = peewee.CharField(16, unique=True)
    name = peewee.CharField(100)
    legal_name = peewee.CharField(160)
    address = peewee.CharField(200)
    phone = peewee.CharField(40)
    email = peewee.CharField(100)
    hours = peewee.CharField(200)
    payee = peewee.CharField(160)
    inn = peewee.CharField(10)
    kpp = peewee.CharField(9)
    bank_account = peewee.CharField(20)
    bank_name = peewee.CharField(160)
    bic = peewee.CharField(9)
    corr_account = peewee.CharField(20)
    is_demo = peewee.BooleanField(default=False)

    class Meta:
        table_name = "branches_branch"


class Town(Model):
    """A settlement and the branch that serves it; rural ones pay the reduced tariff."""

    name = peewee.CharField(80)
    kind = peewee.CharField(20)
    """«г», «пгт», «х», «ст-ца»: as it is written before the name."""
    branch = reference(Branch, backref="towns")
    is_rural = peewee.BooleanField(default=False)

    class Meta:
        table_name = "branches_town"
        indexes = ((("name", "kind", "branch"), True),)

    @property
    def title(self) -> str:
        return f"{self.kind} {self.name}"


class Place(Model):
    """A town, or a street of a town, by whose first letters it is found while somebody types an address."""

    town = reference(Town, backref="places")
    street = peewee.CharField(100, default="")
    """As an address writes it, «ул Одесская»; empty for the town itself."""
    key = peewee.CharField(100, index=True)
    """`rules.place_key`; in PostgreSQL in the order of code points, so that a beginning is a stretch of the index."""

    class Meta:
        table_name = "branches_place"
        indexes = ((("town", "street"), True),)

    @property
    def address(self) -> str:
        """«г Краснодар, ул Одесская». Reads the town."""
        return f"{self.town.title}, {self.street}" if self.street else self.town.title


class Office(Model):
    """A place where people are received or pay."""

    branch = reference(Branch, backref="offices")
    name = peewee.CharField(100)
    address = peewee.CharField(200)
    phone = peewee.CharField(40, default="")
    hours = peewee.CharField(200, default="")
    takes_payments = peewee.BooleanField(default=False)

    class Meta:
        table_name = "branches_office"
        indexes = ((("branch", "name"), True),)


class ClosedMonth(Model):
    """A billing month that a branch has closed: nothing more is charged into it."""

    branch = reference(Branch)
    month = MonthField()
    closed_at = MomentField()
    closed_by = peewee.CharField(64)

    class Meta:
        table_name = "branches_closed_month"
        indexes = ((("branch", "month"), True),)
