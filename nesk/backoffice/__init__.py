"""The back office (/staff): registers in Flask-Admin's lists, and pages that change money, readings and orders."""

from flask import Blueprint, Flask

from nesk.backoffice import (
    accounts,
    bindings,
    branches,
    business_users,
    consents,
    documents,
    employees,
    lost_factors,
    orders,
    protection,
    queues,
    sessions,
    settings,
    summary,
)
from nesk.backoffice.registers import init_registers
from nesk.web import new_password
from nesk.web.access import guard
from nesk.web.context import staff_context
from nesk.web.sign_in import mount
from nesk.web.staff_menu import SECTIONS

bp = Blueprint("backoffice", __name__, url_prefix="/staff")
_open = mount(
    bp, kind="staff", home="/staff/", title="Вход для сотрудников", note="Логин и пароль выдаёт администратор."
)
guard(bp, open_endpoints=_open | new_password.mount(bp, kind="staff", home="/staff/"))

FEATURES = (
    summary, accounts, bindings, orders, branches, queues, sessions, settings, business_users, employees, lost_factors, protection,
    documents, consents,
)  # fmt: skip
for feature in FEATURES:
    bp.register_blueprint(feature.bp)


def init_backoffice(app: Flask) -> None:
    """The registers, and the menu around every page under /staff."""
    init_registers(app)
    staff_context(app, SECTIONS)
