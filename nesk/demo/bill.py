"""What the newcomer would read off a paper bill of the demo town: for outside checks of binding (S0-12, S0-13)."""

from __future__ import annotations

from typing import Any

from nesk.accounts.models import Account
from nesk.billing.models import Bill
from nesk.branches.models import Branch
from nesk.core import clock
from nesk.demo.town import NEWCOMER
from nesk.enrolment import queries as enrolment
from nesk.enrolment.rules import LEAST_SUM_KOP
from nesk.payments.queries import history as payments_of


def bill_facts() -> dict[str, Any]:
    """What the newcomer would read off a paper bill, for outside checks of binding: the latest sums that are evidence."""
    account = Account.select(Account, Branch).join(Branch).where(Account.number == NEWCOMER).first()
    told = {"account": NEWCOMER, "serial": "", "total": "", "payment": "", "branch": ""}
    if account is not None:
        bills = Bill.select().where(Bill.account == account).order_by(Bill.month.desc())
        told["serial"] = next(iter(enrolment.serials_at(account.id)), "")
        told["total"] = _latest([bill.total_kop for bill in bills])
        told["payment"] = _latest([payment.amount_kop for payment in payments_of(account.id).rows])
        told["branch"] = account.branch.name
    return {"bind": told, "today": clock.today().isoformat()}


def _latest(sums: list[int]) -> str:
    """The first of the sums that opens no more accounts than it may (a neighbour may have the same one by chance)."""
    kop = next((kop for kop in sums if kop >= LEAST_SUM_KOP and not enrolment.is_common(kop)), None)
    return _sum(kop) if kop else ""


def _sum(kop: int) -> str:
    return f"{kop // 100},{kop % 100:02}"
