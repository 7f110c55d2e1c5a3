"""Receipts put together from what billing, metering and payments know of a closed month."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from nesk.accounts.models import Account
from nesk.accounts.queries import account_by_id
from nesk.billing.queries import MonthLine, charged_lines, month_view
from nesk.billing.rules import due_on
from nesk.billing.settings import BillingSettings
from nesk.branches.models import Branch
from nesk.core import clock, settings
from nesk.core.errors import NotFound
from nesk.core.period import Month
from nesk.documents.qr import Requisites
from nesk.documents.receipt import (
    DialReading,
    LastPayment,
    MeterFacts,
    RangeLine,
    ReceiptFacts,
    ServiceLine,
    Supplier,
)
from nesk.metering.models import Installation, Meter, Reading
from nesk.metering.rules import SOURCE_NAMES, ZONE_NAMES, Zone
from nesk.payments.models import Payment

KINDS = {"control": "КО", "control_signed": "КО", "act": "Акт"}
"""Sources as the paper bill abbreviates them (§2.1); the others stand in full."""


def receipt_facts(account_id: int, month: Month) -> ReceiptFacts:
    """The receipt of a closed month. Raises NotFound for a month that is open or was never billed."""
    view = month_view(account_id, month)
    if not view.is_closed:
        raise NotFound
    account = account_by_id(account_id)
    branch = account.branch
    return ReceiptFacts(
        month=month,
        made_on=clock.today(),
        due_on=due_on(month, shift_weekend=settings.load(BillingSettings).shift_weekend),
        supplier=_supplier(branch),
        account_number=account.number,
        payer=account.holder or _organization(account),
        address=account.premises.address,
        lines=tuple(_service(line) for line in view.lines),
        penalties=_service(view.penalty) if view.penalty.closing_kop or view.penalty.opening_kop else None,
        meters=tuple(_meters(account_id, month)),
        ranges=tuple(_ranges(account_id, month)),
        last_payment=_last_payment(account_id, month.last_day),
        els=account.els,
        zhku=account.zhku,
        area_dm2=account.premises.area_dm2,
        registered=account.registered,
        residents=account.residents,
        notes=("Передайте показания с 23 по 25 число: в личном кабинете или по телефону 8 (800) 600-02-20.",),
        demo=branch.is_demo,
    )


def _organization(account: Account) -> str:
    return account.organization.name if account.organization_id else ""


def _supplier(branch: Branch) -> Supplier:
    return Supplier(
        name=branch.legal_name,
        branch=branch.name,
        address=branch.address,
        hours=branch.hours,
        site="lc.nesk.ru",
        email=branch.email,
        phone=branch.phone,
        requisites=Requisites(
            branch.payee, branch.inn, branch.kpp, branch.bank_account, branch.bank_name, branch.bic, branch.corr_account
        ),
    )


def _service(line: MonthLine) -> ServiceLine:
    return ServiceLine(
        service=line.name,
        opening_kop=line.opening_kop,
        charged_kop=line.charged_kop,
        closing_kop=line.closing_kop,
        kwh=line.kwh,
        price_e5=line.price_e5,
        recalculated_kop=line.recalculated_kop,
        quality_kop=line.quality_kop,
        paid_kop=line.paid_kop,
    )


def _meters(account_id: int, month: Month) -> list[MeterFacts]:
    """Meters of the account that worked in the month, with the readings at its beginning and end."""
    installed = list(
        Installation.select(Installation, Meter)
        .join(Meter)
        .where(Installation.account == account_id, Installation.installed_on <= month.last_day)
        .where(Installation.removed_on.is_null() | (Installation.removed_on >= month.first_day))
        .order_by(Installation.id)
    )
    readings: dict[int, list[Reading]] = defaultdict(list)
    counting = Reading.select().where(
        Reading.installation.in_([row.id for row in installed]), Reading.withdrawn_at.is_null(), Reading.month <= month
    )
    for reading in counting.order_by(Reading.taken_on, Reading.id):
        readings[reading.installation_id].append(reading)
    return [_meter(row, readings[row.id], month) for row in installed]


def _meter(installation: Installation, readings: list[Reading], month: Month) -> MeterFacts:
    ending = [reading for reading in readings if reading.month == month and reading.role != "initial"]
    end = ending[-1] if ending else None
    before = [reading for reading in readings if end is None or (reading.taken_on, reading.id) < (end.taken_on, end.id)]
    return MeterFacts(
        serial=installation.meter.serial,
        begin=_dial(before[-1]) if before else None,
        end=_dial(end) if end else None,
        used_kwh=sum(end.used) if end and end.used else None,
        next_verification_on=installation.meter.next_verification_on,
    )


def _dial(reading: Reading) -> DialReading:
    return DialReading(KINDS.get(reading.source, SOURCE_NAMES[reading.source]), reading.taken_on, reading.values)


def _ranges(account_id: int, month: Month) -> list[RangeLine]:
    return [
        RangeLine(
            f"Диапазон {line.range_no}",
            "" if line.zone == Zone.SINGLE else ZONE_NAMES[Zone(line.zone)],
            line.kwh,
            line.price_e5,
            line.amount_kop,
        )
        for line in charged_lines(account_id, month)
    ]


def _last_payment(account_id: int, until: date) -> LastPayment | None:
    posted = Payment.select().where(
        Payment.account == account_id, Payment.posted_at.is_null(False), Payment.paid_on <= until
    )
    payment = posted.order_by(Payment.paid_on.desc(), Payment.id.desc()).first()
    return LastPayment(payment.paid_on, payment.amount_kop) if payment else None
