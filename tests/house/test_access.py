"""Who sees what: foreign and missing are one answer, and views reach objects by scoped look-ups only."""

import ast
import re

import pytest

from nesk.accounts.models import Account, Binding
from nesk.branches.models import Branch
from nesk.fieldwork.models import Order, Visit
from nesk.metering.models import Installation, Reading
from nesk.payments.models import Payment
from nesk.people.models import Staff
from nesk.people.queries import person_by_identity
from tests.browser import Browser
from tests.house.addresses import methods
from tests.house.sources import name, python, tree

pytestmark = pytest.mark.usefixtures("town")

MISSING = 987_654_321
UNSCOPED = {"get_by_id", "get_or_none", "get", "select"}
CLOSED_TO_MODELS = ("nesk/cabinet", "nesk/business", "nesk/crew", "nesk/public", "nesk/dispatch")
REFERENCE = re.compile(r"[0-9a-f]{12}|[A-Za-z0-9_.-]{60,}")
"""The number of an error and the token of a page differ by nature."""


def foreign() -> dict[str, dict[str, object]]:
    """For each audience, ids that are somebody else's, by the name of the argument."""
    marina = person_by_identity("email", "abonent@demo.nesk")
    mine = [row.account_id for row in Binding.select().where(Binding.person == marina)]
    theirs = Account.select().where(Account.id.not_in(mine), Account.kind == "person")
    installation = Installation.select().where(Installation.account.in_(theirs)).first()
    armavir = Branch.get(Branch.code == "arm")
    ids: dict[str, object] = {
        "order_id": Order.select().where(Order.account.not_in(mine)).first().id,
        "payment_id": Payment.select().where(Payment.account.not_in(mine)).first().id,
        "installation_id": installation.id,
        "reading_id": Reading.select().where(Reading.installation == installation).first().id,
        "number": theirs.first().number,
    }
    of_armavir = Account.select().where(Account.branch == armavir, Account.kind == "person")
    away = {
        "number": of_armavir.first().number,
        "order_id": Order.select().where(Order.branch == armavir).first().id,
        "installation_id": Installation.select().where(Installation.account.in_(of_armavir)).first().id,
        "branch_id": armavir.id,
    }
    own_crew = Staff.get(Staff.login == "crew")
    visit = Visit.select().join(Order).where(Order.branch == armavir).first()
    assert own_crew.branch_id != armavir.id
    return {"cabinet": ids, "business": ids, "staff": away, "crew": {"visit_id": visit.id if visit else MISSING}}


WHO = {
    "cabinet": lambda: person_by_identity("email", "abonent@demo.nesk"),
    "staff": lambda: Staff.get(Staff.login == "operator"),
    "crew": lambda: Staff.get(Staff.login == "crew"),
}


@pytest.mark.parametrize("surface", WHO)
def test_what_is_foreign_and_what_is_missing_are_the_same_page(app, surface):
    """Z2: byte for byte, so that nobody learns which numbers exist."""
    browser = Browser(app)
    browser.sign_in_as(WHO[surface]())
    theirs, wrong, asked = foreign()[surface], [], 0
    for rule in app.url_map.iter_rules():
        known = {name: theirs[name] for name in rule.arguments if name in theirs}
        if not rule.rule.startswith(f"/{surface}/") or "GET" not in methods(rule) or not known:
            continue
        rest = {name: MISSING if "Integer" in type(rule._converters[name]).__name__ else "x" for name in rule.arguments}
        with app.test_request_context():
            of_others = app.url_for(rule.endpoint, **{**rest, **known})
            of_nobody = app.url_for(rule.endpoint, **rest)
        first, second = (browser.client.get(path) for path in (of_others, of_nobody))
        asked += 1
        # The address goes first: a number of an account looks like the number of an error.
        bodies = [
            REFERENCE.sub("", reply.get_data(as_text=True).replace(path, ""))
            for reply, path in ((first, of_others), (second, of_nobody))
        ]
        if first.status_code not in (403, 404) or first.status_code != second.status_code or bodies[0] != bodies[1]:
            wrong.append((rule.rule, first.status_code, second.status_code))
    assert wrong == []
    assert asked > 0


def test_views_reach_what_belongs_to_people_by_scoped_look_ups_only():
    """Z3: `.get`, `.select` and their kin on a model are for queries that know for whom they look."""
    found = []
    for path in python(*CLOSED_TO_MODELS):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in UNSCOPED:
                owner = ast.unparse(node.func.value)
                if re.fullmatch(r"[A-Z][a-z]\w*", owner):
                    found.append(f"{name(path)}:{node.lineno} {owner}.{node.func.attr}")
    assert found == []
