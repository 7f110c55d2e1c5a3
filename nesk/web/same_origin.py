"""Nothing is changed at the wish of another site: what the browser itself says of where a form comes from (W2).

It takes the place of Flask-WTF's look at the Referer, which pages with a token in their address do not send.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, request

from nesk.core import config
from nesk.core.outbound import origin
from nesk.web.errors import reply

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FROM_HERE = frozenset({"", "same-origin", "none"})
"""`Sec-Fetch-Site` of our own pages, of an address typed by hand, of browsers that do not send it."""
SIGNED = "/callbacks/"
"""The bank comes here without a browser, and signs what it says."""


def init_same_origin(app: Flask) -> None:
    @app.before_request
    def refuse_other_sites() -> Any:
        if request.method in SAFE or request.path.startswith(SIGNED) or _is_from_here():
            return None
        return reply(403, "Форма отправлена с другого сайта. Откройте страницу на нашем сайте и повторите.")


def _is_from_here() -> bool:
    if request.headers.get("Sec-Fetch-Site", "") not in FROM_HERE:
        return False
    # «null» is what a page without a referrer sends, ours with a token among them; the token of the form speaks then.
    said = request.headers.get("Origin", "null")
    return said in ("null", request.host_url.rstrip("/"), origin(config.current().base_url))
