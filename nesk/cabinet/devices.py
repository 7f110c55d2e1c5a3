"""«Мои устройства» (S6): where the subscriber is signed in; end one, or all others."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from nesk.core.errors import NotFound
from nesk.credentials import remembering
from nesk.credentials.devices import devices_of, end_device
from nesk.web.htmx import done
from nesk.web.login import current_actor, viewer

bp = Blueprint("devices", __name__, url_prefix="/devices")


@bp.get("/")
def index() -> Any:
    return render_template("cabinet/devices/index.html", **_list())


@bp.post("/<int:session_id>/end")
def end(session_id: int) -> Any:
    """«Выйти» beside a device; this very one has the ordinary way out, which clears the browser too."""
    if session_id == viewer().session.id:
        raise NotFound
    end_device("person", viewer().subject.id, session_id, by=current_actor())
    return _shown("Вход на устройстве завершён.")


@bp.post("/others/end")
def end_others() -> Any:
    """«Выйти на всех других устройствах»."""
    remembering.forget_devices("person", viewer().subject.id, by=current_actor(), keep=viewer().session.id)
    return _shown("На других устройствах вход завершён.")


def _shown(said: str) -> Any:
    return done("cabinet/devices/_list.html", to=url_for("cabinet.devices.index"), said=said, **_list())


def _list() -> dict[str, Any]:
    return {"devices": devices_of("person", viewer().subject.id), "this": viewer().session.id}
