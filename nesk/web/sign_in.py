"""Sign-in by login and password, the same for every surface: the form, the limits, the word on the picture.

`mount` is the whole page for staff, crews and legal entities; the subscriber's own stands in `nesk/public/sign_in.py`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, after_this_request, redirect, request
from flask_login import current_user
from wtforms import HiddenField, PasswordField, StringField

from nesk.core import clock
from nesk.core.actor import Kind
from nesk.core.errors import Refused
from nesk.credentials.sign_in import Door, asks_captcha, mark_known, sign_in
from nesk.people.models import BusinessUser, Person, Staff
from nesk.web import second_factor
from nesk.web.captcha import CaptchaForm
from nesk.web.entry import enter
from nesk.web.forms import AtMost, Required
from nesk.web.htmx import page
from nesk.web.login import cookie_name, safe_next, set_cookie, sign_out

CAPTCHA = "sign_in"
KNOWN, KNOWN_FOR = "known", timedelta(days=365)
"""The cookie of a browser that somebody has signed in by: see `credentials.sign_in.mark_known`."""


class DoorForm(CaptchaForm):
    """A form with a password in it. The word on the picture is on it only when `ask_captcha` put it there."""

    next = HiddenField()
    password = PasswordField("Пароль", [Required("Введите пароль.")])

    def knock(self, door: Door) -> Person | Staff | BusinessUser | None:
        """The one whose password was typed; None when that is refused, and the form says why."""
        answer = (lambda: self.check_captcha(CAPTCHA)) if self.captcha_id.data else None
        try:
            subject = sign_in(door, self.password.data, answer=answer)
        except Refused as refused:
            self.show(refused)
            return None
        _know_browser(mark_known(door))
        return subject

    def ask_captcha(self, door: Door) -> None:
        """Put a word before the person when the next try at this door needs one; call it before the form is shown."""
        if asks_captcha(door):
            self.fresh_captcha(CAPTCHA)
        else:
            self.captcha_id.data = ""


class LoginForm(DoorForm):
    login = StringField("Логин", [Required("Введите логин."), AtMost(64)])

    @property
    def identity(self) -> str:
        """What is asked for beside the login, where something is."""
        return ""


def door(kind: Kind, login: str, identity: str = "") -> Door:
    """The door that this request knocks at."""
    known = request.cookies.get(cookie_name(KNOWN), "")
    return Door(kind, login, identity, ip=request.remote_addr or "", known=known)


def _know_browser(mark: str) -> None:
    @after_this_request
    def keep(response: Response) -> Response:
        return set_cookie(response, KNOWN, mark, until=clock.now() + KNOWN_FOR)


def mount(
    bp: Blueprint, *, kind: Kind, home: str, title: str, note: str, form_class: type[LoginForm] = LoginForm
) -> frozenset[str]:
    """Add `login`, `confirmation` and `logout` to a surface's blueprint. Gives the endpoints that are open to strangers."""

    def login() -> Any:
        if request.method != "POST" and current_user.is_authenticated:
            return redirect(home, 303)
        form = form_class(next=request.args.get("next", ""))
        at = door(kind, (form.login.data or "").strip(), form.identity)
        if form.validate_on_submit() and (subject := form.knock(at)):
            return enter(kind, subject, to=safe_next(form.next.data, home))
        form.ask_captcha(at)
        return page(
            "components/sign_in.html",
            "components/_sign_in.html",
            form=form,
            title=title,
            note=note,
            here_path=request.path,
        )

    def logout() -> Any:
        return sign_out(f"{home}login", "Вы вышли.")

    bp.add_url_rule("/login", view_func=login, methods=["GET", "POST"])
    bp.add_url_rule("/logout", view_func=logout, methods=["POST"])
    return frozenset({f"{bp.name}.login", f"{bp.name}.logout", second_factor.mount(bp, kind=kind)})
