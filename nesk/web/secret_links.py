"""Pages whose address is itself a key: they tell nobody where they are, are kept nowhere and found by no search (W1)."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Response, request, session

from nesk.core import clock

BACK = "back"
BACK_FOR = timedelta(minutes=30)
"""Whoever signs in later at the same browser may be somebody else."""


def keep_to_oneself(response: Response) -> Response:
    """The headers of such a page: for every reply of a blueprint, or by `after_this_request` where others stand beside it.

    A form of it is sent with the origin «null»; `web.origin` knows it by what the browser says of the site.
    """
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def come_back_here() -> None:
    """Lead whoever signs in next back to this page. The way goes with their own cookie: in the address of another page,
    a key would be told to whoever that page tells its address."""
    lead_back(request.path)


def lead_back(to: str) -> None:
    """Lead this browser to a checked relative address once it is let in whole."""
    session[BACK] = {"to": to, "at": clock.now().isoformat()}


def way_back(default: str) -> str:
    """Where that was, or the default when nobody is waited for anywhere."""
    kept = session.get(BACK)
    if not kept or datetime.fromisoformat(kept["at"]) < clock.now() - BACK_FOR:
        return default
    return str(kept["to"])
