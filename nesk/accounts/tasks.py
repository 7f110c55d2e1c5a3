"""What accounts do when something happened to the people who hold them."""

from __future__ import annotations

from nesk.accounts import receipt_delivery
from nesk.core.actor import Actor
from nesk.core.events import on
from nesk.credentials.events import ContactChanged
from nesk.people.queries import identities


@on(ContactChanged, prompt=True)
def follow_email(person_id: int, kind: str, challenge_id: int) -> None:
    """The receipts go to the person's new e-mail (S0-31); at once, for the page shows it."""
    if kind == "email" and (email := identities(person_id).get("email")):
        receipt_delivery.follow_email(person_id, email, by=Actor("person", person_id))
