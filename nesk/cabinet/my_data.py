"""«Мои данные»: a copy of everything as a ZIP, and who of the staff has opened the person's card (§11, D4, Z7)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for

from nesk.core.errors import Refused
from nesk.privacy import operations, queries
from nesk.web.downloads import stored
from nesk.web.htmx import done, go, page, wants_fragment
from nesk.web.login import current_actor, viewer
from nesk.web.proof import ProvingForm

bp = Blueprint("my_data", __name__, url_prefix="/my-data")


class ArchiveForm(ProvingForm):
    """Nothing but the proof that it is the person who asks (S5)."""


@bp.route("", methods=["GET", "POST"])
def index() -> Any:
    """The state of the latest archive asks again by itself while a worker prepares it."""
    form = ArchiveForm()
    if form.validate_on_submit():
        try:
            form.prove()
            operations.ask_archive(viewer().subject.id, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            said = "Готовим архив. Страница обновится сама."
            return done("cabinet/my_data/_archive.html", to=url_for(".index"), said=said, **_archive(ArchiveForm()))
    context = _archive(form)
    if not wants_fragment():
        context["sightings"] = queries.sightings(viewer().subject.id)
    shown = page("cabinet/my_data/index.html", "cabinet/my_data/_archive.html", **context)
    is_asked_for_no_more = request.method != "POST" and wants_fragment() and context["state"] != "preparing"
    return (shown[0], 286) if is_asked_for_no_more else shown


def _archive(form: ArchiveForm) -> dict[str, Any]:
    archive = queries.latest_archive(viewer().subject.id)
    return {"form": form, "archive": archive, "state": queries.state_of(archive)}


@bp.post("/<int:archive_id>")
def take(archive_id: int) -> Any:
    """The proof without which an archive that was ordered earlier is not handed out (S5)."""
    archive = queries.archive_of(viewer().subject.id, archive_id)
    form = ArchiveForm()
    if form.validate_on_submit():
        try:
            form.prove()
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".download", archive_id=archive.id))
    context = {**_archive(form), "sightings": queries.sightings(viewer().subject.id)}
    return page("cabinet/my_data/index.html", "cabinet/my_data/_archive.html", **context)


@bp.get("/<int:archive_id>.zip")
def download(archive_id: int) -> Any:
    """The file, while its day lasts, for its owner alone and after a fresh proof: it is everything that we know of them."""
    archive = queries.archive_of(viewer().subject.id, archive_id)
    if ArchiveForm().asks_for_password:
        return go(url_for(".index"), "Чтобы скачать архив, введите пароль.")
    return stored(archive.file)
