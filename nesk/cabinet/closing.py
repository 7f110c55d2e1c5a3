"""Closing the cabinet: what will happen, the wish, the days in which it may be taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for
from wtforms import SelectField, TextAreaField

from nesk.core import settings
from nesk.core.errors import Refused
from nesk.people import closing
from nesk.people.settings import PeopleSettings
from nesk.web.forms import AtMost
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, viewer
from nesk.web.proof import ProvingForm

bp = Blueprint("closing", __name__, url_prefix="/closing")

REASONS = [
    ("", "Не указывать"),
    ("moved", "Переезд, договор закончился"),
    ("unused", "Не пользуюсь кабинетом"),
    ("hard", "Кабинетом неудобно пользоваться"),
    ("privacy", "Не хочу, чтобы данные хранились"),
    ("other", "Другое"),
]


class ClosingForm(ProvingForm):
    reason = SelectField("Почему вы уходите", choices=REASONS)
    comment = TextAreaField("Что нам исправить", [AtMost(500)])


@bp.route("", methods=["GET", "POST"])
def index() -> Any:
    form = ClosingForm()
    if form.validate_on_submit():
        try:
            form.prove()
            closing.ask(
                viewer().subject.id,
                reason=form.reason.data or "",
                comment=form.comment.data or "",
                by=current_actor(),
            )
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".index"), "Просьба закрыть кабинет принята. Её можно отменить.")
    context = {
        "form": form,
        "wish": closing.waiting(viewer().subject.id),
        "days": settings.load(PeopleSettings).closing_days,
    }
    return page("cabinet/closing/index.html", "cabinet/closing/_form.html", **context)


@bp.post("/cancellation")
def cancel() -> Any:
    closing.cancel(viewer().subject.id, by=current_actor())
    return go(url_for(".index"), "Закрытие отменено. Личный кабинет остаётся у вас.")
