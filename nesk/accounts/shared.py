"""Reading what has been given to others: guests, invitations that wait, care links; within an account, or by a token."""

from __future__ import annotations

import hmac

from nesk.accounts.models import Account, Binding, CareLink, Invitation, Premises
from nesk.accounts.queries import live, rights_of
from nesk.accounts.rules import WITHOUT, Deed, is_over, may
from nesk.branches.models import Branch, Town
from nesk.core import clock
from nesk.core.errors import Forbidden, NotFound
from nesk.core.sealing import mac
from nesk.people.models import Person

_SIGNED = 32
"""Hexadecimal digits of a care link's signature: 128 bits."""


def lock_own(account_id: int, person_id: int) -> None:
    """Lock an account for whoever gives something of it away: it must be their own. Raises NotFound, Forbidden."""
    Account.locked(account_id)
    rights = rights_of(person_id, account_id)
    if rights is None:
        raise NotFound
    if not may(rights, Deed.MANAGE):
        raise Forbidden(WITHOUT[Deed.MANAGE])


def guests(account_id: int) -> list[Binding]:
    """Who has a right by an invitation now, with the person and the invitation, the latest first."""
    return list(_guests(account_id).where(live()).order_by(Binding.id.desc()))  # type: ignore[attr-defined]


def former_guests(account_id: int, limit: int = 20) -> list[Binding]:
    """Whose right by an invitation is over, the latest first."""
    return list(_guests(account_id).where(~live()).order_by(Binding.id.desc()).limit(limit))  # type: ignore[attr-defined]


def guest(account_id: int, binding_id: int) -> Binding:
    """A guest of an account, present or former. Raises NotFound."""
    return _one(_guests(account_id).where(Binding.id == binding_id))  # type: ignore[attr-defined, no-any-return]


def _guests(account_id: int) -> object:
    return (
        Binding.select(Binding, Person, Invitation)
        .join_from(Binding, Person)
        .join_from(Binding, Invitation)
        .where(Binding.account == account_id)
    )


def waiting_invitations(account_id: int) -> list[Invitation]:
    """Invitations to an account that can still be accepted, the latest first."""
    return list(_waiting().where(Invitation.account == account_id).order_by(Invitation.id.desc()))  # type: ignore[attr-defined]


def waiting_invitation(account_id: int, invitation_id: int) -> Invitation:
    """An invitation that can still be accepted. Raises NotFound."""
    return _one(_waiting().where(Invitation.account == account_id, Invitation.id == invitation_id))  # type: ignore[attr-defined, no-any-return]


def _waiting() -> object:
    return Invitation.select().where(
        Invitation.accepted_at.is_null(), Invitation.ended_at.is_null(), Invitation.expires_at > clock.now()
    )


def invitation_of_token(token: str) -> Invitation:
    """The invitation behind a link, with its account and place, while it can be accepted.

    Raises NotFound, one and the same for a used, ended, late and invented one, and when whoever invited has lost the
    right to.
    """
    query = (
        _waiting()  # type: ignore[attr-defined]
        .select(Invitation, Account, Premises, Town)
        .join_from(Invitation, Account)
        .join_from(Account, Premises)
        .join_from(Premises, Town)
    )
    open_ones = query.where(Account.closed_on.is_null())
    found: Invitation = _one(open_ones.where(Invitation.token_hash == invitation_hash(token)))
    if is_over(found.until_on, clock.today()) or rights_of(found.inviter_id, found.account_id) != "all":
        raise NotFound
    return found


def accepted_by(token: str, person_id: int) -> Binding | None:
    """The live right that this very person has got by the link before: they came back to it."""
    return (
        Binding.select(Binding, Account)
        .join_from(Binding, Invitation)
        .join_from(Binding, Account)
        .where(Invitation.token_hash == invitation_hash(token), Binding.person == person_id, live())
        .first()
    )


def invitation_hash(token: str) -> str:
    """What is kept of the token of an invitation."""
    return mac(token, purpose="invitation")


def care_links(account_id: int) -> list[CareLink]:
    """Care links of an account that work, the latest first."""
    working = CareLink.select().where(CareLink.account == account_id, CareLink.ended_at.is_null())
    return list(working.where(CareLink.until_on >= clock.today()).order_by(CareLink.id.desc()))


def care_link(account_id: int, link_id: int) -> CareLink:
    """A care link of an account, working or not any more. Raises NotFound."""
    return _one(CareLink.select().where(CareLink.account == account_id, CareLink.id == link_id))  # type: ignore[no-any-return]


def care_token(link: CareLink) -> str:
    """The last part of a care link's address: the row's number and our signature under it.

    Nothing is kept of it, so the same QR can be shown again; the row revokes it.
    """
    return f"{link.id}-{_signature(str(link.id))}"


def _signature(number: str) -> str:
    return mac(number, purpose="care")[:_SIGNED]


def care_link_of_token(token: str) -> CareLink:
    """The working care link behind a token, with account, place and branch.

    Raises NotFound, one and the same for an invented, changed, ended and late one, for a closed account, and when
    whoever made it has lost the right to.
    """
    number, _, signature = token.partition("-")
    genuine = hmac.compare_digest(_signature(number).encode(), signature.encode())
    if not (genuine and number.isascii() and number.isdigit()):
        raise NotFound
    link: CareLink = _one(
        CareLink.select(CareLink, Account, Premises, Town, Branch)
        .join_from(CareLink, Account)
        .join_from(Account, Premises)
        .join_from(Premises, Town)
        .join_from(Account, Branch)
        .where(CareLink.id == int(number), CareLink.ended_at.is_null(), CareLink.until_on >= clock.today())
        .where(Account.closed_on.is_null())
    )
    if rights_of(link.person_id, link.account_id) != "all":
        raise NotFound
    return link


def _one(query: object) -> object:
    row = query.first()  # type: ignore[attr-defined]
    if row is None:
        raise NotFound
    return row
