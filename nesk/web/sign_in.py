"""Sign-in by login and password, the same for staff, crews and legal entities: each surface mounts its own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request
from flask_login import current_user
from wtforms import HiddenField, PasswordField, StringField

from nesk.core.actor import Kind
from nesk.core.errors import Refused
from nesk.people import operations
from nesk.web import second_factor
from nesk.web.entry import enter
from nesk.web.forms import AtMost, Form, Required
from nesk.web.htmx import page
from nesk.web.login import safe_next, sign_out


class LoginForm(Form):
    next = HiddenField()
    login = StringField("Логин", [Required("Введите логин."), AtMost(64)])
    password = PasswordField("Пароль", [Required("Введите пароль.")])


def mount(bp: Blueprint, *, kind: Kind, home: str, title: str, note: str) -> frozenset[str]:
    """Add `login`, `confirmation` and `logout` to a surface's blueprint. Gives the endpoints that are open to strangers."""

    def login() -> Any:
        if request.method == "GET" and current_user.is_authenticated:
            return redirect(home, 303)
        form = LoginForm(next=request.args.get("next", ""))
        if form.validate_on_submit():
            try:
                subject = operations.authenticate(
                    kind, form.login.data.strip(), form.password.data, ip=request.remote_addr or ""
                )
            except Refused as refused:
                form.show(refused)
            else:
                return enter(kind, subject, to=safe_next(form.next.data, home))
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
