"""«Профиль»: five sections, each a page of its own, and the photo (S1-11…13)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, session
from wtforms import BooleanField, FileField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import Optional

from nesk.cabinet.settings import PhoneForm
from nesk.core.errors import Refused
from nesk.credentials import passwords
from nesk.people import profiles, rules
from nesk.people.models import Profile
from nesk.people.queries import identities, profile_of, sms_phones
from nesk.web.downloads import stored
from nesk.web.entry import stay
from nesk.web.forms import AtMost, DayField, Form, Required
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, viewer
from nesk.web.proof import PasswordChangeForm
from nesk.web.uploads import checked

bp = Blueprint("profile", __name__, url_prefix="/profile")

HOME = "/cabinet/profile"
SAVED = "Сохранено."
PHOTO = "photo"
"""Where the session keeps which photo is shown in the bar, so that no page asks the database for it."""


def _text(label: str, name: str) -> StringField:
    return StringField(label, [AtMost(rules.LONGEST[name])])


class MainForm(Form):
    surname = _text("Фамилия", "surname")
    surname_latin = _text("Фамилия латиницей", "surname_latin")
    name = _text("Имя", "name")
    name_latin = _text("Имя латиницей", "name_latin")
    sex = RadioField("Пол", choices=list(rules.SEXES.items()), validate_choice=False)
    patronymic = _text("Отчество", "patronymic")
    nickname = _text("Псевдоним", "nickname")
    born_on = DayField("Дата рождения", [Optional()])
    citizenship = _text("Гражданство", "citizenship")


class ExtendedForm(Form):
    address = _text("Почтовый адрес", "address")
    social_category = SelectField(
        "Социальная категория", choices=list(rules.SOCIAL_CATEGORIES.items()), validate_choice=False
    )


class WishesForm(Form):
    call_me = _text("Как к вам обращаться", "call_me")
    call_hours = SelectField("Когда удобно звонить", choices=list(rules.CALL_HOURS.items()), validate_choice=False)
    contact_way = SelectField("Как с вами связаться", choices=list(rules.CONTACT_WAYS.items()), validate_choice=False)
    large_print = BooleanField("Печатать бумажные квитанции крупным шрифтом")


class PasswordForm(PasswordChangeForm):
    """«Изменить пароль» of S1-13."""

    current_password = PasswordField("Старый пароль", [Required("Введите старый пароль.")])
    new_password = PasswordField("Новый пароль", [Required("Введите новый пароль.")])
    new_password_again = PasswordField("Подтвердить пароль")


class PhotoForm(Form):
    photo = FileField("Изменить фото")


@bp.route("", methods=["GET", "POST"], strict_slashes=False)
def index() -> Any:
    """«Основная анкета»."""
    person, told = viewer().subject, profile_of(viewer().subject.id)
    form = MainForm(**_main(person, told))
    if form.validate_on_submit():
        try:
            written = {name: form[name].data or "" for name in (*profiles.OF_PERSON, *profiles.OF_PROFILE)}
            profiles.change_main(person.id, written, born_on=form.born_on.data, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return go(HOME, SAVED)
    phone = identities(person.id).get("phone", "")
    return page("cabinet/profile/index.html", "cabinet/profile/_main.html", form=form, phone=phone)


def _main(person: Any, told: Profile) -> dict[str, Any]:
    kept = {name: getattr(person, name) for name in profiles.OF_PERSON}
    return kept | {name: getattr(told, name) for name in profiles.OF_PROFILE} | {"born_on": told.born_on}


@bp.route("/extended", methods=["GET", "POST"])
def extended() -> Any:
    """«Расширенная анкета»."""
    person_id = viewer().subject.id
    form = ExtendedForm(**profile_of(person_id).extended)
    if form.validate_on_submit():
        try:
            written = {name: form[name].data or "" for name in profiles.EXTENDED}
            profiles.change_extended(person_id, written, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return go(f"{HOME}/extended", SAVED)
    return page("cabinet/profile/extended.html", "cabinet/profile/_extended.html", form=form)


@bp.route("/preferences", methods=["GET", "POST"])
def preferences() -> Any:
    """«Личные предпочтения»."""
    person_id = viewer().subject.id
    form = WishesForm(**profile_of(person_id).preferences)
    if form.validate_on_submit():
        try:
            written = {name: form[name].data or "" for name in profiles.WISHES}
            profiles.change_wishes(person_id, written, large_print=form.large_print.data, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return go(f"{HOME}/preferences", SAVED)
    return page("cabinet/profile/preferences.html", "cabinet/profile/_preferences.html", form=form)


@bp.get("/contacts")
def contacts() -> Any:
    """«Контактная информация»: what there is, and where it is changed."""
    person_id = viewer().subject.id
    return page("cabinet/profile/contacts.html", known=identities(person_id), phones=sms_phones(person_id))


@bp.route("/authorization", methods=["GET", "POST"])
def authorization() -> Any:
    """«Параметры авторизации»: the password here, the phone by the form that leads to the settings (S1-13)."""
    person, form = viewer().subject, PasswordForm()
    if form.validate_on_submit():
        try:
            passwords.replace(person, form.prove_new(), keep=viewer().session.id, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return stay(to=f"{HOME}/authorization", said="Пароль изменён. На других устройствах вход завершён.")
    phone_form = PhoneForm(formdata=None)
    phone_form.current_password.id = "phone-password"  # two fields of that name stand on the page
    context = {"form": form, "phone_form": phone_form, "known": identities(person.id)}
    return page("cabinet/profile/authorization.html", "cabinet/profile/_password.html", **context)


# --- the photo


@bp.route("/photo", methods=["GET", "POST"])
def change_photo() -> Any:
    """«Изменить фото»: whatever was sent, a square drawn anew is kept."""
    form = PhotoForm()
    if form.validate_on_submit():
        try:
            uploads = checked(request.files.getlist("photo"), field="photo", most=1, pdf_allowed=False)
            if not uploads:
                raise Refused("Выберите фотографию: JPEG, PNG или WebP до 10 МБ.", field="photo")
            profiles.change_photo(viewer().subject.id, uploads[0].data, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return _after_photo("Фото изменено.")
    return page("cabinet/profile/change_photo.html", "cabinet/profile/_photo.html", form=form)


@bp.get("/photo.jpg")
def photo() -> Response:
    """One's own photo; nobody else has an address for it."""
    return stored(profiles.photo_of(viewer().subject.id))


@bp.post("/photo/removal")
def remove_photo() -> Any:
    profiles.remove_photo(viewer().subject.id, by=current_actor())
    return _after_photo("Фото удалено.")


def _after_photo(said: str) -> Any:
    session.pop(PHOTO, None)
    return go(HOME, said)


def shown_photo() -> str:
    """The address of the viewer's photo for the bar; empty when there is none. Looked up once a sign-in."""
    if PHOTO not in session:
        session[PHOTO] = profile_of(viewer().subject.id).photo
    return f"{HOME}/photo.jpg?v={session[PHOTO]}" if session[PHOTO] else ""
