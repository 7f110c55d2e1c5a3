"""The migration of consents and closings on a copy that already works: what is there stays, the administrator gets the key."""

import importlib.util

import pytest

from nesk.core.db import MIGRATIONS, db
from nesk.people.models import Role, RolePermission
from nesk.people.operations import install_roles
from nesk.people.permissions import Permission

pytestmark = pytest.mark.usefixtures("database")


def test_down_and_up_again_gives_the_administrator_the_documents():
    install_roles()
    before = set(RolePermission.select(RolePermission.role, RolePermission.permission).tuples())
    spec = importlib.util.spec_from_file_location("migration", MIGRATIONS / "0080_consents_and_closing.py")
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    with db.atomic():
        migration.down(None, db.obj)
    assert set(RolePermission.select(RolePermission.role, RolePermission.permission).tuples()) == {
        pair for pair in before if pair[1] != Permission.CHANGE_DOCUMENTS
    }
    with db.atomic():
        migration.up(None, db.obj)
    assert set(RolePermission.select(RolePermission.role, RolePermission.permission).tuples()) == before
    holders = Role.select(Role.code).join(RolePermission).where(RolePermission.permission == "change_documents")
    assert [row.code for row in holders] == ["admin"]
