"""The page «Новый пароль», the same on every surface: the only one that an issued password or a code opens (S2-07)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, request
from flask_login import current_user
from wtforms import PasswordField

from nesk.core import settings
from nesk.core.actor import Kind
from nesk.core.errors import Refused
from nesk.credentials.rules import password_refusal
from nesk.credentials.settings import CredentialSettings
from nesk.enrolment.passwords import personal_facts
from nesk.people import operations, passwords
from nesk.people.models import Person
from nesk.web.entry import admit, enter
from nesk.web.forms import Form, Required
from nesk.web.htmx import page
from nesk.web.login import owes_password, viewer

STAFF_LEAST = 12
"""Characters of a password of an employee, whatever the company asks of subscribers (§3)."""


class NewPasswordForm(Form):
    password = PasswordField("Новый пароль", [Required("Введите новый пароль.")])
    again = PasswordField("Повторите новый пароль", [Required("Введите новый пароль ещё раз.")])

    def check(self) -> None:
        """Hold what was typed to the rules. Raises Refused."""
        subject = viewer().subject
        if reason := password_refusal(self.password.data, least=least_characters(), personal=_personal()):
            raise Refused(reason, field="password")
        if self.again.data != self.password.data:
            raise Refused("Пароли не совпали. Введите один и тот же пароль дважды.", field="again")
        if subject.password_issued_until and passwords.matches(subject.password_hash, self.password.data):
            raise Refused("Это выданный пароль. Придумайте другой, который знаете только вы.", field="password")


def least_characters() -> int:
    """How long the viewer's password must be; people of the demo are asked no more than subscribers."""
    least = settings.load(CredentialSettings).password_min
    is_staff = viewer().kind in ("staff", "crew") and not viewer().is_demo
    return max(least, STAFF_LEAST) if is_staff else least


def _personal() -> tuple[str, ...]:
    """What others may know of the viewer: no password."""
    subject = viewer().subject
    if isinstance(subject, Person):
        return personal_facts(subject)
    return (subject.login, *subject.name.split())


def mount(bp: Blueprint, *, kind: Kind, home: str) -> frozenset[str]:
    """Add `password` to a surface's blueprint. Gives the endpoint that opens to a session which can do nothing else."""

    def password() -> Any:
        if current_user.is_authenticated:
            return redirect(home, 303)
        if not owes_password():
            return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        was_issued = viewer().subject.password_issued_until is not None
        form = NewPasswordForm()
        if form.validate_on_submit():
            try:
                form.check()
                operations.set_password(viewer().subject, form.password.data, by=viewer().actor)
            except Refused as refused:
                form.show(refused)
            else:
                # A code proves less than a password: whatever else guards the sign-in is asked for after it.
                let = admit if was_issued else enter
                return let(kind, viewer().subject, to=home, said="Новый пароль сохранён.")
        return page(
            "components/new_password.html",
            "components/_new_password.html",
            form=form,
            private=True,
            here_path=request.path,
            sign_out_url="/logout" if kind == "person" else f"{home}logout",
            least=least_characters(),
            is_issued=was_issued,
        )

    bp.add_url_rule("/password", view_func=password, methods=["GET", "POST"])
    return frozenset({f"{bp.name}.password"})
