"""Signing in and out of the subscriber's cabinet (S1-06, S2-05, S2-08, S4-01)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, after_this_request, redirect, request
from flask_login import current_user
from wtforms import BooleanField

from nesk.core import clock
from nesk.public.registration.ways import open_names
from nesk.web.entry import enter
from nesk.web.forms import AccountNumberField, EmailField, PhoneField
from nesk.web.htmx import page
from nesk.web.login import cookie_name, safe_next, set_cookie, sign_out
from nesk.web.secret_links import way_back
from nesk.web.sign_in import DoorForm, door

bp = Blueprint("sign_in", __name__)

WAYS = {"phone": "По номеру телефона", "email": "По электронной почте", "account": "Лицевой счёт"}
EMPTY = {
    "phone": "Введите номер телефона.",
    "email": "Введите адрес электронной почты.",
    "account": "Введите номер лицевого счёта.",
}
CHOICE, CHOICE_FOR = "sign_in_by", timedelta(days=365)
"""The cookie of the tab that was chosen last."""


class SignInForm(DoorForm):
    """One way in: the phone, the e-mail or the account's number, by the tab that is open."""

    phone = PhoneField("Номер телефона")
    email = EmailField("Электронная почта")
    account = AccountNumberField("Номер лицевого счёта")
    remember = BooleanField("Запомнить меня")

    def login(self, way: str) -> str:
        """The normalised login of the chosen way; empty, and said so beside the field, when nothing usable was typed."""
        field = self[way]
        if not field.value and not field.errors:
            field.errors = [*field.errors, EMPTY[way]]
        return field.value or ""


@bp.route("/login", methods=["GET", "POST"])
def login() -> Any:
    if request.method != "POST" and current_user.is_authenticated:
        return redirect("/cabinet/", 303)
    way = _way()
    form = SignInForm(next=request.args.get("next", ""))
    at = door("person", "", way)
    if form.validate_on_submit() and (typed := form.login(way)):
        at = door("person", typed, way)
        if person := form.knock(at):
            to = safe_next(form.next.data, way_back("/cabinet/"))
            return enter("person", person, to=to, remember=form.remember.data)
    form.ask_captcha(at)
    if way == "account":
        form.captcha.label.text = "Введите проверочный код"  # as the old page said it (S4-01)
    return page(
        "public/sign_in/login.html",
        "public/sign_in/_form.html",
        form=form,
        way=way,
        tabs=[(title, _tab(each, form.next.data), each == way) for each, title in WAYS.items()],
        ways=open_names(),
    )


def _way() -> str:
    """The tab of the address, kept for the next time; without one the tab that was kept."""
    asked = request.args.get("by", "")
    if asked not in WAYS:
        kept = request.cookies.get(cookie_name(CHOICE), "")
        return kept if kept in WAYS else "phone"

    @after_this_request
    def keep(response: Response) -> Response:
        return set_cookie(response, CHOICE, asked, until=clock.now() + CHOICE_FOR)

    return asked


def _tab(way: str, back: str | None) -> str:
    return "/login?" + urlencode({"by": way, **({"next": back} if back else {})})


@bp.post("/logout")
def logout() -> Any:
    return sign_out("/login", "Вы вышли из личного кабинета.")
