"""Where receipts may go by e-mail, and the towns and streets that are found by their first letters."""

from peewee import CharField, ForeignKeyField, Model, PostgresqlDatabase

from nesk.branches.rules import place_key
from nesk.core.db import MomentField

CHUNK = 400


def up(migrator, db):
    _tables(db)
    _known_places(db)


def down(migrator, db):
    db.execute_sql("DROP TABLE branches_place")
    db.execute_sql("DROP TABLE accounts_receipt_address")


def _tables(db):
    class Person(Model):
        class Meta:
            database = db
            table_name = "people_person"

    class Account(Model):
        class Meta:
            database = db
            table_name = "accounts_account"

    class Town(Model):
        class Meta:
            database = db
            table_name = "branches_town"

    class ReceiptAddress(Model):
        person = ForeignKeyField(Person, on_delete="RESTRICT")
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        email = CharField(max_length=254)
        confirmed_at = MomentField()

        class Meta:
            database = db
            table_name = "accounts_receipt_address"
            indexes = ((("person", "account", "email"), True),)

    class Place(Model):
        town = ForeignKeyField(Town, on_delete="RESTRICT")
        street = CharField(max_length=100, default="")
        key = CharField(max_length=100, index=True)

        class Meta:
            database = db
            table_name = "branches_place"
            indexes = ((("town", "street"), True),)

    db.create_tables([ReceiptAddress])
    if not isinstance(db, PostgresqlDatabase):
        db.create_tables([Place])
        return
    # In the order of code points «from these letters on» is one stretch of an index; in that of a language it is not.
    Place.create_table()
    db.execute_sql('ALTER TABLE branches_place ALTER COLUMN key TYPE VARCHAR(100) COLLATE "C"')


def _known_places(db):
    """Towns, and the streets on which somebody is supplied."""
    towns = db.execute_sql("SELECT id, name FROM branches_town").fetchall()
    streets = db.execute_sql("SELECT DISTINCT town_id, street FROM accounts_premises").fetchall()
    rows = [(town, "", place_key(name)) for town, name in towns]
    rows += [(town, street, place_key(street)) for town, street in streets if street]
    mark = db.param
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        places = ", ".join([f"({mark}, {mark}, {mark})"] * len(part))
        db.execute_sql(
            f"INSERT INTO branches_place (town_id, street, key) VALUES {places}",
            [value for row in part for value in row],
        )
