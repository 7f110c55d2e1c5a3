"""Documents that anybody may read: policies, texts of consents, every version, as a page and as a PDF."""

import pytest

from nesk.consents import operations
from nesk.consents.models import POLICIES, PURPOSES
from nesk.consents.queries import text_of
from nesk.core.actor import Actor
from tests.browser import Browser
from tests.papers import words_of

STAFF = Actor("staff", 1)


@pytest.fixture(autouse=True)
def texts(browser):
    operations.install_documents()


def test_the_list_leads_to_every_document_and_its_pdf(browser: Browser):
    page = browser.open("/documents/")
    for purpose in (*POLICIES, *PURPOSES):
        assert f"/documents/{purpose}" in page.links.values()
        assert f"/documents/{purpose}.pdf" in page.links.values()


@pytest.mark.parametrize(
    ("purpose", "said"),
    [
        ("privacy", "Мы не получаем и не храним ваши данные, сообщенные при осуществлении платежа."),
        ("security", "Verified By Visa, MasterCard SecureCode, MIR Accept, J-Secure"),
        ("security", "Безопасность передаваемой информации обеспечивается с помощью современных протоколов обеспечения безопасности в Интернет."),
        ("security", "(3D-Secure: Verified by VISA, MasterCard SecureCode, MirAccept)"),
        ("e_bill", "Я согласен получать счета по e-mail и отказываюсь от получения бумажных счетов"),
        ("personal_data", "Согласие действует до отзыва."),
    ],
)  # fmt: skip
def test_the_words_of_the_seeds_stand_there(browser: Browser, purpose, said):
    """S4-12, S0-41, S1-08."""
    assert said in browser.open(f"/documents/{purpose}").text


@pytest.mark.parametrize("purpose", ["Политика конфиденциальности", "Документы"])
def test_the_privacy_policy_is_a_link_away_on_every_page(browser: Browser, purpose):
    for path in (
        "/",
        "/login",
        "/business/login",
        "/staff/login",
        "/crew/login",
        "/documents/",
        "/documents/agreement",
    ):
        assert purpose in browser.open(path).links, path
    assert purpose in browser.open("/nowhere", status=404).links


def test_an_older_version_says_that_it_is_one_and_stays_readable(browser: Browser):
    operations.publish("privacy", "Политика конфиденциальности", "Новый текст политики", by=STAFF)
    page = browser.open("/documents/privacy")
    assert "Новый текст политики" in page.text
    assert "Это прежняя редакция" not in page.text
    page = browser.open("/documents/privacy?version=1")
    assert "Это прежняя редакция" in page.text
    assert text_of("privacy", 1).title == page.h1
    assert "Новый текст политики" not in page.text


@pytest.mark.parametrize("version", ["2", "0", "٢", "1e3", "9" * 20, "%00"])
def test_what_is_not_there_is_not_found(browser: Browser, version):
    browser.open(f"/documents/privacy?version={version}", status=404)
    browser.open("/documents/nonsense", status=404)
    browser.open("/documents/nonsense.pdf", status=404)


@pytest.mark.parametrize("purpose", ["privacy", "third_parties"])
def test_the_pdf_holds_the_whole_text(browser: Browser, purpose):
    reply = browser.get(f"/documents/{purpose}.pdf")
    assert (reply.status_code, reply.mimetype) == (200, "application/pdf")
    words = "".join(words_of(reply.data).split())
    row = text_of(purpose)
    for line in row.text.split("\n"):
        assert "".join(line.removeprefix("## ").removeprefix("- ").split()) in words


def test_a_long_line_is_not_cut_on_paper(browser: Browser):
    line = "слово " * 400 + "последнее"
    operations.publish("privacy", "Длинная", line, by=STAFF)
    assert "последнее" in words_of(browser.get("/documents/privacy.pdf").data)


def test_the_address_of_the_manual_gives_the_consent_in_force(browser: Browser):
    """S0-14: https://lc.nesk.ru/download/personal-data-agreement.pdf."""
    reply = browser.get("/download/personal-data-agreement.pdf")
    assert reply.mimetype == "application/pdf"
    assert "Согласие на обработку персональных данных" in " ".join(words_of(reply.data).split())


def test_a_text_of_markup_and_of_other_alphabets_is_only_read(browser: Browser):
    hostile = "<script>alert(1)</script>\n\n## {{ 7*7 }}\n\n- <img src=x onerror=alert(1)>\u202e\U0001f600\n\n{% include '/etc/passwd' %}"
    operations.publish("privacy", "<b>Название</b>", hostile, by=STAFF)
    page = browser.open("/documents/privacy")
    assert page.h1 == "<b>Название</b>"
    assert "<script>alert(1)</script>" in page.text
    assert "{{ 7*7 }}" in page.text
    assert browser.get("/documents/privacy.pdf").status_code == 200
