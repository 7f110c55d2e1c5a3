"""What the tests of binding do again and again: bills and payments of an account, claims, what has moved."""

from __future__ import annotations

from datetime import date

from nesk.accounts.models import Account, Binding
from nesk.accounts.operations import open_accounts
from nesk.billing.models import Bill
from nesk.branches.models import Branch, Town
from nesk.consents.models import Consent
from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.events import EventRecord
from nesk.core.period import Month
from nesk.enrolment import binding
from nesk.enrolment.binding import Claim
from nesk.payments.models import Payment
from tests.district import BY, SINCE

NUMBER, SERIAL = "230000000001", "41000001"
SUM = 128_456
OCTOBER = Month(2026, 10)
AGREED = {"personal_data": 1}
IP = "198.51.100.7"


def billed(account_id: int, kop: int = SUM, month: Month = OCTOBER, *, penalties: int = 0) -> None:
    """A bill of a closed month for so much."""
    Bill.create(account=account_id, month=month, services_kop=kop, total_kop=kop + penalties)


def paid(account_id: int, kop: int, on: date = date(2026, 11, 5), *, penalty: int = 0, posted: bool = True) -> None:
    """A payment from a cash office, posted unless said otherwise."""
    Payment.create(
        account=account_id,
        channel="cash",
        source="Касса",
        state="paid" if posted else "pending",
        principal_kop=kop - penalty,
        penalty_kop=penalty,
        created_at=clock.now(),
        paid_on=on,
        posted_at=clock.now() if posted else None,
        by=str(BY),
    )


def accounts(branch: Branch, count: int, *, first: int = 500, **columns: object) -> list[Account]:
    """Neighbours without meters and people: accounts 230000000500 and on."""
    numbers = [f"2300{first + index:08}" for index in range(count)]
    town = Town.get(Town.branch == branch).id
    open_accounts(
        [
            {
                "number": number,
                "branch": branch.id,
                "surname": "Соседов",
                "name": "Пётр",
                "opened_on": SINCE,
                "premises": {"town": town, "street": "ул Одесская", "house": number[-4:]},
                **columns,
            }
            for number in numbers
        ],
        by=BY,
    )
    return list(Account.select().where(Account.number.in_(numbers)).order_by(Account.id))


def claim(evidence: str = "1284,56", way: str = "sum", number: str = NUMBER, **more: object) -> Claim:
    return Claim(number=number, way=way, evidence=evidence, **{"consents": AGREED, **more})  # type: ignore[arg-type]


def bind(person_id: int, evidence: str = "1284,56", way: str = "sum", *, ip: str = IP, **more: object) -> Account:
    """A try of a person, as the page makes it."""
    by = Actor("person", person_id)
    return binding.bind_account(person_id, claim(evidence, way, **more), ip=ip, device="Chromium", by=by)


def bound_to(person_id: int) -> list[tuple[str, str]]:
    """Number and way of everything that a person may act for now."""
    live = Binding.select(Binding, Account).join(Account).where(Binding.person == person_id, Binding.ended_at.is_null())
    return [(row.account.number, row.way) for row in live.order_by(Binding.id)]


def moved() -> dict[str, int]:
    """What a refused try must leave as it is."""
    kept = EventRecord.name.not_in(("BindingRefused", "BindingAttacked"))
    return {
        "bindings": Binding.select().count(),
        "consents": Consent.select().count(),
        "events": EventRecord.select().where(kept).count(),
        "e_bills": Account.select().where(Account.receipt_email != "").count(),
    }
