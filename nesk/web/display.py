"""How the pages are shown to this browser: theme and the version for the low-sighted, kept in a cookie (S0-03)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, redirect, request

from nesk.core import config
from nesk.web.login import safe_next

COOKIE = "display"
BAR = "visionbar"
bp = Blueprint("display", __name__)

_ALLOWED = {
    "theme": ("", "light", "dark"),
    "vision": ("", "bw", "wb", "blue"),
    "size": ("1", "2", "3"),
    "spacing": ("1", "2", "3"),
    "images": ("on", "off"),
}


@dataclass(frozen=True, slots=True)
class Display:
    """What the `<html>` element is told; sizes are ×1, ×1.5 and ×2."""

    theme: str = ""
    vision: str = ""
    size: str = "1"
    spacing: str = "1"
    images: str = "on"

    def changed(self, wishes: dict[str, str]) -> Display:
        """This display with the wishes that make sense."""
        return replace(self, **{name: value for name, value in wishes.items() if value in _ALLOWED.get(name, ())})


def current_display() -> Display:
    """What the cookie asks for; nonsense in it is ignored."""
    return Display().changed(dict(parse_qsl(request.cookies.get(COOKIE, ""), keep_blank_values=True)))


@bp.get("/display")
def change() -> Response:
    """Remember a wish and go back to the page it was made on. A plain link or form, no script needed."""
    display = current_display().changed(request.args.to_dict())
    back = safe_next(request.args.get("next"), "/")
    # Whoever sets one thing after another finds the bar open where they left it.
    response = redirect(f"{back.partition('#')[0]}#{BAR}" if "bar" in request.args else back, 303)
    kept = urlencode({name: getattr(display, name) for name in _ALLOWED})
    response.set_cookie(
        COOKIE, kept, max_age=31_536_000, secure=config.current().secure_cookies, httponly=True, samesite="Lax"
    )
    return response  # type: ignore[return-value]
