"""What a subscriber has: one of everything that an address of the cabinet can name."""

from __future__ import annotations

from nesk.accounts import care
from nesk.accounts.models import Account
from nesk.core import clock
from nesk.core.actor import Actor
from nesk.fieldwork.models import OrderFile
from nesk.fieldwork.operations import Attachment, place_order
from nesk.metering.models import Installation
from nesk.metering.operations import submit_reading
from nesk.metering.queries import last_reading
from nesk.payments.models import Payment
from nesk.people.queries import person_by_identity
from tests.cabinet.guests import invite, let_in, make_guest


def belongings(account: Account) -> dict[str, object]:
    """One of everything that an address about the account can name, all of them its holder's."""
    holder = person_by_identity("email", "abonent@demo.nesk")
    by = Actor("person", holder.id)
    installation = Installation.get(Installation.account == account, Installation.removed_on.is_null())
    value = last_reading(installation.id).values[0] + 50
    reading = submit_reading(account.id, installation.id, [str(value)], source="internet", by=by, confirmed=True)
    order = place_order(
        "RPL",
        account_id=account.id,
        person_id=holder.id,
        contact_name="Ковальчук Марина",
        contact_phone="+79000000001",
        installation_id=installation.id,
        comment="Код домофона 17К4091",
        attachments=[Attachment(b"%PDF-1.7 x", "application/pdf", "щит.pdf")],
        by=by,
    )
    payment = Payment.create(
        account=account,
        person=holder,
        channel="card",
        source="Интернет",
        state="declined",
        principal_kop=100,
        created_at=clock.now(),
        by=str(by),
    )
    link = care.make_care_link(account.id, holder.id, rights="view", title="Мама", until_on=clock.today(), by=by)
    return {
        "installation_id": installation.id,
        "reading_id": reading.id,
        "order_id": order.id,
        "file_id": OrderFile.get(OrderFile.order == order).file_id,
        "payment_id": payment.id,
        "invitation_id": invite(account).invitation.id,
        "binding_id": let_in(account, make_guest(99)).id,
        "link_id": link.id,
        "month": str(reading.month - 1),
        "code": "RPL",
    }
