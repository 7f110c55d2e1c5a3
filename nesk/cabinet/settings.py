"""«Настройки» → «Аккаунт»: contacts, logins, the password, and the ways of changing each (S0-30, S0-31, S1-13, S4-13)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, after_this_request, current_app, redirect, request, url_for
from wtforms import BooleanField, StringField

from nesk.core import settings
from nesk.core.errors import Refused
from nesk.core.formatting import phone as shown_phone
from nesk.credentials import challenges, contact_change, email_change, phone_change
from nesk.credentials.settings import CredentialSettings
from nesk.people.models import Person
from nesk.people.queries import contact, identities
from nesk.web.browser_mark import browser_hash
from nesk.web.captcha import CaptchaForm
from nesk.web.entry import stay
from nesk.web.forms import AtMost, EmailField, PhoneField, Required
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, viewer
from nesk.web.proof import PasswordChangeForm, ProvingForm
from nesk.web.secret_links import keep_to_oneself

bp = Blueprint("settings", __name__, url_prefix="/settings")

HOME = "/cabinet/settings"
CODE = f"{HOME}/phone/code"
CAPTCHA = "email_change"
LINKS_SENT = "Отправили письма со ссылками. Адрес изменится, когда вы откроете каждую и нажмёте «Подтвердить»."
ELSEWHERE = (
    ("cabinet.profile.index", "user", "Профиль", "Анкета, фото, пожелания"),
    ("cabinet.devices.index", "mobile", "Мои устройства", "Где выполнен вход"),
    ("cabinet.protection.index", "shield", "Защита входа", "Второй шаг при входе"),
    ("cabinet.consents.index", "file", "Согласия", "Что и на каких условиях разрешено"),
    ("cabinet.my_data.index", "download", "Мои данные", "Скачать копию, закрыть кабинет"),
)
"""Endpoint, icon, title, note of what else belongs to the settings; what this copy does not have is not shown."""


class AccountForm(PasswordChangeForm):
    """Contacts and password in one form, as the manual has it; «Текущий пароль» is the proof of either."""

    phone = PhoneField("Мобильный телефон", [AtMost(40)])
    email = EmailField("Электронная почта", [AtMost(254)])
    email_is_login = BooleanField("Использовать почту в качестве логина")

    def changes(self, known: dict[str, str], is_login: bool) -> set[str]:
        """What differs from what is known. Raises Refused for an emptied field: that is no way to delete."""
        for field in (self.phone, self.email):
            if known.get(field.name) and not field.value:
                raise Refused("Поле пустое. Заполните его или нажмите под ним «Удалить».", field=field.name)
        found = {name for name in ("phone", "email") if (self[name].value or "") != known.get(name, "")}
        if "email" in known and self.email_is_login.data != is_login:
            found.add("login")
        return found | ({"password"} if self.new_password.data or self.new_password_again.data else set())


class EmailForm(ProvingForm, CaptchaForm):
    """The change of the e-mail as the older cabinet has it (S4-13)."""

    email = EmailField(
        "Новый адрес электронной почты", [Required("Введите новый адрес электронной почты."), AtMost(254)]
    )
    email_again = StringField("Повторите новый адрес электронной почты", [AtMost(254)])
    captcha = StringField("Код с картинки", [AtMost(20)])


class PhoneForm(ProvingForm):
    """A new number, to be proved by a code (S1-13)."""

    phone = PhoneField("Новый номер", [Required("Введите новый номер телефона."), AtMost(40)])


class CodeForm(ProvingForm):
    code = StringField("Код", [Required("Введите код из SMS."), AtMost(12)])


class LinkForm(ProvingForm):
    """One button under a link from a letter: opening it changes nothing (W3)."""


class RemovalForm(ProvingForm):
    """The question before a contact is taken away."""


@bp.route("", methods=["GET", "POST"], strict_slashes=False)
def index() -> Any:
    person, form = viewer().subject, _account_form(viewer().subject)
    if form.validate_on_submit():
        try:
            return _save(person, form)
        except Refused as refused:
            form.show(refused)
    context = {
        "pending": email_change.pending_email(person.id),
        "known": identities(person.id),
        "least": settings.load(CredentialSettings).password_min,
        "elsewhere": _elsewhere(),
    }
    return page("cabinet/settings/index.html", "cabinet/settings/_account.html", form=form, **context)


def _account_form(person: Person) -> AccountForm:
    known, email = identities(person.id), contact(person.id, "email")
    return AccountForm(
        phone=shown_phone(known.get("phone", "")),
        email=known.get("email", ""),
        email_is_login=email is None or email.is_login,
    )


def _elsewhere() -> list[dict[str, str]]:
    return [
        {"url": url_for(endpoint), "icon": icon, "title": title, "note": note}
        for endpoint, icon, title, note in ELSEWHERE
        if endpoint in current_app.view_functions
    ]


def _save(person: Person, form: AccountForm) -> Any:
    """Everything that was changed, or nothing of it. A new phone is asked for its code on a page of its own."""
    email = contact(person.id, "email")
    changed = form.changes(identities(person.id), email is None or email.is_login)
    if not changed:
        return go(HOME, "Изменений нет.")
    if "phone" in changed:
        phone_change.check_phone(person.id, form.phone.value or "")
    stored = form.prove_new() if "password" in changed else ""
    form.prove()
    sent = contact_change.change_account(
        person,
        email=form.email.value or "",
        email_is_login=form.email_is_login.data,
        stored=stored,
        browser=browser_hash(),
        keep=viewer().session.id,
        by=current_actor(),
    )
    to = CODE if "phone" in changed else HOME
    said = "Пароль изменён. На других устройствах вход завершён." if "password" in changed else ""
    said = f"{said} {LINKS_SENT if sent else ''}".strip() or ("Настройки сохранены." if to == HOME else "")
    response = stay(to=to, said=said) if "password" in changed else go(to, said)
    if "phone" in changed:
        _ask_phone(form.phone.value or "")
    return response


def _ask_phone(phone: str) -> None:
    phone_change.ask_phone_change(
        viewer().subject.id, phone, browser=browser_hash(), ip=request.remote_addr or "", by=current_actor()
    )


# --- e-mail


@bp.route("/email", methods=["GET", "POST"])
def email() -> Any:
    """«Новый адрес электронной почты», typed twice, with the word on the picture (S4-13)."""
    form = EmailForm()
    if form.validate_on_submit():
        try:
            form.check_captcha(CAPTCHA)
            _check_same_address(form)
            form.prove()
            email_change.begin_email_change(
                viewer().subject.id, form.email.value or "", browser=browser_hash(), by=current_actor()
            )
        except Refused as refused:
            form.show(refused)
        else:
            return go(HOME, LINKS_SENT)
    form.fresh_captcha(CAPTCHA)
    now = identities(viewer().subject.id).get("email", "")
    return page("cabinet/settings/email.html", "cabinet/settings/_email.html", form=form, now=now)


def _check_same_address(form: EmailForm) -> None:
    """However it is spelled: «Name@…» and «name@…» are one mailbox."""
    if (form.email_again.data or "").strip().lower() != (form.email.data or "").strip().lower():
        raise Refused("Адреса не совпадают. Введите новый адрес ещё раз.", field="email_again")


@bp.route("/email/<any(new, old):side>/<token>", methods=["GET", "POST"])
def confirm_email(side: email_change.Side, token: str) -> Any:
    """Where the link of a letter leads: a button, for opening an address changes nothing."""
    after_this_request(keep_to_oneself)
    person = viewer().subject
    link, form = email_change.of_link(person.id, side, token), LinkForm()
    if form.validate_on_submit():
        try:
            form.prove()
            is_changed = email_change.confirm_email(person.id, side, token, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return go(
                HOME,
                "Адрес почты изменён."
                if is_changed
                else "Адрес подтверждён. Осталось открыть ссылку во втором письме и нажать «Подтвердить».",
            )
    context = {"form": form, "side": side, "recipient": link.recipient, "is_proved": link.used_at is not None}
    context["action"] = request.path
    return page("cabinet/settings/confirm_email.html", "cabinet/settings/_confirm_email.html", **context)


@bp.post("/email/cancellation")
def cancel_email() -> Any:
    email_change.cancel_email_change(viewer().subject.id, by=current_actor())
    return go(HOME, "Смена адреса отменена: ссылки из писем больше не действуют.")


# --- phone


@bp.route("/phone", methods=["GET", "POST"])
def phone() -> Any:
    """«Текущий номер», «Новый номер», «Подтвердить через SMS» (S1-13)."""
    form = PhoneForm()
    if form.validate_on_submit():
        try:
            phone_change.check_phone(viewer().subject.id, form.phone.value or "")
            form.prove()
            _ask_phone(form.phone.value or "")
        except Refused as refused:
            form.show(refused)
        else:
            return go(CODE)
    now = identities(viewer().subject.id).get("phone", "")
    return page("cabinet/settings/phone.html", "cabinet/settings/_phone.html", form=form, now=now)


@bp.route("/phone/code", methods=["GET", "POST"])
def phone_code() -> Any:
    form, person = CodeForm(), viewer().subject
    try:
        awaited = phone_change.awaited_code(phone_change.PHONE, person.id, browser=browser_hash())
    except Refused as refused:
        return go(HOME, refused.message)
    if form.validate_on_submit():
        try:
            form.prove()
            phone_change.confirm_phone(person.id, form.code.data, browser=browser_hash(), by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return go(HOME, "Номер телефона изменён.")
    context = {"form": form, "recipient": awaited.recipient, "wait": challenges.seconds_to_wait(awaited)}
    return page("cabinet/settings/phone_code.html", "cabinet/settings/_phone_code.html", **context)


@bp.post("/phone/code/again")
def phone_code_again() -> Any:
    phone_change.ask_again(
        phone_change.PHONE,
        viewer().subject.id,
        browser=browser_hash(),
        ip=request.remote_addr or "",
        by=current_actor(),
    )
    return go(CODE)


# --- removal


@bp.route("/<any(phone, email):kind>/removal", methods=["GET", "POST"])
def remove(kind: str) -> Any:
    """The question, and the deed. Refused when it is the last login."""
    form, known = RemovalForm(), identities(viewer().subject.id)
    if kind not in known:
        return redirect(HOME, 303)
    if form.validate_on_submit():
        try:
            form.prove()
            contact_change.remove_contact(viewer().subject.id, kind, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return go(HOME, "Телефон удалён." if kind == "phone" else "Почта удалена.")
    context = {"form": form, "kind": kind, "value": shown_phone(known[kind])}
    return page("cabinet/settings/remove.html", "cabinet/settings/_remove.html", **context)
