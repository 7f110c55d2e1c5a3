"""«Восстановление пароля»: by e-mail, by phone, by account number; then the new password (S0-21…26, S2-07, S3-07, S3-09)."""

from __future__ import annotations

import contextlib
from typing import Any

from flask import Blueprint, after_this_request, flash, render_template, request, session, url_for
from wtforms import BooleanField, PasswordField, StringField

from nesk.core import settings
from nesk.core.errors import Refused
from nesk.credentials import challenges
from nesk.credentials.models import Challenge
from nesk.credentials.settings import CredentialSettings
from nesk.enrolment import recovery
from nesk.public.registration.ways import open_names
from nesk.web.browser_mark import browser_hash
from nesk.web.captcha import CaptchaForm
from nesk.web.forms import AtMost, EmailField, Form, PhoneField, Required, Said
from nesk.web.htmx import go, page, wants_fragment
from nesk.web.secret_links import keep_to_oneself

bp = Blueprint("recovery", __name__, url_prefix="/recover")

WAYS = ("email", "phone", "account")
KEY = "recovery"
"""Where the signed cookie of the browser names the code that it waits for."""
CAPTCHA = "recover"
SENT = "Ссылка на восстановление пароля отправлена на {}"
NEUTRAL = "Если адрес зарегистрирован, ссылка на восстановление пароля отправлена на {}"
ENTER = "Пароль изменён. Войдите с новым паролем."
ISSUED = "Пароль изменён и отправлен на {}. Войдите с новым паролем."


class EmailWayForm(CaptchaForm):
    email = EmailField("Электронная почта", [Required("Введите адрес электронной почты."), AtMost(254)])


class PhoneWayForm(CaptchaForm):
    phone = PhoneField("Мобильный телефон", [Required("Введите номер мобильного телефона.")])


class AccountWayForm(EmailWayForm):
    login = StringField("Логин или номер лицевого счёта", [Required("Введите логин или лицевой счёт."), AtMost(254)])


FORMS: dict[str, type[CaptchaForm]] = {"email": EmailWayForm, "phone": PhoneWayForm, "account": AccountWayForm}


class CodeForm(Form):
    code = StringField("Код", [Required("Введите код из SMS.")])


class PasswordForm(Form):
    """The new password, or the wish for one of ours: then the field says nothing, whatever stands in it (S0-24)."""

    password = PasswordField("Новый пароль")
    generate = BooleanField("Сгенерировать пароль автоматически и отправить на почту")

    def validate_password(self, field: PasswordField) -> None:
        if not self.generate.data and not field.data:
            raise Said("Введите новый пароль.")


@bp.route("", methods=["GET", "POST"])
def ask() -> Any:
    """Who forgot their password: one of three forms, each behind the word on the picture."""
    way = request.args.get("by", "")
    way = way if way in WAYS else "email"
    form = FORMS[way]()
    if form.validate_on_submit():
        try:
            form.check_captcha(CAPTCHA)
            return _asked(way, form)
        except Refused as refused:
            form.show(refused)
    form.fresh_captcha(CAPTCHA)
    return page("public/recovery/ask.html", "public/recovery/_ask.html", form=form, way=way, ways=open_names())


def _asked(way: str, form: Any) -> Any:
    browser, ip = browser_hash(), request.remote_addr or ""
    if way == "phone":
        session[KEY] = recovery.ask_by_phone(form.phone.value, browser=browser, ip=ip).id
        return go(url_for(".code"))
    email = form.email.value
    if way == "email":
        is_told = recovery.ask_by_email(email, browser=browser, ip=ip)
    else:
        is_told = recovery.ask_by_account(form.login.data, email, browser=browser, ip=ip)
    return go(url_for(".sent"), (SENT if is_told else NEUTRAL).format(email))


@bp.get("/sent")
def sent() -> str:
    """Where to look for the letter."""
    minutes = settings.load(CredentialSettings).recovery_minutes
    return render_template("public/recovery/sent.html", minutes=minutes)


@bp.route("/code", methods=["GET", "POST"])
def code() -> Any:
    """The code from the SMS; it opens nothing but the page of a new password (S2-07)."""
    form = CodeForm()
    with contextlib.suppress(Refused):  # typed already: a second press, or a step back
        recovery.by_code(session.get(KEY, 0), browser=browser_hash())
        return go(url_for(".password"))
    try:
        challenge = recovery.asked_code(session.get(KEY, 0), browser=browser_hash())
    except Refused as refused:
        return _anew(refused)
    if request.form.get("action") == "again":
        return _code_again(challenge, form)
    if form.validate_on_submit():
        try:
            session[KEY] = recovery.prove_code(challenge.id, form.code.data, browser=browser_hash()).id
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".password"))
    return _code_page(challenge, form)


def _code_again(challenge: Challenge, form: CodeForm) -> Any:
    try:
        session[KEY] = recovery.send_again(challenge.id, browser=browser_hash(), ip=request.remote_addr or "").id
    except Refused as refused:
        form.show(refused)
        return _code_page(challenge, form)
    return go(url_for(".code"), "Новый код отправлен. Прежний больше не подойдёт.")


def _code_page(challenge: Challenge, form: CodeForm) -> Any:
    return page(
        "public/recovery/code.html",
        "public/recovery/_code.html",
        form=form,
        phone=challenge.recipient,
        pause=challenges.seconds_to_wait(challenge),
        minutes=settings.load(CredentialSettings).code_minutes,
    )


@bp.route("/password", methods=["GET", "POST"])
def password() -> Any:
    """The new password of whoever has typed the code."""
    try:
        challenge = recovery.by_code(session.get(KEY, 0), browser=browser_hash())
    except Refused as refused:
        return _anew(refused)
    return _new_password(challenge, url_for(".password"))


@bp.route("/link/<token>", methods=["GET", "POST"])
def link(token: str) -> Any:
    """The new password of whoever has opened the letter; opening alone changes nothing."""
    after_this_request(keep_to_oneself)
    try:
        challenge = recovery.by_link(token)
    except Refused as refused:
        if wants_fragment():
            return go(url_for(".link", token=token))
        return render_template("public/recovery/dead.html", message=refused.message), 410
    return _new_password(challenge, url_for(".link", token=token))


def _new_password(challenge: Challenge, here: str) -> Any:
    form = PasswordForm()
    email = recovery.email_for(challenge)
    if form.validate_on_submit():
        try:
            if form.generate.data:
                said = ISSUED.format(recovery.issue_password(challenge))
            else:
                recovery.set_password(challenge, form.password.data)
                said = ENTER
        except Refused as refused:
            form.show(refused)
        else:
            session.clear()
            return go(f"/login?by={'email' if challenge.channel == 'email' else 'phone'}", said)
    return page(
        "public/recovery/password.html",
        "public/recovery/_password.html",
        form=form,
        email=email,
        to=here,
        least=settings.load(CredentialSettings).password_min,
    )


def _anew(refused: Refused) -> Any:
    """There is no code to type, or its time is over: begin again."""
    flash(refused.message, "bad")
    return go(url_for(".ask", by="phone"))
