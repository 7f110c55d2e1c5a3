"""The dispatcher's board (/staff/dispatch): unplanned orders beside crews and time slots."""

from flask import Blueprint

from nesk.dispatch import board
from nesk.web.access import guard

bp = Blueprint("dispatch", __name__, url_prefix="/staff/dispatch")
guard(bp)
bp.register_blueprint(board.bp)
