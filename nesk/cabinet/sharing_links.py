"""Care links of an account: one narrow thing by a link or a QR code on paper, without signing in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from wtforms import RadioField, StringField

from nesk.accounts import care, rules, shared
from nesk.accounts.models import CareLink
from nesk.accounts.rules import Deed
from nesk.cabinet import journal
from nesk.core import clock, config
from nesk.core.errors import NotFound, Refused
from nesk.documents import qr
from nesk.web.access import current_account
from nesk.web.forms import AtMost, DayField, Required
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, viewer
from nesk.web.proof import ProvingForm
from nesk.web.query import page_asked

bp = Blueprint("sharing_links", __name__, url_prefix="/sharing/links")

OFFERED = {
    "readings": ("Передать показания", "Видно только последние цифры номера счётчика. Ни имени, ни сумм."),
    "pay": ("Оплатить счёт", "Видно сумму к оплате; оплата на странице банка."),
    "view": ("Посмотреть последний счёт", "Сумма, срок и расход за закрытый месяц. Без имени и адреса квартиры."),
}
"""Right → its name and what the holder of the link will see."""
USUAL_DAYS = 180


class CareLinkForm(ProvingForm):
    title = StringField("Для кого", [Required("Напишите, для кого ссылка, например «Мама»."), AtMost(60)])
    rights = RadioField("Что делать по ссылке", choices=[*OFFERED], default="readings", validate_choice=False)
    until_on = DayField("До какого дня работает")


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    account = current_account(Deed.MANAGE)
    form = CareLinkForm(until_on=clock.today() + timedelta(days=USUAL_DAYS))
    if form.validate_on_submit():
        try:
            form.prove()
            link = care.make_care_link(
                account.id,
                viewer().subject.id,
                rights=form.rights.data or "",
                title=form.title.data or "",
                until_on=form.until_on.data,
                by=current_actor(),
            )
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".show", link_id=link.id), "Ссылка готова. Её можно напечатать или отправить.")
    latest = clock.today() + timedelta(days=rules.LONGEST_CARE_DAYS)
    context = {"form": form, "offered": OFFERED, "today": clock.today(), "latest": latest}
    return page("cabinet/sharing_links/new.html", "cabinet/sharing_links/_new.html", **context)


@bp.get("/<int:link_id>")
def show(link_id: int) -> Any:
    """The link, its code, and what was done by it."""
    link = shared.care_link(current_account(Deed.MANAGE).id, link_id)
    context = {
        "link": link,
        "is_working": _is_working(link),
        "url": _url(link),
        "journal": journal.of_care_link(link, page_asked()),
        "rules": rules,
    }
    return page("cabinet/sharing_links/show.html", "cabinet/sharing/_journal.html", **context)


@bp.get("/<int:link_id>/poster")
def poster(link_id: int) -> Any:
    """A sheet to print: the code, large words, and nothing about whose account it is."""
    link = _working(link_id)
    return render_template("cabinet/sharing_links/poster.html", link=link, url=_url(link), name=OFFERED[link.rights][0])


@bp.get("/<int:link_id>.svg")
def code(link_id: int) -> Response:
    """The link as a QR code."""
    return Response(qr.svg(_url(_working(link_id)), title="QR-код ссылки"), mimetype="image/svg+xml")


@bp.route("/<int:link_id>/end", methods=["GET", "POST"])
def end(link_id: int) -> Any:
    account = current_account(Deed.MANAGE)
    link = shared.care_link(account.id, link_id)
    back = url_for("cabinet.sharing.index")
    if request.method == "POST":
        care.end_care_link(account.id, link.id, by=current_actor())
        return go(back, f"Ссылка «{link.title}» отключена.")
    context = {
        "button": "Отключить ссылку",
        "question": f"Отключить ссылку «{link.title}»?",
        "words": "Она и её QR-код сразу перестанут работать. Вместо неё можно создать новую.",
        "action": request.path,
        "back": back,
    }
    return page("cabinet/sharing/confirm.html", "cabinet/sharing/_confirm.html", **context)


def _working(link_id: int) -> CareLink:
    link = shared.care_link(current_account(Deed.MANAGE).id, link_id)
    if not _is_working(link):
        raise NotFound
    return link


def _is_working(link: CareLink) -> bool:
    return link.ended_at is None and not rules.is_over(link.until_on, clock.today())


def _url(link: CareLink) -> str:
    return f"{config.current().base_url}{url_for('public.care.show', token=shared.care_token(link))}"
