"""The catalogue of services, orders and their history, crews, visits and acts."""

import peewee

from nesk.accounts.models import Account
from nesk.branches.models import Branch
from nesk.core.db import JSONField, Model, MomentField, one_of, reference
from nesk.core.files import File
from nesk.metering.models import Installation
from nesk.people.models import Person, Staff

ORDER_STATES = (
    "draft", "new", "accepted", "needs_details", "awaiting_payment", "planned", "assigned", "en_route", "on_site", "done",
    "act_signed", "closed", "cancelled", "rejected", "no_access", "postponed", "refunded",
)  # fmt: skip
VISIT_STATES = ("assigned", "en_route", "on_site", "done", "no_access", "cancelled")
WORKS = ("replacement", "sealing", "unsealing", "programming", "electrical", "other")
FILE_PURPOSES = ("attachment", "photo", "act", "signature")


class Service(Model):
    """An entry of the catalogue (S1-18); staff change price and term without a programmer."""

    code = peewee.CharField(16, unique=True)
    title = peewee.CharField(160)
    work = peewee.CharField(16, default="other")
    description = peewee.CharField(600, default="")
    price_kop = peewee.IntegerField(null=True)
    """Empty: by estimate."""
    term_days = peewee.SmallIntegerField(null=True)
    """Working days; empty: by agreement."""
    norm_minutes = peewee.SmallIntegerField(default=60)
    is_urgent = peewee.BooleanField(default=False)
    needs_account = peewee.BooleanField(default=True)
    is_hidden = peewee.BooleanField(default=False)
    """In test or in development: not offered."""
    position = peewee.SmallIntegerField(default=0)
    is_demo = peewee.BooleanField(default=False)

    class Meta:
        table_name = "fieldwork_service"
        constraints = [
            one_of("work", WORKS),
            peewee.Check("price_kop IS NULL OR price_kop >= 0"),
            peewee.Check("norm_minutes > 0"),
        ]


class Order(Model):
    """A person's order of works, from «новая» to «закрыта» (§8.4)."""

    number = peewee.CharField(20, unique=True)
    service = reference(Service)
    branch = reference(Branch)
    account = reference(Account, null=True, backref="orders")
    installation = reference(Installation, null=True)
    person = reference(Person, null=True, backref="orders")
    state = peewee.CharField(16, default="new")
    version = peewee.IntegerField(default=1)
    """Counts changes: two people who change one order at once cannot both win."""
    contact_name = peewee.CharField(160)
    contact_phone = peewee.CharField(20)
    address = peewee.CharField(300)
    wish_on = peewee.DateField(null=True)
    wish_slot = peewee.SmallIntegerField(null=True)
    comment = peewee.CharField(500, default="")
    price_kop = peewee.IntegerField(null=True)
    is_free_by_law = peewee.BooleanField(default=False)
    due_on = peewee.DateField(null=True)
    key = peewee.CharField(64, null=True, unique=True)
    search = peewee.CharField(500, default="")
    """Lower-cased number, contact and address."""
    created_at = MomentField()
    closed_at = MomentField(null=True)

    class Meta:
        table_name = "fieldwork_order"
        indexes = ((("branch", "state", "due_on"), False),)
        constraints = [one_of("state", ORDER_STATES), peewee.Check("wish_slot IS NULL OR wish_slot BETWEEN 1 AND 3")]


class OrderStep(Model):
    """One change of an order's state, with author and moment: the timeline."""

    id = peewee.BigAutoField()
    order = reference(Order, backref="steps")
    state = peewee.CharField(16)
    comment = peewee.CharField(500, default="")
    at = MomentField()
    by = peewee.CharField(64)

    class Meta:
        table_name = "fieldwork_order_step"
        constraints = [one_of("state", ORDER_STATES)]


class OrderMessage(Model):
    """A line of the talk between the subscriber and the office (S1-17)."""

    id = peewee.BigAutoField()
    order = reference(Order, backref="messages")
    text = peewee.CharField(2000)
    is_ours = peewee.BooleanField()
    key = peewee.CharField(64, null=True, unique=True)
    at = MomentField()
    by = peewee.CharField(64)

    class Meta:
        table_name = "fieldwork_order_message"


class OrderFile(Model):
    """A file that belongs to an order: an attachment, a photo of the work, the signed act."""

    id = peewee.BigAutoField()
    order = reference(Order, backref="files")
    file = reference(File)
    purpose = peewee.CharField(12)
    message = reference(OrderMessage, null=True)
    caption = peewee.CharField(120, default="")

    class Meta:
        table_name = "fieldwork_order_file"
        indexes = ((("order", "file", "purpose"), True),)
        constraints = [one_of("purpose", FILE_PURPOSES)]


class Crew(Model):
    """A бригада: at least two people, a branch, what it can do."""

    name = peewee.CharField(80)
    branch = reference(Branch, backref="crews")
    works = JSONField()
    """The kinds of work it does, a list of WORKS."""
    vehicle = peewee.CharField(60, default="")
    is_active = peewee.BooleanField(default=True)

    class Meta:
        table_name = "fieldwork_crew"
        indexes = ((("branch", "name"), True),)


class CrewMember(Model):
    """A staff member in a crew, from a day until a day."""

    crew = reference(Crew, backref="members")
    staff = reference(Staff)
    safety_group = peewee.SmallIntegerField(default=3)
    is_leader = peewee.BooleanField(default=False)
    since_on = peewee.DateField()
    until_on = peewee.DateField(null=True)

    class Meta:
        table_name = "fieldwork_crew_member"
        constraints = [peewee.Check("safety_group BETWEEN 1 AND 5")]


CrewMember.add_index(
    CrewMember.index(
        CrewMember.staff, unique=True, where=CrewMember.until_on.is_null(), name="fieldwork_crew_member_now"
    )
)


class DayOff(Model):
    """A day (or one slot of it) on which a crew does not go out."""

    crew = reference(Crew, backref="days_off")
    on = peewee.DateField(column_name="off_on")
    slot = peewee.SmallIntegerField(null=True)
    reason = peewee.CharField(120, default="")

    class Meta:
        table_name = "fieldwork_day_off"
        indexes = ((("crew", "on", "slot"), True),)


class Visit(Model):
    """A crew at an order in a slot of a day: 1 = 09–12, 2 = 12–15, 3 = 15–18."""

    order = reference(Order, backref="visits")
    crew = reference(Crew, backref="visits")
    on = peewee.DateField(column_name="visit_on")
    slot = peewee.SmallIntegerField()
    state = peewee.CharField(12, default="assigned")
    version = peewee.IntegerField(default=1)
    en_route_at = MomentField(null=True)
    on_site_at = MomentField(null=True)
    ended_at = MomentField(null=True)
    remark = peewee.CharField(300, default="")

    class Meta:
        table_name = "fieldwork_visit"
        indexes = ((("crew", "on", "slot"), False),)
        constraints = [one_of("state", VISIT_STATES), peewee.Check("slot BETWEEN 1 AND 3")]


Visit.add_index(Visit.index(Visit.order, unique=True, where=Visit.ended_at.is_null(), name="fieldwork_visit_live"))


class Act(Model):
    """The paper of a finished work. Its facts are kept; the PDF is made from them."""

    number = peewee.CharField(24, unique=True)
    order = reference(Order, backref="acts")
    visit = reference(Visit, unique=True)
    kind = peewee.CharField(16)
    facts = JSONField()
    key = peewee.CharField(64, unique=True)
    """Made by the crew's phone: the same closing sent again finds its act."""
    file = reference(File, null=True)
    signed_at = MomentField()
    by = peewee.CharField(64)

    class Meta:
        table_name = "fieldwork_act"
        constraints = [one_of("kind", WORKS)]
