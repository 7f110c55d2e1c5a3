"""Everybody gets in, and only they: codes and links, captchas, second factors, consents, shared access, profiles."""

from peewee import (
    BigAutoField,
    BigIntegerField,
    CharField,
    Check,
    DateField,
    ForeignKeyField,
    IntegerField,
    Model,
    PostgresqlDatabase,
    SmallIntegerField,
    TextField,
)

from nesk.core.db import JSONField, MomentField

APPEND_ONLY = ("consents_document", "consents_consent")
TABLES = (
    "consents_consent",
    "consents_document",
    "accounts_care_link",
    "credentials_factor",
    "credentials_remembered",
    "credentials_captcha",
    "credentials_challenge",
    "people_closing",
    "people_sms_phone",
    "people_profile",
)
COLUMNS = {
    "people_person": ("password_issued_until", "closed_at"),
    "people_staff": ("password_issued_until",),
    "people_business_user": ("password_issued_until",),
}
KINDS = ("person", "staff", "crew", "business")
RIGHTS = ("all", "pay", "readings", "view")
PURPOSES = ("personal_data", "e_bill", "notices", "advertising", "card_storage", "third_parties")
IDENTITY = (
    "id {serial}, person_id INTEGER NOT NULL REFERENCES people_person (id) ON DELETE RESTRICT, "
    "kind VARCHAR(8) NOT NULL, value VARCHAR(254) NOT NULL, confirmed_at TIMESTAMPTZ{more}, "
    "CHECK (kind IN ({kinds}))"
)
BINDING = (
    "id {serial}, person_id INTEGER NOT NULL REFERENCES people_person (id) ON DELETE RESTRICT, "
    "account_id INTEGER NOT NULL REFERENCES accounts_account (id) ON DELETE RESTRICT, way VARCHAR(10) NOT NULL, "
    "title VARCHAR(60) NOT NULL, bound_at TIMESTAMPTZ NOT NULL, ended_at TIMESTAMPTZ{more}, CHECK (way IN ({ways})){checks}"
)
OLD_WAYS = ("sum", "payment", "meter", "password", "staff")
NEW_WAYS = (*OLD_WAYS, "account", "invitation")


def up(migrator, db):
    _sessions_and_people(db)
    _tables(db)
    _identities(db, ("phone", "email", "account"), is_login=True)
    _bindings(db, NEW_WAYS, shared=True)
    db.execute_sql(
        "CREATE UNIQUE INDEX people_sms_phone_live ON people_sms_phone (person_id, phone) WHERE (ended_at IS NULL)"
    )
    db.execute_sql(
        "CREATE UNIQUE INDEX people_closing_live ON people_closing (person_id)"
        " WHERE ((cancelled_at IS NULL) AND (done_at IS NULL))"
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
    _bindings(db, OLD_WAYS, shared=False)
    _identities(db, ("phone", "email"), is_login=False)
    for table in TABLES:
        db.execute_sql(f"DROP TABLE {table}")
    db.execute_sql("DROP TABLE accounts_invitation")
    for table, columns in COLUMNS.items():
        for column in columns:
            db.execute_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
    for column in ("purpose", "proved_at", "place"):
        db.execute_sql(f"ALTER TABLE people_session DROP COLUMN {column}")


def _sessions_and_people(db):
    for table, columns in COLUMNS.items():
        for column in columns:
            db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {column} TIMESTAMPTZ")
    db.execute_sql(
        "ALTER TABLE people_session ADD COLUMN purpose VARCHAR(8) NOT NULL DEFAULT 'all' CHECK (purpose IN ('all', 'password'))"
    )
    db.execute_sql("ALTER TABLE people_session ADD COLUMN proved_at TIMESTAMPTZ")
    db.execute_sql("ALTER TABLE people_session ADD COLUMN place VARCHAR(120) NOT NULL DEFAULT ''")


def _identities(db, kinds, *, is_login):
    """The kinds that a CHECK lists: PostgreSQL changes it in place, SQLite only in a table made anew."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    if isinstance(db, PostgresqlDatabase):
        db.execute_sql("ALTER TABLE people_identity DROP CONSTRAINT people_identity_kind_check")
        if is_login:
            db.execute_sql("ALTER TABLE people_identity ADD COLUMN is_login BOOLEAN NOT NULL DEFAULT TRUE")
        else:
            db.execute_sql("DELETE FROM people_identity WHERE kind = 'account'")
            db.execute_sql("ALTER TABLE people_identity DROP COLUMN is_login")
        db.execute_sql(
            f"ALTER TABLE people_identity ADD CONSTRAINT people_identity_kind_check CHECK (kind IN ({listed}))"
        )
        return
    more = ", is_login INTEGER NOT NULL DEFAULT 1" if is_login else ""
    _made_anew(
        db,
        "people_identity",
        IDENTITY.format(serial="INTEGER NOT NULL PRIMARY KEY", more=more, kinds=listed),
        "id, person_id, kind, value, confirmed_at",
        f"kind IN ({listed})",
    )
    db.execute_sql("CREATE INDEX people_identity_person_id ON people_identity (person_id)")
    db.execute_sql("CREATE UNIQUE INDEX people_identity_kind_value ON people_identity (kind, value)")


def _bindings(db, ways, *, shared):
    """Rights, their end and the invitation that they came by."""
    listed = ", ".join(f"'{way}'" for way in ways)
    rights = ", ".join(f"'{right}'" for right in RIGHTS)
    if isinstance(db, PostgresqlDatabase):
        db.execute_sql("ALTER TABLE accounts_binding DROP CONSTRAINT accounts_binding_way_check")
        if shared:
            db.execute_sql(
                "ALTER TABLE accounts_binding ADD COLUMN rights VARCHAR(8) NOT NULL DEFAULT 'all' "
                f"CONSTRAINT accounts_binding_rights_check CHECK (rights IN ({rights})), ADD COLUMN until_on DATE, "
                "ADD COLUMN invitation_id INTEGER REFERENCES accounts_invitation (id) ON DELETE RESTRICT"
            )
            db.execute_sql("CREATE INDEX accounts_binding_invitation_id ON accounts_binding (invitation_id)")
        else:
            db.execute_sql(f"DELETE FROM accounts_binding WHERE way NOT IN ({listed})")
            db.execute_sql(
                "ALTER TABLE accounts_binding DROP COLUMN rights, DROP COLUMN until_on, DROP COLUMN invitation_id"
            )
        db.execute_sql(
            f"ALTER TABLE accounts_binding ADD CONSTRAINT accounts_binding_way_check CHECK (way IN ({listed}))"
        )
        return
    more = (
        ", rights VARCHAR(8) NOT NULL DEFAULT 'all', until_on DATE, "
        "invitation_id INTEGER REFERENCES accounts_invitation (id) ON DELETE RESTRICT"
        if shared
        else ""
    )
    checks = f", CHECK (rights IN ({rights}))" if shared else ""
    _made_anew(
        db,
        "accounts_binding",
        BINDING.format(serial="INTEGER NOT NULL PRIMARY KEY", more=more, ways=listed, checks=checks),
        "id, person_id, account_id, way, title, bound_at, ended_at",
        f"way IN ({listed})",
    )
    for column in ("person_id", "account_id", *(("invitation_id",) if shared else ())):
        db.execute_sql(f"CREATE INDEX accounts_binding_{column} ON accounts_binding ({column})")
    db.execute_sql(
        "CREATE UNIQUE INDEX accounts_binding_live ON accounts_binding (person_id, account_id) WHERE (ended_at IS NULL)"
    )


def _made_anew(db, table, columns, kept, which):
    db.execute_sql(f"CREATE TABLE {table}_new ({columns})")
    db.execute_sql(f"INSERT INTO {table}_new ({kept}) SELECT {kept} FROM {table} WHERE {which}")
    db.execute_sql(f"DROP TABLE {table}")
    db.execute_sql(f"ALTER TABLE {table}_new RENAME TO {table}")


def _one_of(column, values):
    return Check(f"{column} IN ({', '.join(repr(value) for value in values)})")


def _tables(db):
    class Person(Model):
        class Meta:
            database = db
            table_name = "people_person"

    class Account(Model):
        class Meta:
            database = db
            table_name = "accounts_account"

    class Profile(Model):
        person = ForeignKeyField(Person, on_delete="RESTRICT", unique=True)
        surname_latin = CharField(max_length=80, default="")
        name_latin = CharField(max_length=80, default="")
        nickname = CharField(max_length=60, default="")
        sex = CharField(max_length=1, default="")
        born_on = DateField(null=True)
        citizenship = CharField(max_length=60, default="")
        photo = CharField(max_length=100, default="")
        extended = JSONField()
        preferences = JSONField()

        class Meta:
            database = db
            table_name = "people_profile"
            constraints = [_one_of("sex", ("", "f", "m"))]

    class SmsPhone(Model):
        person = ForeignKeyField(Person, on_delete="RESTRICT")
        phone = CharField(max_length=12)
        confirmed_at = MomentField()
        ended_at = MomentField(null=True)

        class Meta:
            database = db
            table_name = "people_sms_phone"

    class Closing(Model):
        person = ForeignKeyField(Person, on_delete="RESTRICT")
        asked_at = MomentField()
        due_at = MomentField(index=True)
        cancelled_at = MomentField(null=True)
        done_at = MomentField(null=True)

        class Meta:
            database = db
            table_name = "people_closing"

    class Challenge(Model):
        id = BigAutoField()
        purpose = CharField(max_length=20)
        channel = CharField(max_length=8)
        recipient = CharField(max_length=254)
        person = ForeignKeyField(Person, on_delete="RESTRICT", null=True)
        browser_hash = CharField(max_length=64, default="")
        secret_hash = CharField(max_length=64, index=True)
        sealed = TextField(default="")
        facts = JSONField()
        tries = SmallIntegerField(default=0)
        created_at = MomentField()
        expires_at = MomentField(index=True)
        used_at = MomentField(null=True)
        ended_at = MomentField(null=True)

        class Meta:
            database = db
            table_name = "credentials_challenge"
            indexes = ((("purpose", "recipient"), False),)
            constraints = [_one_of("channel", ("sms", "email"))]

    class Captcha(Model):
        id = CharField(max_length=32, primary_key=True)
        form = CharField(max_length=32)
        browser_hash = CharField(max_length=64)
        answer = CharField(max_length=8)
        spoken = CharField(max_length=8)
        created_at = MomentField()
        expires_at = MomentField(index=True)
        used_at = MomentField(null=True)

        class Meta:
            database = db
            table_name = "credentials_captcha"

    class Remembered(Model):
        id = BigAutoField()
        person = ForeignKeyField(Person, on_delete="RESTRICT")
        chain = CharField(max_length=32, index=True)
        selector = CharField(max_length=32, unique=True)
        validator_hash = CharField(max_length=64)
        created_at = MomentField()
        expires_at = MomentField(index=True)
        used_at = MomentField(null=True)
        ended_at = MomentField(null=True)
        session_id = BigIntegerField(null=True)

        class Meta:
            database = db
            table_name = "credentials_remembered"

    class Factor(Model):
        holder_kind = CharField(max_length=8)
        holder_id = IntegerField()
        kind = CharField(max_length=8)
        name = CharField(max_length=80, default="")
        secret = TextField(default="")
        credential_id = CharField(max_length=400, null=True, unique=True)
        public_key = TextField(default="")
        sign_count = BigIntegerField(default=0)
        last_step = BigIntegerField(default=0)
        created_at = MomentField()
        confirmed_at = MomentField(null=True)
        used_at = MomentField(null=True)
        ended_at = MomentField(null=True)

        class Meta:
            database = db
            table_name = "credentials_factor"
            indexes = ((("holder_kind", "holder_id"), False),)
            constraints = [_one_of("kind", ("totp", "passkey", "backup")), _one_of("holder_kind", KINDS)]

    class Invitation(Model):
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        inviter = ForeignKeyField(Person, on_delete="RESTRICT")
        rights = CharField(max_length=8)
        until_on = DateField(null=True)
        title = CharField(max_length=60, default="")
        token_hash = CharField(max_length=64, unique=True)
        created_at = MomentField()
        expires_at = MomentField()
        accepted_at = MomentField(null=True)
        ended_at = MomentField(null=True)

        class Meta:
            database = db
            table_name = "accounts_invitation"
            constraints = [_one_of("rights", RIGHTS)]

    class CareLink(Model):
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        person = ForeignKeyField(Person, on_delete="RESTRICT")
        rights = CharField(max_length=8)
        title = CharField(max_length=60, default="")
        until_on = DateField()
        created_at = MomentField()
        ended_at = MomentField(null=True)
        used_count = IntegerField(default=0)
        used_at = MomentField(null=True)

        class Meta:
            database = db
            table_name = "accounts_care_link"
            constraints = [_one_of("rights", RIGHTS)]

    class Document(Model):
        purpose = CharField(max_length=20)
        version = SmallIntegerField()
        title = CharField(max_length=200)
        text = TextField()
        sha256 = CharField(max_length=64)
        published_at = MomentField()
        published_by = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "consents_document"
            indexes = ((("purpose", "version"), True),)
            constraints = [_one_of("purpose", PURPOSES)]

    class Consent(Model):
        id = BigAutoField()
        person = ForeignKeyField(Person, on_delete="RESTRICT")
        purpose = CharField(max_length=20)
        document = ForeignKeyField(Document, on_delete="RESTRICT")
        sha256 = CharField(max_length=64)
        action = CharField(max_length=10)
        account = ForeignKeyField(Account, on_delete="RESTRICT", null=True)
        channel = CharField(max_length=8, default="web")
        ip = CharField(max_length=45, default="")
        device = CharField(max_length=200, default="")
        challenge_id = BigIntegerField(null=True)
        at = MomentField()

        class Meta:
            database = db
            table_name = "consents_consent"
            indexes = ((("person", "purpose", "id"), False),)
            constraints = [
                _one_of("purpose", PURPOSES),
                _one_of("action", ("given", "withdrawn")),
                _one_of("channel", ("web", "desk")),
            ]

    db.create_tables(
        [
            Profile,
            SmsPhone,
            Closing,
            Challenge,
            Captcha,
            Remembered,
            Factor,
            Invitation,
            CareLink,
            Document,
            Consent,
        ]
    )
