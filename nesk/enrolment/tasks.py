"""What the way to one's accounts does by itself: contacts that a first sign-in proves, registrations that nobody used."""

from nesk.core.events import on
from nesk.enrolment import by_account
from nesk.people.events import PasswordChanged


@on(PasswordChanged)
def confirm_contact(kind: str, subject_id: int) -> None:
    if kind == "person":
        by_account.confirm_contact(subject_id)
