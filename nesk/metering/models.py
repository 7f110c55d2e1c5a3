"""The register of meters: types, devices, where they are installed, their seals and readings."""

import peewee

from nesk.accounts.models import Account
from nesk.core.db import Model, MomentField, MonthField, one_of, reference
from nesk.core.files import File

READING_ROLES = ("regular", "initial", "final")
SOURCES = (
    "control_signed",
    "control",
    "smart",
    "act",
    "internet",
    "mobile",
    "sms",
    "phone",
    "paper",
    "bank",
    "public",
    "profile",
    "average",
    "norm",
)


class MeterType(Model):
    """A model of meter as the state register knows it."""

    name = peewee.CharField(80, unique=True)
    digits = peewee.SmallIntegerField()
    """Whole digits on the dial."""
    zones = peewee.SmallIntegerField(default=1)
    phases = peewee.SmallIntegerField(default=1)
    accuracy = peewee.CharField(10, default="1.0")
    interval_years = peewee.SmallIntegerField(default=16)
    """Межповерочный интервал."""
    is_smart = peewee.BooleanField(default=False)

    class Meta:
        table_name = "metering_meter_type"
        constraints = [
            peewee.Check("digits BETWEEN 3 AND 9"),
            peewee.Check("zones BETWEEN 1 AND 3"),
            peewee.Check("interval_years BETWEEN 1 AND 30"),
        ]


class Meter(Model):
    """One device."""

    type = reference(MeterType)
    serial = peewee.CharField(40)
    year = peewee.SmallIntegerField()
    verified_on = peewee.DateField()
    next_verification_on = peewee.DateField(index=True)

    class Meta:
        table_name = "metering_meter"
        indexes = ((("type", "serial"), True), (("serial",), False))


class Installation(Model):
    """A meter at an account for a time. Zones are of the installation: a two-zone device may be billed by one."""

    meter = reference(Meter, backref="installations")
    account = reference(Account, backref="installations")
    place = peewee.CharField(100, default="")
    zones = peewee.SmallIntegerField(default=1)
    ratio = peewee.IntegerField(default=1)
    """Transformation ratio (Ктт)."""
    max_power_w = peewee.IntegerField(default=15_000)
    installed_on = peewee.DateField()
    removed_on = peewee.DateField(null=True)
    removal_reason = peewee.CharField(200, default="")

    class Meta:
        table_name = "metering_installation"
        constraints = [
            peewee.Check("zones BETWEEN 1 AND 3"),
            peewee.Check("ratio >= 1"),
            peewee.Check("max_power_w > 0"),
            peewee.Check("removed_on IS NULL OR removed_on >= installed_on"),
        ]


Installation.add_index(
    Installation.index(
        Installation.meter, unique=True, where=Installation.removed_on.is_null(), name="metering_installation_live"
    )
)


class Seal(Model):
    """A numbered seal on a meter or beside it."""

    installation = reference(Installation, backref="seals")
    number = peewee.CharField(40, unique=True)
    place = peewee.CharField(80)
    set_on = peewee.DateField()
    removed_on = peewee.DateField(null=True)

    class Meta:
        table_name = "metering_seal"


class Reading(Model):
    """What the dials of one meter showed on a day: a value per zone (Т1, Т2, Т3), taken or left together.

    Never edited. A wrong one is withdrawn, with author and moment, and another takes its place; at most one regular
    reading of a meter counts for a month, which the partial unique index holds against any number of tabs.
    """

    id = peewee.BigAutoField()
    account = reference(Account, index=False)
    meter = reference(Meter, index=False)
    installation = reference(Installation, backref="readings")
    month = MonthField()
    """Расчётный месяц: may differ from the month of `taken_on` (S0-37)."""
    taken_on = peewee.DateField()
    t1 = peewee.IntegerField()
    t2 = peewee.IntegerField(null=True)
    t3 = peewee.IntegerField(null=True)
    used1 = peewee.IntegerField(null=True)
    """kWh since the reading before it, times the ratio; empty for the initial reading of an installation."""
    used2 = peewee.IntegerField(null=True)
    used3 = peewee.IntegerField(null=True)
    role = peewee.CharField(8, default="regular")
    source = peewee.CharField(16)
    key = peewee.CharField(64, null=True, unique=True)
    """Whoever sends the same form twice finds the first reading by it."""
    photo = reference(File, null=True)
    was_confirmed = peewee.BooleanField(default=False)
    """The person confirmed an unusual value; an operator may look at it."""
    accepted_at = MomentField()
    accepted_by = peewee.CharField(64)
    withdrawn_at = MomentField(null=True)
    withdrawn_by = peewee.CharField(64, default="")

    class Meta:
        table_name = "metering_reading"
        indexes = ((("account", "month"), False), (("meter", "taken_on"), False))
        constraints = [
            one_of("role", READING_ROLES),
            one_of("source", SOURCES),
            peewee.Check("t1 >= 0 AND (t2 IS NULL OR t2 >= 0) AND (t3 IS NULL OR t3 >= 0)"),
        ]

    @property
    def values(self) -> tuple[int, ...]:
        """The dial values of the zones there are."""
        return tuple(value for value in (self.t1, self.t2, self.t3) if value is not None)

    @property
    def used(self) -> tuple[int, ...]:
        """kWh by zone; empty for an initial reading."""
        return tuple(value for value in (self.used1, self.used2, self.used3) if value is not None)


Reading.add_index(
    Reading.index(
        Reading.meter,
        Reading.month,
        unique=True,
        where=(Reading.withdrawn_at.is_null() & (Reading.role == "regular")),
        name="metering_reading_counts",
    )
)
