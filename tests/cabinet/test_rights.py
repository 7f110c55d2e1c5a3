"""Every address of the cabinet × every right to the account (Z1, Z2): what a guest's right does not cover answers 403, what
is somebody else's answers 404 as if it were not there. An address that is not named below fails the test."""

import re
from urllib.parse import quote

import pytest
from werkzeug.routing import Rule

from nesk.accounts import ending
from nesk.accounts.models import Binding
from nesk.core import clock
from nesk.core.actor import system
from nesk.core.db import db
from tests.browser import Browser
from tests.cabinet.belongings import belongings
from tests.cabinet.guests import browser_of, let_in, make_guest

COVERED = {
    "all": {"see", "readings", "pay", "order", "manage"},
    "pay": {"see", "pay", "leave"},
    "readings": {"see", "readings", "leave"},
    "view": {"see", "leave"},
    "stranger": set(),
}

DEEDS = {
    "cabinet.home.index": "see",
    "cabinet.readings.index": "see",
    "cabinet.readings.history": "see",
    "cabinet.readings.reloaded": "see",
    "cabinet.readings.submit": "readings",
    "cabinet.readings.withdraw": "readings",
    "cabinet.payment.index": "pay",
    "cabinet.payment.result": "see",
    "cabinet.charges.index": "see",
    "cabinet.charges.charges": "see",
    "cabinet.charges.details": "see",
    "cabinet.charges.payments": "see",
    "cabinet.receipts.index": "see",
    "cabinet.receipts.show": "see",
    "cabinet.receipts.download": "see",
    "cabinet.services.index": "see",
    "cabinet.services.show": "see",
    "cabinet.services.new": "order",
    "cabinet.services.say": "order",
    "cabinet.services.cancel": "order",
    "cabinet.services.download": "order",
    "cabinet.sharing.index": "see",
    "cabinet.sharing.invite": "manage",
    "cabinet.sharing.end_invitation": "manage",
    "cabinet.sharing.guest": "manage",
    "cabinet.sharing.end_guest": "manage",
    "cabinet.sharing.leave": "leave",
    "cabinet.sharing_links.new": "manage",
    "cabinet.sharing_links.show": "manage",
    "cabinet.sharing_links.poster": "manage",
    "cabinet.sharing_links.code": "manage",
    "cabinet.sharing_links.end": "manage",
}
"""Endpoint → the deed with the account that it is; `leave` is a guest's own."""

OF_THE_PERSON = tuple(
    f"cabinet.{feature}"
    for feature in "notices. help. consents. my_data. closing. devices. protection. profile. settings. subscriptions. "
    "addresses. accounts. password".split()
)
"""Pages that are about whoever is signed in and their own rights, not about what an account holds."""


@pytest.fixture
def things(marina: Browser, account) -> dict[str, object]:
    return belongings(account)


@pytest.fixture
def addresses(app, things) -> list[tuple[Rule, str]]:
    """Every address about an account, with the holder's things in place of its arguments."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint in DEEDS]
    with app.test_request_context():
        return [(rule, app.url_for(rule.endpoint, **{name: things[name] for name in rule.arguments})) for rule in rules]


@pytest.fixture
def viewer(request, marina: Browser, account, stranger) -> Browser:
    """The browser of somebody with the right that the test is about."""
    if request.param == "all":
        return marina
    person = make_guest()
    if request.param == "stranger":
        Binding.create(person=person, account=stranger, way="meter", bound_at=clock.now())
    else:
        let_in(account, person, rights=request.param)
    return browser_of(marina, person)


def test_every_address_of_the_cabinet_says_what_it_does_with_an_account(app):
    named = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("cabinet.")}
    assert {each for each in named if not each.startswith(OF_THE_PERSON)} == set(DEEDS)


def status(browser: Browser, method: str, address: str, token: str) -> int:
    """What the address answers; whatever it did is undone."""
    with db.atomic() as attempt:
        data = {"csrf_token": token} if method == "POST" else None
        reply = browser.client.open(address, method=method, data=data)
        attempt.rollback()
    return int(reply.status_code)


@pytest.mark.parametrize(("viewer", "rights"), [(each, each) for each in COVERED], indirect=["viewer"])
def test_a_right_reaches_what_it_covers_and_nothing_else(viewer: Browser, rights, addresses, account):
    token = viewer.open("/cabinet/").csrf_token
    wrong = []
    for rule, address in addresses:
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            for where in (address, f"{address}?ls={account.number}"):
                if rights == "stranger" and where == address and not rule.arguments - {"month", "code"}:
                    continue  # a page about their own account
                found = status(viewer, method, where, token)
                if not _right(found, DEEDS[rule.endpoint], rights):
                    wrong.append((rights, method, where, rule.endpoint, found))
    assert wrong == []


def _right(found: int, deed: str, rights: str) -> bool:
    if deed in COVERED[rights]:
        return found in (200, 303, 422)
    return found == (404 if rights == "stranger" or deed == "leave" else 403)


@pytest.mark.parametrize("viewer", ["view"], indirect=True)
def test_the_same_addresses_are_not_there_from_the_next_request_after_the_end(viewer: Browser, addresses, account):
    token = viewer.open("/cabinet/").csrf_token
    guest = Binding.select().where(Binding.account == account, Binding.rights == "view").get()
    ending.end_access(account.id, guest.id, by=system("test"))
    wrong = [
        (method, address, found)
        for rule, address in addresses
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
        if (found := status(viewer, method, f"{address}?ls={account.number}", token)) != 404
    ]
    assert wrong == []


@pytest.mark.parametrize("viewer", ["stranger"], indirect=True)
def test_what_is_foreign_and_what_is_missing_is_one_answer(viewer: Browser, things):
    """Z2"""
    for path in ("/cabinet/services/{}", "/cabinet/payment/{}", "/cabinet/readings/{}"):
        name = {"services": "order_id", "payment": "payment_id", "readings": "installation_id"}[path.split("/")[2]]
        foreign, missing = (_body(viewer, path.format(id), path) for id in (things[name], 987_654_321))
        assert foreign == missing


def _body(viewer: Browser, where: str, as_if: str) -> str:
    """The page without what is each request's own: where it was asked for, and the token."""
    reply = viewer.get(where)
    assert reply.status_code == 404
    said = reply.get_data(as_text=True).replace(where, as_if).replace(quote(where, safe=""), as_if)
    return re.sub(r'(name="csrf[-_]token"[^>]*?(?:content|value)=")[^"]+', r"\1", said).replace(quote(where), as_if)
