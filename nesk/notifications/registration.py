"""What registering tells whom: the password of ours to whoever registered, attempts to those whom they concern."""

from __future__ import annotations

from nesk.accounts.models import Account
from nesk.accounts.queries import people_bound_to
from nesk.core.events import current_event_id, on
from nesk.credentials.challenges import secret_of
from nesk.credentials.models import Challenge
from nesk.enrolment.by_account import AccountPasswordIssued, AccountTried, ContactsUnproved
from nesk.enrolment.registration import ContactTried
from nesk.notifications import operations
from nesk.people.queries import identities

CHANNELS = {"phone": "sms", "email": "email"}


@on(AccountPasswordIssued, queue="codes")
def send_credentials(challenge_id: int) -> None:
    """Login and password to the phone and the e-mail that were named (S4-02)."""
    password = secret_of(challenge_id)
    if password is not None:
        challenge = Challenge.get_by_id(challenge_id)
        operations.tell(
            current_event_id(),
            "credentials",
            recipients={"sms": challenge.recipient, "email": challenge.facts["email"]},
            person_id=challenge.person_id,
            link="/login?by=account",
            login=challenge.facts["number"],
            password=password,
            until=challenge.expires_at,
        )


@on(ContactTried, queue="codes")
def tell_of_tried_contact(person_id: int, kind: str) -> None:
    """The owner of a phone or an e-mail hears that somebody wanted to register with it, and nobody else does (A6)."""
    operations.tell(
        current_event_id(),
        "contact_tried",
        recipients={CHANNELS[kind]: identities(person_id).get(kind, ""), "cabinet": f"person:{person_id}"},
        person_id=person_id,
        link="/login",
        contact=kind,
    )


@on(AccountTried)
def tell_of_tried_account(account_id: int) -> None:
    """Those who hold an account hear of somebody who knew it well enough to register it (B4)."""
    number = Account.get_by_id(account_id).number
    for person_id in people_bound_to(account_id):
        operations.notify(
            current_event_id(),
            "account_tried",
            person_id=person_id,
            account_id=account_id,
            link=f"/cabinet/?ls={number}",
            account_number=number,
        )


@on(ContactsUnproved)
def ask_to_prove_contacts(person_id: int) -> None:
    operations.notify(current_event_id(), "contacts_unproved", person_id=person_id, link="/cabinet/settings/")
