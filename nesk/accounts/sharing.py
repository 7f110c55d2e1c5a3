"""Letting others act for an account: a holder's invitation by a link, and taking it up."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from nesk.accounts import rules
from nesk.accounts.ending import give_way
from nesk.accounts.events import InvitationAccepted, InvitationMade
from nesk.accounts.models import Account, Binding, Invitation
from nesk.accounts.queries import rights_of
from nesk.accounts.shared import accepted_by, invitation_hash, invitation_of_token, lock_own, waiting_invitations
from nesk.core import clock, limits
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.core.sealing import seal, unseal

_DAY = 86_400
_SENT = (("invite_author", 10), ("invite_recipient", 3), ("invite_network", 30), ("invite_all", 3_000))
"""How many invitations a day we send for one person, to one address, for one network of askers, for everybody."""
SENT_ALREADY = (
    "Это приглашение уже создано. Ссылка показывается один раз; если её не сохранили, отзовите и создайте новое."
)


@dataclass(frozen=True, slots=True)
class Invited:
    """A fresh invitation and the token of its link, which nobody can show again."""

    invitation: Invitation
    token: str


def invite(
    account_id: int,
    person_id: int,
    *,
    rights: str,
    title: str,
    whom: str,
    until_on: date | None,
    recipient: str = "",
    network: str = "",
    key: str = "",
    by: Actor,
) -> Invited:
    """Let a holder invite somebody by a link that is good for a week and for one person.

    With a `recipient` (a normalised e-mail or mobile phone) we send the link there, within limits. Raises Refused with
    the field at fault (rights, title, until_on, recipient), TooOften, Forbidden for somebody who is no holder.
    """
    title = title.strip()
    if rights not in rules.GIVEN:
        raise Refused("Выберите, что можно будет делать.", field="rights")
    if not title:
        raise Refused("Напишите, для кого доступ, например «Дочь».", field="title")
    if words := rules.guest_end_refusal(until_on, whom=whom, today=clock.today()):
        raise Refused(words, field="until_on")
    limits.count("share_made", str(person_id), limit=rules.MADE_A_DAY, seconds=_DAY)
    if recipient:
        _count_sent(person_id, recipient, network)
    token = secrets.token_urlsafe(32)
    now = clock.now()
    with transaction():
        lock_own(account_id, person_id)
        if key and Invitation.select().where(Invitation.key == key).exists():
            raise Refused(SENT_ALREADY)
        if len(waiting_invitations(account_id)) >= rules.MOST_OPEN_INVITATIONS:
            raise Refused("Слишком много приглашений ждут ответа. Отзовите ненужные и создайте новое.")
        invitation = Invitation.create(
            account=account_id,
            inviter=person_id,
            rights=rights,
            until_on=until_on,
            title=title,
            token_hash=invitation_hash(token),
            key=key or None,
            recipient=recipient,
            sealed=seal(token, purpose="invitation") if recipient else "",
            created_at=now,
            expires_at=now + timedelta(days=rules.INVITATION_DAYS),
        )
        record(InvitationMade(invitation.id, account_id, rights), by=by)
    return Invited(invitation, token)


def _count_sent(person_id: int, recipient: str, network: str) -> None:
    for (name, limit), subject in zip(_SENT, (str(person_id), recipient, network, ""), strict=True):
        limits.count(name, subject, limit=limit, seconds=_DAY)


def token_to_send(invitation_id: int) -> str | None:
    """The token of an invitation for the message that carries it, given out once; None afterwards or when it is over."""
    with transaction():
        invitation = Invitation.locked(invitation_id)
        Invitation.update(sealed="").where(Invitation.id == invitation_id).execute()
        if not invitation.sealed or invitation.ended_at is not None or invitation.accepted_at is not None:
            return None
        return unseal(invitation.sealed, purpose="invitation")


def accept(token: str, person_id: int, *, by: Actor) -> Binding:
    """Take the right that a link offers: one person, once. A second press of the same person finds the first.

    Raises NotFound for a link that does not work (any more), Refused for a holder of the account.
    """
    if earlier := accepted_by(token, person_id):
        return earlier
    account_id = invitation_of_token(token).account_id
    with transaction():
        Account.locked(account_id)
        invitation = invitation_of_token(token)  # again, now that nobody else can take it
        present = rights_of(person_id, account_id)
        if present == "all":
            raise Refused("У вас уже есть полный доступ к этому счёту: приглашение вам не нужно.")
        give_way(person_id, account_id, by=by)
        now = clock.now()
        used = {"accepted_at": now, "recipient": "", "sealed": ""}
        Invitation.update(used).where(Invitation.id == invitation.id).execute()
        binding = Binding.create(
            person=person_id,
            account=account_id,
            way="invitation",
            rights=invitation.rights,
            until_on=invitation.until_on,
            invitation=invitation,
            bound_at=now,
        )
        record(InvitationAccepted(invitation.id, binding.id, person_id, account_id), by=by)
    return binding
