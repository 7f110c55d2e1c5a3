"""Every address of the product asked by somebody who should not be let in."""

import pytest
from werkzeug.routing import Rule

from nesk.people.models import BusinessUser, Person, Staff
from tests.browser import Browser

pytestmark = pytest.mark.usefixtures("town")

DOORS = {"cabinet": "/login", "business": "/business/login", "staff": "/staff/login", "crew": "/crew/login"}
"""First part of the address → where a person is sent to sign in."""

OPEN = {
    "public.front.index": 200,
    "public.front.offline": 200,
    "public.sign_in.login": 200,
    "public.second_factor.confirmation": 303,  # to the password, which was not shown
    "public.registration.index": 200,
    "public.registration.phone": 200,
    "public.registration.code": 404,  # of another browser
    "public.registration.code_again": 404,
    "public.registration.password": 404,
    "public.registration.email": 200,
    "public.registration.letter": 404,
    "public.registration.letter_again": 404,
    "public.registration.link": 410,  # of a token that nobody was sent
    "public.registration.account": 200,
    "public.registration.contacts": 303,  # an account that nobody has proved
    "public.registration.address": 200,
    "public.recovery.ask": 200,
    "public.recovery.sent": 200,
    "public.recovery.code": 303,  # nobody has asked for one
    "public.recovery.password": 303,
    "public.recovery.link": 410,
    "public.documents.index": 200,
    "public.documents.show": 200,
    "public.documents.download": 200,
    "public.documents.agreement": 200,
    "public.payment_return.index": 404,  # of an order that nobody knows
    "public.invitation.show": 404,  # of a token that nobody was given, as are those of care links
    "public.invitation.accept": 404,
    "public.care.show": 404,
    "public.care.pay": 404,
    "public.care.submit": 404,
    "public.care.withdraw": 404,
    "public.care.reloaded": 404,
    "public.care.result": 404,
    "public.care.returned": 303,  # to the page for whoever comes back from the bank without a link
    "business.login": 200,
    "business.confirmation": 303,
    "backoffice.login": 200,
    "backoffice.confirmation": 303,
    "crew.login": 200,
    "crew.confirmation": 303,
    "crew.visits.worker": 200,
    "registers.index": 303,  # to the back office, which is closed
    "registers.static": 404,
    "display.change": 303,
    "captcha.picture": 404,
    "captcha.sound": 404,
    "captcha.another": 404,
    "health.healthz": 200,
    "health.readyz": 200,
    "health.metrics": 200,  # from loopback
    "assets.static": 404,
    "assets.service_worker": 200,
    "callbacks.bank": 403,
    "sandbox.index": 200,
    "sandbox.message": 404,
    "sandbox.attachment": 404,
    "sandbox.messages_json": 200,
    "sandbox.captcha": 200,
    "sandbox.facts_json": 200,
}
"""What anybody may ask for, and what they get: an address that is in neither list fails the test."""

SIGNING_OUT = {"crew.logout", "business.logout", "backoffice.logout", "public.sign_in.logout"}
"""Harmless without a session."""

EXAMPLES = {
    "number": "230000000017",
    "month": "2026-10",
    "code": "meter_replacement",
    "export_type": "csv",
    "purpose": "notices",
    "kind": "email",
    "side": "new",
}


@pytest.fixture
def rules(app) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=str)


def address(app, rule: Rule) -> str:
    """The address with an example in place of every argument."""
    values = {
        name: 1 if "Integer" in type(rule._converters[name]).__name__ else EXAMPLES.get(name, "x")
        for name in rule.arguments
    }
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)


def door(path: str) -> str | None:
    return DOORS.get(path.split("/")[1])


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & {"GET", "POST"})


def test_nobody_gets_past_a_door(app, rules):
    stranger = app.test_client()
    token = Browser(app).open("/login").csrf_token
    wrong = []
    for rule in rules:
        if rule.endpoint in OPEN or rule.endpoint in SIGNING_OUT:
            continue
        path = address(app, rule)
        for method in methods(rule):
            plain = stranger.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
            sent = plain.headers.get("Location", "").partition("?")[0]
            if (plain.status_code, sent) != (303, door(path)) and not (method == "POST" and plain.status_code == 403):
                wrong.append((method, path, rule.endpoint, plain.status_code, sent))
            htmx = stranger.open(path, method=method, headers={"HX-Request": "true"})
            if htmx.status_code not in ({401} if method == "GET" else {401, 403}):
                wrong.append((method, path, rule.endpoint, "htmx", htmx.status_code))
    assert wrong == []


def test_what_is_open_to_all_is_named_and_answers_as_it_should(app, rules):
    stranger = app.test_client()
    found = {rule.endpoint: stranger.get(address(app, rule)).status_code for rule in rules if rule.endpoint in OPEN}
    assert found == OPEN


def test_one_audience_has_no_key_to_the_doors_of_another(app, rules):
    people = {
        "cabinet": Person.get(Person.is_demo),
        "business": BusinessUser.get(BusinessUser.is_demo),
        "staff": Staff.get(Staff.login == "admin"),
        "crew": Staff.get(Staff.login == "crew"),
    }
    wrong = []
    for own, who in people.items():
        browser = Browser(app)
        browser.sign_in_as(who)
        for rule in rules:
            path = address(app, rule)
            if "GET" not in methods(rule) or rule.endpoint in OPEN or path.startswith(f"/{own}/"):
                continue
            reply = browser.get(path)
            if (reply.status_code, reply.headers.get("Location", "").partition("?")[0]) != (303, door(path)):
                wrong.append((own, path, reply.status_code))
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
