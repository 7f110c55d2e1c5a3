"""What every template may use: how to show it, where it is, whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from flask_login import current_user

from nesk.core import clock, config
from nesk.web.display import current_display


@dataclass(frozen=True, slots=True)
class NavItem:
    """A section of a surface's menu."""

    icon: str
    label: str
    url: str
    active: bool
    tab: bool = False
    group: str = ""
    badge: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A menu entry as a surface declares it: the page's endpoint, and the prefix of endpoints that light it up.

    `permission` is what somebody needs to be shown it: of staff a permission, of a subscriber a deed with the account.
    """

    icon: str
    label: str
    url: str
    endpoints: str
    tab: bool = False
    group: str = ""
    permission: str = ""

    def item(self, badge: int = 0) -> NavItem:
        active = (request.endpoint or "").startswith(self.endpoints)
        return NavItem(self.icon, self.label, self.url, active, self.tab, self.group, badge)


def init_context(app: Flask) -> None:
    @app.context_processor
    def common() -> dict[str, Any]:
        signed_in = current_user.is_authenticated
        return {
            "display": current_display(),
            "here": request.full_path.rstrip("?") if request.method != "POST" else "/",
            "private": signed_in,
            "demo": config.current().env == "demo" or (signed_in and current_user.is_demo),
            "today": clock.today(),
            "printed_on": clock.today(),
        }


def staff_context(app: Flask, sections: tuple[Section, ...]) -> None:
    """Give every page under /staff its menu (only what the viewer may open) and the viewer's name."""

    @app.context_processor
    def staff() -> dict[str, Any]:
        if not request.path.startswith("/staff/") or not current_user.is_authenticated:
            return {}
        subject = current_user.subject
        shown = [
            section.item() for section in sections if not section.permission or current_user.may(section.permission)
        ]
        return {
            "nav_items": shown,
            "staff_name": subject.name,
            "staff_place": subject.branch.name if subject.branch_id else "Все филиалы",
        }
