"""Cards that the bank keeps for people."""

from peewee import BigAutoField, CharField, Check, DateField, ForeignKeyField, Model, TextField

from nesk.core.db import MomentField


def up(migrator, db):
    class Person(Model):
        class Meta:
            database = db
            table_name = "people_person"

    class Card(Model):
        id = BigAutoField()
        person = ForeignKeyField(Person, on_delete="RESTRICT")
        kind = CharField(max_length=16)
        binding = TextField()
        masked_pan = CharField(max_length=24)
        expires_on = DateField()
        state = CharField(max_length=10, default="active")
        created_at = MomentField()
        ended_at = MomentField(null=True)
        unbound_at = MomentField(null=True)

        class Meta:
            database = db
            table_name = "payments_card"
            constraints = [
                Check("state IN ('active', 'unusable', 'unbound')"),
                Check("(state = 'active') = (ended_at IS NULL)", "payments_card_ended"),
                Check("(state = 'unbound') = (unbound_at IS NOT NULL)", "payments_card_unbound"),
            ]

    db.create_tables([Card])


def down(migrator, db):
    db.execute_sql("DROP TABLE payments_card")
