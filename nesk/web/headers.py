"""What every reply carries: a strict content policy, no framing, no caching of what is private."""

from __future__ import annotations

import secrets
from uuid import uuid4

from flask import Flask, Response, g, request

from nesk.core import config, logs


def nonce() -> str:
    """The nonce of this reply, for Flask-Admin's own scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce  # type: ignore[no-any-return]


def _policy() -> str:
    own = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    bank = config.current().bank_origin
    return (
        f"default-src 'none'; script-src 'self'{own}; style-src 'self'{own}; img-src 'self' data: blob:; font-src 'self'; media-src 'self'; "
        f"connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-src 'self'; "
        f"form-action 'self' {bank}; base-uri 'none'; frame-ancestors 'none'"
    )


def init_headers(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        logs.request_id.set(given if given.isalnum() and 8 <= len(given) <= 64 else uuid4().hex)

    @app.after_request
    def finish(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", _policy())
        headers["X-Content-Type-Options"] = "nosniff"
        headers.setdefault("Referrer-Policy", "same-origin")
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "geolocation=(self), camera=(self), microphone=()"
        headers["X-Request-Id"] = logs.request_id.get()
        if config.current().secure_cookies:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        response.vary.add("HX-Request")
        response.vary.add("Cookie")
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        return response
