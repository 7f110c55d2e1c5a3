"""«Доступ другим»: inviting by a link, who has a right to the account and what they did with it, ending it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from wtforms import RadioField, StringField
from wtforms.validators import Optional

from nesk.accounts import ending, rules, shared, sharing
from nesk.accounts.rules import Deed
from nesk.accounts.sharing import Invited
from nesk.cabinet import journal
from nesk.core import clock, config
from nesk.core.errors import NotFound, Refused
from nesk.credentials.allowance import network
from nesk.people.queries import identities
from nesk.web.access import current_account, current_card
from nesk.web.forms import AtMost, ContactField, DayField, KeyField, Required
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, viewer
from nesk.web.proof import ProvingForm
from nesk.web.query import page_asked

bp = Blueprint("sharing", __name__, url_prefix="/sharing")

OFFERED = {
    "view": ("Только смотреть", "Показания, начисления, платежи и квитанции. Изменить ничего нельзя."),
    "readings": ("Смотреть и передавать показания", "Всё то же, и передача показаний счётчиков."),
    "pay": ("Смотреть и платить", "Всё то же, и оплата счёта картой."),
}
"""Right → its name and what it means, as the holder chooses it."""


class InvitationForm(ProvingForm):
    key = KeyField()
    title = StringField("Для кого", [Required("Напишите, для кого доступ, например «Дочь»."), AtMost(60)])
    whom = RadioField("Кто это", choices=list(rules.WHOM.items()), default="relative", validate_choice=False)
    rights = RadioField("Что можно будет делать", choices=[*OFFERED], default="view", validate_choice=False)
    until_on = DayField("До какого дня", [Optional()])
    recipient = ContactField("Куда отправить ссылку", [AtMost(254)])


@bp.get("/")
def index() -> Any:
    card = current_card()
    if card is None:
        return render_template("cabinet/sharing/no_account.html")
    if not card.may(Deed.MANAGE):
        return render_template("cabinet/sharing/guest_account.html")
    return render_template(
        "cabinet/sharing/index.html",
        guests=shared.guests(card.id),
        former=shared.former_guests(card.id),
        invitations=shared.waiting_invitations(card.id),
        care_links=shared.care_links(card.id),
        rules=rules,
    )


@bp.route("/invite", methods=["GET", "POST"])
def invite() -> Any:
    account = current_account(Deed.MANAGE)
    form = InvitationForm()
    if form.validate_on_submit():
        try:
            form.prove()
            invited = _invite(account.id, form)
        except Refused as refused:
            form.show(refused)
        else:
            # Shown in the answer itself: the link is nowhere to be read again.
            url = f"{config.current().base_url}{url_for('public.invitation.show', token=invited.token)}"
            context = {"invitation": invited.invitation, "url": url, "rules": rules}
            return page("cabinet/sharing/invited.html", "cabinet/sharing/_invited.html", **context)
    context = {"form": form, "offered": OFFERED, "today": clock.today()}
    return page("cabinet/sharing/invite.html", "cabinet/sharing/_invite.html", **context)


def _invite(account_id: int, form: InvitationForm) -> Invited:
    return sharing.invite(
        account_id,
        viewer().subject.id,
        rights=form.rights.data or "",
        title=form.title.data or "",
        whom=form.whom.data or "",
        until_on=form.until_on.data,
        recipient=form.recipient.value,
        network=network(request.remote_addr or ""),
        key=form.key.data or "",
        by=current_actor(),
    )


@bp.route("/invitations/<int:invitation_id>/end", methods=["GET", "POST"])
def end_invitation(invitation_id: int) -> Any:
    account = current_account(Deed.MANAGE)
    invitation = shared.waiting_invitation(account.id, invitation_id)
    if request.method == "POST":
        ending.end_invitation(account.id, invitation.id, by=current_actor())
        return go(url_for(".index"), f"Приглашение «{invitation.title}» отозвано.")
    words = "Ссылка сразу перестанет работать. Пригласить можно будет заново."
    return _confirm("Отозвать приглашение", f"Отозвать приглашение «{invitation.title}»?", words)


@bp.get("/guests/<int:binding_id>")
def guest(binding_id: int) -> Any:
    """Who the guest is and what they did."""
    account = current_account(Deed.MANAGE)
    found = shared.guest(account.id, binding_id)
    contacts = identities(found.person_id)
    context = {
        "guest": found,
        "is_over": found.ended_at is not None or rules.is_over(found.until_on, clock.today()),
        "contact": rules.masked_recipient(contacts.get("phone") or contacts.get("email", "")),
        "journal": journal.of_guest(found, page_asked()),
        "rules": rules,
    }
    return page("cabinet/sharing/guest.html", "cabinet/sharing/_journal.html", **context)


@bp.route("/guests/<int:binding_id>/end", methods=["GET", "POST"])
def end_guest(binding_id: int) -> Any:
    account = current_account(Deed.MANAGE)
    found = shared.guest(account.id, binding_id)
    if request.method == "POST":
        ending.end_access(account.id, found.id, by=current_actor())
        return go(url_for(".index"), f"Доступ «{found.invitation.title}» закрыт.")
    words = "Со следующей страницы гость этот счёт больше не увидит. Мы сообщим ему, что доступ закрыт."
    return _confirm("Закрыть доступ", f"Закрыть доступ «{found.invitation.title}»?", words)


@bp.route("/leave", methods=["GET", "POST"])
def leave() -> Any:
    """A guest gives up their right to somebody's account."""
    card = current_card()
    if card is None or card.may(Deed.MANAGE):
        raise NotFound
    if request.method == "POST":
        ending.leave(viewer().subject.id, card.id, by=current_actor())
        return go("/cabinet/", "Вы отказались от доступа к чужому счёту.")
    words = "Счёт исчезнет из вашего кабинета. Вернуть его сможет только владелец новым приглашением."
    return _confirm("Отказаться от доступа", f"Отказаться от доступа к счёту «{card.title}»?", words)


def _confirm(button: str, question: str, words: str) -> Any:
    context = {
        "button": button,
        "question": question,
        "words": words,
        "action": request.path,
        "back": url_for(".index"),
    }
    return page("cabinet/sharing/confirm.html", "cabinet/sharing/_confirm.html", **context)
