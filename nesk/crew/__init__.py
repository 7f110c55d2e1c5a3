"""The crew's phone pages: today's visits, and the work itself, without a network too."""

from flask import Blueprint

from nesk.web.access import guard
from nesk.web.sign_in import mount

bp = Blueprint("crew", __name__, url_prefix="/crew")
_open = mount(bp, kind="crew", home="/crew/", title="Вход для бригады", note="Логин и пароль выдаёт диспетчер филиала.")
guard(bp, open_endpoints=_open)
