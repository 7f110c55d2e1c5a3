"""Who may issue access, where its holders are written to, and organizations that can be searched for."""

import re

from peewee import PostgresqlDatabase

ADDED = {"issue_credentials": ("operator", "admin"), "manage_staff": ("admin",)}
"""New permissions and the roles of a new copy that have them."""
TABLE, CHECK = "people_role_permission", "people_role_permission_permission_check"


def up(migrator, db):
    _permissions(db, _allowed(db) | set(ADDED))
    mark = "%s" if isinstance(db, PostgresqlDatabase) else "?"
    for permission, roles in ADDED.items():
        for role in roles:
            db.execute_sql(
                f"INSERT INTO {TABLE} (role_id, permission) SELECT id, {mark} FROM people_role WHERE code = {mark}",
                (permission, role),
            )
    for table in ("people_staff", "people_business_user"):
        db.execute_sql(f"ALTER TABLE {table} ADD COLUMN email VARCHAR(254) NOT NULL DEFAULT ''")
    db.execute_sql("ALTER TABLE accounts_organization ADD COLUMN search VARCHAR(260) NOT NULL DEFAULT ''")
    rows = db.execute_sql("SELECT id, name, inn, contract_number FROM accounts_organization").fetchall()
    for id, *words in rows:
        # Lower-cased here: lower() of an engine may know no Cyrillic.
        db.execute_sql(
            f"UPDATE accounts_organization SET search = {mark} WHERE id = {mark}", (" ".join(words).lower(), id)
        )


def down(migrator, db):
    db.execute_sql("ALTER TABLE accounts_organization DROP COLUMN search")
    for table in ("people_staff", "people_business_user"):
        db.execute_sql(f"ALTER TABLE {table} DROP COLUMN email")
    listed = ", ".join(f"'{permission}'" for permission in ADDED)
    db.execute_sql(f"DELETE FROM {TABLE} WHERE permission IN ({listed})")
    _permissions(db, _allowed(db) - set(ADDED))


def _allowed(db):
    """What the CHECK allows now: another migration may have added to it."""
    if isinstance(db, PostgresqlDatabase):
        found = db.execute_sql("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", (CHECK,))
    else:
        found = db.execute_sql("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (TABLE,))
    return set(re.findall(r"'([a-z_]+)'", found.fetchone()[0]))


def _permissions(db, allowed):
    """PostgreSQL changes a CHECK in place, SQLite only in a table made anew."""
    check = f"CHECK (permission IN ({', '.join(repr(each) for each in sorted(allowed))}))"
    if isinstance(db, PostgresqlDatabase):
        db.execute_sql(f"ALTER TABLE {TABLE} DROP CONSTRAINT {CHECK}")
        db.execute_sql(f"ALTER TABLE {TABLE} ADD CONSTRAINT {CHECK} {check}")
        return
    db.execute_sql(
        f"CREATE TABLE {TABLE}_new (id INTEGER NOT NULL PRIMARY KEY, role_id INTEGER NOT NULL, "
        f"permission VARCHAR(32) NOT NULL, FOREIGN KEY (role_id) REFERENCES people_role (id) ON DELETE RESTRICT, {check})"
    )
    db.execute_sql(f"INSERT INTO {TABLE}_new (id, role_id, permission) SELECT id, role_id, permission FROM {TABLE}")
    db.execute_sql(f"DROP TABLE {TABLE}")
    db.execute_sql(f"ALTER TABLE {TABLE}_new RENAME TO {TABLE}")
    db.execute_sql(f"CREATE INDEX rolepermission_role_id ON {TABLE} (role_id)")
    db.execute_sql(f"CREATE UNIQUE INDEX rolepermission_role_id_permission ON {TABLE} (role_id, permission)")
