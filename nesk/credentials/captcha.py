"""The word on a picture (S1-03): made on the server, for one form of one browser, answered once within five minutes."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from nesk.core import clock
from nesk.core.errors import Refused
from nesk.core.schedule import scheduled
from nesk.credentials.models import Captcha

LETTERS = "ACEHKMPRTXY34679"
"""Signs that nobody takes for another, in Latin or in Cyrillic."""
LIFE = timedelta(minutes=5)
EMPTY = "Введите слово на картинке или цифры, которые услышите."
WRONG = "Слово на картинке не подошло. Введите слово с новой картинки."
_ID = re.compile(r"[0-9a-f]{32}")
_TWINS = str.maketrans("АВСЕНКМОРТХУЗ", "ABCEHKMOPTXY3")
"""Cyrillic letters that look like Latin ones and the figure: typed without switching the keyboard."""


def ask(form: str, *, browser: str) -> Captcha:
    """A new word for a form of a browser, and six digits to be read aloud in its place."""
    now = clock.now()
    return Captcha.create(
        id=secrets.token_hex(16),
        form=form,
        browser_hash=browser,
        answer="".join(secrets.choice(LETTERS) for _ in range(5)),
        spoken=f"{secrets.randbelow(1_000_000):06}",
        created_at=now,
        expires_at=now + LIFE,
    )


def check(form: str, captcha_id: str, typed: str, *, browser: str) -> None:
    """Take the answer, right or wrong, once; none at all takes nothing. Raises Refused (field `captcha`)."""
    given = "".join(typed.split()).upper().translate(_TWINS)
    if not given:
        raise Refused(EMPTY, field="captcha")
    taken = is_id(captcha_id) and (
        Captcha.update(used_at=clock.now())
        .where(Captcha.id == captcha_id, Captcha.form == form, *_open(browser))
        .execute()
    )
    row = Captcha.get_or_none(Captcha.id == captcha_id) if taken else None
    if row is None or not any(
        secrets.compare_digest(given.encode(), right.encode()) for right in (row.answer, row.spoken)
    ):
        raise Refused(WRONG, field="captcha")


def is_open(form: str, captcha_id: str, *, browser: str) -> bool:
    """Whether this captcha of the form of this browser has not been answered yet."""
    shown = shown_to(captcha_id, browser=browser)
    return shown is not None and shown.form == form


def shown_to(captcha_id: str, *, browser: str) -> Captcha | None:
    """An unanswered captcha of this browser, to be drawn or read aloud."""
    return Captcha.get_or_none(Captcha.id == captcha_id, *_open(browser)) if is_id(captcha_id) else None


def is_id(text: str) -> bool:
    """Whether a text can be the id of a captcha: what cannot is not looked up."""
    return _ID.fullmatch(text) is not None


def _open(browser: str) -> tuple[object, ...]:
    return Captcha.browser_hash == browser, Captcha.used_at.is_null(), Captcha.expires_at > clock.now()


def latest(limit: int = 50) -> list[Captcha]:
    """The newest first: what the sandbox tells outside checks in demo and test."""
    return list(Captcha.select().order_by(Captcha.created_at.desc()).limit(limit))


@scheduled("credentials.forget_captchas", every=3600)
def forget() -> int:
    """Delete those whose time is over."""
    return int(Captcha.delete().where(Captcha.expires_at < clock.now()).execute())
