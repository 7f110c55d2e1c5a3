"""Access of a legal entity, issued at the desk: the form, and the letter that answers it."""

from __future__ import annotations

import re
from typing import Any

from tests.browser import Browser
from tests.papers import words_of

STATEMENT = {"statement_number": "17/ДО", "statement_on": "2026-11-20"}
WHO = {"name": "Кузьменко Пётр Андреевич", "login": "romashka-2", "email": ""}


def send(browser: Browser, path: str, data: dict[str, str]) -> Any:
    """Send the form of a page and give the raw answer: the letter is no page."""
    token = browser.open(path).csrf_token
    return browser.client.post(path, data={"csrf_token": token, **data})


def read(letter: Any) -> tuple[str, str]:
    """The words of the letter on one line, and the password among them."""
    assert letter.headers["Content-Type"] == "application/pdf"
    assert letter.headers["Content-Disposition"].startswith("attachment")
    assert letter.headers["Cache-Control"] == "no-store"
    words = words_of(letter.data)
    return words, re.search(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", words)[0]
