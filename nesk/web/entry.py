"""The step from knowing who somebody is to letting them in: the one place where pages open a session."""

from __future__ import annotations

from typing import Any

from flask import request

from nesk.core.actor import Kind
from nesk.people import operations
from nesk.people.models import BusinessUser, Person, Staff
from nesk.web.htmx import go
from nesk.web.login import device, renew_csrf, sign_in_response


def enter(
    kind: Kind, subject: Person | Staff | BusinessUser, *, to: str, remember: bool = False, said: str = ""
) -> Any:
    """Open a session for whoever has just shown their password, and lead them to `to` (a checked relative address)."""
    ip, browser = device()
    token = operations.open_session(kind, subject.id, remember=remember, ip=ip, device=browser)
    renew_csrf()
    return sign_in_response(go(to, said), request.path, token, remember=remember)


def stay(person: Person, *, to: str, said: str = "") -> Any:
    """A new session for whoever is before us, all others having ended with their old password; nobody new is let in."""
    ip, browser = device()
    token = operations.open_session("person", person.id, ip=ip, device=browser)
    renew_csrf()
    return sign_in_response(go(to, said), request.path, token)


def hide_address(response: Any) -> Any:
    """The address of this page carries a secret: other pages learn our origin from it and no more.

    «no-referrer» would say nothing at all, and over https a form of such a page would be refused for want of a referrer.
    """
    response.headers["Referrer-Policy"] = "strict-origin"
    return response
