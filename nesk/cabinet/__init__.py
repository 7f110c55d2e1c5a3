"""The subscriber's cabinet."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_login import current_user

from nesk.cabinet import accounts, charges, help, home, notices, payment, readings, receipts, services
from nesk.core.errors import NotFound
from nesk.notifications.queries import unread_count
from nesk.web.access import current_card, guard, my_accounts
from nesk.web.context import Section

bp = Blueprint("cabinet", __name__, url_prefix="/cabinet")
guard(bp)

SECTIONS = (
    Section("home", "Главная", "/cabinet/", "cabinet.home", tab=True),
    Section("meter", "Показания", "/cabinet/readings/", "cabinet.readings", tab=True),
    Section("pay", "Оплата", "/cabinet/payment/", "cabinet.payment", tab=True),
    Section("charges", "Начисления и платежи", "/cabinet/charges/", "cabinet.charges"),
    Section("receipt", "Квитанции", "/cabinet/receipts/", "cabinet.receipts"),
    Section("tools", "Услуги", "/cabinet/services/", "cabinet.services", tab=True),
    Section("help", "Помощь", "/cabinet/help/", "cabinet.help"),
)

for feature in (home, readings, payment, charges, receipts, services, accounts, notices, help):
    bp.register_blueprint(feature.bp)


@bp.context_processor
def cabinet() -> dict[str, Any]:
    """What the layout of the cabinet shows around each page."""
    if not current_user.is_authenticated:
        return {}
    try:
        card = current_card()
    except NotFound:  # the page of this very error has no account around it
        card = None
    of_accounts = (request.endpoint or "").startswith("cabinet.accounts")
    elsewhere = "/cabinet/accounts/" if of_accounts else request.path
    section = next((section.url for section in SECTIONS if section.item().active), elsewhere)
    return {
        "nav_items": [section.item() for section in SECTIONS],
        "account": card,
        "accounts": my_accounts(),
        "section_url": section,
        "unread": unread_count(current_user.subject.id),
        "links": {
            "home": "/cabinet/",
            "notices": "/cabinet/notices/",
            "payment": "/cabinet/payment/",
            "accounts": "/cabinet/accounts/",
        },
    }
