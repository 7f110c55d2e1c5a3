"""Every kind of message: the channels it goes by, whether it may wait for the morning, how long it is worth sending.

The words stand in `templates/email/<name>` (also the notice inside the cabinet) and `templates/sms/<name>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from nesk.accounts.rules import INVITATION_DAYS

EVERYWHERE = ("email", "sms", "cabinet")
QUIETLY = ("email", "cabinet")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message; its topic is what staff may switch SMS off for."""

    channels: tuple[str, ...]
    topic: str = "orders"
    is_urgent: bool = False
    """Somebody waits for it: it goes before the others, and at night too."""
    is_worth: timedelta | None = None
    """After this time it would only mislead."""
    needs: str = ""
    """The consent without which it goes by no letter and no SMS: `notices` for what reminds or tells of a debt,
    `advertising` for what sells. What answers a person's own deed needs none."""
    is_secret: bool = False
    """It carries a code, a link or a password: once it is sent, the row keeps no text."""


KINDS = {
    "reading_accepted": Kind(QUIETLY, "readings"),
    "receipt_ready": Kind(QUIETLY, "receipts"),
    "payment_posted": Kind(EVERYWHERE, "payments", is_urgent=True),
    "payment_declined": Kind(QUIETLY, "payments"),
    "payment_refunded": Kind(QUIETLY, "payments"),
    "order_placed": Kind(EVERYWHERE, is_urgent=True),
    "order_accepted": Kind(QUIETLY),
    "order_rejected": Kind(EVERYWHERE),
    "order_cancelled": Kind(QUIETLY),
    "order_message": Kind(QUIETLY),
    "order_closed": Kind(EVERYWHERE),
    "visit_assigned": Kind(EVERYWHERE),
    "visit_moved": Kind(EVERYWHERE),
    "visit_unassigned": Kind(EVERYWHERE),
    "crew_set_out": Kind(("sms", "cabinet"), is_urgent=True, is_worth=timedelta(hours=2)),
    "access_refused": Kind(QUIETLY),
    "factor_changed": Kind(QUIETLY, "access"),
    "paper_code_used": Kind(QUIETLY, "access"),
    "second_step_guessed": Kind(EVERYWHERE, "access", is_urgent=True),
    "password_guessed": Kind(EVERYWHERE, "access", is_urgent=True),
    "recovery_link": Kind(("email",), "access", is_urgent=True, is_worth=timedelta(hours=1), is_secret=True),
    "recovery_asked": Kind(EVERYWHERE, "access", is_urgent=True),
    "password_issued": Kind(("email",), "access", is_urgent=True, is_worth=timedelta(hours=72), is_secret=True),
    "email_change_new": Kind(("email",), "access", is_urgent=True, is_secret=True),
    "email_change_old": Kind(("email",), "access", is_urgent=True, is_secret=True),
    "email_changed": Kind(EVERYWHERE, "access", is_urgent=True),
    "phone_changed": Kind(EVERYWHERE, "access", is_urgent=True),
    "contact_removed": Kind(EVERYWHERE, "access", is_urgent=True),
    "receipt_address": Kind(("email",), "access", is_urgent=True, is_secret=True),
    "receipt_delivery": Kind(QUIETLY, "access"),
    "new_device": Kind(QUIETLY, "access", is_urgent=True),
    "password_changed": Kind(EVERYWHERE, "access", is_urgent=True),
    "device_copied": Kind(QUIETLY, "access", is_urgent=True),
    "activation": Kind(("email",), "access", is_urgent=True, is_secret=True),
    "contact_tried": Kind(EVERYWHERE, "access", is_urgent=True),
    "account_tried": Kind(QUIETLY, "access"),
    "credentials": Kind(("email", "sms"), "access", is_urgent=True, is_secret=True),
    "contacts_unproved": Kind(("cabinet",), "access"),
    "archive_ready": Kind(QUIETLY, "access"),
    "closing_asked": Kind(EVERYWHERE, "access"),
    "closing_cancelled": Kind(QUIETLY, "access"),
    "cabinet_closed": Kind(("email", "sms"), "access", is_secret=True),
    "invitation": Kind(
        ("email", "sms"), "access", is_urgent=True, is_worth=timedelta(days=INVITATION_DAYS), is_secret=True
    ),
    "invitation_accepted": Kind(QUIETLY, "access"),
    "access_ended": Kind(QUIETLY, "access"),
    "binding_by_other": Kind(QUIETLY, "access", is_urgent=True),
    "binding_by_staff": Kind(EVERYWHERE, "access", is_urgent=True),
    "binding_ended": Kind(QUIETLY, "access"),
    "binding_password_changed": Kind(QUIETLY, "access", is_urgent=True),
    "code": Kind(("sms",), "access", is_urgent=True, is_worth=timedelta(minutes=10), is_secret=True),
}
