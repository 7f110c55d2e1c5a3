"""Facts of papers for the tests: invented people, the requisites of the examples in ГОСТ's own algorithm."""

from __future__ import annotations

from datetime import date
from typing import Any

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

REQUISITES = Requisites(
    name="АО «НЭСК» (ДЕМО)",
    inn="2308091759",
    kpp="230801001",
    account="40702810300000000001",
    bank_name="Краснодарское отделение №8619 ПАО Сбербанк",
    bic="040349602",
    corr_account="30101810100000000602",
)

SUPPLIER = Supplier(
    name="АО «НЭСК»",
    branch="Мостэнергосбыт",
    address="352570 п.г.т. Мостовской, ул. Аэродромная, д.1",
    hours="Пн-Чт с 8:00 до 17:00 (Пт 15:30), перерыв с 12:00 до 12:48",
    site="www.nesk.ru",
    email="mostovskoy@demo.nesk",
    phone="5-90-25",
    requisites=REQUISITES,
)


def receipt(**changes: Any) -> ReceiptFacts:
    """The bill of seed 001, fig. 13, with the charges it lacks; any field may be changed."""
    facts: dict[str, Any] = {
        "month": Month(2018, 11),
        "made_on": date(2018, 12, 1),
        "due_on": date(2018, 12, 10),
        "supplier": SUPPLIER,
        "account_number": "123456789",
        "payer": "Петров Иван Сергеевич",
        "address": "х. Садовый, ул. Ореховая д.№99Б лит. А корп. 8 кв.35",
        "zhku": "90BB144120-11",
        "els": "90BB144120",
        "ipd": "90BB144120-11-8110",
        "area_dm2": 5430,
        "registered": 3,
        "residents": 3,
        "meters": (
            MeterFacts(
                "1000911502333",
                DialReading("КО", date(2018, 11, 1), (3007,)),
                DialReading("КО", date(2018, 12, 1), (3200,)),
                used_kwh=193,
                next_verification_on=date(2029, 6, 30),
            ),
        ),
        "lines": (
            ServiceLine("Электроснабжение", 64_820, 89_938, 89_938, kwh=193, price_e5=466_000, paid_kop=64_820),
            ServiceLine("Общедомовые нужды", 0, 3_120, 3_120, kwh=7, price_e5=466_000, recalculated_kop=0),
        ),
        "penalties": ServiceLine("Пени", 0, 412, 412),
        "ranges": (RangeLine("Диапазон 1", "", 193, 466_000, 89_938),),
        "last_payment": LastPayment(date(2018, 11, 9), 64_820),
        "notes": (
            "Передайте показания с 23 по 25 число: в личном кабинете или по телефону 8 (800) 600-02-20, круглосуточно.",
        ),
        "demo": True,
    }
    return ReceiptFacts(**(facts | changes))
