"""Who signs in. Subscribers, staff, crews and users of legal entities are separate identities on purpose."""

import peewee

from nesk.branches.models import Branch
from nesk.core.db import Model, MomentField, one_of, reference
from nesk.people.permissions import Permission

SESSION_KINDS = ("person", "staff", "crew", "business")
IDENTITY_KINDS = ("phone", "email")
STAFF_KINDS = ("office", "crew")


class Person(Model):
    """A subscriber's own account in the cabinet (учётная запись); it may hold many лицевые счета (S0-02)."""

    surname = peewee.CharField(80, default="")
    name = peewee.CharField(80, default="")
    patronymic = peewee.CharField(80, default="")
    password_hash = peewee.CharField(200, default="")
    password_changed_at = MomentField(null=True)
    is_demo = peewee.BooleanField(default=False)
    created_at = MomentField()
    search = peewee.CharField(300, default="")
    """Lower-cased ФИО, phone and e-mail: what a search in the back office looks through."""

    class Meta:
        table_name = "people_person"

    @property
    def full_name(self) -> str:
        return " ".join(filter(None, (self.surname, self.name, self.patronymic))) or "Абонент"


class Identity(Model):
    """A phone or an e-mail by which a person signs in and is written to."""

    person = reference(Person, backref="identities")
    kind = peewee.CharField(8)
    value = peewee.CharField(254)
    """A phone as +7XXXXXXXXXX, an e-mail lower-cased."""
    confirmed_at = MomentField(null=True)

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
    branch = reference(Branch, null=True, backref="staff")
    password_hash = peewee.CharField(200, default="")
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
    branch = reference(Branch)
    organization_id = peewee.IntegerField(index=True)
    password_hash = peewee.CharField(200, default="")
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
    ended_at = MomentField(null=True)
    ip = peewee.CharField(45, default="")
    device = peewee.CharField(200, default="")

    class Meta:
        table_name = "people_session"
        indexes = ((("kind", "subject_id"), False),)
        constraints = [one_of("kind", SESSION_KINDS)]
