"""«Подтверждение входа»: the second factor after the password, and the way of staff without one to the page that adds it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, request, url_for
from flask_login import current_user
from wtforms import HiddenField, StringField

from nesk.branches.queries import branches_with_offices
from nesk.core.actor import Kind
from nesk.core.errors import Refused
from nesk.credentials import factor_codes, factors, passkeys
from nesk.credentials.factors import Holder
from nesk.web.entry import ask_anew, half_signed_in
from nesk.web.forms import AtMost, Form, Required
from nesk.web.htmx import go, page
from nesk.web.login import surface, viewer

TOO_LATE = "Время подтверждения вышло. Введите пароль ещё раз."
STILL_OPEN = ("login", "logout", "confirmation", "worker")
"""Views that somebody without their obligatory factor may ask for, beside the pages of protection."""


LOST = {
    "person": "Нет и кодов? Обратитесь в отделение с паспортом: второй шаг сбросят.",
    "business": "Нет и кодов? Обратитесь в филиал, который обслуживает договор.",
    "staff": "Нет и кодов? Попросите администратора сбросить второй шаг.",
    "crew": "Нет и кодов? Попросите администратора сбросить второй шаг.",
}
"""Who helps somebody who has lost both the device and the codes on paper, by kind of session."""


class CodeForm(Form):
    code = StringField("Код", [Required("Введите код."), AtMost(40)])


class PasskeyForm(Form):
    credential = HiddenField()


def mount(bp: Blueprint, *, kind: Kind) -> str:
    """Add `confirmation` to a blueprint, below its page of sign-in. Gives the endpoint, which is open to strangers."""

    def confirmation() -> Any:
        door = surface(request.path)[2]
        half = half_signed_in(kind)
        if half is None:
            return go(door, TOO_LATE)
        by_passkey = "credential" in request.form
        form: Form = PasskeyForm() if by_passkey else CodeForm()
        if form.validate_on_submit():
            try:
                if by_passkey:
                    answer = form["credential"].data or ""
                    passkeys.accept(half.holder, answer, challenge=half.challenge, asked_at=half.asked_at)
                else:
                    factor_codes.accept_code(half.holder, form["code"].data)
            except Refused as refused:
                form.show(refused)
                ask_anew()
                half = half_signed_in(kind) or half
            else:
                return half.let_in()
        return page(
            "components/second_factor.html",
            "components/_second_factor.html",
            form=form,
            code_form=CodeForm(formdata=None) if by_passkey else form,
            passkey_form=PasskeyForm(formdata=None),
            options=passkeys.request_options(half.holder, challenge=half.challenge),
            is_passkey_site=passkeys.is_here(request.host),
            door=door,
            has_application=factors.protection(half.holder).application is not None,
            lost=LOST[kind],
            branches=branches_with_offices() if kind == "person" else [],
        )

    bp.add_url_rule("/login/confirmation", view_func=confirmation, methods=["GET", "POST"])
    return f"{bp.name}.confirmation"


def init_obligation(app: Flask) -> None:
    """Lead staff without a second factor to where they add one, whatever page of theirs they ask for."""

    @app.before_request
    def lead() -> Any:
        door = surface(request.path)
        kind, endpoint = door[1], request.endpoint or ""
        if kind not in ("staff", "crew") or not current_user.is_authenticated:
            return None
        who = viewer()
        if who.session.purpose != "all" or not factors.obliged(kind, is_demo=who.is_demo):
            return None  # a password of their own comes first
        if ".protection." in endpoint or endpoint.rpartition(".")[2] in STILL_OPEN:
            return None
        if factors.is_protected(Holder(kind, who.subject.id)):
            return None
        return go(url_for(f"{PAGES[kind]}.protection.index"))


PAGES: dict[Kind, str] = {"person": "cabinet", "business": "business", "staff": "backoffice", "crew": "crew"}
"""Whose pages of protection stand on which surface."""
