"""The day has come: a cabinet is closed, the farewell is written and everything that the law does not keep is erased."""

from __future__ import annotations

import logging

from nesk.accounts.letting_go import let_go
from nesk.accounts.models import ReceiptAddress
from nesk.consents.operations import withdraw_all
from nesk.core.actor import system
from nesk.core.db import transaction
from nesk.core.faults import fault
from nesk.core.schedule import scheduled
from nesk.credentials import erasing as credentials
from nesk.notifications import erasing as messages
from nesk.notifications.operations import tell
from nesk.payments.cards import make_unusable
from nesk.people import closing
from nesk.people.models import Closing, Identity, SmsPhone
from nesk.privacy.operations import delete_all

log = logging.getLogger(__name__)
BY = system("closing")


@scheduled("privacy.close_cabinets", every=600)
def close_due() -> int:
    """Close the cabinets whose day has come, each by itself: what was killed or failed is tried again. Gives how many."""
    closed = 0
    for wish in closing.due():
        try:
            closed += finish(wish)
        except Exception:
            log.exception("closing %s failed", wish.id)
    return closed


def finish(wish: Closing) -> bool:
    """All or nothing: the farewell goes to the addresses that are erased in the same transaction.

    False when the wish was taken back or the cabinet is closed already.
    """
    person_id = wish.person_id
    with transaction():
        event_id = closing.end(wish, by=BY)
        if event_id is None:
            return False
        known = {row.kind: row.value for row in Identity.select().where(Identity.person == person_id)}
        addresses = [*known.values(), *_further_addresses(person_id)]
        recipients = {"email": known.get("email", ""), "sms": known.get("phone", "")}
        withdraw_all(person_id, by=BY)
        let_go(person_id, by=BY)
        make_unusable(person_id, by=BY)
        delete_all(person_id)
        credentials.erase(person_id, addresses)
        fault("privacy.half_closed")
        messages.erase(person_id, addresses)
        closing.erase(person_id, by=BY)
        tell(event_id, "cabinet_closed", recipients=recipients)
    return True


def _further_addresses(person_id: int) -> list[str]:
    """Where else the person was written to: numbers for SMS, addresses of receipts."""
    phones = SmsPhone.select(SmsPhone.phone).where(SmsPhone.person == person_id).tuples()
    emails = ReceiptAddress.select(ReceiptAddress.email).where(ReceiptAddress.person == person_id).tuples()
    return sorted({address for (address,) in (*phones, *emails)})
