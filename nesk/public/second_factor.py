"""«Подтверждение входа» of subscribers who have a second factor."""

from __future__ import annotations

from flask import Blueprint

from nesk.web.second_factor import mount

bp = Blueprint("second_factor", __name__)
mount(bp, kind="person")
