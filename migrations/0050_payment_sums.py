"""Posted payments by their sum: how many accounts a sum would open is asked before it is taken for evidence."""

from peewee import PostgresqlDatabase

atomic = False
"""CONCURRENTLY refuses to run inside a transaction; payments go on being taken meanwhile."""


def up(migrator, db):
    quietly = "CONCURRENTLY IF NOT EXISTS" if isinstance(db, PostgresqlDatabase) else "IF NOT EXISTS"
    db.execute_sql(
        f"CREATE INDEX {quietly} payments_payment_sum"
        " ON payments_payment ((principal_kop + penalty_kop), account_id, paid_on) WHERE (posted_at IS NOT NULL)"
    )


def down(migrator, db):
    db.execute_sql("DROP INDEX payments_payment_sum")
