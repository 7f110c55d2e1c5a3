"""Every address with nonsense in its parameters, every form with nonsense in its fields: no failure of ours, no lost text."""

import os
from collections import deque
from functools import cache
from html import escape
from itertools import cycle
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pytest

from tests.browser import Browser
from tests.house.addresses import address, methods
from tests.house.test_links import STARTS, who
from tests.pages import FormOnPage

pytestmark = pytest.mark.usefixtures("town")

HOSTILE = (
    "a\x00b",
    "‮кабоР",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "' OR 1=1; DROP TABLE people_person; --",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% for x in () %}${jndi:ldap://x}",
    '=HYPERLINK("http://evil.example")',
    "NaN",
    "-1",
    "99999999999999999999999999999999999999999",
    "١٢٣",
    "Я" * 10_000,
    "a\r\nBcc: victim@evil.example",
)
PARAMETERS = (
    "page month since until on search ls year sort desc id url by next flt1_0 flt2_1 export package way version code "
    "town street page_size"
).split()
LEAVING = ("/logout", "/display", "/crew/logout", "/business/logout", "/staff/logout")
"""Forms that end the visit, or only repaint the page."""
PER_FORM, MANY = 4, 120
"""Texts of ours, and as many of others', that each form is given; the texts take turns, so together they all have theirs."""


@cache
def of_others() -> tuple[str, ...]:
    """Strings that have broken programs of others: NESK_MATERIAL/adversarial/strings. None where that is not set."""
    folder = Path(os.environ.get("NESK_MATERIAL", "/nowhere")) / "adversarial" / "strings"
    lines = [line for file in sorted(folder.glob("*.txt")) for line in file.read_text("utf-8", "replace").splitlines()]
    return tuple(dict.fromkeys(line for line in lines if line.strip() and not line.startswith("#")))


@pytest.mark.parametrize("login", STARTS)
def test_nonsense_in_an_address_is_no_failure_of_ours(app, login):
    browser = Browser(app)
    if person := who(login):
        browser.sign_in_as(person)
    wrong, values = [], cycle(HOSTILE)
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if "GET" not in methods(rule) or rule.endpoint == "callbacks.bank":
            continue
        for _ in range(2):
            query = "&".join(f"{name}={quote(next(values).encode(errors='replace'))[:3000]}" for name in PARAMETERS)
            reply = browser.client.get(f"{address(app, rule)}?{query}")
            if reply.status_code >= 500 or urlsplit(reply.headers.get("Location", "")).netloc not in (
                "",
                "127.0.0.1",
                "localhost",
            ):
                wrong.append((rule.rule, reply.status_code, reply.headers.get("Location")))
    assert wrong == []


@pytest.mark.parametrize("per_form", [PER_FORM, pytest.param(MANY, marks=pytest.mark.soak)], ids=["some", "many"])
@pytest.mark.parametrize("login", STARTS)
def test_nonsense_in_a_form_is_refused_in_words_and_kept(app, login, per_form):
    browser = Browser(app)
    if person := who(login):
        browser.sign_in_as(person)
    wrong = []
    for place, form in _forms(browser, STARTS[login]).values():
        for text in _some(form, per_form):
            if person and not _is_in(browser, STARTS[login]):
                browser.sign_in_as(person)
            browser.follow(place)
            fields = {name: values for name, values in form.fields.items() if name != "csrf_token"}
            typed = {c.get("name"): text for c in form.controls if _is_typed(c)}
            token = browser.page.csrf_token if browser.page else ""
            reply = browser.client.post(form.action, data={**fields, **typed, "csrf_token": token})
            if reply.status_code >= 500:
                wrong.append((place, form.action, text[:30], reply.status_code))
            elif reply.status_code == 422 and typed and not _is_kept(reply.get_data(as_text=True), text, form):
                wrong.append((place, form.action, text[:30], "lost"))
    assert wrong == []


def _is_in(browser: Browser, start: str) -> bool:
    return browser.client.get(start).status_code == 200


def _forms(browser: Browser, start: str) -> dict[object, tuple[str, FormOnPage]]:
    """Where each form with something to type stands: one for a view and its fields."""
    waiting, seen, found, views = deque([start]), {start}, {}, set()
    while waiting:
        path = waiting.popleft()
        page = browser.follow(path)
        if not page.is_html:
            continue
        for form in page.forms:
            if form.method == "post" and not form.action.startswith(LEAVING):
                names = frozenset(c.get("name") for c in form.controls)
                found.setdefault((browser.view(urlsplit(form.action).path, "POST"), names), (path, form))
        for element in page.find("a"):
            parts = urlsplit(urljoin(page.path, element.get("href", "#")))
            if parts.scheme or parts.netloc or not parts.path.startswith("/"):
                continue
            view = browser.view(parts.path)
            if view and view not in views:
                views.add(view)
                target = parts._replace(fragment="").geturl()
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
    return found


def _some(form: FormOnPage, count: int) -> list[str]:
    """A few of the texts, others for each form."""
    if not any(_is_typed(control) for control in form.controls):
        return [""]
    first = sum(map(ord, form.action))
    return [
        texts[(first + step) % len(texts)] for texts in (HOSTILE, of_others()) for step in range(min(count, len(texts)))
    ]


def _is_typed(control: object) -> bool:
    kind = control.get("type", "text")  # type: ignore[attr-defined]
    tag = control.tag  # type: ignore[attr-defined]
    return tag == "textarea" or (
        tag == "input" and kind in ("text", "tel", "email", "search", "url", "password", "number")
    )


def _is_kept(body: str, text: str, form: FormOnPage) -> bool:
    """What can be shown again is: passwords are not, and codes and captchas begin anew."""
    shown = [
        c
        for c in form.controls
        if _is_typed(c) and c.get("type") != "password" and "one-time-code" not in c.get("autocomplete", "")
    ]
    shown = [c for c in shown if "captcha" not in c.get("name", "")]
    kept = escape(text.replace("\x00", "").replace("\u202e", "")).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    return not shown or kept[:60] in body or any(c.get("maxlength") for c in shown)
