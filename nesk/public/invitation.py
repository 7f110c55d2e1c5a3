"""Taking up an invitation to somebody's account: anybody with the link sees what is offered, a signed-in person accepts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, url_for
from flask_login import current_user

from nesk.accounts import rules, shared, sharing
from nesk.accounts.models import Invitation
from nesk.core.errors import NotFound, Refused
from nesk.people.models import Person
from nesk.public.registration.ways import open_names
from nesk.web.errors import reply
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, viewer
from nesk.web.secret_links import come_back_here, keep_to_oneself

bp = Blueprint("invitation", __name__, url_prefix="/invitation")

DEAD = (
    "Приглашение не работает: его уже приняли, отозвали или прошла неделя. Попросите новое у того, кто вас пригласил, "
    "или позвоните в контакт-центр."
)


@bp.after_request
def finish(response: Response) -> Response:
    return keep_to_oneself(response)


@bp.errorhandler(NotFound)
def dead(_: NotFound) -> Any:
    return reply(404, DEAD)


@bp.get("/<token>")
def show(token: str) -> Any:
    try:
        invitation = shared.invitation_of_token(token)
    except NotFound:
        return _back_again(token)
    if _person() is None:
        come_back_here()
    return page("public/invitation/show.html", **_context(invitation, token))


@bp.post("/<token>")
def accept(token: str) -> Any:
    person = _person()
    if person is None:
        shared.invitation_of_token(token)
        come_back_here()
        return redirect(url_for("public.sign_in.login"), 303)
    try:
        binding = sharing.accept(token, person.id, by=current_actor())
    except Refused as refused:
        context = _context(shared.invitation_of_token(token), token)
        return *page("public/invitation/show.html", refusal=refused.message, **context)[:1], 422
    return go(f"/cabinet/?ls={binding.account.number}", "Приглашение принято. Счёт появился в вашем кабинете.")


def _context(invitation: Invitation, token: str) -> dict[str, Any]:
    person, account = _person(), invitation.account
    return {
        "invitation": invitation,
        "token": token,
        "is_signed_in": person is not None,
        "is_own": person is not None and person.id == invitation.inviter_id,
        "holder": rules.masked_holder(account.surname, account.name),
        "number": rules.masked_number(account.number),
        "street": account.premises.street,
        "rights": rules.RIGHT_NAMES[invitation.rights],
        "ways": open_names(),
    }


def _person() -> Person | None:
    """The signed-in subscriber, unless this session is good for setting a new password only."""
    return viewer().subject if current_user.is_authenticated else None  # type: ignore[return-value]


def _back_again(token: str) -> Any:
    """Whoever has accepted and opens the link once more is led to the account; nobody else learns anything."""
    person = _person()
    binding = shared.accepted_by(token, person.id) if person else None
    if binding is None:
        raise NotFound
    return redirect(f"/cabinet/?ls={binding.account.number}", 303)
