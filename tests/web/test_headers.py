"""What every reply carries, and whose requests are not taken."""

import pytest

from nesk.core.events import EventRecord
from nesk.metering.models import Reading
from nesk.people.models import Session
from nesk.people.queries import person_by_identity
from tests.browser import Browser
from tests.house.addresses import address, methods

WRITTEN = ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")


@pytest.fixture
def marina(browser: Browser, town) -> Browser:
    browser.sign_in_as(person_by_identity("email", "abonent@demo.nesk"))
    return browser


def test_every_reply_has_the_strict_policy_and_is_kept_by_nobody(marina: Browser, app):
    """W1, W5."""
    wrong = []
    for rule in app.url_map.iter_rules():
        if "GET" not in methods(rule):
            continue
        reply = marina.client.get(address(app, rule))
        policy = reply.headers.get("Content-Security-Policy", "")
        is_kept = "no-store" not in reply.headers.get("Cache-Control", "") and rule.endpoint not in (
            "assets.static",
            "assets.service_worker",
            "crew.visits.worker",
            "registers.static",
        )
        if (
            "unsafe" in policy
            or not ("sandbox" in policy or all(words in policy for words in WRITTEN))
            or reply.headers.get("X-Content-Type-Options") != "nosniff"
            or is_kept
            or not {"Cookie", "HX-Request"} <= set(reply.headers.get("Vary", "").replace(",", " ").split())
        ):
            wrong.append((rule.rule, dict(reply.headers)))
    assert wrong == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1.evil.example"},
    ],
    ids=lambda headers: next(iter(headers.values())),
)
def test_a_form_of_another_site_is_not_taken_even_with_our_token(marina: Browser, app, headers):
    """W2: nothing is written, whatever the address, though the session and the token are right."""
    token = marina.open("/cabinet/").csrf_token
    before = (EventRecord.select().count(), Reading.select().count())
    taken = []
    for rule in app.url_map.iter_rules():
        if "POST" in methods(rule) and rule.endpoint != "callbacks.bank":
            reply = marina.client.post(address(app, rule), data={"csrf_token": token}, headers=headers)
            if reply.status_code != 403:
                taken.append((rule.rule, reply.status_code))
    assert taken == []
    assert (EventRecord.select().count(), Reading.select().count()) == before
    assert Session.select().where(Session.ended_at.is_null(False)).count() == 0


def test_our_own_pages_are_taken(marina: Browser):
    token = marina.open("/cabinet/notices/").csrf_token
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "none"}):
        reply = marina.client.post("/cabinet/notices/read", data={"csrf_token": token}, headers=headers)
        assert reply.status_code == 303, headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "[::1]", "a:1@b"])
def test_an_unknown_host_is_not_answered(app, town, host):
    """W4."""
    for path in ("/", "/login", "/cabinet/"):
        assert app.test_client().get(path, headers={"Host": host}).status_code == 400
