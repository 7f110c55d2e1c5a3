"""The payment code: the two strings of the domain to the letter, and nothing a person typed can change what a bank reads."""

import hashlib
import io

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nesk.core.period import Month
from nesk.documents import qr
from tests.documents.samples import REQUISITES

ONE = "b425e7dfd1f9f76399df3949198ed3378e5a23fab2920b242d3ba190074790e6"
TWO = "1098f47f1c058ce56c14a9d5ec4056fa32fa0d63e7fc0689a1ea35e609cfc4e9"


def first() -> str:
    return qr.payment_string(
        REQUISITES,
        account_number="230000000000",
        total_kop=1968,
        purpose="Оплата за электроэнергию, л/с 230000000000, февраль 2023",
        month=Month(2023, 2),
        payer="Абонент",
        payer_address="г Краснодар, пер Переправный, д.13",
        category="Электроэнергия",
        service="Электроснабжение",
    )


def second() -> str:
    return qr.payment_string(
        qr.Requisites(
            REQUISITES.name,
            REQUISITES.inn,
            "",
            REQUISITES.account,
            REQUISITES.bank_name,
            REQUISITES.bic,
            REQUISITES.corr_account,
        ),
        account_number="123456789",
        total_kop=10_566_506,
        penalty_kop=1_266_068,
        purpose="Оплата за электроэнергию и пени, л/с 123456789",
        month=Month(2018, 11),
    )


@pytest.mark.parametrize(("make", "length", "digest"), [(first, 437, ONE), (second, 314, TWO)])
def test_the_examples_are_met_byte_for_byte_and_read_back_by_a_reader(make, length, digest):
    text = make()
    assert (len(text), hashlib.sha256(text.encode()).hexdigest()) == (length, digest)
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(qr.png(text))))
    assert code.text == text


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=60))
def test_what_a_person_is_called_adds_no_key_and_moves_no_sum(payer, address, purpose):
    text = qr.payment_string(
        REQUISITES, account_number="230000000017", total_kop=100, payer=payer, payer_address=address, purpose=purpose
    )
    found = qr.parse(text)
    assert set(found) <= {
        *qr.MANDATORY,
        "Sum",
        "Purpose",
        "PayeeINN",
        "KPP",
        "LastName",
        "PayerAddress",
        "PersAcc",
        "TechCode",
    }
    assert (found["Name"], found["PersonalAcc"], found["Sum"]) == (REQUISITES.name, REQUISITES.account, "100")


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "ST00012",
        "ST00014|Name=x",
        "ST00012|Name=x|Name=y",
        "ST00012|PersonalAcc=1|Name=x",
        "ST00012|Name",
        "XX" * 40,
    ],
)
def test_a_string_that_a_bank_might_not_read_is_refused(broken):
    with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own
        qr.parse(broken)


def test_a_penalty_above_the_whole_is_a_mistake_and_an_overpaid_bill_names_no_sum():
    with pytest.raises(ValueError, match="part of the total"):
        qr.payment_string(REQUISITES, total_kop=100, penalty_kop=101)
    assert "Sum" not in qr.parse(qr.payment_string(REQUISITES, account_number="1"))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, []),
        ({"inn": "2308091758"}, ["ИНН: не сходится контрольная сумма"]),
        ({"account": "40702810300000000002"}, ["Расчётный счёт: контрольный ключ не подходит к БИК"]),
        ({"corr_account": "30101810100000000603"}, ["Корреспондентский счёт: контрольный ключ не подходит к БИК"]),
        ({"corr_account": "0"}, []),
        ({"kpp": "23080100"}, ["КПП: нужно 9 цифр"]),
    ],
)
def test_requisites_are_checked_by_their_control_keys(change, problem):
    known = {name: getattr(REQUISITES, name) for name in REQUISITES.__slots__}
    assert qr.Requisites(**{**known, **change}).problems == problem
