"""The dispatcher's board (/staff/dispatch): unplanned orders beside crews and time slots."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_login import current_user

from nesk.dispatch import board
from nesk.web.access import guard
from nesk.web.staff_menu import SECTIONS

bp = Blueprint("dispatch", __name__, url_prefix="/staff/dispatch")
guard(bp)
bp.register_blueprint(board.bp)


@bp.context_processor
def narrow() -> dict[str, Any]:
    """The dark bar has room for the working sections only."""
    if not current_user.is_authenticated:
        return {}
    shown = (section for section in SECTIONS if section.group == "Работа")
    return {
        "nav_items": [
            section.item() for section in shown if not section.permission or current_user.may(section.permission)
        ]
    }
