"""The ways of registering that staff have left open, and what their pages share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, request
from flask_login import current_user

from nesk.core import settings
from nesk.core.errors import Refused
from nesk.credentials.settings import CredentialSettings
from nesk.enrolment.registration import Agreement
from nesk.web.htmx import go
from nesk.web.login import device

bp = Blueprint("registration", __name__, url_prefix="/register")

View = TypeVar("View", bound=Callable[..., Any])
DONE = "Вы успешно зарегистрировались"
CLOSED = "Этот способ регистрации сейчас закрыт. Выберите другой."
DOOR = "/register"
HOME = "/cabinet/"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of registering: what its tab says and where it leads."""

    name: str
    label: str
    url: str


WAYS = (
    Way("phone", "По телефону", "/register/phone"),
    Way("email", "По e-mail", "/register/email"),
    Way("account", "По лицевому счёту", "/register/account"),
)


def open_ways() -> list[Way]:
    """Those that staff have not switched off, in the order of their tabs."""
    chosen = settings.load(CredentialSettings)
    return [way for way in WAYS if getattr(chosen, f"register_by_{way.name}")]


def open_names() -> list[str]:
    """The same by their names, for a page that invites to register."""
    return [way.name for way in open_ways()]


def of_way(name: str) -> Callable[[View], View]:
    """A page of one way: when it is switched off it leads to the ways that are left, and nobody signed in needs it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            left = open_names()
            if name not in left:
                return back(DOOR, Refused(CLOSED)) if left else go(DOOR)
            if request.method != "POST" and current_user.is_authenticated:
                return redirect(HOME, 303)
            return view(*args, **kwargs)

        return guarded  # type: ignore[return-value]

    return decorate


def frame(way: str) -> dict[str, Any]:
    """What the pages of a way are given: the tabs, and where «Сменить тип регистрации» leads."""
    ways = open_ways()
    names = [each.name for each in ways]
    following = ways[(names.index(way) + 1) % len(ways)] if way in names else None
    return {"ways": ways, "way": way, "other": following if len(ways) > 1 else None}


def back(to: str, refused: Refused) -> Any:
    """To a page that says why what was asked for did not happen."""
    flash(refused.message, "warn")
    return go(to)


def agreement(notices: bool) -> Agreement:
    """The boxes that were ticked in this request."""
    ip, browser = device()
    return Agreement(notices=notices, ip=ip, device=browser)
