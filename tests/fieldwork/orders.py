"""What the tests of orders do again and again: an order on a crew, a work written down, many people at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date
from types import SimpleNamespace

from nesk.core import db
from nesk.core.actor import Actor
from nesk.core.errors import Refused
from nesk.fieldwork.models import Visit
from nesk.fieldwork.operations import Attachment, assign_visit, place_order
from nesk.fieldwork.visits import Closing
from tests.district import BY, TODAY, Home, new_meter

CREW = Actor("crew", 1)
SIGNATURE = Attachment(b"\xff\xd8\xff signature", "image/jpeg", "подпись.jpg")


def order_at(home: Home, service: str = "RPL", **changes: object) -> SimpleNamespace:
    """An order of the household, of a replacement by default."""
    facts: dict[str, object] = {
        "account_id": home.account.id,
        "person_id": home.person.id,
        "contact_name": "Ковальчук Марина",
        "contact_phone": home.phone,
        "installation_id": home.installation.id,
        "by": home.actor,
    }
    return place_order(service, **facts | changes)  # type: ignore[arg-type, return-value]


def visit_today(district: SimpleNamespace, service: str = "RPL", *, on: date = TODAY, slot: int = 1) -> Visit:
    """The household's order, put on the district's crew."""
    return assign_visit(order_at(district.home, service).id, district.crew.id, on, slot, by=BY)


def closing(**changes: object) -> Closing:
    """A replacement as the crew writes it down: 1350 on the old meter, a new one at 3."""
    facts: dict[str, object] = {
        "signed_by": "Ковальчук Марина",
        "finals": (1350,),
        "old_serial": "41000001",
        "old_state": "Исправен",
        "new": new_meter(),
    }
    return Closing(**facts | changes)  # type: ignore[arg-type]


def at_once(do: Callable[[int], object], *, count: int = 16) -> list[object]:
    """Call `do(0…count-1)` in as many threads, let go together; what each gave, or the class of its refusal."""
    together = threading.Barrier(count)

    def one(number: int) -> object:
        with db.connection():
            together.wait(timeout=20)
            try:
                return do(number)
            except Refused as refused:
                return type(refused).__name__

    with ThreadPoolExecutor(count) as pool:
        return [each.result() for each in [pool.submit(copy_context().run, one, number) for number in range(count)]]
