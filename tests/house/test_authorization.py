"""Z1: every address × everybody, in one table. docs/rights.txt says what each is answered; an address without a line fails.

The things in the addresses are one subscriber's of Krasnodar (`owner`), one legal entity's and one crew's. A change of
rights is a change of the table: `NESK_RIGHTS=write make test ARGS="tests/house/test_authorization.py -n0"` writes it anew,
and whoever reads the difference decides.
"""

from __future__ import annotations

import os

import pytest
from werkzeug.routing import Rule

from nesk.accounts.models import Account, Binding
from nesk.consents.models import Consent
from nesk.core import clock
from nesk.core.db import db
from nesk.credentials.models import Factor
from nesk.fieldwork.models import Visit
from nesk.metering.models import Installation
from nesk.people.models import BusinessUser, Session, SmsPhone, Staff
from nesk.people.queries import person_by_identity
from nesk.people.sessions import open_session
from nesk.privacy.models import Archive
from tests.browser import PASSWORD, Browser
from tests.cabinet.belongings import belongings
from tests.house.addresses import EXAMPLES, TABLE, methods, table
from tests.pages import Page

NUMBER, OTHER = "230000000017", "abonent3@demo.nesk"

ROLES = {
    "nobody": lambda: None,
    "owner": lambda: person_by_identity("email", "abonent@demo.nesk"),
    "other": lambda: person_by_identity("email", OTHER),
    "entity": lambda: BusinessUser.get(BusinessUser.login == "romashka"),
    "entity-2": lambda: BusinessUser.get(BusinessUser.login == "kolos"),
    "operator": lambda: Staff.get(Staff.login == "operator"),
    "operator-2": lambda: Staff.get(Staff.login == "armavir"),
    "billing": lambda: Staff.get(Staff.login == "billing"),
    "dispatcher": lambda: Staff.get(Staff.login == "dispatcher"),
    "admin": lambda: Staff.get(Staff.login == "admin"),
    "crew": lambda: Staff.get(Staff.login == "crew"),
    "crew-2": lambda: Staff.get(Staff.login == "crew5"),
}
"""«-2»: of another branch; the second entity is of another branch too."""


def examples(person_id: int) -> dict[str, object]:
    """One of everything that an address of any surface can name."""
    account = Account.get(Account.number == NUMBER)
    romashka = BusinessUser.get(BusinessUser.login == "romashka")
    now = clock.now()
    phone = SmsPhone.create(person=person_id, phone="+79000000099", confirmed_at=now)
    factor = Factor.create(
        holder_kind="person", holder_id=person_id, kind="totp", secret="", created_at=now, confirmed_at=now
    )
    open_session("person", person_id)
    return {
        **EXAMPLES,
        **belongings(account),
        "phone_id": phone.id,
        "factor_id": factor.id,
        "archive_id": Archive.create(person=person_id, asked_at=now).id,
        "consent_id": Consent.get(Consent.person == person_id).id,
        "session_id": Session.select().where(Session.kind == "person").order_by(Session.id.desc()).get().id,
        "binding_id": Binding.get(Binding.account == account, Binding.rights != "all").id,
        "branch_id": account.branch_id,
        "person_id": person_id,
        "subject_id": person_id,
        "staff_id": Staff.get(Staff.login == "operator").id,
        "organization_id": romashka.organization_id,
        "user_id": romashka.id,
        "visit_id": Visit.select().where(Visit.state == "assigned", Visit.crew == 1).get().id,
        "number": NUMBER,
    }


def of_surface(rule: Rule) -> dict[str, object]:
    """What the same word means elsewhere."""
    if rule.rule.startswith("/business/accounts/"):
        entity = Account.get(Account.organization == BusinessUser.get(BusinessUser.login == "romashka").organization_id)
        return {"number": entity.number, "installation_id": Installation.get(Installation.account == entity).id}
    if rule.rule.startswith(("/staff/sessions/", "/staff/factors/")):
        return {"kind": "person"}
    if rule.rule.startswith("/staff/employees/"):
        return {"kind": "staff"}
    if "/bindings/" in rule.rule or rule.rule.startswith("/cabinet/accounts/"):
        marina = person_by_identity("email", "abonent@demo.nesk")
        return {"binding_id": Binding.get(Binding.person == marina, Binding.ended_at.is_null()).id}
    return {}


def row_of(rule: Rule, known: dict[str, object]) -> object:
    """The row of a register: the one that belongs to the subscriber, the entity or their branch."""
    account = Account.get(Account.number == NUMBER)
    rows = {
        "people": known["person_id"],
        "accounts": account.id,
        "organizations": known["organization_id"],
        "meters": Installation.get_by_id(known["installation_id"]).meter_id,
        "orders": known["order_id"],
        "payments": known["payment_id"],
        "branches": account.branch_id,
    }
    return rows[rule.rule.split("/")[3]]


def answers(browser: Browser, path: str, method: str, token: str) -> str:
    """The status, or the door that one is sent to; what the request did is undone, and the browser is as it was."""
    cookies = dict(browser.client._cookies)
    with db.atomic() as attempt:
        data = {"csrf_token": token} if method == "POST" else None
        reply = browser.client.open(path, method=method, data=data)
        attempt.rollback()
    browser.client._cookies = cookies
    to = reply.headers.get("Location", "").partition("?")[0]
    return (
        "door"
        if reply.status_code == 303 and to.endswith("/login") and not path.endswith("/logout")
        else str(reply.status_code)
    )


def enter(browser: Browser, who: str) -> Page:
    subject = ROLES[who]()
    if isinstance(subject, BusinessUser):
        typed = {"login": subject.login, "password": PASSWORD, "branch": str(subject.branch_id)}
        return browser.submit("/business/login", typed)
    return browser.sign_in_as(subject) if subject else browser.open("/login")


def column(app, who: str) -> dict[str, str]:
    """What everything answers to somebody: «GET /address» → status or door."""
    browser = Browser(app)
    page = enter(browser, who)
    known = examples(person_by_identity("email", "abonent@demo.nesk").id)
    found = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        values = {name: {**known, **of_surface(rule)}.get(name, "x") for name in rule.arguments}
        values = {
            name: 1 if value == "x" and "Integer" in type(rule._converters[name]).__name__ else value
            for name, value in values.items()
        }
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **values)
        path += f"?id={row_of(rule, known)}" if rule.rule.endswith(("/details/", "/edit/")) else ""
        for method in methods(rule):
            found[f"{method} {rule.rule}"] = answers(browser, path, method, page.csrf_token)
            if method == "GET" and who in ("nobody", "other", "operator-2"):
                assert answers(browser, path, "HEAD", "") == found[f"GET {rule.rule}"], rule.rule
                told = browser.client.options(path)
                assert told.status_code != 200 or told.get_data() == b"", rule.rule
    return found


def test_every_address_has_its_line(app, town):
    heads, lines = table()
    assert heads == list(ROLES)
    assert set(lines) == {f"{method} {rule.rule}" for rule in app.url_map.iter_rules() for method in methods(rule)}


AUDIENCES = {
    "/cabinet": {"owner", "other"},
    "/business": {"entity", "entity-2"},
    "/staff": {"operator", "operator-2", "billing", "dispatcher", "admin"},
    "/crew": {"crew", "crew-2"},
}
FOREIGN = {"/cabinet": "other", "/business": "entity-2", "/staff": "operator-2", "/crew": "crew-2"}
OPEN = ("/login", "/logout", "/login/confirmation", "/sw.js", "/registers/", "/static/<path:filename>")
"""Ends of addresses within a surface that are for anybody."""


def test_the_table_itself_lets_nobody_to_what_is_not_theirs():
    """Another audience meets the door; whoever the thing in the address does not belong to, that it is not there."""
    _, lines = table()
    wrong = []
    for line, answers in lines.items():
        path = line.partition(" ")[2]
        surface = "/" + path.split("/")[1]
        if surface not in AUDIENCES or path.endswith(OPEN):
            continue
        wrong += [(line, who, said) for who, said in answers.items() if (said == "door") == (who in AUDIENCES[surface])]
        names_a_thing = "_id>" in path or "<number>" in path
        if names_a_thing and answers[FOREIGN[surface]] not in ("403", "404"):
            wrong.append((line, FOREIGN[surface], answers[FOREIGN[surface]]))
    assert wrong == []


@pytest.mark.parametrize("who", ROLES)
def test_every_address_answers_as_the_table_says(app, town, who):
    _, lines = table()
    assert column(app, who) == {address: answers[who] for address, answers in lines.items()}


if (
    os.environ.get("NESK_RIGHTS") == "write"
):  # a tool that needs the fixtures; it is no test, and is none of a run's skipped ones

    def test_the_table_is_written(app, towns, engine):
        columns = {}
        for who in ROLES:
            with towns.lived_in(engine):
                columns[who] = column(app, who)
        wide = max(map(len, columns["nobody"])) + 2
        lines = [f"{'':{wide}}" + "".join(f"{who:>11}" for who in ROLES)]
        for address in columns["nobody"]:
            lines.append(f"{address:{wide}}" + "".join(f"{columns[who][address]:>11}" for who in ROLES))
        TABLE.write_text("\n".join(lines) + "\n")
        assert TABLE.exists()
