"""The page «Новый пароль», the same on every surface: the only one that an issued password opens (S2-07)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, request
from flask_login import current_user
from wtforms import PasswordField

from nesk.core.actor import Kind
from nesk.core.errors import Refused
from nesk.enrolment.passwords import least_characters, refusal
from nesk.people import operations, passwords
from nesk.web.entry import admit
from nesk.web.forms import DIFFERENT, Form, Required
from nesk.web.htmx import page
from nesk.web.login import owes_password, viewer
from nesk.web.secret_links import way_back


class NewPasswordForm(Form):
    password = PasswordField("Новый пароль", [Required("Введите новый пароль.")])
    again = PasswordField("Повторите новый пароль", [Required("Введите новый пароль ещё раз.")])

    def check(self) -> None:
        """Hold what was typed to the rules. Raises Refused."""
        subject = viewer().subject
        if reason := refusal(subject, self.password.data):
            raise Refused(reason, field="password")
        if self.again.data != self.password.data:
            raise Refused(DIFFERENT, field="again")
        if subject.password_issued_until and passwords.matches(subject.password_hash, self.password.data):
            raise Refused("Это выданный пароль. Придумайте другой, который знаете только вы.", field="password")


def mount(bp: Blueprint, *, kind: Kind, home: str) -> frozenset[str]:
    """Add `password` to a surface's blueprint. Gives the endpoint that opens to a session which can do nothing else."""

    def password() -> Any:
        if current_user.is_authenticated:
            return redirect(home, 303)
        if not owes_password():
            return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        form = NewPasswordForm()
        if form.validate_on_submit():
            try:
                form.check()
                operations.set_password(viewer().subject, form.password.data, by=viewer().actor)
            except Refused as refused:
                form.show(refused)
            else:
                return admit(kind, viewer().subject, to=way_back(home), said="Новый пароль сохранён.")
        return page(
            "components/new_password.html",
            "components/_new_password.html",
            form=form,
            private=True,
            here_path=request.path,
            sign_out_url="/logout" if kind == "person" else f"{home}logout",
            least=least_characters(viewer().subject),
        )

    bp.add_url_rule("/password", view_func=password, methods=["GET", "POST"])
    return frozenset({f"{bp.name}.password"})
