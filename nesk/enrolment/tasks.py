"""What the way to one's accounts does by itself: proved contacts, unused registrations, bindings by an old password."""

from nesk.core.events import on
from nesk.enrolment import binding, by_account
from nesk.people.events import PasswordChanged


@on(PasswordChanged)
def confirm_contact(kind: str, subject_id: int) -> None:
    """Whoever came with a password that was sent has shown that the contact is theirs."""
    if kind == "person":
        by_account.confirm_contact(subject_id)


@on(PasswordChanged, prompt=True)
def end_password_bindings(kind: str, subject_id: int) -> None:
    """At once: the old password opens nothing any more, and neither does what was proved by it (S4-14)."""
    if kind == "person":
        binding.end_password_bindings(subject_id)
