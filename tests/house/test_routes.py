"""Every address of the product asked by somebody who should not be let in."""

import pytest
from werkzeug.routing import Rule

from nesk.people.models import BusinessUser, Person, Staff
from tests.browser import Browser
from tests.house.addresses import address, methods, table

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture
def rules(app) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=str)


def test_a_fragment_for_nobody_leads_to_the_door_too(app, rules):
    """Z1 for htmx: what sends a stranger to a door sends their browser there, with nothing of the page."""
    stranger, (_, lines), wrong = app.test_client(), table(), []
    for rule in rules:
        for method in methods(rule):
            if lines[f"{method} {rule.rule}"]["nobody"] == "door" and not rule.rule.endswith("/confirmation"):
                reply = stranger.open(address(app, rule), method=method, headers={"HX-Request": "true"})
                if reply.status_code not in ({401} if method == "GET" else {401, 403}):
                    wrong.append((method, rule.rule, reply.status_code))
    assert wrong == []


def test_nothing_changes_without_the_token_of_its_page(app, rules):
    wrong = []
    for own, who in {
        "cabinet": Person.get(Person.is_demo),
        "business": BusinessUser.get(BusinessUser.is_demo),
        "staff": Staff.get(Staff.login == "admin"),
        "crew": Staff.get(Staff.login == "crew"),
    }.items():
        browser = Browser(app)
        browser.sign_in_as(who)
        for rule in rules:
            path = address(app, rule)
            if "POST" not in methods(rule) or not path.startswith((f"/{own}/", "/logout", "/login")):
                continue
            for headers in ({}, {"HX-Request": "true"}):
                status = browser.client.post(path, headers=headers).status_code
                if status != 403:
                    wrong.append((path, rule.endpoint, status))
    assert wrong == []


def test_to_a_subscriber_without_accounts_everything_of_others_is_not_there(app, rules):
    from nesk.core.actor import system
    from nesk.people.operations import register_person

    newcomer = register_person(surname="Чужой", email="stranger@demo.nesk", password="demo-2026", by=system("test"))
    browser = Browser(app)
    token = browser.sign_in_as(newcomer).csrf_token
    wrong = []
    for rule in rules:
        path = address(app, rule)
        if not path.startswith("/cabinet/"):
            continue
        for method in methods(rule):
            reply = browser.client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
            expected = (
                {404} if any("Integer" in type(c).__name__ for c in rule._converters.values()) else {200, 303, 404, 422}
            )
            if reply.status_code not in expected or "Ковальчук" in reply.get_data(as_text=True):
                wrong.append((method, path, reply.status_code))
    assert wrong == []
