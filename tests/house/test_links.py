"""Every page of the demo town that a person can reach by its links: it opens, keeps the rules of pages, and changes nothing."""

from collections import defaultdict, deque
from urllib.parse import urljoin, urlsplit

import pytest

from nesk.core import db as core_db
from nesk.core.events import EventRecord
from nesk.people.models import BusinessUser, Person, Staff
from nesk.people.queries import person_by_identity
from tests.browser import Browser

pytestmark = pytest.mark.usefixtures("town")

PER_VIEW, EVERY = 2, 400
"""Pages of one view and one set of parameters that are opened: the fortieth account looks like the first, until it does not.
Four hundred are more than there are accounts, and fewer than the ways to sort and to page a register."""
MOST = 50_000

STARTS = {
    "nobody": "/",
    "abonent": "/cabinet/",
    "operator": "/staff/",
    "dispatcher": "/staff/dispatch/",
    "billing": "/staff/",
    "armavir": "/staff/",
    "admin": "/staff/",
    "crew": "/crew/",
    "romashka": "/business/",
}

REMEMBERED = {"people_session", "core_limit", "credentials_captcha"}
"""Tables that a reader leaves a trace in: when a session was last used, how often a door was tried, what word was shown."""
SEEN = ("SubscriberCardSeen", "RegisterExported")
"""The only events of reading: staff have opened somebody's card, or taken a list away."""


def who(login: str) -> Person | Staff | BusinessUser | None:
    if login == "nobody":
        return None
    if login == "abonent":
        return person_by_identity("email", "abonent@demo.nesk")
    return Staff.get_or_none(Staff.login == login) or BusinessUser.get(BusinessUser.login == login)


@pytest.mark.parametrize("per_view", [PER_VIEW, pytest.param(EVERY, marks=pytest.mark.soak)], ids=["some", "every"])
@pytest.mark.parametrize("login", STARTS)
def test_every_link_leads_to_a_page_in_order_and_reading_changes_nothing(app, login, per_view):
    browser = Browser(app)
    if person := who(login):
        browser.sign_in_as(person)
    before = _rows()
    opened = _crawl(browser, STARTS[login], per_view)
    assert opened[STARTS[login]] == 200
    assert {path: status for path, status in opened.items() if status != 200} == {}
    assert _rows() == before


def _crawl(browser: Browser, start: str, most: int) -> dict[str, int]:
    """Path → status of everything that links lead to from `start`; each page is checked as it is opened."""
    waiting, seen, per_view, opened = deque([start]), {start}, defaultdict(int), {}
    while waiting:
        assert len(opened) < MOST, f"more than {MOST} pages: {list(opened)[-5:]}"
        path = waiting.popleft()
        page = browser.follow(path)
        opened[path] = page.status
        for element in page.find("a") if page.is_html else []:
            target = urljoin(page.path, element.get("href", "#"))
            parts = urlsplit(target)
            if parts.scheme or parts.netloc or not parts.path.startswith("/"):
                continue
            target = parts._replace(fragment="").geturl()
            view = (browser.view(parts.path), frozenset(word.partition("=")[0] for word in parts.query.split("&")))
            room = PER_VIEW if "/export/" in parts.path else most  # an export is the whole register each time
            if target not in seen and per_view[view] < room:
                per_view[view] += 1
                seen.add(target)
                waiting.append(target)
    return opened


def _rows() -> dict[str, int]:
    """How many rows each table has."""
    tables = sorted(set(core_db.db.get_tables()) - REMEMBERED)
    counted = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables)
    rows = dict(core_db.db.execute_sql(counted).fetchall())
    rows["core_event"] -= EventRecord.select().where(EventRecord.name.in_(SEEN)).count()
    return rows
