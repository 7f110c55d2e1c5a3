"""Who signs in. Subscribers, staff, crews and users of legal entities are separate identities on purpose."""

import peewee

from nesk.branches.models import Branch
from nesk.core.db import JSONField, Model, MomentField, one_of, reference
from nesk.people.permissions import Permission

SESSION_KINDS = ("person", "staff", "crew", "business")
SESSION_PURPOSES = ("all", "password")
"""A session for everything, or one that is good only for setting a new password."""
IDENTITY_KINDS = ("phone", "email", "account")
STAFF_KINDS = ("office", "crew")
CLOSING_REASONS = ("", "moved", "unused", "hard", "privacy", "other")


class Person(Model):
    """A subscriber's own account in the cabinet (учётная запись); it may hold many лицевые счета (S0-02)."""

    surname = peewee.CharField(80, default="")
    name = peewee.CharField(80, default="")
    patronymic = peewee.CharField(80, default="")
    password_hash = peewee.CharField(200, default="")
    password_changed_at = MomentField(null=True)
    password_issued_until = MomentField(null=True)
    """Set while the password is one that we issued: it opens nothing but the page of a new password, and only until then."""
    is_demo = peewee.BooleanField(default=False)
    created_at = MomentField()
    closed_at = MomentField(null=True)
    """When the person's data were erased at their wish; the row stays for the ledger and the journal."""
    closes_at = MomentField(null=True)
    """When the cabinet will be closed, while its closing waits: every page says so without asking another table."""
    search = peewee.CharField(300, default="")
    """Lower-cased ФИО, phone and e-mail: what a search in the back office looks through."""

    class Meta:
        table_name = "people_person"

    @property
    def full_name(self) -> str:
        return " ".join(filter(None, (self.surname, self.name, self.patronymic))) or "Абонент"


class Identity(Model):
    """A phone, an e-mail or the number of an account by which a person signs in; the first two are written to as well."""

    person = reference(Person, backref="identities")
    kind = peewee.CharField(8)
    value = peewee.CharField(254)
    """A phone as +7XXXXXXXXXX, an e-mail lower-cased."""
    confirmed_at = MomentField(null=True)
    is_login = peewee.BooleanField(default=True)
    """Whether one may sign in by it: «Использовать почту в качестве логина» (S0-30)."""

    class Meta:
        table_name = "people_identity"
        indexes = ((("kind", "value"), True),)
        constraints = [one_of("kind", IDENTITY_KINDS)]


class Staff(Model):
    """An employee: of the office (/staff) or of a crew (/crew). Without a branch they see every branch."""

    login = peewee.CharField(64)
    kind = peewee.CharField(8, default="office")
    name = peewee.CharField(160)
    position = peewee.CharField(100, default="")
    email = peewee.CharField(254, default="")
    """Where they are told of changes of their own access; they do not sign in by it."""
    branch = reference(Branch, null=True, backref="staff")
    password_hash = peewee.CharField(200, default="")
    password_issued_until = MomentField(null=True)
    is_active = peewee.BooleanField(default=True)
    is_demo = peewee.BooleanField(default=False)
    created_at = MomentField()

    class Meta:
        table_name = "people_staff"
        indexes = ((("kind", "login"), True),)
        constraints = [one_of("kind", STAFF_KINDS)]


class Role(Model):
    """A named set of permissions."""

    code = peewee.CharField(32, unique=True)
    title = peewee.CharField(80)

    class Meta:
        table_name = "people_role"


class RolePermission(Model):
    role = reference(Role, backref="permissions")
    permission = peewee.CharField(32)

    class Meta:
        table_name = "people_role_permission"
        indexes = ((("role", "permission"), True),)
        constraints = [one_of("permission", Permission)]


class StaffRole(Model):
    staff = reference(Staff, backref="roles")
    role = reference(Role)

    class Meta:
        table_name = "people_staff_role"
        indexes = ((("staff", "role"), True),)


class BusinessUser(Model):
    """A user of a legal entity, made by staff; `organization_id` is a row of accounts, a floor above."""

    login = peewee.CharField(64, unique=True)
    name = peewee.CharField(160)
    email = peewee.CharField(254, default="")
    branch = reference(Branch)
    organization_id = peewee.IntegerField(index=True)
    password_hash = peewee.CharField(200, default="")
    password_issued_until = MomentField(null=True)
    is_active = peewee.BooleanField(default=True)
    is_demo = peewee.BooleanField(default=False)
    created_at = MomentField()

    class Meta:
        table_name = "people_business_user"


class Session(Model):
    """One signed-in device. The cookie holds a random token; the row holds its hash, and can be listed and ended."""

    id = peewee.BigAutoField()
    token_hash = peewee.CharField(64, unique=True)
    kind = peewee.CharField(8)
    subject_id = peewee.IntegerField()
    created_at = MomentField()
    seen_at = MomentField()
    expires_at = MomentField(index=True)
    idle_seconds = peewee.IntegerField()
    remembered = peewee.BooleanField(default=False)
    purpose = peewee.CharField(8, default="all")
    proved_at = MomentField(null=True)
    """When the person last showed in this session that they know the password: what is dear asks for a fresh proof."""
    ended_at = MomentField(null=True)
    ip = peewee.CharField(45, default="")
    place = peewee.CharField(120, default="")
    """Town or country of the address, where a database of addresses is at hand."""
    device = peewee.CharField(200, default="")

    class Meta:
        table_name = "people_session"
        indexes = ((("kind", "subject_id"), False),)
        constraints = [one_of("kind", SESSION_KINDS), one_of("purpose", SESSION_PURPOSES)]


class Profile(Model):
    """What a person tells of themselves beyond their name: all of it optional (S1-12)."""

    person = reference(Person, unique=True, backref="profiles")
    surname_latin = peewee.CharField(80, default="")
    name_latin = peewee.CharField(80, default="")
    nickname = peewee.CharField(60, default="")
    sex = peewee.CharField(1, default="")
    born_on = peewee.DateField(null=True)
    citizenship = peewee.CharField(60, default="")
    photo = peewee.CharField(100, default="")
    """The key of the picture among the files."""
    extended = JSONField(default=dict)
    """«Расширенная анкета»: question → answer."""
    preferences = JSONField(default=dict)
    """«Личные предпочтения»: name → choice."""

    class Meta:
        table_name = "people_profile"
        constraints = [one_of("sex", ("", "f", "m"))]


class SmsPhone(Model):
    """A further number that the person's informational SMS go to (S0-32)."""

    person = reference(Person, backref="sms_phones")
    phone = peewee.CharField(12)
    confirmed_at = MomentField()
    ended_at = MomentField(null=True)

    class Meta:
        table_name = "people_sms_phone"


SmsPhone.add_index(
    SmsPhone.index(
        SmsPhone.person, SmsPhone.phone, unique=True, where=SmsPhone.ended_at.is_null(), name="people_sms_phone_live"
    )
)


class Closing(Model):
    """A person's wish to have their cabinet closed and their data erased; it waits, and may be taken back."""

    person = reference(Person, backref="closings")
    reason = peewee.CharField(10, default="")
    comment = peewee.CharField(500, default="")
    """In the person's own words; erased with the rest."""
    asked_at = MomentField()
    due_at = MomentField(index=True)
    cancelled_at = MomentField(null=True)
    done_at = MomentField(null=True)

    class Meta:
        table_name = "people_closing"
        constraints = [one_of("reason", CLOSING_REASONS)]


Closing.add_index(
    Closing.index(
        Closing.person,
        unique=True,
        where=(Closing.cancelled_at.is_null() & Closing.done_at.is_null()),
        name="people_closing_live",
    )
)
