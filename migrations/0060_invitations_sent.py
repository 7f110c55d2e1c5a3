"""Invitations that we send at the holder's wish: where to, the token until the message is written, and the form's key."""


def up(migrator, db):
    db.execute_sql("ALTER TABLE accounts_invitation ADD COLUMN key VARCHAR(64)")
    db.execute_sql("ALTER TABLE accounts_invitation ADD COLUMN recipient VARCHAR(254) NOT NULL DEFAULT ''")
    db.execute_sql("ALTER TABLE accounts_invitation ADD COLUMN sealed TEXT NOT NULL DEFAULT ''")
    db.execute_sql("CREATE UNIQUE INDEX accounts_invitation_key ON accounts_invitation (key)")


def down(migrator, db):
    db.execute_sql("DROP INDEX accounts_invitation_key")
    for column in ("key", "recipient", "sealed"):
        db.execute_sql(f"ALTER TABLE accounts_invitation DROP COLUMN {column}")
