"""The schema that the migrations build is the one the models describe, on both engines, and the database guards it."""

import importlib
import pkgutil

import pytest
from playhouse.schema_diff import diff_models

import nesk
from nesk.core import db as core_db
from nesk.models import MODELS

UNINDEXED = {"billing_entry.reverses_id"}
"""References that are only ever followed from their own row, of an account that is already found."""

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]


def test_the_migrations_build_what_the_models_describe():
    assert str(diff_models(core_db.db.obj, MODELS)).strip() == ""


def test_every_model_is_in_the_list_of_tables():
    for module in pkgutil.walk_packages(nesk.__path__, "nesk."):
        if module.name.endswith(".models"):
            importlib.import_module(module.name)
    known = {model for model in _descendants(core_db.Model) if model.__module__.startswith("nesk.")}
    assert known - {core_db.Model} == set(MODELS)


def _descendants(model):
    for child in model.__subclasses__():
        yield child
        yield from _descendants(child)


def test_no_foreign_key_deletes_what_refers_to_its_target(engine):
    if engine == "postgresql":
        rows = core_db.db.execute_sql(
            "SELECT conrelid::regclass::text, confdeltype FROM pg_constraint WHERE contype = 'f'"
        )
        actions = {(table, action) for table, action in rows if action != "r"}
    else:
        actions = {
            (table, row[6])
            for table in core_db.db.get_tables()
            for row in core_db.db.execute_sql(f"PRAGMA foreign_key_list({table})")
            if row[6] != "RESTRICT"
        }
    assert actions == set()


def test_the_checks_of_the_models_are_in_the_database(engine):
    wanted = {model._meta.table_name: len(model._meta.constraints or []) for model in MODELS}
    if engine == "postgresql":
        rows = core_db.db.execute_sql(
            "SELECT conrelid::regclass::text, count(*) FROM pg_constraint WHERE contype = 'c' GROUP BY 1"
        )
        found = dict(rows.fetchall())
    else:
        made = core_db.db.execute_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        found = {table: (sql or "").count("CHECK (") for table, sql in made}
    assert {table: found.get(table, 0) for table in wanted} == wanted


def test_every_reference_can_be_looked_up_without_reading_the_whole_table():
    """Deleting or joining by a foreign key without an index reads every row; a first column of another index will do."""
    bare = []
    for model in MODELS:
        first_columns = {index.columns[0] for index in core_db.db.get_indexes(model._meta.table_name) if index.columns}
        first_columns |= set(core_db.db.get_primary_keys(model._meta.table_name)[:1])
        bare += [
            f"{model._meta.table_name}.{key.column_name}"
            for key in model._meta.refs
            if key.column_name not in first_columns
        ]
    assert set(bare) == UNINDEXED
