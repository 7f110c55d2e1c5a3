"""One URL, two answers: the whole page, or the fragment that htmx asked for."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request
from htmx_flask import make_response as make_htmx_response
from werkzeug.urls import iri_to_uri


def wants_fragment() -> bool:
    """Whether htmx asks for a part of the page: not a boosted link, not its history."""
    asked = request.headers
    return "HX-Request" in asked and "HX-Boosted" not in asked and "HX-History-Restore-Request" not in asked


def page(template: str, fragment: str | None = None, **context: Any) -> tuple[str, int, dict[str, str]]:
    """Show a page, or only its fragment; a form that was refused is shown again with 422 (429 says when to come back)."""
    form = context.get("form")
    status = form.status if form is not None and form.errors else 200
    headers = {"Retry-After": str(form.retry_after)} if status == 429 else {}
    chosen = fragment if fragment and wants_fragment() else template
    return render_template(chosen, **context), status, headers


def done(fragment: str, *, to: str, said: str = "", **context: Any) -> Any:
    """After a change: the fragment that tells of it (and a toast), or 303 to where it can be seen."""
    if wants_fragment():
        toast = {"toast": {"text": said, "kind": "ok"}} if said else None
        return make_htmx_response(render_template(fragment, **context), trigger=toast)
    if said:
        flash(said, "ok")
    return redirect(to, 303)


def go(to: str, said: str = "") -> Response:
    """After a change that is seen on another page: htmx is sent there whole, a plain browser by 303."""
    if said:
        flash(said, "ok")
    if not wants_fragment():
        return redirect(to, 303)  # type: ignore[return-value]
    response = make_response("", 200)
    response.headers["HX-Redirect"] = iri_to_uri(to)
    return response
