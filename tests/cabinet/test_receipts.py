"""«Квитанции»: the paper bill, whose code a bank's application reads."""

import io

import pypdf
import pytest
import zxingcpp

from nesk.billing.queries import month_view, statement_years
from nesk.branches.queries import last_closed_month
from tests.browser import Browser
from tests.papers import fonts_of, pages_of, words_of

PAGE = "/cabinet/receipts/"


@pytest.fixture
def month(account):
    return last_closed_month(account.branch_id)


@pytest.fixture
def paper(marina: Browser, month) -> bytes:
    reply = marina.client.get(f"{PAGE}{month}.pdf")
    assert (reply.status_code, reply.mimetype) == (200, "application/pdf")
    assert reply.headers["Content-Disposition"].startswith("attachment")
    return reply.data


def test_the_code_says_whom_how_much_and_for_what(paper, account, month, tmp_path):
    owed = month_view(account.id, month)
    pdf = tmp_path / "receipt.pdf"
    pdf.write_bytes(paper)
    codes = [code for page in pages_of(pdf) for code in zxingcpp.read_barcodes(page)]
    (code,) = [code.text for code in codes if code.text.startswith("ST0001")]
    penalty = f"|AddAmount={owed.penalty.closing_kop}" if owed.penalty.closing_kop > 0 else ""
    assert code == (
        "ST00012|Name=АО «НЭСК» (ДЕМО)|PersonalAcc=40702810300000000001"
        "|BankName=Краснодарское отделение №8619 ПАО Сбербанк|BIC=040349602|CorrespAcc=30101810100000000602"
        f"|Sum={owed.due_kop}|Purpose=Оплата за электроэнергию, л/с {account.number}, {month.title}"
        "|PayeeINN=2308091759|KPP=230801001|LastName=Ковальчук Марина Сергеевна"
        f"|PayerAddress={account.premises.address}|PersAcc={account.number}|PaymPeriod={month.number:02}{month.year}"
        f"{penalty}|Category=Электроэнергия|ServiceName=Электроснабжение|TechCode=02"
    )


def test_it_is_two_pages_at_most_and_can_be_read_and_searched(paper, account, month, tmp_path):
    assert len(pypdf.PdfReader(io.BytesIO(paper)).pages) <= 2
    pdf = tmp_path / "receipt.pdf"
    pdf.write_bytes(paper)
    text = words_of(paper)
    for words in ("Ковальчук Марина Сергеевна", account.number, "Оплатить до", "QR-код для оплаты", "Линия разреза"):
        assert words in text
    assert fonts_of(pdf) == {"PTSans-Regular", "PTSans-Bold"}


def test_every_closed_month_of_a_year_is_in_the_list_and_an_open_one_is_not(marina: Browser, account, month):
    year = statement_years(account.id)[0]
    page = marina.open(f"{PAGE}?year={year}")
    assert len(page.rows) == (month.number if month.year == year else 12)
    assert page.rows[0][0] == month.short
    marina.open(f"{PAGE}{month + 1}", status=404)


@pytest.mark.parametrize("asked", ["2026-13", "1066-01", "скоро", "..%2F..%2Fetc%2Fpasswd"])
def test_a_month_that_was_never_billed_does_not_exist(marina: Browser, asked):
    for address in (f"{PAGE}{asked}", f"{PAGE}{asked}.pdf"):
        assert marina.client.get(address).status_code == 404
