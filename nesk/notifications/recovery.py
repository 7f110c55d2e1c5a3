"""What recovering access tells whom: the password of ours to its person, and every asking where it would be noticed."""

from __future__ import annotations

from nesk.core.events import current_event_id, on
from nesk.credentials.challenges import secret_of
from nesk.credentials.events import PasswordIssued, RecoveryAsked
from nesk.credentials.models import Challenge
from nesk.notifications import operations
from nesk.people.queries import identities


@on(PasswordIssued, queue="codes")
def send_issued_password(challenge_id: int) -> None:
    """A password of ours, to the address it was made for; one that a later change has killed is told to nobody."""
    password = secret_of(challenge_id)
    if password is not None:
        challenge = Challenge.get_by_id(challenge_id)
        operations.tell(
            current_event_id(),
            "password_issued",
            recipients={"email": challenge.recipient},
            person_id=challenge.person_id,
            link="/login",
            password=password,
            until=challenge.expires_at,
        )


@on(RecoveryAsked)
def tell_of_recovery(person_id: int | None, way: str, cards: int) -> None:
    """The person learns of it where the letter or the code itself does not go, in case it was somebody else."""
    if person_id is None:
        return
    reach = identities(person_id)
    reach.pop("phone" if way == "phone" else "email", None)
    operations.tell(
        current_event_id(),
        "recovery_asked",
        recipients={"email": reach.get("email", ""), "sms": reach.get("phone", ""), "cabinet": f"person:{person_id}"},
        person_id=person_id,
        link="/recover",
        way=way,
        cards=cards,
    )
