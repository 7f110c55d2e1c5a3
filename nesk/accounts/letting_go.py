"""A cabinet is closed: everything that its person may do for accounts ends, and so does what they have let others do."""

from __future__ import annotations

from nesk.accounts.ending import end_all_given_by
from nesk.accounts.events import AccountUnbound
from nesk.accounts.models import Account, Binding, CareLink, Invitation, ReceiptAddress
from nesk.accounts.receipt_delivery import mailboxes_of
from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.events import record


def let_go(person_id: int, *, by: Actor) -> None:
    """End a person's rights and what was given by them; their own words about it and their addresses go."""
    with transaction():
        own = Binding.select().where(Binding.person == person_id)
        for binding in list(own.where(Binding.ended_at.is_null()).order_by(Binding.id)):
            Binding.update(ended_at=clock.now()).where(Binding.id == binding.id).execute()
            record(AccountUnbound(binding.id, person_id, binding.account_id, "closed"), by=by)
        bound = sorted({binding.account_id for binding in own})
        for account_id in bound:
            end_all_given_by(person_id, account_id, by=by)
        Binding.update(title="").where(Binding.person == person_id).execute()
        given = Invitation.inviter == person_id
        Invitation.update(title="", recipient="", sealed="").where(given).execute()
        CareLink.update(title="").where(CareLink.person == person_id).execute()
        own_mail = Account.receipt_email.in_(sorted(mailboxes_of(person_id)))
        Account.update(receipt_email="").where(Account.id.in_(bound), own_mail).execute()
        ReceiptAddress.delete().where(ReceiptAddress.person == person_id).execute()
