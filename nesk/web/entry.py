"""The step from knowing who somebody is to letting them in: the one place where pages open a session."""

from __future__ import annotations

from typing import Any

from flask import request

from nesk.core.actor import Kind
from nesk.credentials import remembering
from nesk.people import operations
from nesk.people.models import BusinessUser, Person, Staff
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
    viewer,
)


def enter(
    kind: Kind, subject: Person | Staff | BusinessUser, *, to: str, remember: bool = False, said: str = ""
) -> Any:
    """Let in whoever has just shown their password, and lead them to `to` (a checked relative address)."""
    return admit(kind, subject, to=to, remember=remember, said=said)


def admit(
    kind: Kind,
    subject: Person | Staff | BusinessUser,
    *,
    to: str,
    remember: bool = False,
    said: str = "",
    purpose: str = "",
) -> Any:
    """Open a session for somebody who has shown everything that is asked of them, in place of this browser's last (S1).

    `purpose` «password», of a code or of a password that we issued: it leads to the page of a new one, and no further.
    """
    purpose = purpose or ("all" if subject.password_issued_until is None else "password")
    is_whole = purpose == "all"
    remember = remember and kind == "person" and is_whole
    ip, browser = device()
    leave()
    token = operations.open_session(
        kind, subject.id, remember=remember, purpose=purpose, is_proved=is_whole, ip=ip, device=browser
    )
    renew_csrf()
    response = sign_in_response(go(to if is_whole else password_page(request.path), said), request.path, token)
    if remember:
        link = remembering.remember(subject.id, token)
        return set_cookie(response, REMEMBER, link.cookie, until=link.expires_at)
    return drop_cookie(response, REMEMBER) if kind == "person" else response


def stay(*, to: str, said: str = "") -> Any:
    """The viewer's own session under a new token, its password just changed: nobody else is let in (S1, A5)."""
    session = viewer().session
    token = operations.renew_session(session.id)
    renew_csrf()
    response = sign_in_response(go(to, said), request.path, token)
    if not session.remembered:
        return response
    link = remembering.remember(viewer().subject.id, token)  # its old chain has ended with the old password
    return set_cookie(response, REMEMBER, link.cookie, until=link.expires_at)


def hide_address(response: Any) -> Any:
    """The address of this page carries a secret: other pages learn our origin from it and no more.

    «no-referrer» would say nothing at all, and over https a form of such a page would be refused for want of a referrer.
    """
    response.headers["Referrer-Policy"] = "strict-origin"
    return response
