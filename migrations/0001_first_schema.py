"""The first schema: every table with its constraints, the partial indexes, and the triggers that keep history."""

import uuid

from peewee import (
    BigAutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    Check,
    CompositeKey,
    DateField,
    ForeignKeyField,
    IntegerField,
    Model,
    PostgresqlDatabase,
    SmallIntegerField,
    TextField,
    UUIDField,
)

from nesk.core.db import JSONField, MomentField, MonthField

APPEND_ONLY = ("core_event", "billing_entry", "billing_line", "fieldwork_order_step", "payments_callback")


def up(migrator, db):  # noqa: PLR0915 - one statement a table is what a first schema is
    class EventRecord(Model):
        id = BigAutoField()
        name = CharField(max_length=64)
        facts = JSONField()
        by = CharField(max_length=64)
        at = MomentField(index=True)

        class Meta:
            database = db
            table_name = "core_event"
            indexes = ((("name", "at"), False),)

    class Delivery(Model):
        id = BigAutoField()
        event = ForeignKeyField(EventRecord, on_delete="RESTRICT")
        reaction = CharField(max_length=100)
        queue = CharField(max_length=16)
        attempts = IntegerField(default=0)
        due_at = MomentField()
        woken_at = MomentField(null=True)
        lease_until = MomentField(null=True)
        done_at = MomentField(null=True)
        dead_at = MomentField(null=True)
        error = CharField(max_length=500, default="")

        class Meta:
            database = db
            table_name = "core_delivery"
            indexes = ((("event", "reaction"), True),)

    class Job(Model):
        name = CharField(primary_key=True, max_length=64)
        slot_at = MomentField()
        started_at = MomentField(null=True)
        finished_at = MomentField(null=True)
        error = CharField(max_length=500, default="")

        class Meta:
            database = db
            table_name = "core_job"

    class Setting(Model):
        key = CharField(primary_key=True, max_length=100)
        value = JSONField()
        changed_at = MomentField()
        changed_by = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "core_setting"

    class Counter(Model):
        key = CharField(max_length=64)
        window = BigIntegerField()
        count = IntegerField()
        expires_at = MomentField(index=True)

        class Meta:
            database = db
            table_name = "core_limit"
            primary_key = CompositeKey("key", "window")

    class File(Model):
        id = BigAutoField()
        token = UUIDField(unique=True, default=uuid.uuid4)
        sha256 = CharField(index=True, max_length=64)
        size = IntegerField()
        media_type = CharField(max_length=64)
        name = CharField(max_length=200)
        at = MomentField()
        by = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "core_file"
            constraints = [
                Check("size > 0"),
            ]

    class Branch(Model):
        code = CharField(unique=True, max_length=16)
        name = CharField(max_length=100)
        legal_name = CharField(max_length=160)
        address = CharField(max_length=200)
        phone = CharField(max_length=40)
        email = CharField(max_length=100)
        hours = CharField(max_length=200)
        payee = CharField(max_length=160)
        inn = CharField(max_length=10)
        kpp = CharField(max_length=9)
        bank_account = CharField(max_length=20)
        bank_name = CharField(max_length=160)
        bic = CharField(max_length=9)
        corr_account = CharField(max_length=20)
        is_demo = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "branches_branch"

    class Town(Model):
        name = CharField(max_length=80)
        kind = CharField(max_length=20)
        branch = ForeignKeyField(Branch, on_delete="RESTRICT")
        is_rural = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "branches_town"
            indexes = ((("name", "kind", "branch"), True),)

    class Office(Model):
        branch = ForeignKeyField(Branch, on_delete="RESTRICT")
        name = CharField(max_length=100)
        address = CharField(max_length=200)
        phone = CharField(max_length=40, default="")
        hours = CharField(max_length=200, default="")
        takes_payments = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "branches_office"
            indexes = ((("branch", "name"), True),)

    class ClosedMonth(Model):
        branch = ForeignKeyField(Branch, on_delete="RESTRICT")
        month = MonthField()
        closed_at = MomentField()
        closed_by = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "branches_closed_month"
            indexes = ((("branch", "month"), True),)

    class Person(Model):
        surname = CharField(max_length=80, default="")
        name = CharField(max_length=80, default="")
        patronymic = CharField(max_length=80, default="")
        password_hash = CharField(max_length=200, default="")
        password_changed_at = MomentField(null=True)
        is_demo = BooleanField(default=False)
        created_at = MomentField()
        search = CharField(max_length=300, default="")

        class Meta:
            database = db
            table_name = "people_person"

    class Identity(Model):
        person = ForeignKeyField(Person, on_delete="RESTRICT")
        kind = CharField(max_length=8)
        value = CharField(max_length=254)
        confirmed_at = MomentField(null=True)

        class Meta:
            database = db
            table_name = "people_identity"
            indexes = ((("kind", "value"), True),)
            constraints = [
                Check("kind IN ('phone', 'email')"),
            ]

    class Staff(Model):
        login = CharField(max_length=64)
        kind = CharField(max_length=8, default="office")
        name = CharField(max_length=160)
        position = CharField(max_length=100, default="")
        branch = ForeignKeyField(Branch, null=True, on_delete="RESTRICT")
        password_hash = CharField(max_length=200, default="")
        is_active = BooleanField(default=True)
        is_demo = BooleanField(default=False)
        created_at = MomentField()

        class Meta:
            database = db
            table_name = "people_staff"
            indexes = ((("kind", "login"), True),)
            constraints = [
                Check("kind IN ('office', 'crew')"),
            ]

    class Role(Model):
        code = CharField(unique=True, max_length=32)
        title = CharField(max_length=80)

        class Meta:
            database = db
            table_name = "people_role"

    class RolePermission(Model):
        role = ForeignKeyField(Role, on_delete="RESTRICT")
        permission = CharField(max_length=32)

        class Meta:
            database = db
            table_name = "people_role_permission"
            indexes = ((("role", "permission"), True),)
            constraints = [
                Check(
                    "permission IN ('see_subscribers', 'change_subscribers', 'see_accounts', 'change_accounts', 'see_meters', 'change_meters', 'enter_readings', 'see_money', 'change_money', 'see_orders', 'change_orders', 'dispatch', 'change_branches', 'change_catalogue', 'change_tariffs', 'change_settings', 'see_queues', 'export')"
                ),
            ]

    class StaffRole(Model):
        staff = ForeignKeyField(Staff, on_delete="RESTRICT")
        role = ForeignKeyField(Role, on_delete="RESTRICT")

        class Meta:
            database = db
            table_name = "people_staff_role"
            indexes = ((("staff", "role"), True),)

    class BusinessUser(Model):
        login = CharField(unique=True, max_length=64)
        name = CharField(max_length=160)
        branch = ForeignKeyField(Branch, on_delete="RESTRICT")
        organization_id = IntegerField(index=True)
        password_hash = CharField(max_length=200, default="")
        is_active = BooleanField(default=True)
        is_demo = BooleanField(default=False)
        created_at = MomentField()

        class Meta:
            database = db
            table_name = "people_business_user"

    class Session(Model):
        id = BigAutoField()
        token_hash = CharField(unique=True, max_length=64)
        kind = CharField(max_length=8)
        subject_id = IntegerField()
        created_at = MomentField()
        seen_at = MomentField()
        expires_at = MomentField(index=True)
        idle_seconds = IntegerField()
        remembered = BooleanField(default=False)
        ended_at = MomentField(null=True)
        ip = CharField(max_length=45, default="")
        device = CharField(max_length=200, default="")

        class Meta:
            database = db
            table_name = "people_session"
            indexes = ((("kind", "subject_id"), False),)
            constraints = [
                Check("kind IN ('person', 'staff', 'crew', 'business')"),
            ]

    class Premises(Model):
        town = ForeignKeyField(Town, on_delete="RESTRICT")
        street = CharField(max_length=100)
        house = CharField(max_length=20)
        flat = CharField(max_length=20, default="")
        kind = CharField(max_length=16, default="apartment")
        area_dm2 = IntegerField(default=0)
        rooms = SmallIntegerField(default=1)
        stove = CharField(max_length=8, default="gas")
        electric_heating = BooleanField(default=False)
        ownership_document = CharField(max_length=160, default="")

        class Meta:
            database = db
            table_name = "accounts_premises"
            constraints = [
                Check("kind IN ('apartment', 'house', 'garage', 'business')"),
                Check("stove IN ('gas', 'electric')"),
                Check("area_dm2 >= 0"),
            ]

    class Organization(Model):
        name = CharField(max_length=200)
        inn = CharField(unique=True, max_length=12)
        kpp = CharField(max_length=9, default="")
        contract_number = CharField(max_length=40)
        branch = ForeignKeyField(Branch, on_delete="RESTRICT")
        is_demo = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "accounts_organization"

    class Account(Model):
        number = CharField(unique=True, max_length=20)
        branch = ForeignKeyField(Branch, on_delete="RESTRICT")
        premises = ForeignKeyField(Premises, on_delete="RESTRICT")
        kind = CharField(max_length=8, default="person")
        organization = ForeignKeyField(Organization, null=True, on_delete="RESTRICT")
        surname = CharField(max_length=80, default="")
        name = CharField(max_length=80, default="")
        patronymic = CharField(max_length=80, default="")
        tariff_category = CharField(max_length=20, default="urban_gas")
        els = CharField(max_length=10, default="")
        zhku = CharField(max_length=13, default="")
        registered = SmallIntegerField(default=1)
        residents = SmallIntegerField(default=1)
        opened_on = DateField()
        closed_on = DateField(null=True)
        receipt_email = CharField(max_length=254, default="")
        search = CharField(max_length=400, default="")

        class Meta:
            database = db
            table_name = "accounts_account"
            indexes = ((("branch", "number"), False),)
            constraints = [
                Check("kind IN ('person', 'business')"),
                Check("tariff_category IN ('urban_gas', 'rural_or_electric')"),
                Check("(kind = 'business') = (organization_id IS NOT NULL)", "accounts_account_organization"),
                Check("registered >= 0 AND residents >= 0"),
            ]

    class Binding(Model):
        person = ForeignKeyField(Person, on_delete="RESTRICT")
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        way = CharField(max_length=10)
        title = CharField(max_length=60, default="")
        bound_at = MomentField()
        ended_at = MomentField(null=True)

        class Meta:
            database = db
            table_name = "accounts_binding"
            constraints = [
                Check("way IN ('sum', 'payment', 'meter', 'password', 'staff')"),
            ]

    class MeterType(Model):
        name = CharField(unique=True, max_length=80)
        digits = SmallIntegerField()
        zones = SmallIntegerField(default=1)
        phases = SmallIntegerField(default=1)
        accuracy = CharField(max_length=10, default="1.0")
        interval_years = SmallIntegerField(default=16)
        is_smart = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "metering_meter_type"
            constraints = [
                Check("digits BETWEEN 3 AND 9"),
                Check("zones BETWEEN 1 AND 3"),
                Check("interval_years BETWEEN 1 AND 30"),
            ]

    class Meter(Model):
        type = ForeignKeyField(MeterType, on_delete="RESTRICT")
        serial = CharField(max_length=40)
        year = SmallIntegerField()
        verified_on = DateField()
        next_verification_on = DateField(index=True)

        class Meta:
            database = db
            table_name = "metering_meter"
            indexes = ((("type", "serial"), True), (("serial",), False))

    class Installation(Model):
        meter = ForeignKeyField(Meter, on_delete="RESTRICT")
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        place = CharField(max_length=100, default="")
        zones = SmallIntegerField(default=1)
        ratio = IntegerField(default=1)
        max_power_w = IntegerField(default=15000)
        installed_on = DateField()
        removed_on = DateField(null=True)
        removal_reason = CharField(max_length=200, default="")

        class Meta:
            database = db
            table_name = "metering_installation"
            constraints = [
                Check("zones BETWEEN 1 AND 3"),
                Check("ratio >= 1"),
                Check("max_power_w > 0"),
                Check("removed_on IS NULL OR removed_on >= installed_on"),
            ]

    class Seal(Model):
        installation = ForeignKeyField(Installation, on_delete="RESTRICT")
        number = CharField(unique=True, max_length=40)
        place = CharField(max_length=80)
        set_on = DateField()
        removed_on = DateField(null=True)

        class Meta:
            database = db
            table_name = "metering_seal"

    class Reading(Model):
        id = BigAutoField()
        account = ForeignKeyField(Account, on_delete="RESTRICT", index=False)
        meter = ForeignKeyField(Meter, on_delete="RESTRICT", index=False)
        installation = ForeignKeyField(Installation, on_delete="RESTRICT")
        month = MonthField()
        taken_on = DateField()
        t1 = IntegerField()
        t2 = IntegerField(null=True)
        t3 = IntegerField(null=True)
        used1 = IntegerField(null=True)
        used2 = IntegerField(null=True)
        used3 = IntegerField(null=True)
        role = CharField(max_length=8, default="regular")
        source = CharField(max_length=16)
        key = CharField(unique=True, null=True, max_length=64)
        photo = ForeignKeyField(File, null=True, on_delete="RESTRICT")
        was_confirmed = BooleanField(default=False)
        accepted_at = MomentField()
        accepted_by = CharField(max_length=64)
        withdrawn_at = MomentField(null=True)
        withdrawn_by = CharField(max_length=64, default="")

        class Meta:
            database = db
            table_name = "metering_reading"
            indexes = ((("account", "month"), False), (("meter", "taken_on"), False))
            constraints = [
                Check("role IN ('regular', 'initial', 'final')"),
                Check(
                    "source IN ('control_signed', 'control', 'smart', 'act', 'internet', 'mobile', 'sms', 'phone', 'paper', 'bank', 'public', 'profile', 'average', 'norm')"
                ),
                Check("t1 >= 0 AND (t2 IS NULL OR t2 >= 0) AND (t3 IS NULL OR t3 >= 0)"),
            ]

    class Tariff(Model):
        category = CharField(max_length=20)
        zone = CharField(max_length=10)
        range_no = SmallIntegerField()
        price_e5 = IntegerField()
        from_on = DateField()
        to_on = DateField(null=True)
        source = CharField(max_length=200, default="")
        is_demo = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "billing_tariff"
            indexes = ((("category", "zone", "range_no", "from_on"), True),)
            constraints = [
                Check("category IN ('urban_gas', 'rural_or_electric')"),
                Check("zone IN ('single', 'day', 'night', 'peak', 'half_peak')"),
                Check("range_no BETWEEN 1 AND 3"),
                Check("price_e5 > 0"),
                Check("to_on IS NULL OR to_on >= from_on"),
            ]

    class RangeBound(Model):
        stove = CharField(max_length=8)
        electric_heating = BooleanField(default=False)
        is_heating_season = BooleanField()
        first_kwh = IntegerField()
        second_kwh = IntegerField()
        from_on = DateField()
        to_on = DateField(null=True)
        is_demo = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "billing_range_bound"
            indexes = ((("stove", "electric_heating", "is_heating_season", "from_on"), True),)
            constraints = [
                Check("first_kwh > 0 AND second_kwh > first_kwh"),
            ]

    class Entry(Model):
        id = BigAutoField()
        account = ForeignKeyField(Account, on_delete="RESTRICT", index=False)
        month = MonthField()
        book = CharField(max_length=10, default="principal")
        service = CharField(max_length=10, default="energy")
        kind = CharField(max_length=14)
        amount_kop = BigIntegerField()
        kwh = IntegerField(null=True)
        source = CharField(max_length=16)
        source_id = BigIntegerField()
        reverses = ForeignKeyField("self", null=True, on_delete="RESTRICT", index=False)
        comment = CharField(max_length=200, default="")
        value_on = DateField()
        at = MomentField()
        by = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "billing_entry"
            indexes = ((("account", "month"), False), (("source", "source_id", "kind", "book", "service"), True))
            constraints = [
                Check("book IN ('principal', 'penalty')"),
                Check("service IN ('energy', 'odn', 'works')"),
                Check("kind IN ('opening', 'charge', 'recalculation', 'quality', 'payment', 'refund', 'correction')"),
            ]

    class Line(Model):
        id = BigAutoField()
        entry = ForeignKeyField(Entry, on_delete="RESTRICT")
        zone = CharField(max_length=10)
        range_no = SmallIntegerField()
        kwh = IntegerField()
        price_e5 = IntegerField()
        amount_kop = BigIntegerField()

        class Meta:
            database = db
            table_name = "billing_line"
            constraints = [
                Check("zone IN ('single', 'day', 'night', 'peak', 'half_peak')"),
            ]

    class Balance(Model):
        account = ForeignKeyField(Account, primary_key=True, on_delete="RESTRICT")
        principal_kop = BigIntegerField(default=0)
        penalty_kop = BigIntegerField(default=0)

        class Meta:
            database = db
            table_name = "billing_balance"

    class Statement(Model):
        id = BigAutoField()
        account = ForeignKeyField(Account, on_delete="RESTRICT", index=False)
        month = MonthField()
        book = CharField(max_length=10, default="principal")
        service = CharField(max_length=10, default="energy")
        opening_kop = BigIntegerField()
        kwh = IntegerField(default=0)
        price_e5 = IntegerField(null=True)
        charged_kop = BigIntegerField()
        recalculated_kop = BigIntegerField(default=0)
        quality_kop = BigIntegerField(default=0)
        paid_kop = BigIntegerField(default=0)
        closing_kop = BigIntegerField()

        class Meta:
            database = db
            table_name = "billing_statement"
            indexes = ((("account", "month", "book", "service"), True), (("month",), False))
            constraints = [
                Check("book IN ('principal', 'penalty')"),
                Check("service IN ('energy', 'odn', 'works')"),
                Check(
                    "closing_kop = opening_kop + charged_kop + recalculated_kop - quality_kop - paid_kop",
                    "billing_statement_adds_up",
                ),
            ]

    class Registry(Model):
        sha256 = CharField(unique=True, max_length=64)
        name = CharField(max_length=200)
        source = CharField(max_length=80)
        rows = IntegerField()
        total_kop = BigIntegerField()
        accepted = IntegerField(default=0)
        rejected = IntegerField(default=0)
        at = MomentField()
        by = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "payments_registry"

    class Payment(Model):
        id = BigAutoField()
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        person = ForeignKeyField(Person, null=True, on_delete="RESTRICT")
        channel = CharField(max_length=10)
        source = CharField(max_length=80)
        state = CharField(max_length=10, default="new")
        principal_kop = BigIntegerField()
        penalty_kop = BigIntegerField(default=0)
        refunded_kop = BigIntegerField(default=0)
        receipt_email = CharField(max_length=254, default="")
        key = CharField(unique=True, null=True, max_length=64)
        external_id = CharField(null=True, max_length=64)
        registry = ForeignKeyField(Registry, null=True, on_delete="RESTRICT")
        created_at = MomentField()
        paid_on = DateField(null=True)
        posted_at = MomentField(null=True)
        by = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "payments_payment"
            indexes = ((("account", "paid_on"), False), (("channel", "external_id"), True))
            constraints = [
                Check("channel IN ('card', 'registry', 'cash')"),
                Check("state IN ('new', 'pending', 'paid', 'declined', 'expired', 'refunded')"),
                Check("principal_kop >= 0 AND penalty_kop >= 0 AND principal_kop + penalty_kop > 0"),
                Check("refunded_kop BETWEEN 0 AND principal_kop + penalty_kop"),
                Check("(posted_at IS NULL) = (state NOT IN ('paid', 'refunded'))", "payments_payment_posted"),
            ]

    class Attempt(Model):
        id = BigAutoField()
        payment = ForeignKeyField(Payment, on_delete="RESTRICT")
        order_number = CharField(unique=True, max_length=32)
        bank_order_id = CharField(unique=True, null=True, max_length=64)
        form_url = CharField(max_length=512, default="")
        state = CharField(max_length=10, default="intended")
        action_code = IntegerField(null=True)
        masked_pan = CharField(max_length=24, default="")
        created_at = MomentField()
        expires_at = MomentField()
        claimed_until = MomentField(null=True)
        next_check_at = MomentField(null=True)
        checks = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "payments_attempt"
            constraints = [
                Check("state IN ('intended', 'registered', 'unknown', 'paid', 'declined', 'expired')"),
            ]

    class Callback(Model):
        id = BigAutoField()
        bank_order_id = CharField(index=True, max_length=64)
        operation = CharField(max_length=32)
        is_genuine = BooleanField()
        params = JSONField()
        at = MomentField()

        class Meta:
            database = db
            table_name = "payments_callback"

    class Refund(Model):
        id = BigAutoField()
        payment = ForeignKeyField(Payment, on_delete="RESTRICT")
        amount_kop = BigIntegerField()
        state = CharField(max_length=10, default="requested")
        reason = CharField(max_length=200, default="")
        requested_by = CharField(max_length=64)
        approved_by = CharField(max_length=64, default="")
        at = MomentField()
        done_at = MomentField(null=True)

        class Meta:
            database = db
            table_name = "payments_refund"
            constraints = [
                Check("state IN ('requested', 'approved', 'done', 'refused')"),
                Check("amount_kop > 0"),
                Check("approved_by <> requested_by"),
            ]

    class Service(Model):
        code = CharField(unique=True, max_length=16)
        title = CharField(max_length=160)
        work = CharField(max_length=16, default="other")
        description = CharField(max_length=600, default="")
        price_kop = IntegerField(null=True)
        term_days = SmallIntegerField(null=True)
        norm_minutes = SmallIntegerField(default=60)
        is_urgent = BooleanField(default=False)
        needs_account = BooleanField(default=True)
        is_hidden = BooleanField(default=False)
        position = SmallIntegerField(default=0)
        is_demo = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "fieldwork_service"
            constraints = [
                Check("work IN ('replacement', 'sealing', 'unsealing', 'programming', 'electrical', 'other')"),
                Check("price_kop IS NULL OR price_kop >= 0"),
                Check("norm_minutes > 0"),
            ]

    class Order(Model):
        number = CharField(unique=True, max_length=20)
        service = ForeignKeyField(Service, on_delete="RESTRICT")
        branch = ForeignKeyField(Branch, on_delete="RESTRICT")
        account = ForeignKeyField(Account, null=True, on_delete="RESTRICT")
        installation = ForeignKeyField(Installation, null=True, on_delete="RESTRICT")
        person = ForeignKeyField(Person, null=True, on_delete="RESTRICT")
        state = CharField(max_length=16, default="new")
        version = IntegerField(default=1)
        contact_name = CharField(max_length=160)
        contact_phone = CharField(max_length=20)
        address = CharField(max_length=300)
        wish_on = DateField(null=True)
        wish_slot = SmallIntegerField(null=True)
        comment = CharField(max_length=500, default="")
        price_kop = IntegerField(null=True)
        is_free_by_law = BooleanField(default=False)
        due_on = DateField(null=True)
        key = CharField(unique=True, null=True, max_length=64)
        search = CharField(max_length=500, default="")
        created_at = MomentField()
        closed_at = MomentField(null=True)

        class Meta:
            database = db
            table_name = "fieldwork_order"
            indexes = ((("branch", "state", "due_on"), False),)
            constraints = [
                Check(
                    "state IN ('draft', 'new', 'accepted', 'needs_details', 'awaiting_payment', 'planned', 'assigned', 'en_route', 'on_site', 'done', 'act_signed', 'closed', 'cancelled', 'rejected', 'no_access', 'postponed', 'refunded')"
                ),
                Check("wish_slot IS NULL OR wish_slot BETWEEN 1 AND 3"),
            ]

    class OrderStep(Model):
        id = BigAutoField()
        order = ForeignKeyField(Order, on_delete="RESTRICT")
        state = CharField(max_length=16)
        comment = CharField(max_length=500, default="")
        at = MomentField()
        by = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "fieldwork_order_step"
            constraints = [
                Check(
                    "state IN ('draft', 'new', 'accepted', 'needs_details', 'awaiting_payment', 'planned', 'assigned', 'en_route', 'on_site', 'done', 'act_signed', 'closed', 'cancelled', 'rejected', 'no_access', 'postponed', 'refunded')"
                ),
            ]

    class OrderMessage(Model):
        id = BigAutoField()
        order = ForeignKeyField(Order, on_delete="RESTRICT")
        text = CharField(max_length=2000)
        is_ours = BooleanField()
        key = CharField(unique=True, null=True, max_length=64)
        at = MomentField()
        by = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "fieldwork_order_message"

    class OrderFile(Model):
        id = BigAutoField()
        order = ForeignKeyField(Order, on_delete="RESTRICT")
        file = ForeignKeyField(File, on_delete="RESTRICT")
        purpose = CharField(max_length=12)
        message = ForeignKeyField(OrderMessage, null=True, on_delete="RESTRICT")
        caption = CharField(max_length=120, default="")

        class Meta:
            database = db
            table_name = "fieldwork_order_file"
            indexes = ((("order", "file", "purpose"), True),)
            constraints = [
                Check("purpose IN ('attachment', 'photo', 'act', 'signature')"),
            ]

    class Crew(Model):
        name = CharField(max_length=80)
        branch = ForeignKeyField(Branch, on_delete="RESTRICT")
        works = JSONField()
        vehicle = CharField(max_length=60, default="")
        is_active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "fieldwork_crew"
            indexes = ((("branch", "name"), True),)

    class CrewMember(Model):
        crew = ForeignKeyField(Crew, on_delete="RESTRICT")
        staff = ForeignKeyField(Staff, on_delete="RESTRICT")
        safety_group = SmallIntegerField(default=3)
        is_leader = BooleanField(default=False)
        since_on = DateField()
        until_on = DateField(null=True)

        class Meta:
            database = db
            table_name = "fieldwork_crew_member"
            constraints = [
                Check("safety_group BETWEEN 1 AND 5"),
            ]

    class DayOff(Model):
        crew = ForeignKeyField(Crew, on_delete="RESTRICT")
        on = DateField(column_name="off_on")
        slot = SmallIntegerField(null=True)
        reason = CharField(max_length=120, default="")

        class Meta:
            database = db
            table_name = "fieldwork_day_off"
            indexes = ((("crew", "on", "slot"), True),)

    class Visit(Model):
        order = ForeignKeyField(Order, on_delete="RESTRICT")
        crew = ForeignKeyField(Crew, on_delete="RESTRICT")
        on = DateField(column_name="visit_on")
        slot = SmallIntegerField()
        state = CharField(max_length=12, default="assigned")
        version = IntegerField(default=1)
        en_route_at = MomentField(null=True)
        on_site_at = MomentField(null=True)
        ended_at = MomentField(null=True)
        remark = CharField(max_length=300, default="")

        class Meta:
            database = db
            table_name = "fieldwork_visit"
            indexes = ((("crew", "on", "slot"), False),)
            constraints = [
                Check("state IN ('assigned', 'en_route', 'on_site', 'done', 'no_access', 'cancelled')"),
                Check("slot BETWEEN 1 AND 3"),
            ]

    class Act(Model):
        number = CharField(unique=True, max_length=24)
        order = ForeignKeyField(Order, on_delete="RESTRICT")
        visit = ForeignKeyField(Visit, unique=True, on_delete="RESTRICT")
        kind = CharField(max_length=16)
        facts = JSONField()
        key = CharField(unique=True, max_length=64)
        file = ForeignKeyField(File, null=True, on_delete="RESTRICT")
        signed_at = MomentField()
        by = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "fieldwork_act"
            constraints = [
                Check("kind IN ('replacement', 'sealing', 'unsealing', 'programming', 'electrical', 'other')"),
            ]

    class Message(Model):
        id = BigAutoField()
        event = ForeignKeyField(EventRecord, null=True, on_delete="RESTRICT")
        channel = CharField(max_length=8)
        recipient = CharField(max_length=254)
        person = ForeignKeyField(Person, null=True, on_delete="RESTRICT")
        account = ForeignKeyField(Account, null=True, on_delete="RESTRICT")
        template = CharField(max_length=64)
        subject = CharField(max_length=200, default="")
        text = TextField()
        html = TextField(default="")
        link = CharField(max_length=200, default="")
        state = CharField(max_length=8, default="queued")
        attempts = IntegerField(default=0)
        provider_id = CharField(max_length=64, default="")
        error = CharField(max_length=200, default="")
        created_at = MomentField()
        sent_at = MomentField(null=True)
        read_at = MomentField(null=True)

        class Meta:
            database = db
            table_name = "notifications_message"
            indexes = ((("event", "channel", "recipient"), True),)
            constraints = [
                Check("channel IN ('email', 'sms', 'cabinet')"),
                Check("state IN ('queued', 'sending', 'sent', 'failed', 'recorded')"),
            ]

    db.create_tables(
        [
            EventRecord,
            Delivery,
            Job,
            Setting,
            Counter,
            File,
            Branch,
            Town,
            Office,
            ClosedMonth,
            Person,
            Identity,
            Staff,
            Role,
            RolePermission,
            StaffRole,
            BusinessUser,
            Session,
            Premises,
            Organization,
            Account,
            Binding,
            MeterType,
            Meter,
            Installation,
            Seal,
            Reading,
            Tariff,
            RangeBound,
            Entry,
            Line,
            Balance,
            Statement,
            Registry,
            Payment,
            Attempt,
            Callback,
            Refund,
            Service,
            Order,
            OrderStep,
            OrderMessage,
            OrderFile,
            Crew,
            CrewMember,
            DayOff,
            Visit,
            Act,
            Message,
        ]
    )
    db.execute_sql(
        "CREATE INDEX core_delivery_open ON core_delivery (due_at) WHERE ((done_at IS NULL) AND (dead_at IS NULL))"
    )
    db.execute_sql("CREATE INDEX core_delivery_dead ON core_delivery (dead_at) WHERE (dead_at IS NOT NULL)")
    db.execute_sql(
        "CREATE UNIQUE INDEX accounts_binding_live ON accounts_binding (person_id, account_id) WHERE (ended_at IS NULL)"
    )
    db.execute_sql(
        "CREATE UNIQUE INDEX metering_installation_live ON metering_installation (meter_id) WHERE (removed_on IS NULL)"
    )
    db.execute_sql(
        "CREATE UNIQUE INDEX metering_reading_counts ON metering_reading (meter_id, month) WHERE ((withdrawn_at IS NULL) AND (role = 'regular'))"
    )
    db.execute_sql(
        "CREATE INDEX payments_attempt_to_check ON payments_attempt (next_check_at) WHERE (next_check_at IS NOT NULL)"
    )
    db.execute_sql(
        "CREATE UNIQUE INDEX fieldwork_crew_member_now ON fieldwork_crew_member (staff_id) WHERE (until_on IS NULL)"
    )
    db.execute_sql("CREATE UNIQUE INDEX fieldwork_visit_live ON fieldwork_visit (order_id) WHERE (ended_at IS NULL)")
    db.execute_sql(
        "CREATE INDEX notifications_message_unread ON notifications_message (person_id) WHERE ((channel = 'cabinet') AND (read_at IS NULL))"
    )
    _keep_history(db)


def _keep_history(db):
    """Let the database itself refuse to change or delete what was written into the history and the ledger."""
    if isinstance(db, PostgresqlDatabase):
        db.execute_sql(
            "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$".replace("%", "%%")
        )
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            if isinstance(db, PostgresqlDatabase):
                db.execute_sql(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION append_only()"
                )
            else:
                db.execute_sql(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )


def down(migrator, db):
    tables = [
        "notifications_message",
        "fieldwork_act",
        "fieldwork_visit",
        "fieldwork_day_off",
        "fieldwork_crew_member",
        "fieldwork_crew",
        "fieldwork_order_file",
        "fieldwork_order_message",
        "fieldwork_order_step",
        "fieldwork_order",
        "fieldwork_service",
        "payments_refund",
        "payments_callback",
        "payments_attempt",
        "payments_payment",
        "payments_registry",
        "billing_statement",
        "billing_balance",
        "billing_line",
        "billing_entry",
        "billing_range_bound",
        "billing_tariff",
        "metering_reading",
        "metering_seal",
        "metering_installation",
        "metering_meter",
        "metering_meter_type",
        "accounts_binding",
        "accounts_account",
        "accounts_organization",
        "accounts_premises",
        "people_session",
        "people_business_user",
        "people_staff_role",
        "people_role_permission",
        "people_role",
        "people_staff",
        "people_identity",
        "people_person",
        "branches_closed_month",
        "branches_office",
        "branches_town",
        "branches_branch",
        "core_file",
        "core_limit",
        "core_setting",
        "core_job",
        "core_delivery",
        "core_event",
    ]
    for table in tables:
        db.execute_sql(f"DROP TABLE {table}")
    if isinstance(db, PostgresqlDatabase):
        db.execute_sql("DROP FUNCTION append_only()")
