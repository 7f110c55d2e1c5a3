"""Documents that need no consent, archives of one's own data, why a cabinet is closed, files that are to go."""

from peewee import BigAutoField, CharField, Check, ForeignKeyField, Model, PostgresqlDatabase, SmallIntegerField, TextField

from nesk.core.db import MomentField

POLICIES = ("privacy", "agreement", "security")
REASONS = ("", "moved", "unused", "hard", "privacy", "other")
OLD_PERMISSIONS = (
    "see_subscribers", "change_subscribers", "see_accounts", "change_accounts", "see_meters", "change_meters",
    "enter_readings", "see_money", "change_money", "see_orders", "change_orders", "dispatch", "change_branches",
    "change_catalogue", "change_tariffs", "change_settings", "see_queues", "export", "issue_credentials", "manage_staff",
)
NEW_PERMISSION = "change_documents"


def up(migrator, db):
    db.execute_sql("ALTER TABLE people_person ADD COLUMN closes_at TIMESTAMPTZ")
    db.execute_sql(
        f"ALTER TABLE people_closing ADD COLUMN reason VARCHAR(10) NOT NULL DEFAULT '' CHECK (reason IN ({_listed(REASONS)}))"
    )
    db.execute_sql("ALTER TABLE people_closing ADD COLUMN comment VARCHAR(500) NOT NULL DEFAULT ''")
    db.execute_sql("ALTER TABLE core_file ADD COLUMN forgotten_at TIMESTAMPTZ")
    db.execute_sql("CREATE INDEX core_file_forgotten ON core_file (forgotten_at) WHERE (forgotten_at IS NOT NULL)")
    _tables(db)
    _permissions(db, (*OLD_PERMISSIONS, NEW_PERMISSION))
    db.execute_sql(
        "INSERT INTO people_role_permission (role_id, permission) "
        f"SELECT id, '{NEW_PERMISSION}' FROM people_role WHERE code = 'admin'"
    )
    # Who of the staff opened somebody's card must be found in a minute among ten million events (D4).
    kind, subject = (
        ("(facts #> '{\"kind\"}'::text[])", "(facts #> '{\"subject_id\"}'::text[])")
        if isinstance(db, PostgresqlDatabase)
        else ("facts -> '$.\"kind\"'", "facts -> '$.\"subject_id\"'")
    )
    db.execute_sql(f"CREATE INDEX core_event_seen ON core_event ({kind}, {subject}) WHERE (name = 'SubscriberCardSeen')")


def down(migrator, db):
    db.execute_sql("DROP INDEX core_event_seen")
    db.execute_sql(f"DELETE FROM people_role_permission WHERE permission = '{NEW_PERMISSION}'")
    _permissions(db, OLD_PERMISSIONS)
    for table in ("privacy_archive", "consents_policy"):
        db.execute_sql(f"DROP TABLE {table}")
    db.execute_sql("DROP INDEX core_file_forgotten")
    db.execute_sql("ALTER TABLE core_file DROP COLUMN forgotten_at")
    db.execute_sql("ALTER TABLE people_closing DROP COLUMN comment")
    db.execute_sql("ALTER TABLE people_closing DROP COLUMN reason")
    db.execute_sql("ALTER TABLE people_person DROP COLUMN closes_at")


def _listed(values):
    return ", ".join(f"'{value}'" for value in values)


def _permissions(db, permissions):
    """The list that a CHECK holds: PostgreSQL changes it in place, SQLite only in a table made anew."""
    if isinstance(db, PostgresqlDatabase):
        db.execute_sql("ALTER TABLE people_role_permission DROP CONSTRAINT people_role_permission_permission_check")
        db.execute_sql(
            "ALTER TABLE people_role_permission ADD CONSTRAINT people_role_permission_permission_check "
            f"CHECK (permission IN ({_listed(permissions)}))"
        )
        return
    db.execute_sql(
        "CREATE TABLE people_role_permission_new (id INTEGER NOT NULL PRIMARY KEY, "
        "role_id INTEGER NOT NULL REFERENCES people_role (id) ON DELETE RESTRICT, permission VARCHAR(32) NOT NULL, "
        f"CHECK (permission IN ({_listed(permissions)})))"
    )
    db.execute_sql("INSERT INTO people_role_permission_new SELECT id, role_id, permission FROM people_role_permission")
    db.execute_sql("DROP TABLE people_role_permission")
    db.execute_sql("ALTER TABLE people_role_permission_new RENAME TO people_role_permission")
    db.execute_sql("CREATE INDEX people_role_permission_role_id ON people_role_permission (role_id)")
    db.execute_sql(
        "CREATE UNIQUE INDEX people_role_permission_role_id_permission ON people_role_permission (role_id, permission)"
    )


def _tables(db):
    class Person(Model):
        class Meta:
            database = db
            table_name = "people_person"

    class File(Model):
        id = BigAutoField()

        class Meta:
            database = db
            table_name = "core_file"

    class Policy(Model):
        purpose = CharField(max_length=20)
        version = SmallIntegerField()
        title = CharField(max_length=200)
        text = TextField()
        sha256 = CharField(max_length=64)
        published_at = MomentField()
        published_by = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "consents_policy"
            indexes = ((("purpose", "version"), True),)
            constraints = [Check(f"purpose IN ({_listed(POLICIES)})")]

    class Archive(Model):
        id = BigAutoField()
        person = ForeignKeyField(Person, on_delete="RESTRICT")
        asked_at = MomentField()
        ready_at = MomentField(null=True)
        expires_at = MomentField(null=True, index=True)
        file = ForeignKeyField(File, on_delete="RESTRICT", null=True)

        class Meta:
            database = db
            table_name = "privacy_archive"

    db.create_tables([Policy, Archive])
    for verb in ("UPDATE", "DELETE"):
        name = f"consents_policy_no_{verb.lower()}"
        if isinstance(db, PostgresqlDatabase):
            db.execute_sql(
                f"CREATE TRIGGER {name} BEFORE {verb} ON consents_policy FOR EACH ROW EXECUTE FUNCTION append_only()"
            )
        else:
            db.execute_sql(
                f"CREATE TRIGGER {name} BEFORE {verb} ON consents_policy"
                " BEGIN SELECT RAISE(ABORT, 'consents_policy is append-only'); END"
            )
