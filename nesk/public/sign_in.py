"""Signing in and out of the subscriber's cabinet (S1-06, S2-05, S2-08)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request
from flask_login import current_user
from wtforms import BooleanField, HiddenField, PasswordField

from nesk.core.errors import Refused
from nesk.people import operations
from nesk.web.entry import enter
from nesk.web.forms import EmailField, Form, PhoneField, Required
from nesk.web.htmx import page
from nesk.web.login import safe_next, sign_out

bp = Blueprint("sign_in", __name__)


class SignInForm(Form):
    """One way in: the phone or the e-mail, by the tab that is open."""

    next = HiddenField()
    phone = PhoneField("Номер телефона")
    email = EmailField("Электронная почта")
    password = PasswordField("Пароль", [Required("Введите пароль.")])
    remember = BooleanField("Запомнить меня")

    def identity(self, way: str) -> str:
        """The normalised login of the chosen way; empty when nothing usable was typed."""
        field = self.phone if way == "phone" else self.email
        if not field.value and not field.errors:
            field.errors = [
                *field.errors,
                "Введите номер телефона." if way == "phone" else "Введите адрес электронной почты.",
            ]
        return field.value or ""


@bp.route("/login", methods=["GET", "POST"])
def login() -> Any:
    if request.method == "GET" and current_user.is_authenticated:
        return redirect("/cabinet/", 303)
    way = "email" if request.args.get("by") == "email" else "phone"
    form = SignInForm(next=request.args.get("next", ""))
    if form.validate_on_submit() and (identity := form.identity(way)):
        try:
            person = operations.authenticate(
                "person", identity, form.password.data, identity=way, ip=request.remote_addr or ""
            )
        except Refused as refused:
            form.show(refused)
        else:
            return enter("person", person, to=safe_next(form.next.data, "/cabinet/"), remember=form.remember.data)
    return page("public/sign_in/login.html", "public/sign_in/_form.html", form=form, way=way)


@bp.post("/logout")
def logout() -> Any:
    return sign_out("/login", "Вы вышли из личного кабинета.")
