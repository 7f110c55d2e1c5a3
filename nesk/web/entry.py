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
