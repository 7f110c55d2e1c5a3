"""A person at the pages of recovery: what their tests share."""

from __future__ import annotations

from nesk.credentials.captcha import latest
from tests.browser import Browser
from tests.enrolment.recovering import Owner, newest, token_of
from tests.pages import Page


def word() -> str:
    """What stands on the newest picture."""
    return latest(1)[0].answer


def ask(browser: Browser, way: str = "email", **typed: str) -> Page:
    """Fill in the form of a way and send it with the right word."""
    browser.open(f"/recover?by={way}")
    return browser.submit(f"/recover?by={way}", {**typed, "captcha": word()})


def opened(browser: Browser, owner: Owner) -> str:
    """The address of the link in the letter to the owner."""
    ask(browser, email=owner.email)
    return "/recover/link/" + token_of(newest(owner.email, "recovery_link").text)
