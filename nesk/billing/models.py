"""Tariffs, the append-only ledger, and the monthly statements and bills that closed months are told by."""

import peewee

from nesk.accounts.models import TARIFF_CATEGORIES, Account
from nesk.core.db import Model, MomentField, MonthField, one_of, reference

ZONES = ("single", "day", "night", "peak", "half_peak")
BOOKS = ("principal", "penalty")
SERVICES = ("energy", "odn", "works")
KINDS = ("opening", "charge", "recalculation", "quality", "payment", "refund", "correction")


class Tariff(Model):
    """The price of a kWh for a category, zone and consumption range, from a day until a day."""

    category = peewee.CharField(20)
    zone = peewee.CharField(10)
    range_no = peewee.SmallIntegerField()
    price_e5 = peewee.IntegerField()
    """In 1/100000 ₽ per kWh."""
    from_on = peewee.DateField()
    to_on = peewee.DateField(null=True)
    source = peewee.CharField(200, default="")
    is_demo = peewee.BooleanField(default=False)

    class Meta:
        table_name = "billing_tariff"
        indexes = ((("category", "zone", "range_no", "from_on"), True),)
        constraints = [
            one_of("category", TARIFF_CATEGORIES),
            one_of("zone", ZONES),
            peewee.Check("range_no BETWEEN 1 AND 3"),
            peewee.Check("price_e5 > 0"),
            peewee.Check("to_on IS NULL OR to_on >= from_on"),
        ]


class RangeBound(Model):
    """Up to how many kWh a month the first and the second price range reach."""

    stove = peewee.CharField(8)
    electric_heating = peewee.BooleanField(default=False)
    is_heating_season = peewee.BooleanField()
    first_kwh = peewee.IntegerField()
    second_kwh = peewee.IntegerField()
    from_on = peewee.DateField()
    to_on = peewee.DateField(null=True)
    is_demo = peewee.BooleanField(default=False)

    class Meta:
        table_name = "billing_range_bound"
        indexes = ((("stove", "electric_heating", "is_heating_season", "from_on"), True),)
        constraints = [peewee.Check("first_kwh > 0 AND second_kwh > first_kwh")]


class Entry(Model):
    """A line of the ledger: what changed an account's debt. Append-only, a trigger refuses anything else.

    `amount_kop` is positive when the debt grows. A mistake is answered by an entry that reverses it.
    (source, source_id, kind, book, service) is unique: one reading charges once, one payment posts once.
    """

    id = peewee.BigAutoField()
    account = reference(Account, index=False)
    month = MonthField()
    """The billing month it counts in."""
    book = peewee.CharField(10, default="principal")
    service = peewee.CharField(10, default="energy")
    kind = peewee.CharField(14)
    amount_kop = peewee.BigIntegerField()
    kwh = peewee.IntegerField(null=True)
    source = peewee.CharField(16)
    """What it comes from: reading, payment, closing, import, entry (a reversal), order, staff."""
    source_id = peewee.BigIntegerField()
    reverses = peewee.ForeignKeyField("self", null=True, on_delete="RESTRICT", index=False)
    comment = peewee.CharField(200, default="")
    value_on = peewee.DateField()
    """The day it counts from: the day of payment for a payment (penalties go by it)."""
    at = MomentField()
    by = peewee.CharField(64)

    class Meta:
        table_name = "billing_entry"
        indexes = (
            (("account", "month"), False),
            (("source", "source_id", "kind", "book", "service"), True),
        )
        constraints = [one_of("book", BOOKS), one_of("service", SERVICES), one_of("kind", KINDS)]


class Line(Model):
    """How a charge was reckoned: zone × range × price, each rounded to the kopeck, adding up to the entry."""

    id = peewee.BigAutoField()
    entry = reference(Entry, backref="lines")
    zone = peewee.CharField(10)
    range_no = peewee.SmallIntegerField()
    kwh = peewee.IntegerField()
    price_e5 = peewee.IntegerField()
    amount_kop = peewee.BigIntegerField()

    class Meta:
        table_name = "billing_line"
        constraints = [one_of("zone", ZONES)]


class Balance(Model):
    """What an account owes now: the sum of its entries, kept by the same transactions that append them."""

    account = reference(Account, primary_key=True)
    principal_kop = peewee.BigIntegerField(default=0)
    penalty_kop = peewee.BigIntegerField(default=0)

    class Meta:
        table_name = "billing_balance"

    @property
    def due_kop(self) -> int:
        """«К оплате» with penalties; never negative."""
        return max(self.principal_kop, 0) + max(self.penalty_kop, 0)


class Statement(Model):
    """A closed month of an account, service by service (S0-43): opening + charged + recalculated − quality − paid."""

    id = peewee.BigAutoField()
    account = reference(Account, index=False)
    month = MonthField()
    book = peewee.CharField(10, default="principal")
    service = peewee.CharField(10, default="energy")
    opening_kop = peewee.BigIntegerField()
    kwh = peewee.IntegerField(default=0)
    price_e5 = peewee.IntegerField(null=True)
    """The price when one price made the charge."""
    charged_kop = peewee.BigIntegerField()
    recalculated_kop = peewee.BigIntegerField(default=0)
    quality_kop = peewee.BigIntegerField(default=0)
    """«Снято за качество», a positive number that lowers the debt."""
    paid_kop = peewee.BigIntegerField(default=0)
    closing_kop = peewee.BigIntegerField()

    class Meta:
        table_name = "billing_statement"
        indexes = ((("account", "month", "book", "service"), True), (("month",), False))
        constraints = [
            one_of("book", BOOKS),
            one_of("service", SERVICES),
            peewee.Check(
                "closing_kop = opening_kop + charged_kop + recalculated_kop - quality_kop - paid_kop",
                "billing_statement_adds_up",
            ),
        ]


class Bill(Model):
    """The figures at the foot of a closed month's bill, penalties apart and with them; never negative.

    They are the sums of its statements, kept because a person types them off a paper (S0-12): whose they are is asked of
    an index. A closed month does not change, nor do they.
    """

    account = reference(Account, index=False)
    month = MonthField()
    services_kop = peewee.BigIntegerField()
    """«Всего к оплате» of all services (S0-18), «К оплате без пеней» on our own bill."""
    total_kop = peewee.BigIntegerField()
    """«Итого к оплате с учетом пени», «Всего к оплате» on our own bill."""

    class Meta:
        table_name = "billing_bill"
        primary_key = peewee.CompositeKey("account", "month")
        constraints = [peewee.Check("services_kop >= 0 AND total_kop >= services_kop")]


Bill.add_index(
    Bill.index(Bill.services_kop, Bill.account, Bill.month, where=Bill.services_kop > 0, name="billing_bill_services")
)
Bill.add_index(
    Bill.index(
        Bill.total_kop, Bill.account, Bill.month, where=Bill.total_kop > Bill.services_kop, name="billing_bill_total"
    )
)
