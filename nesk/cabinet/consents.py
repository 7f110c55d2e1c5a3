"""«Согласия»: each purpose by itself — read, give, withdraw in one press — and the journal of all that was answered (§11)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from wtforms import BooleanField, HiddenField

from nesk.consents import operations, queries
from nesk.consents.rules import blocks
from nesk.consents.settings import ConsentSettings
from nesk.core import settings
from nesk.core.confined import JobFailed
from nesk.core.errors import Conflict, Refused, Unavailable
from nesk.documents.consent_paper import consent_pdf
from nesk.web.downloads import made
from nesk.web.forms import Form, Required, number_of
from nesk.web.htmx import done, go, page, wants_fragment
from nesk.web.login import current_actor, device, safe_next, viewer

bp = Blueprint("consents", __name__, url_prefix="/consents")

SEEN = "consents_seen"
EFFECTS = {
    "personal_data": "Без него кабинет не работает: отозвать согласие можно, закрыв личный кабинет.",
    "e_bill": "После отзыва счета снова приходят на бумаге.",
    "notices": "После отзыва не приходят напоминания и сообщения о задолженности. Ответы на ваши действия остаются.",
    "advertising": "После отзыва реклама прекращается сразу.",
    "card_storage": "После отзыва карту нужно вводить при каждой оплате.",
    "third_parties": "После отзыва данные исполнителям не передаются.",
}
"""What a withdrawal does, said beside its button."""
WITHDRAWN = {
    "e_bill": "Согласие отозвано. Бумажные счета снова будут приходить со следующего расчётного месяца.",
    "notices": "Согласие отозвано. Напоминания и сообщения о задолженности больше не приходят.",
    "advertising": "Согласие отозвано. Рекламы больше не будет.",
    "card_storage": "Согласие отозвано. Сохранённых карт больше нет, банк их забудет.",
}
GIVEN = {
    "e_bill": (
        "/cabinet/subscriptions",
        "Согласие дано. Включите квитанции на почту у тех счетов, по которым бумажные не нужны.",
    )
}
"""Where a consent leads that means something only together with a choice, and what is said there."""


class ConsentForm(Form):
    """One box, never ticked beforehand, for one document."""

    version = HiddenField()
    agreed = BooleanField("Даю согласие", [Required("Отметьте, что даёте согласие, или вернитесь к списку.")])

    @property
    def seen_version(self) -> int:
        return number_of(self.version.data)


@bp.get("")
def index() -> Any:
    return page("cabinet/consents/index.html", "cabinet/consents/_consents.html", **_context())


def _context() -> dict[str, Any]:
    person_id = viewer().subject.id
    texts = [row for row in queries.in_force() if not queries.is_policy(row.purpose)]
    answers = queries.latest_of(person_id)
    return {"texts": texts, "answers": answers, "effects": EFFECTS, "journal": queries.journal(person_id)}


@bp.route("/<purpose>", methods=["GET", "POST"])
def show(purpose: str) -> Any:
    """The whole text, and the box below it."""
    text = queries.document(purpose)
    form = ConsentForm(version=str(text.version))
    if form.validate_on_submit():
        ip, browser = device()
        by = current_actor()
        try:
            operations.agree(viewer().subject.id, purpose, seen_version=form.seen_version, ip=ip, device=browser, by=by)
        except Refused as refused:
            form.show(refused)
            if isinstance(refused, Conflict):
                form.version.data, form.agreed.data = str(text.version), False
        else:
            to, said = GIVEN.get(purpose, (url_for(".index"), "Согласие дано."))
            return go(safe_next(request.args.get("next"), to), said)
    given = queries.given_by(viewer().subject.id).get(purpose)
    return page(
        "cabinet/consents/show.html",
        "cabinet/consents/_text.html",
        form=form,
        text=text,
        parts=blocks(text.text),
        given=given,
        effects=EFFECTS,
        onwards=request.args.get("next", ""),
    )


@bp.post("/<purpose>/withdrawal")
def withdraw(purpose: str) -> Any:
    """At once: what was withdrawn by mistake is given again on the page of its text."""
    ip, browser = device()
    operations.withdraw(viewer().subject.id, purpose, ip=ip, device=browser, by=current_actor())
    said = WITHDRAWN.get(purpose, "Согласие отозвано.")
    return done("cabinet/consents/_consents.html", to=url_for(".index"), said=said, **_context())


@bp.get("/<purpose>/withdrawal")
def reloaded(purpose: str) -> Any:
    """The address of the button opened anew is the list."""
    queries.document(purpose)
    return redirect(url_for(".index"), 303)


@bp.get("/<int:consent_id>.pdf")
def paper(consent_id: int) -> Response:
    """What was shown, and what was answered."""
    consent = queries.consent_of(viewer().subject.id, consent_id)
    try:
        body = consent_pdf(consent, viewer().subject.full_name)  # type: ignore[union-attr]
    except JobFailed as failed:
        raise Unavailable from failed
    word = "дано" if consent.action == "given" else "отозвано"
    return made(body, "application/pdf", f"{consent.document.title}, {word}.pdf")


@bp.get("/renewal")
def renewal() -> Any:
    """New versions of what the person has agreed to; reading on without an answer leaves the old ones in force."""
    session[SEEN] = True
    texts = queries.outdated(viewer().subject.id)
    onwards = safe_next(request.args.get("next"), "/cabinet/")
    if not texts:
        return redirect(onwards, 303)
    return render_template("cabinet/consents/renewal.html", texts=texts, onwards=onwards)


def ask_to_renew() -> Any:
    """At the first page of a visit: lead to the new versions where the company asks for consents anew."""
    if request.method != "GET" or wants_fragment() or SEEN in session or not settings.load(ConsentSettings).ask_again:
        return None
    if (request.endpoint or "").startswith("cabinet.consents."):
        return None
    session[SEEN] = True
    if not queries.outdated(viewer().subject.id):
        return None
    return redirect(url_for("cabinet.consents.renewal", next=request.full_path.rstrip("?")), 303)
