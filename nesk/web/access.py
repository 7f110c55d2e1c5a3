"""Doors: each surface's parent blueprint is closed until its kind of viewer is signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, current_app, g, request, session
from flask_login import current_user

from nesk.accounts.models import Account
from nesk.accounts.queries import organization_for_branch, person_for_branch
from nesk.accounts.rules import WITHOUT, Deed
from nesk.billing.queries import AccountCard, account_cards
from nesk.core.db import transaction
from nesk.core.errors import Forbidden, NotFound
from nesk.core.events import record
from nesk.people.events import SubscriberCardSeen
from nesk.people.models import BusinessUser, Person, Staff
from nesk.people.permissions import Permission
from nesk.people.queries import employee, employee_for_branch, permissions_of
from nesk.web.login import current_actor, viewer

View = TypeVar("View", bound=Callable[..., Any])


def guard(blueprint: Blueprint, *, open_endpoints: frozenset[str] = frozenset()) -> None:
    """Let nobody into the blueprint (and those nested in it) who is not signed in on its surface.

    Whoever owes a new password is not signed in yet, and is led to the page of it.
    """

    @blueprint.before_request
    def check() -> Any:
        if request.endpoint in open_endpoints or current_user.is_authenticated:
            return None
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]


def allowed(permission: Permission) -> Callable[[View], View]:
    """Only staff with the permission see the view; others get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not viewer().may(permission):
                raise Forbidden
            return view(*args, **kwargs)

        return guarded  # type: ignore[return-value]

    return decorate


def staff_branch() -> int | None:
    """The branch a member of staff is bound to; None for those who see every branch."""
    return viewer().subject.branch_id  # type: ignore[no-any-return, union-attr]


def note_seen(kind: str, subject_id: int) -> None:
    """Write down that the viewer, of staff, was shown a subscriber's or an account's card (Z7)."""
    with transaction():
        record(SubscriberCardSeen(kind, subject_id), by=current_actor())


CHANGES_ACCESS: dict[str, Permission] = {
    "person": Permission.CHANGE_SUBSCRIBERS,
    "business": Permission.ISSUE_CREDENTIALS,
    "staff": Permission.MANAGE_STAFF,
    "crew": Permission.MANAGE_STAFF,
}
"""Whose sessions, passwords and second factors → what a member of staff needs to change them."""


def subject_in_reach(kind: str, subject_id: int, *, needed: Permission | None = None) -> Person | Staff | BusinessUser:
    """Somebody of the viewer's branch whose ways in the viewer may change (or do what `needed` allows).

    Of colleagues only those who may do no more than the viewer: helping the others would be a way to get their rights.
    Raises NotFound for another branch, Forbidden.
    """
    if kind not in CHANGES_ACCESS:
        raise NotFound
    if not viewer().may(needed or CHANGES_ACCESS[kind]):
        raise Forbidden
    branch = staff_branch()
    if kind == "person":
        return person_for_branch(branch, subject_id)
    if kind == "business":
        user = employee(kind, subject_id)
        organization_for_branch(branch, user.organization_id)
        return user
    who = employee_for_branch(branch, kind, subject_id)
    if not permissions_of(who.id) <= viewer().permissions:
        raise Forbidden("У этого сотрудника больше прав, чем у вас. Обратитесь к тому, у кого их не меньше.")
    return who


def my_accounts() -> list[AccountCard]:
    """The accounts that the subscriber has a right to, their own and those of others, read once a request."""
    if "my_accounts" not in g:
        g.my_accounts = account_cards(viewer().subject.id)
    return g.my_accounts  # type: ignore[no-any-return]


def current_card() -> AccountCard | None:
    """The account the subscriber has chosen: `?ls=` in the address, else the last choice, else the first."""
    cards = my_accounts()
    asked = request.args.get("ls")
    if asked is not None:
        card = next((card for card in cards if card.number == asked), None)
        if card is None:
            raise NotFound
        session["ls"] = asked
        return card
    kept = session.get("ls")
    return next((card for card in cards if card.number == kept), cards[0] if cards else None)


def current_account(deed: Deed = Deed.SEE) -> Account:
    """The chosen account, for a deed that the subscriber's right to it covers.

    Raises NotFound when the subscriber has none, Forbidden when they may see it and no more.
    """
    card = current_card()
    if card is None:
        raise NotFound
    return must(card, deed).account


def must(card: AccountCard, deed: Deed) -> AccountCard:
    """The account back, when the right to it covers the deed. Raises Forbidden in words."""
    if not card.may(deed):
        raise Forbidden(WITHOUT[deed])
    return card


def card_of(account_id: int) -> AccountCard:
    """One of the subscriber's accounts by its row. Raises NotFound."""
    card = next((card for card in my_accounts() if card.id == account_id), None)
    if card is None:
        raise NotFound
    return card
