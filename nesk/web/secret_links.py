"""Pages whose address is itself a key: they tell nobody where they are, are kept nowhere and found by no search (W1)."""

from __future__ import annotations

from flask import Response


def keep_to_oneself(response: Response) -> Response:
    """The headers of such a page: for every reply of a blueprint, or by `after_this_request` where others stand beside it.

    A form of it is sent with the origin «null»; `web.origin` knows it by what the browser says of the site.
    """
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
