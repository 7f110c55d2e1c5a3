"""The subscriber's cabinet."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_login import current_user

from nesk.billing.queries import AccountCard
from nesk.cabinet import (
    accounts,
    addresses,
    charges,
    closing,
    consents,
    devices,
    help,
    home,
    my_data,
    notices,
    payment,
    profile,
    protection,
    readings,
    receipts,
    services,
    settings,
    sharing,
    sharing_links,
    subscriptions,
)
from nesk.core.errors import NotFound
from nesk.notifications.queries import unread_count
from nesk.web import new_password
from nesk.web.access import current_card, guard, my_accounts
from nesk.web.context import Section

bp = Blueprint("cabinet", __name__, url_prefix="/cabinet")
guard(bp, open_endpoints=new_password.mount(bp, kind="person", home="/cabinet/"))
bp.before_request(consents.ask_to_renew)

NOTICES = "/cabinet/notices/"

SECTIONS = (
    Section("home", "Главная", "/cabinet/", "cabinet.home", tab=True),
    Section("meter", "Показания", "/cabinet/readings/", "cabinet.readings", tab=True),
    Section("pay", "Оплата", "/cabinet/payment/", "cabinet.payment", tab=True, permission="pay"),
    Section("charges", "Начисления и платежи", "/cabinet/charges/", "cabinet.charges"),
    Section("receipt", "Квитанции", "/cabinet/receipts/", "cabinet.receipts"),
    Section("tools", "Услуги", "/cabinet/services/", "cabinet.services", tab=True),
    Section("users", "Доступ другим", "/cabinet/sharing/", "cabinet.sharing"),
    Section("help", "Помощь", "/cabinet/help/", "cabinet.help"),
)

FEATURES = (
    home, readings, payment, charges, receipts, services, notices, help, devices, protection, consents, my_data, closing,
    settings, subscriptions, profile, addresses, accounts, sharing, sharing_links,
)  # fmt: skip
for feature in FEATURES:
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
    here = next((section for section in SECTIONS if section.item().active), None)
    payment_url = "/cabinet/payment/" if card is None or card.may("pay") else ""
    of_accounts = (request.endpoint or "").startswith("cabinet.accounts")
    elsewhere = "/cabinet/accounts/" if of_accounts else request.path
    return {
        "nav_items": [section.item() for section in SECTIONS if _is_for(section, card)],
        "more": here is None and not request.path.startswith(NOTICES),
        "account": card,
        "accounts": my_accounts(),
        "section_url": here.url if here else elsewhere,
        # Choosing another account keeps the section, where the right to that account reaches it.
        "switch_to": {each.number: "/cabinet/" for each in my_accounts() if here and not _is_for(here, each)},
        "unread": unread_count(current_user.subject.id),
        "links": {
            "home": "/cabinet/",
            "notices": NOTICES,
            "devices": "/cabinet/devices/",
            "payment": payment_url,
            "accounts": "/cabinet/accounts/",
            "settings": settings.HOME,
            "profile": profile.HOME,
            "photo": profile.shown_photo(),
        },
        "foot_links": [("Согласия", "/cabinet/consents"), ("Мои данные", "/cabinet/my-data")],
        "closes_at": current_user.subject.closes_at,
    }


def _is_for(section: Section, card: AccountCard | None) -> bool:
    """Whether somebody's right to an account reaches a section; without an account every section explains itself."""
    return card is None or not section.permission or card.may(section.permission)
