"""What accounts do when something happened to the people who hold them."""

from __future__ import annotations

from nesk.accounts import ending, receipt_delivery
from nesk.accounts.events import AccountUnbound
from nesk.core.actor import Actor
from nesk.core.events import on
from nesk.credentials.challenges import recipient_of
from nesk.credentials.events import ContactChanged, ContactRemoved
from nesk.people.queries import identities


@on(AccountUnbound, prompt=True)
def end_what_was_given(binding_id: int, person_id: int, account_id: int, reason: str) -> None:
    """Guests and care links go with whoever let them in, before the page answers."""
    ending.end_all_given_by(person_id, account_id)


@on(ContactChanged, prompt=True)
def follow_email(person_id: int, kind: str, challenge_id: int) -> None:
    """The receipts go to the person's new e-mail (S0-31); at once, for the page shows it."""
    if kind == "email" and (email := identities(person_id).get("email")):
        receipt_delivery.follow_email(person_id, email, by=Actor("person", person_id))


@on(ContactRemoved, prompt=True)
def forget_email(person_id: int, kind: str, challenge_id: int) -> None:
    """Nor do the receipts go to an e-mail that was removed."""
    if kind == "email" and (email := recipient_of(challenge_id)):
        receipt_delivery.forget_email(person_id, email, by=Actor("person", person_id))
