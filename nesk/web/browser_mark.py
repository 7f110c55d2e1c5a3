"""The browser of this request: a random mark in the signed session cookie, so that a code typed elsewhere is no code."""

from __future__ import annotations

import hashlib
import secrets

from flask import session

KEY = "browser"


def browser_hash() -> str:
    """The hash of this browser's mark, which is made when there is none yet."""
    if KEY not in session:
        session[KEY] = secrets.token_urlsafe(24)
    return hashlib.sha256(session[KEY].encode()).hexdigest()
