"""The back office (/staff): registers in Flask-Admin's lists, and pages that change money, readings and orders."""

from flask import Blueprint

from nesk.backoffice.registers import init_registers
from nesk.web.access import guard
from nesk.web.sign_in import mount

bp = Blueprint("backoffice", __name__, url_prefix="/staff")
_open = mount(bp, kind="staff", home="/staff/", title="Вход для сотрудников", note="Логин и пароль выдаёт администратор.")
guard(bp, open_endpoints=_open)

__all__ = ["bp", "init_registers"]
