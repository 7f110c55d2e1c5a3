"""The crew's phone pages: today's visits, and the work itself, without a network too."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_login import current_user

from nesk.crew import closing, protection, visits
from nesk.fieldwork.queries import crew_of, members
from nesk.web import new_password
from nesk.web.access import guard
from nesk.web.sign_in import mount

bp = Blueprint("crew", __name__, url_prefix="/crew")
_open = mount(bp, kind="crew", home="/crew/", title="Вход для бригады", note="Логин и пароль выдаёт диспетчер филиала.")
_open |= new_password.mount(bp, kind="crew", home="/crew/")
guard(bp, open_endpoints=_open | {"crew.visits.worker"})

for feature in (visits, closing, protection):
    bp.register_blueprint(feature.bp)


@bp.context_processor
def crew() -> dict[str, Any]:
    """The dark bar: which crew, who is in it, and the dispatcher's telephone."""
    if not current_user.is_authenticated:
        return {}
    team = crew_of(current_user.subject.id)
    names = ", ".join(name.split()[0] for name in members([team.id])[team.id]) if team else ""
    return {
        "crew_title": team.name if team else "Без бригады",
        "crew_members": names,
        "dispatcher_phone": "+78006000220",
    }
