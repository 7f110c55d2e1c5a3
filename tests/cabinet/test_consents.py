"""«Согласия»: one box for one document, withdrawn in one press, and what was shown kept as paper."""

import pytest

from nesk.accounts.models import Account
from nesk.consents import operations, queries
from nesk.consents.models import PURPOSES, Consent
from nesk.consents.settings import ConsentSettings
from nesk.core import settings
from nesk.core.actor import Actor, system
from nesk.people.queries import person_by_identity
from tests.browser import Browser
from tests.papers import words_of

PAGE = "/cabinet/consents"


@pytest.fixture
def me(marina):
    return person_by_identity("email", "abonent@demo.nesk").id


def given(me) -> set[str]:
    return set(queries.given_by(me))


def test_every_purpose_has_its_own_line_and_its_own_document(marina: Browser, me):
    page = marina.open(PAGE)
    assert len(page.find("div", cls="consent")) == len(PURPOSES)
    assert page.text.count("Не дано") == len(PURPOSES) - 2
    assert not page.find("input", type="checkbox")
    assert given(me) == {"personal_data", "notices"}


def test_a_consent_is_given_by_a_box_that_nobody_ticked_beforehand(marina: Browser, me):
    page = marina.open(f"{PAGE}/advertising")
    (box,) = page.find("input", type="checkbox")
    assert "checked" not in box.attrib
    page = marina.submit(f"{PAGE}/advertising", status=422)
    assert "Отметьте, что даёте согласие, или вернитесь к списку." in page.errors
    assert given(me) == {"personal_data", "notices"}
    page = marina.submit(f"{PAGE}/advertising", {"agreed": "y"})
    assert page.notice == "Согласие дано."
    row = Consent.select().order_by(Consent.id.desc()).first()
    assert (row.purpose, row.ip, row.channel, row.document.version) == ("advertising", "127.0.0.1", "web", 1)
    assert row.sha256 == row.document.sha256
    assert given(me) == {"personal_data", "notices", "advertising"}


def test_the_consent_to_bills_by_email_leads_to_the_choice_of_accounts(marina: Browser, me):
    """Given alone it would change nothing, though its text speaks of chosen accounts (S0-33)."""
    marina.open(f"{PAGE}/e_bill")
    page = marina.submit(f"{PAGE}/e_bill", {"agreed": "y"})
    assert page.path == "/cabinet/subscriptions"
    assert page.notice.startswith("Согласие дано. Включите квитанции на почту у тех счетов")
    assert given(me) == {"personal_data", "notices", "e_bill"}


def test_a_text_that_changed_meanwhile_is_read_again(marina: Browser, me):
    marina.open(f"{PAGE}/advertising")
    operations.publish("advertising", "Согласие на рекламу", "Теперь и звонки", by=system("test"))
    page = marina.submit(f"{PAGE}/advertising", {"agreed": "y"}, status=409)
    assert any("Текст изменился" in said for said in page.errors)
    assert "Теперь и звонки" in page.text
    assert "advertising" not in given(me)
    marina.submit(f"{PAGE}/advertising", {"agreed": "y"})
    assert queries.given_by(me)["advertising"].document.version == 2


@pytest.mark.parametrize("purpose", sorted(set(PURPOSES) - {"personal_data"}))
def test_from_any_page_it_is_withdrawn_in_two_clicks(marina: Browser, me, purpose):
    """§11: «Согласия» stands at the foot of every page, «Отозвать» in the list; nothing is asked in between."""
    operations.give(me, purpose, by=Actor("person", me))
    page = marina.open("/cabinet/charges/")
    marina.open(page.links["Согласия"])
    page = marina.submit(f"{PAGE}/{purpose}/withdrawal")
    assert page.notice.startswith("Согласие отозвано.")
    assert purpose not in given(me)


def test_with_scripts_only_the_list_comes_back(marina: Browser, me):
    marina.open(PAGE)
    page = marina.submit(f"{PAGE}/notices/withdrawal", htmx=True)
    assert page.find("div", id="consents")
    assert page.notice == "Согласие отозвано. Напоминания и сообщения о задолженности больше не приходят."


def test_paper_comes_back_with_the_electronic_bill_withdrawn(marina: Browser, me, account):
    Account.update(receipt_email="abonent@demo.nesk").where(Account.id == account.id).execute()
    operations.give(me, "e_bill", by=Actor("person", me))
    marina.open(PAGE)
    page = marina.submit(f"{PAGE}/e_bill/withdrawal")
    assert "Бумажные счета снова будут приходить" in page.notice
    assert Account.get_by_id(account.id).receipt_email == ""


def test_the_one_that_the_cabinet_rests_on_leads_to_its_closing(marina: Browser, me):
    page = marina.open(PAGE)
    assert page.links["Отозвать и закрыть кабинет"] == "/cabinet/closing"
    page = marina.post(f"{PAGE}/personal_data/withdrawal", status=422)
    assert "закрыв кабинет" in page.text
    assert "personal_data" in given(me)


def test_what_was_shown_can_be_had_as_paper_by_its_owner_alone(marina: Browser, me, app):
    consent = queries.given_by(me)["notices"]
    operations.publish("notices", "Другое название", "Другой текст", by=system("test"))
    reply = marina.get(f"{PAGE}/{consent.id}.pdf")
    words = " ".join(words_of(reply.data).split())
    assert "Согласие на сообщения по SMS и e-mail" in words
    assert "Ковальчук Марина Сергеевна" in words
    assert consent.sha256 in words.replace(" ", "")
    stranger = Browser(app)
    stranger.sign_in_as(person_by_identity("email", "abonent2@demo.nesk"))
    stranger.open(f"{PAGE}/{consent.id}.pdf", status=404)
    marina.open(f"{PAGE}/999999.pdf", status=404)


@pytest.mark.parametrize("path", ["nonsense", "privacy", "nonsense/withdrawal"])
def test_what_is_no_consent_is_not_found(marina: Browser, path):
    marina.open(f"{PAGE}/{path}", status=404)
    marina.post(f"{PAGE}/{path}", status=404)


def test_a_consent_that_is_not_given_is_not_there_to_withdraw(marina: Browser, me):
    marina.open(PAGE)
    marina.post(f"{PAGE}/advertising/withdrawal", status=404)
    assert given(me) == {"personal_data", "notices"}


def renewed(app) -> Browser:
    """A new visit after the texts have changed."""
    operations.publish("notices", "Согласие на сообщения", "Новая редакция текста", by=system("test"))
    operations.publish("advertising", "Согласие на рекламу", "И эта новая", by=system("test"))
    return Browser(app)


def test_a_new_version_is_shown_at_the_next_visit_where_the_company_asks_anew(marina: Browser, me, app):
    settings.change(ConsentSettings, "ask_again", True, by=system("test"))
    visit = renewed(app)
    page = visit.sign_in_as(person_by_identity("email", "abonent@demo.nesk"))
    assert page.h1 == "Новые редакции согласий"
    assert "Согласие на рекламу" not in page.text
    visit.open(next(url for words, url in page.links.items() if words.startswith("Согласие на сообщения")))
    page = visit.submit(f"{PAGE}/notices", {"agreed": "y"})
    assert (page.notice, page.path) == ("Согласие дано.", "/cabinet/")
    assert queries.given_by(me)["notices"].document.version == 2
    assert visit.another().sign_in_as(person_by_identity("email", "abonent@demo.nesk")).h1 != "Новые редакции согласий"


def test_whoever_answers_later_is_asked_once_a_visit_and_keeps_the_old_version(marina: Browser, me, app):
    settings.change(ConsentSettings, "ask_again", True, by=system("test"))
    visit = renewed(app)
    page = visit.sign_in_as(person_by_identity("email", "abonent@demo.nesk"))
    assert visit.open(page.links["Позже"]).path == "/cabinet/"
    assert visit.open("/cabinet/readings/").h1 == "Показания"
    assert queries.given_by(me)["notices"].document.version == 1


def test_by_default_the_older_version_stays_in_force_silently(marina: Browser, me, app):
    page = renewed(app).sign_in_as(person_by_identity("email", "abonent@demo.nesk"))
    assert page.path == "/cabinet/"
