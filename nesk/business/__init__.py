"""The cabinet of legal entities and sole proprietors: they sign in by what the company issued (S2-04, S2-06)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_login import current_user

from nesk.business import contract, protection
from nesk.business.sign_in import BusinessLoginForm
from nesk.web import new_password
from nesk.web.access import guard
from nesk.web.context import Section
from nesk.web.sign_in import mount

bp = Blueprint("business", __name__, url_prefix="/business")
_open = mount(
    bp,
    kind="business",
    home="/business/",
    title="Для юридических лиц и ИП",
    note="Логин и пароль выдаёт филиал вместе с сопроводительным письмом к договору. Письмо потеряли — обратитесь в филиал: выдадим новое.",
    form_class=BusinessLoginForm,
)
guard(bp, open_endpoints=_open | new_password.mount(bp, kind="business", home="/business/"))
bp.register_blueprint(contract.bp)
bp.register_blueprint(protection.bp)

SECTIONS = (
    Section("home", "Договор", "/business/", "business.contract", tab=True),
    Section("lock", "Защита входа", "/business/protection", "business.protection"),
)


@bp.context_processor
def business() -> dict[str, Any]:
    """What the layout shows around each page."""
    if not current_user.is_authenticated:
        return {}
    return {
        "nav_items": [section.item() for section in SECTIONS],
        "links": {"home": "/business/"},
        "sign_out_url": "/business/logout",
        "site_name": "Для организаций",
    }
