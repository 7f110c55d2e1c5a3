"""What changes elsewhere mean for bindings."""

from nesk.core.events import on
from nesk.enrolment import binding
from nesk.people.events import PasswordChanged


@on(PasswordChanged, prompt=True)
def end_password_bindings(kind: str, subject_id: int) -> None:
    """At once: the old password opens nothing any more, and neither does what was proved by it (S4-14)."""
    if kind == "person":
        binding.end_password_bindings(subject_id)
