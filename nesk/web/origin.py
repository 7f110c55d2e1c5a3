"""Requests that change something come from our own pages: what another site sends is refused before it is read (W2).

It stands beside the token of each form, and holds for signing in too: nobody is signed in by a stranger's page.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request

from nesk.core import config
from nesk.core.errors import Forbidden

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
FROM_OUTSIDE = "callbacks."
"""The surface that banks and gateways call, signed."""


def init_origin(app: Flask) -> None:
    @app.before_request
    def refuse_strangers() -> None:
        if request.method in SAFE or (request.endpoint or "").startswith(FROM_OUTSIDE):
            return
        if is_foreign(request.headers.get("Sec-Fetch-Site", ""), request.headers.get("Origin", "")):
            raise Forbidden


def is_foreign(site: str, origin: str) -> bool:
    """Whether a browser says that the request was made by a page of another site.

    Sec-Fetch-Site is asked first: pages that keep their address to themselves send the origin «null». No browser lets
    a page set either; what is no browser sends neither and has no cookies of anybody.
    """
    if site:
        return site not in ("same-origin", "none")
    if not origin or origin == "null":
        return False
    parts = urlsplit(origin)
    return parts.netloc not in (request.host, urlsplit(config.current().base_url).netloc)
