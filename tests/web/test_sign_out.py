"""The way out of one surface: it ends what is its own and leaves alone what others have in the same browser."""

import pytest

from nesk.people.models import BusinessUser, Session, Staff
from tests.browser import PASSWORD, Browser

EMAIL = "abonent@demo.nesk"
OTHERS = {
    "staff": lambda: Staff.get(Staff.login == "operator"),
    "crew": lambda: Staff.get(Staff.login == "crew"),
    "business": lambda: BusinessUser.get(BusinessUser.login == "romashka"),
}


def cookies(browser: Browser) -> set[str]:
    return {cookie.key for cookie in browser.client._cookies.values()}


def live(kind: str) -> int:
    return Session.select().where(Session.kind == kind, Session.ended_at.is_null()).count()


@pytest.fixture
def remembered(browser: Browser, town: object) -> Browser:
    """A subscriber whom this browser remembers."""
    browser.submit("/login?by=email", {"email": EMAIL, "password": PASSWORD, "remember": "y"})
    return browser


@pytest.mark.parametrize("kind", OTHERS)
def test_others_who_leave_take_no_memory_of_the_subscriber_and_no_storage(remembered: Browser, kind):
    remembered.sign_in_as(OTHERS[kind]())
    before = live("person")
    reply = remembered.post(f"/{kind}/logout")
    assert reply.path == f"/{kind}/login"
    assert (live(kind), live("person")) == (0, before)
    assert cookies(remembered) >= {"sid", "remember"}
    assert f"{kind}_sid" not in cookies(remembered)
    assert remembered.open("/cabinet/").h1


@pytest.mark.parametrize(
    ("path", "cleared"),
    [
        ("/logout", '"cache", "storage"'),
        ("/staff/logout", '"cache"'),
        ("/crew/logout", '"cache"'),
        ("/business/logout", '"cache"'),
    ],
)
def test_the_storage_of_the_whole_origin_is_cleared_for_the_subscriber_alone(remembered: Browser, path, cleared):
    token = remembered.open("/cabinet/").csrf_token
    reply = remembered.client.post(path, data={"csrf_token": token})
    assert (reply.status_code, reply.headers["Clear-Site-Data"]) == (303, cleared)
    assert ("remember" in cookies(remembered)) is (path != "/logout")
