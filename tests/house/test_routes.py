"""Every address of the product asked by somebody who should not be let in."""

import pytest
from werkzeug.routing import Rule

from nesk.people.models import BusinessUser, Person, Staff
from nesk.web.converters import LARGEST_ID
from tests.browser import Browser
from tests.house.addresses import address, has_number, methods, table

pytestmark = pytest.mark.usefixtures("town")

VISITORS = {
    "cabinet": lambda: Person.get(Person.is_demo),
    "business": lambda: BusinessUser.get(BusinessUser.is_demo),
    "staff": lambda: Staff.get(Staff.login == "admin"),
    "crew": lambda: Staff.get(Staff.login == "crew"),
}
"""Who may open what of each surface."""
SECRET = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


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
    for own, who in VISITORS.items():
        browser = Browser(app)
        browser.sign_in_as(who())
        for rule in rules:
            path = address(app, rule)
            if "POST" not in methods(rule) or not path.startswith((f"/{own}/", "/logout", "/login")):
                continue
            for headers in ({}, {"HX-Request": "true"}):
                status = browser.client.post(path, headers=headers).status_code
                if status != 403:
                    wrong.append((path, rule.endpoint, status))
    assert wrong == []


@pytest.mark.both_engines
def test_a_number_that_nothing_can_have_is_an_address_that_does_not_exist(app, rules):
    """The largest number that a database can hold is looked for in vain; a larger one is not even looked for."""
    wrong, asked = [], set()
    for own, who in {**VISITORS, "": None}.items():
        browser = Browser(app)
        token = (browser.sign_in_as(who()) if who else browser.open("/register/phone")).csrf_token
        for rule in rules:
            first = rule.rule.split("/", 2)[1]
            if not has_number(rule) or (first if first in VISITORS else "") != own:
                continue
            for number in (LARGEST_ID, LARGEST_ID + 1, 10**30, 10**5000):
                for method in methods(rule):
                    data = {"csrf_token": token} if method == "POST" else None
                    path = address(app, rule, number=LARGEST_ID).replace(str(LARGEST_ID), _digits(number))
                    reply = browser.client.open(path, method=method, data=data)
                    asked.add(rule.rule)
                    if reply.status_code != 404 and (number > LARGEST_ID or reply.status_code >= 500):
                        wrong.append((method, path[:80], reply.status_code))
    assert wrong == []
    assert asked == {rule.rule for rule in rules if has_number(rule)}


def _digits(number: int) -> str:
    """A number may be longer than Python agrees to write in one go."""
    return str(number) if number <= 10**30 else "1" + "0" * 5000


def test_a_page_whose_address_is_a_key_tells_nobody_where_it_is(app, rules):
    """W1, for every rule with a token in it, whatever it answers and whoever asks."""
    subscriber, wrong, asked = Browser(app), [], set()
    token = subscriber.sign_in_as(Person.get(Person.is_demo)).csrf_token
    for rule in rules:
        if "token" not in rule.arguments:
            continue
        for method in methods(rule):
            data = {"csrf_token": token} if method == "POST" else None
            reply = subscriber.client.open(address(app, rule), method=method, data=data)
            asked.add(rule.endpoint)
            if {name: reply.headers.get(name) for name in SECRET} != SECRET:
                wrong.append((method, rule.rule, reply.status_code, reply.headers.get("Referrer-Policy")))
    assert wrong == []
    assert asked >= {"public.recovery.link", "public.registration.link", "public.invitation.show"}


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
            expected = {404} if has_number(rule) else {200, 303, 404, 422}
            if reply.status_code not in expected or "Ковальчук" in reply.get_data(as_text=True):
                wrong.append((method, path, reply.status_code))
    assert wrong == []
