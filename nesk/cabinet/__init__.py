"""The subscriber's cabinet."""

from flask import Blueprint

from nesk.web.access import guard

bp = Blueprint("cabinet", __name__, url_prefix="/cabinet")
guard(bp)
