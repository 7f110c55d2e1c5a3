"""The cabinet of legal entities and sole proprietors: they sign in by what the company issued (S2-04, S2-06)."""

from flask import Blueprint

from nesk.web.access import guard
from nesk.web.sign_in import mount

bp = Blueprint("business", __name__, url_prefix="/business")
_open = mount(
    bp,
    kind="business",
    home="/business/",
    title="Для юридических лиц и ИП",
    note="Логин и пароль выдаёт филиал вместе с сопроводительным письмом к договору.",
)
guard(bp, open_endpoints=_open)
