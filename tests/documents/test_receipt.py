"""The paper bill itself: what stands on it, and that nothing on it can reach out."""

import pytest

from nesk.documents.receipt import receipt_html, receipt_pdf
from tests.documents.samples import receipt
from tests.papers import words_of


def test_the_bill_of_the_manual_says_what_the_manual_shows():
    text = words_of(receipt_pdf(receipt()))
    for said in (
        "ноябрь 2018",
        "Оплатить до: 10.12.2018",
        "2308091759",
        "Мостэнергосбыт",
        "Режим работы",
        "5-90-25",
        "Петров Иван Сергеевич",
        "1000911502333",
        "3007",
        "3200",
        "90BB144120-11",
        "Линия разреза",
    ):
        assert said in text, said


@pytest.mark.parametrize(
    "name",
    [
        '<img src="http://127.0.0.1:9/x.png">',
        '<link rel="attachment" href="file:///etc/passwd">',
        "<style>@import url(file:///etc/passwd)</style>",
        "{{ config }}",
        "Ы" * 2000,
    ],
)
def test_a_hostile_name_is_only_a_name(name):
    facts = receipt(payer=name)
    assert name not in receipt_html(facts) or "<" not in name
    assert "root:" not in words_of(receipt_pdf(facts))
