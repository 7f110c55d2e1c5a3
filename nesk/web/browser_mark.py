"""The browser of this request: a random mark in a cookie of its own, so that a code typed elsewhere is no code.

It outlives the session: the letter of a registration may be opened days later, in the browser that asked for it.
"""

from __future__ import annotations

import hashlib
import re
import secrets

from flask import Response, after_this_request, g, request

from nesk.core import config
from nesk.web.login import cookie_name

COOKIE = "mark"
DAYS = 60
_MARK = re.compile(r"[\w-]{32}", re.ASCII)


def browser_hash() -> str:
    """The hash of this browser's mark, which is made when there is none yet and kept for longer whenever it is asked for."""
    if "browser_mark" not in g:
        given = request.cookies.get(cookie_name(COOKIE), "")
        g.browser_mark = given if _MARK.fullmatch(given) else secrets.token_urlsafe(24)
        after_this_request(_keep)
    return hashlib.sha256(g.browser_mark.encode()).hexdigest()


def _keep(response: Response) -> Response:
    response.set_cookie(
        cookie_name(COOKIE),
        g.browser_mark,
        max_age=DAYS * 86_400,
        secure=config.current().secure_cookies,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response
