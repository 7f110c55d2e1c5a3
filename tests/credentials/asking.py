"""Asking for codes as a page would: the phones, the browsers and what can be seen of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nesk.core import clock
from nesk.core.errors import Refused
from nesk.core.events import EventRecord
from nesk.credentials import challenges
from nesk.credentials.models import Challenge

PHONE, OTHER_PHONE = "+79180000001", "+79180000002"
HERE, ELSEWHERE = "a" * 64, "b" * 64
NOON = "2026-11-24 12:00:00"


def after(**more: float) -> Any:
    """The clock so much later."""
    return clock.stopped_at(clock.now() + timedelta(**more))


def ask(
    phone: str = PHONE, *, purpose: str = "register", browser: str = HERE, ip: str = "203.0.113.7", **more: Any
) -> Challenge:
    return challenges.ask_code(purpose, phone, browser=browser, ip=ip, **more)


def code_of(challenge: Challenge) -> str:
    """The code or the token as its message would say it."""
    code = challenges.secret_of(challenge.id)
    assert code is not None
    return code


def sent() -> int:
    """How many codes were handed to the reaction that writes the SMS."""
    return EventRecord.select().where(EventRecord.name == "CodeAsked").count()  # type: ignore[no-any-return]


def refused(code: str, *, purpose: str = "register", phone: str = PHONE, browser: str = HERE) -> str:
    """What is said to a code that is not taken."""
    with pytest.raises(Refused) as no:
        challenges.prove_code(purpose, phone, code, browser=browser)
    assert no.value.field == "code"
    return no.value.message


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"
