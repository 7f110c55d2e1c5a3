"""What the bank calls us with: kept as it came, believed only when signed, and never taken as proof of money."""

from __future__ import annotations

from collections.abc import Mapping

from nesk.core import clock, config
from nesk.core.actor import system
from nesk.core.db import transaction
from nesk.core.errors import Forbidden
from nesk.core.events import record
from nesk.payments import operations
from nesk.payments.checksum import verify
from nesk.payments.events import CallbackRefused
from nesk.payments.models import Callback, Payment


def receive(params: Mapping[str, str]) -> Payment:
    """Keep the call, and ask the bank itself about the order it names.

    Raises Forbidden when the checksum is wrong or absent, NotFound for an order that is not ours, Unavailable when the
    bank does not answer; in each case nothing has moved, and the bank repeats a call that was not answered with 200.
    """
    is_genuine = verify(params, config.current().bank_callback_key)
    with transaction():
        kept = Callback.create(
            bank_order_id=params.get("mdOrder", "")[:64],
            operation=params.get("operation", "")[:32],
            is_genuine=is_genuine,
            params={name[:64]: value[:200] for name, value in list(params.items())[:40]},
            at=clock.now(),
        )
        if not is_genuine:
            record(CallbackRefused(kept.id), by=system("bank"))
    if not is_genuine:
        raise Forbidden
    return operations.confirm_order(params.get("mdOrder", ""))
