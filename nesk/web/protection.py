"""«Защита входа»: the pages where a person adds, sees and removes their second factors.

One set of pages (`templates/components/protection`) in the layout of each surface.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from wtforms import HiddenField, StringField

from nesk.core import clock
from nesk.core.errors import Refused
from nesk.credentials import factor_codes, factors, passkeys
from nesk.credentials.factors import Holder
from nesk.documents.embedded import qr_code
from nesk.people.models import Person
from nesk.people.queries import identities
from nesk.web.forms import AtMost, Form, Required
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, viewer
from nesk.web.proof import ProvingForm

BEGUN = "passkey"
BEGUN_FOR = timedelta(minutes=5)


class FirstCodeForm(Form):
    code = StringField("Код из приложения", [Required("Введите код, который показывает приложение."), AtMost(20)])


class NewPasskeyForm(ProvingForm):
    name = StringField("Название ключа", [AtMost(80)])


class CreationForm(Form):
    credential = HiddenField()


def make_blueprint(layout: str) -> Blueprint:
    """The pages in a surface's layout, at `/protection` below it."""
    bp = Blueprint("protection", __name__, url_prefix="/protection")

    def shown(template: str, fragment: str, **context: Any) -> Any:
        """A page with a form, or the form's fragment."""
        return page(template, fragment, layout=layout, **context)

    def codes_or_index(codes: list[str], said: str) -> Any:
        """New codes on paper are shown in this very answer, for they are kept nowhere."""
        if not codes:
            return go(url_for(".index"), said)
        return shown(
            "components/protection/codes.html",
            "components/protection/_codes.html",
            codes=codes,
            said=said,
            who=_login(),
        )

    @bp.get("")
    def index() -> Any:
        return render_template(
            "components/protection/index.html",
            layout=layout,
            protection=factors.protection(_holder()),
            is_obliged=_is_obliged(),
            papers=factor_codes.PAPER_CODES,
            passkey_origin=passkeys.site()[1],
            is_passkey_site=passkeys.is_here(request.host),
        )

    @bp.route("/application", methods=["GET", "POST"])
    def application() -> Any:
        """A new key, after a fresh proof of the password."""
        form = ProvingForm()
        if form.validate_on_submit():
            try:
                form.prove()
                factor_codes.prepare_application(_holder(), by=current_actor())
            except Refused as refused:
                form.show(refused)
            else:
                return go(url_for(".first_code"))
        return shown(
            "components/protection/application.html",
            "components/protection/_application.html",
            form=form,
            protection=factors.protection(_holder()),
        )

    @bp.route("/application/code", methods=["GET", "POST"])
    def first_code() -> Any:
        """The key as QR and as text, and its first code."""
        prepared = factor_codes.prepared_application(_holder())
        if prepared is None:
            return go(url_for(".application"), factor_codes.NOT_PREPARED)
        form = FirstCodeForm()
        if form.validate_on_submit():
            try:
                codes = factor_codes.confirm_application(_holder(), form.code.data, by=current_actor())
            except Refused as refused:
                form.show(refused)
            else:
                return codes_or_index(codes, "Приложение с кодами подключено.")
        key = factor_codes.key_of(prepared)
        address = factor_codes.address_of(key, name=_login())
        picture = qr_code(address, title="QR-код для приложения с кодами")
        return shown(
            "components/protection/first_code.html",
            "components/protection/_first_code.html",
            form=form,
            key=" ".join(key[at : at + 4] for at in range(0, len(key), 4)),
            qr=picture,
            address=address,
        )

    @bp.route("/passkeys/new", methods=["GET", "POST"])
    def new_passkey() -> Any:
        """A name for the passkey, after a fresh proof of the password."""
        form = NewPasskeyForm()
        if form.validate_on_submit():
            try:
                form.prove()
            except Refused as refused:
                form.show(refused)
            else:
                session[BEGUN] = _begun(form.name.data or "")
                return go(url_for(".creation"))
        return shown(
            "components/protection/new_passkey.html",
            "components/protection/_new_passkey.html",
            form=form,
            origin=passkeys.site()[1],
            is_here=passkeys.is_here(request.host),
        )

    @bp.route("/passkeys/creation", methods=["GET", "POST"])
    def creation() -> Any:
        """The device makes the passkey, and we keep it."""
        begun = _kept()
        if begun is None:
            return go(url_for(".new_passkey"), "Время вышло. Начните подключение ключа заново.")
        form = CreationForm()
        if form.validate_on_submit():
            session.pop(BEGUN)
            try:
                codes = passkeys.register(
                    _holder(),
                    form.credential.data or "",
                    challenge=begun["challenge"],
                    name=begun["name"],
                    by=current_actor(),
                )
            except Refused as refused:
                form.show(refused)
                begun = session[BEGUN] = _begun(begun["name"])
            else:
                return codes_or_index(codes, "Ключ доступа подключён.")
        options = passkeys.creation_options(_holder(), login=_login(), challenge=begun["challenge"])
        return shown(
            "components/protection/creation.html", "components/protection/_creation.html", form=form, options=options
        )

    @bp.route("/factors/<int:factor_id>/removal", methods=["GET", "POST"])
    def removal(factor_id: int) -> Any:
        factor = factors.factor_of(_holder(), factor_id)
        form = ProvingForm()
        if form.validate_on_submit():
            try:
                form.prove()
                factors.remove(_holder(), factor_id, is_obliged=_is_obliged(), by=current_actor())
            except Refused as refused:
                form.show(refused)
            else:
                return go(url_for(".index"), "Удалено.")
        return shown(
            "components/protection/removal.html", "components/protection/_removal.html", form=form, factor=factor
        )

    @bp.route("/codes", methods=["GET", "POST"])
    def codes() -> Any:
        """Ten new codes on paper."""
        protection = factors.protection(_holder())
        if not protection.is_on:
            return redirect(url_for(".index"), 303)
        form = ProvingForm()
        if form.validate_on_submit():
            try:
                form.prove()
                issued = factor_codes.issue_papers(_holder(), by=current_actor())
            except Refused as refused:
                form.show(refused)
            else:
                return codes_or_index(issued, "Новые коды готовы, прежние больше не подойдут.")
        return shown(
            "components/protection/new_codes.html",
            "components/protection/_new_codes.html",
            form=form,
            left=protection.papers_left,
        )

    return bp


def _holder() -> Holder:
    return Holder(viewer().kind, viewer().subject.id)


def _is_obliged() -> bool:
    return factors.obliged(viewer().kind, is_demo=viewer().is_demo)


def _login() -> str:
    """What an application and a device call this account."""
    subject = viewer().subject
    if not isinstance(subject, Person):
        return subject.login  # type: ignore[no-any-return]
    known = identities(subject.id)
    return known.get("email") or known.get("phone") or subject.full_name


def _begun(name: str) -> dict[str, str]:
    return {
        "name": name,
        "holder": str(current_actor()),
        "challenge": passkeys.question(),
        "at": clock.now().isoformat(),
    }


def _kept() -> dict[str, str] | None:
    """The passkey that this person has begun lately in this browser."""
    begun = session.get(BEGUN)
    if not begun or begun["holder"] != str(current_actor()):
        return None
    return begun if datetime.fromisoformat(begun["at"]) > clock.now() - BEGUN_FOR else None
