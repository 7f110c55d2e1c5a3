"""Who is asking: the session cookie of the surface, looked up in the table of sessions for every request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote

from flask import Flask, Response, after_this_request, current_app, g, redirect, request, session
from flask_login import LoginManager, UserMixin, current_user

from nesk.core import clock, config
from nesk.core.actor import Actor, Kind
from nesk.credentials import remembering
from nesk.people import sessions
from nesk.people.models import BusinessUser, Person, Session, Staff
from nesk.people.queries import permissions_of, signed_in
from nesk.web.htmx import go, wants_fragment

SURFACES: dict[str, tuple[str, Kind, str]] = {
    "staff": ("staff_sid", "staff", "/staff/login"),
    "crew": ("crew_sid", "crew", "/crew/login"),
    "business": ("business_sid", "business", "/business/login"),
}
"""First part of the path → cookie, kind of session, where to sign in. Everything else is the subscriber's."""
REMEMBER = "remember"
"""The cookie of «Запомнить меня»."""


@dataclass(eq=False)
class Viewer(UserMixin):
    """The signed-in one of this request."""

    kind: Kind
    subject: Person | Staff | BusinessUser
    session: Session

    def get_id(self) -> str:
        return f"{self.kind}:{self.subject.id}"

    @property
    def is_authenticated(self) -> bool:
        """Not in a session that is only good for a new password: wherever nothing else is said, it opens no door."""
        return bool(self.session.purpose == "all")

    @property
    def actor(self) -> Actor:
        return Actor(self.kind, self.subject.id)

    @property
    def is_demo(self) -> bool:
        return bool(self.subject.is_demo)

    @property
    def permissions(self) -> frozenset[str]:
        """What a member of staff may do; read once a request."""
        if "permissions" not in g:
            g.permissions = permissions_of(self.subject.id) if self.kind == "staff" else frozenset()
        return g.permissions  # type: ignore[no-any-return]

    def may(self, permission: str) -> bool:
        return permission in self.permissions


def viewer() -> Viewer:
    """The one who is signed in; only views behind a guard may ask."""
    return cast(Viewer, current_user._get_current_object())


def owes_password() -> bool:
    """Whether this is the session of somebody who has to choose a new password before anything else."""
    who = current_user._get_current_object()
    return isinstance(who, Viewer) and not who.is_authenticated


def current_actor() -> Actor:
    """Who does what this request asks for."""
    return viewer().actor


def surface(path: str) -> tuple[str, Kind, str]:
    """Cookie, kind and sign-in address for a path."""
    return SURFACES.get(path.split("/", 2)[1], ("sid", "person", "/login"))


def cookie_name(name: str) -> str:
    """`__Host-` binds the cookie to this host over https; plain http (the demo) cannot carry that prefix."""
    return f"__Host-{name}" if config.current().secure_cookies else name


def password_page(path: str) -> str:
    """Where a new password is chosen on the surface of a path."""
    door = surface(path)[2]
    return "/cabinet/password" if door == "/login" else door.replace("/login", "/password")


def sign_in_response(response: Response, kind_path: str, token: str) -> Response:
    """Put the session's token into its cookie, which goes with the browser's own session."""
    return set_cookie(response, surface(kind_path)[0], token)


def set_cookie(response: Response, name: str, text: str, *, until: datetime | None = None) -> Response:
    """A cookie that scripts cannot read and other sites cannot send with a form."""
    response.set_cookie(
        cookie_name(name),
        text,
        max_age=round((until - clock.now()).total_seconds()) if until else None,
        secure=config.current().secure_cookies,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def drop_cookie(response: Response, name: str) -> Response:
    secure = config.current().secure_cookies
    response.delete_cookie(cookie_name(name), path="/", secure=secure, httponly=True, samesite="Lax")
    return response


def leave() -> None:
    """End on the server all that this browser is signed in by on this surface, and what would open the next session."""
    name, kind, _ = surface(request.path)
    token = request.cookies.get(cookie_name(name), "")
    if token and (found := signed_in(kind, token)) is not None:
        remembering.forget_device(found.session.id, by=Actor(kind, found.subject.id))
    if kind == "person" and (kept := request.cookies.get(cookie_name(REMEMBER))):
        remembering.forget_cookie(kept)


def sign_out(to: str, said: str) -> Response:
    """End the session on the server, forget it here, and go to `to` with a word about it.

    Others may be signed in by this browser on other surfaces: what is theirs stays. «storage» is the whole origin's, the
    reports that a crew has not sent yet too, so only the subscriber's way out clears it.
    """
    name, kind, _ = surface(request.path)
    leave()
    session.clear()
    response = drop_cookie(go(to, said), name)
    response.headers["Clear-Site-Data"] = '"cache"'
    if kind == "person":
        drop_cookie(response, REMEMBER)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def renew_csrf() -> None:
    """A new signed-in state gets a new token: what a stranger planted before sign-in is worth nothing after it."""
    session.clear()


def safe_next(target: str | None, default: str) -> str:
    """A relative path of our own, or the default: nobody is sent elsewhere from the sign-in page."""
    if (
        not target
        or not target.startswith("/")
        or target.startswith(("//", "/\\"))
        or any(ord(c) < 32 or c == "\\" for c in target)
    ):
        return default
    return target


def device() -> tuple[str, str]:
    """Address and browser of the request, as kept with its session."""
    return request.remote_addr or "", request.user_agent.string


def init_login(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # it trusts X-Forwarded-For and drops phones that change their address

    @manager.request_loader
    def load(_: Any) -> Viewer | None:
        name, kind, _ = surface(request.path)
        token = request.cookies.get(cookie_name(name), "")
        found = signed_in(kind, token) if token else None
        if found is not None:
            sessions.touch(found.session)
            return Viewer(kind, found.subject, found.session)
        return _remembered() if kind == "person" else None

    @manager.unauthorized_handler
    def ask_to_sign_in() -> Response:
        _, _, address = surface(request.path)
        back = request.full_path.rstrip("?") if request.method != "POST" else ""
        to = f"{address}?next={quote(back)}" if back else address
        if owes_password():
            to = password_page(request.path)
        if wants_fragment():
            response = current_app.response_class("", 401)
            response.headers["HX-Redirect"] = to
            return response
        return redirect(to, 303)  # type: ignore[return-value]


def _remembered() -> Viewer | None:
    """Whoever «Запомнить меня» knows this browser as. It opens a session, a written exception of «GET never writes»."""
    cookie = request.cookies.get(cookie_name(REMEMBER), "")
    if not cookie:
        return None
    ip, browser = device()
    resumed = remembering.resume(cookie, ip=ip, device=browser)

    @after_this_request
    def tell(response: Response) -> Response:
        if resumed is None:
            return drop_cookie(response, REMEMBER)
        if resumed.link is None:
            return response
        set_cookie(response, REMEMBER, resumed.link.cookie, until=resumed.link.expires_at)
        return sign_in_response(response, request.path, resumed.token)

    return resumed and Viewer("person", Person.get_by_id(resumed.session.subject_id), resumed.session)
