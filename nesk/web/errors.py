"""Each kind of «no» becomes one reply: a page, or a notice for htmx, in words that say what to do."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from nesk.core import logs
from nesk.core.errors import Conflict, Forbidden, NotFound, Refused, TooOften, Unavailable
from nesk.web.htmx import wants_fragment

log = logging.getLogger(__name__)
PAGES = {400, 403, 404, 409, 413, 422, 429, 500, 503}


def reply(status: int, message: str = "", **headers: str) -> Any:
    """The page of an error, or its fragment placed among the notices."""
    status = status if status in PAGES else (404 if status < 500 else 500)
    context = {"status": status, "message": message, "reference": logs.request_id.get()[:12]}
    if wants_fragment():
        headers = {"HX-Retarget": "#notices", "HX-Reswap": "innerHTML", **headers}
        return render_template("errors/_error.html", **context), status, headers
    return render_template(f"errors/{status}.html", **context), status, headers


def init_errors(app: Flask) -> None:
    app.register_error_handler(NotFound, lambda error: reply(404))
    app.register_error_handler(Forbidden, lambda error: reply(403, error.message))
    app.register_error_handler(Conflict, lambda error: reply(409, error.message))
    app.register_error_handler(
        TooOften, lambda error: reply(429, error.message, **{"Retry-After": str(error.retry_after)})
    )
    app.register_error_handler(Refused, lambda error: reply(422, error.message))
    app.register_error_handler(Unavailable, lambda error: reply(503, **{"Retry-After": "30"}))
    app.register_error_handler(CSRFError, lambda error: reply(403, "Страница устарела. Обновите её и повторите."))

    @app.errorhandler(HTTPException)
    def known(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        return reply(error.code)

    @app.errorhandler(Exception)
    def bug(error: Exception) -> Any:
        log.exception("unhandled")
        return reply(500)
