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
