"""Ending the rights of guests: by a holder, by the guest, by their last day, or with the right of whoever gave them."""

from __future__ import annotations

from peewee import ModelSelect

from nesk.accounts import rules
from nesk.accounts.care import end_with_reason
from nesk.accounts.events import AccessEnded, InvitationEnded
from nesk.accounts.models import Account, Binding, Invitation
from nesk.accounts.queries import live, rights_of
from nesk.accounts.shared import care_links, waiting_invitation
from nesk.core import clock
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.errors import NotFound
from nesk.core.events import record
from nesk.core.schedule import scheduled

BY = system("sharing")


def end_invitation(account_id: int, invitation_id: int, *, by: Actor) -> None:
    """Take an invitation back before it is accepted. Raises NotFound when there is nothing to take back any more."""
    with transaction():
        Account.locked(account_id)
        _end_invitation(waiting_invitation(account_id, invitation_id), by)


def _end_invitation(invitation: Invitation, by: Actor) -> None:
    over = {"ended_at": clock.now(), "recipient": "", "sealed": ""}
    Invitation.update(over).where(Invitation.id == invitation.id).execute()
    record(InvitationEnded(invitation.id, invitation.account_id), by=by)


def give_way(person_id: int, account_id: int, *, by: Actor) -> None:
    """End a guest's right of this person that stands in the way of another one: a newer invitation, or their own right."""
    present = Binding.select().where(
        Binding.person == person_id, Binding.account == account_id, Binding.ended_at.is_null()
    )
    for binding in present.where(Binding.rights != "all"):
        _end_right(binding, "expired" if rules.is_over(binding.until_on, clock.today()) else "replaced", by)


def _end_right(binding: Binding, reason: str, by: Actor) -> bool:
    ended = Binding.update(ended_at=clock.now()).where(Binding.id == binding.id, Binding.ended_at.is_null()).execute()
    if ended:
        record(AccessEnded(binding.id, binding.person_id, binding.account_id, reason), by=by)
    return bool(ended)


def end_access(account_id: int, binding_id: int, *, by: Actor) -> None:
    """End a guest's right from now on. Raises NotFound when there is no such guest; an ended one stays as it is."""
    with transaction():
        Account.locked(account_id)
        guest = Binding.get_or_none(
            Binding.id == binding_id, Binding.account == account_id, Binding.invitation.is_null(False)
        )
        if guest is None:
            raise NotFound
        _end_right(guest, "ended", by)


def end_guest(person_id: int, account_id: int, *, reason: str, by: Actor) -> bool:
    """End whatever right somebody was given to an account. False when it was none."""
    with transaction():
        Account.locked(account_id)
        own = Binding.select().where(Binding.person == person_id, Binding.account == account_id)
        guest = own.where(Binding.invitation.is_null(False), Binding.ended_at.is_null()).first()
        return guest is not None and _end_right(guest, reason, by)


def leave(person_id: int, account_id: int, *, by: Actor) -> None:
    """A guest gives their right back. Raises NotFound when they have none."""
    with transaction():
        Account.locked(account_id)
        own = Binding.select().where(Binding.person == person_id, Binding.account == account_id, live())
        guest = own.where(Binding.invitation.is_null(False)).first()
        if guest is None:
            raise NotFound
        _end_right(guest, "left", by)


def end_all_given_by(person_id: int, account_id: int, *, by: Actor = BY) -> int:
    """End everything that a person has given to others for an account they have no full right to any more.

    Gives how much that was. Whoever sells a flat takes the keys of the guests along.
    """
    if rights_of(person_id, account_id) == "all":
        return 0
    with transaction():
        Account.locked(account_id)
        given = Invitation.select().where(Invitation.inviter == person_id, Invitation.account == account_id)
        open_ones = list(given.where(Invitation.accepted_at.is_null(), Invitation.ended_at.is_null()))
        for invitation in open_ones:
            _end_invitation(invitation, by)
        rights = list(_rights_by(given))
        for binding in rights:
            _end_right(binding, "owner_left", by)
        links = [link for link in care_links(account_id) if link.person_id == person_id]
        for link in links:
            end_with_reason(link, "owner_left", by=by)
    return len(open_ones) + len(rights) + len(links)


def _rights_by(invitations: ModelSelect) -> ModelSelect:
    return Binding.select().where(Binding.invitation.in_(invitations.select(Invitation.id)), Binding.ended_at.is_null())


@scheduled("accounts.end_expired_rights", every=3600)
def end_expired(limit: int = 500) -> int:
    """Note the end of rights whose last day has passed (they gave nothing since) and tell of it; forget addresses of
    invitations that nobody accepted. Gives how many rights."""
    now = clock.now()
    late = (Invitation.expires_at < now) & ((Invitation.recipient != "") | (Invitation.sealed != ""))
    Invitation.update(recipient="", sealed="").where(late).execute()
    over = Binding.select().where(Binding.ended_at.is_null(), Binding.until_on < clock.today())
    count = 0
    for binding in over.order_by(Binding.id).limit(limit):
        with transaction():
            Account.locked(binding.account_id)
            count += _end_right(binding, "expired", BY)
    return count
