"""The step from knowing who somebody is to letting them in: the one place where pages open a session."""

from __future__ import annotations

from typing import Any

from flask import request

from nesk.core.actor import Kind
from nesk.credentials import remembering
from nesk.people import operations
from nesk.people.models import BusinessUser, Person, Staff
from nesk.web.htmx import go
from nesk.web.login import REMEMBER, device, drop_cookie, leave, password_page, renew_csrf, set_cookie, sign_in_response


def enter(
    kind: Kind, subject: Person | Staff | BusinessUser, *, to: str, remember: bool = False, said: str = ""
) -> Any:
    """Open a session for whoever has just shown their password, and lead them to `to` (a checked relative address).

    Whoever came with a password that we issued is led to the page of a new one, and no further.
    """
    if subject.password_issued_until is not None:
        return let_in(kind, subject, to=password_page(request.path), purpose="password")
    return let_in(kind, subject, to=to, remember=remember, said=said)


def let_in(
    kind: Kind,
    subject: Person | Staff | BusinessUser,
    *,
    to: str,
    purpose: str = "all",
    remember: bool = False,
    said: str = "",
) -> Any:
    """A new session in place of whatever this browser was signed in by (S1), its cookies, and the way to `to`.

    `purpose` «password» is for an issued password or a code: such a session chooses a new password and does nothing else.
    """
    remember = remember and kind == "person" and purpose == "all"
    ip, browser = device()
    leave()
    token = operations.open_session(
        kind,
        subject.id,
        remember=remember,
        purpose=purpose,
        is_proved=purpose == "all",
        ip=ip,
        device=browser,
    )
    renew_csrf()
    response = sign_in_response(go(to, said), request.path, token)
    if remember:
        link = remembering.remember(subject.id, token)
        return set_cookie(response, REMEMBER, link.cookie, until=link.expires_at)
    return drop_cookie(response, REMEMBER) if kind == "person" else response
