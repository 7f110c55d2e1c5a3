"""The step from knowing who somebody is to letting them in: the one place where pages open a session.

Whoever has a second factor is half signed in after the password: the signed session cookie remembers them for five
minutes, and that is worth nothing but the page that asks for the factor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import request, session

from nesk.core import clock
from nesk.core.actor import Kind
from nesk.core.sealing import mac
from nesk.credentials import factors, passkeys, remembering
from nesk.credentials.factors import Holder
from nesk.people import sessions
from nesk.people.models import BusinessUser, Person, Staff
from nesk.people.queries import SUBJECTS
from nesk.web.htmx import go
from nesk.web.login import (
    REMEMBER,
    device,
    drop_cookie,
    leave,
    password_page,
    renew_csrf,
    set_cookie,
    sign_in_response,
    surface,
    viewer,
)
from nesk.web.secret_links import lead_back

HALF = "half"
HALF_LIFE = timedelta(minutes=5)


def enter(
    kind: Kind, subject: Person | Staff | BusinessUser, *, to: str, remember: bool = False, said: str = ""
) -> Any:
    """Let in whoever has just shown their password, and lead them to `to` (a checked relative address).

    Those who have a second factor are asked for it first.
    """
    if not factors.is_protected(Holder(kind, subject.id)):
        return admit(kind, subject, to=to, remember=remember, said=said)
    renew_csrf()
    session[HALF] = {
        "kind": kind,
        "id": subject.id,
        "password": _password_mark(subject),
        "at": clock.now().isoformat(),
        "to": to,
        "remember": remember,
        "said": said,
        **_question(),
    }
    return go(f"{surface(request.path)[2]}/confirmation")


def admit(
    kind: Kind,
    subject: Person | Staff | BusinessUser,
    *,
    to: str,
    remember: bool = False,
    said: str = "",
) -> Any:
    """Open a session for somebody who has shown everything that is asked of them, in place of this browser's last (S1).

    That of a password which we issued leads to the page of a new one, and no further.
    """
    is_whole = subject.password_issued_until is None
    remember = remember and kind == "person" and is_whole
    ip, browser = device()
    leave()
    token = sessions.open_session(
        kind,
        subject.id,
        remember=remember,
        purpose="all" if is_whole else "password",
        is_proved=is_whole,
        password_hash=subject.password_hash,
        ip=ip,
        device=browser,
    )
    renew_csrf()
    if not is_whole:
        lead_back(to)
    response = sign_in_response(go(to if is_whole else password_page(request.path), said), request.path, token)
    if remember:
        link = remembering.remember(subject.id, token)
        return set_cookie(response, REMEMBER, link.cookie, until=link.expires_at)
    return drop_cookie(response, REMEMBER) if kind == "person" else response


@dataclass(frozen=True, slots=True)
class Half:
    """Somebody whose password is shown and whose second factor is not."""

    holder: Holder
    subject: Person | Staff | BusinessUser
    to: str
    remember: bool
    said: str
    challenge: str
    asked_at: datetime

    def let_in(self) -> Any:
        """The second factor is shown too."""
        return admit(self.holder.kind, self.subject, to=self.to, remember=self.remember, said=self.said)


def half_signed_in(kind: Kind) -> Half | None:
    """Who waits before the page of the second factor of this surface; None when nobody does or the time is over.

    A changed password and a blocked or closed holder end the waiting too.
    """
    kept = session.get(HALF)
    if not kept or kept["kind"] != kind or datetime.fromisoformat(kept["at"]) < clock.now() - HALF_LIFE:
        return None
    subject = SUBJECTS[kind].get_or_none(SUBJECTS[kind].id == kept["id"])
    if subject is None or not getattr(subject, "is_active", True) or kept["password"] != _password_mark(subject):
        return None
    return Half(
        Holder(kind, subject.id),
        subject,
        kept["to"],
        kept["remember"],
        kept["said"],
        kept["challenge"],
        datetime.fromisoformat(kept["asked_at"]),
    )


def ask_anew() -> None:
    """A new question for the passkey: the answer to the last one was no good."""
    session[HALF] = {**session[HALF], **_question()}


def _question() -> dict[str, str]:
    return {"challenge": passkeys.question(), "asked_at": clock.now().isoformat()}


def _password_mark(subject: Person | Staff | BusinessUser) -> str:
    return mac(subject.password_hash, purpose="half_signed_in")[:16]


def stay(*, to: str, said: str = "") -> Any:
    """The viewer's own session under a new token, its password just changed: nobody else is let in (S1, A5)."""
    session = viewer().session
    token = sessions.renew_session(session.id)
    renew_csrf()
    response = sign_in_response(go(to, said), request.path, token)
    if not session.remembered:
        return response
    link = remembering.remember(viewer().subject.id, token)  # its old chain has ended with the old password
    return set_cookie(response, REMEMBER, link.cookie, until=link.expires_at)
