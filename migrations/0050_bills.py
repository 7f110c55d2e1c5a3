"""The figures at the foot of each closed month's bill, kept so that a sum typed off a paper can be looked up."""

from peewee import BigIntegerField, Check, CompositeKey, ForeignKeyField, Model

from nesk.core.db import MonthField

FIGURES = """
    INSERT INTO billing_bill (account_id, month, services_kop, total_kop)
    SELECT account_id, month,
           CASE WHEN services > 0 THEN services ELSE 0 END,
           CASE WHEN services > 0 THEN services ELSE 0 END + CASE WHEN penalties > 0 THEN penalties ELSE 0 END
    FROM (
        SELECT account_id, month,
               SUM(CASE WHEN book = 'principal' THEN closing_kop ELSE 0 END) AS services,
               SUM(CASE WHEN book = 'penalty' THEN closing_kop ELSE 0 END) AS penalties
        FROM billing_statement GROUP BY account_id, month
    ) AS closed
"""


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "accounts_account"

    class Bill(Model):
        account = ForeignKeyField(Account, on_delete="RESTRICT", index=False)
        month = MonthField()
        services_kop = BigIntegerField()
        total_kop = BigIntegerField()

        class Meta:
            database = db
            table_name = "billing_bill"
            primary_key = CompositeKey("account", "month")
            constraints = [Check("services_kop >= 0 AND total_kop >= services_kop")]

    db.create_tables([Bill])
    db.execute_sql(FIGURES)
    db.execute_sql(
        "CREATE INDEX billing_bill_services ON billing_bill (services_kop, account_id, month) WHERE (services_kop > 0)"
    )
    db.execute_sql(
        "CREATE INDEX billing_bill_total ON billing_bill (total_kop, account_id, month) WHERE (total_kop > services_kop)"
    )


def down(migrator, db):
    db.execute_sql("DROP TABLE billing_bill")
