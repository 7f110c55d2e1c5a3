"""«Мои лицевые счета»: binding by the form, the list, names, unbinding; what is refused shows nothing and moves nothing."""

import re

import pytest

from nesk.accounts.models import Account, Binding
from nesk.consents.models import Consent
from nesk.core import clock, settings
from nesk.core.actor import system
from nesk.core.events import drain
from nesk.credentials.captcha import latest
from nesk.enrolment.binding import WRONG
from nesk.enrolment.settings import EnrolmentSettings
from nesk.people.models import Staff
from tests.browser import Browser
from tests.cabinet.conftest import NEWCOMERS, count, form
from tests.pages import words

PAGE, NEW = "/cabinet/accounts/", "/cabinet/accounts/new"

pytestmark = pytest.mark.usefixtures("nobody_is_written_to")


def test_the_form_is_empty_and_agrees_to_nothing_by_itself(marina: Browser):
    page = marina.open(NEW)
    (number,) = page.find("input", name="number")
    assert (number.get("placeholder"), number.get("value")) == ("Укажите лицевой счет", "")
    assert [box.get("checked") for name in ("consent", "e_bill") for box in page.find("input", name=name)] == [None] * 2
    assert page.links["Согласие на обработку персональных данных"] == "/documents/personal_data"
    assert page.links["Текст согласия, PDF"] == "/download/personal-data-agreement.pdf"
    assert page.find("input", name="captcha") == []


def test_the_notice_is_what_staff_wrote_or_nothing(marina: Browser):
    """S0-17."""
    settings.change(EnrolmentSettings, "mobile_notice", "Списки счетов <b>теперь</b> одинаковы.", by=system("test"))
    assert "Списки счетов <b>теперь</b> одинаковы." in marina.open(NEW).text
    settings.change(EnrolmentSettings, "mobile_notice_shown", False, by=system("test"))
    assert "Списки счетов" not in marina.open(NEW).text


def test_staff_edit_the_notice_in_a_field_of_several_lines(browser: Browser, town):
    browser.sign_in_as(Staff.get(Staff.login == "admin"))
    browser.open("/staff/settings?package=enrolment")
    assert len(browser.page.find("textarea", name="mobile_notice")) == 1
    page = browser.submit("/staff/settings?package=enrolment", {"mobile_notice": "Новый текст сообщения."})
    assert page.notice == "Настройки сохранены."
    assert settings.load(EnrolmentSettings).mobile_notice == "Новый текст сообщения."


# --- binding


@pytest.mark.parametrize(
    ("way", "fact", "kept"), [("sum", "total", "sum"), ("sum", "payment", "payment"), ("meter", "serial", "meter")]
)
def test_a_paper_bill_is_enough_to_bind_by_the_form_without_scripts(marina: Browser, facts, way, fact, kept):
    """S0-12, S0-13: and the account is chosen at once."""
    page = marina.submit(NEW, form(way, facts[fact], branch=""))
    assert page.notice == "Лицевой счёт привязан."
    assert page.path == f"{PAGE}?ls={NEWCOMERS}"
    assert page.rows[0][0] == f"{clock.today():%d.%m.%Y}"
    account = " ".join(words(each) for each in page.find("div", cls="bind")[0].iter() if each.tag in ("b", "small"))
    assert account.startswith(
        "Переправный, 13, кв. 4 выбран г Краснодар, пер Переправный, д.13, кв.4 ЛС 2300 0000 0033"
    )
    row = Binding.get(Binding.account == Account.get(Account.number == NEWCOMERS))
    assert (row.way, row.rights) == (kept, "all")
    assert (
        marina.open("/cabinet/").find("small", cls="only-wide-inline")[0].text
        == "Лицевой счёт: 2300\u00a00000\u00a00033"
    )


def test_the_right_branch_and_both_consents(marina: Browser, facts):
    marina.open(NEW)
    branch = next(option for option in marina.page.find("option") if option.text == facts["branch"])
    marina.submit(NEW, form("sum", facts["total"], branch=branch.get("value"), e_bill="y"))
    account = Account.get(Account.number == NEWCOMERS)
    assert account.receipt_email == "abonent@demo.nesk"
    given = Consent.select().where(Consent.account == account).order_by(Consent.id)
    assert [(row.purpose, row.action, row.channel, row.ip) for row in given] == [
        ("personal_data", "given", "web", "127.0.0.1"),
        ("e_bill", "given", "web", "127.0.0.1"),
    ]


def test_with_scripts_the_form_alone_comes_back_and_success_leads_on(marina: Browser, facts):
    marina.open(PAGE)
    page = marina.submit(NEW, form("meter", "00000000"), htmx=True, status=422)
    assert [each.get("id") for each in page.find("div", id="binding-form")] == ["binding-form"]
    assert page.errors == [WRONG]
    page = marina.submit(NEW, form("meter", facts["serial"]), htmx=True)
    assert page.location == f"{PAGE}?ls={NEWCOMERS}"


def test_without_the_consent_nothing_is_bound_and_what_was_typed_stays(marina: Browser, facts):
    before = count()
    page = marina.submit(NEW, form("sum", facts["total"], consent=None), status=422)
    assert page.errors == ["Без согласия привязать лицевой счёт нельзя. Прочитайте его и отметьте."]
    (typed,) = page.find("input", name="sum")
    assert (typed.get("value"), page.find("input", name="number")[0].get("value")) == (facts["total"], NEWCOMERS)
    assert [each.get("value") for each in page.find("option", selected="")] == ["sum", ""]
    assert count() == before


def test_the_same_account_twice_is_told_clearly(marina: Browser, facts):
    marina.submit(NEW, form("sum", facts["total"]))
    page = marina.submit(NEW, form("sum", facts["total"]), status=422)
    assert page.errors == ["Этот лицевой счёт уже привязан к вашей учётной записи."]
    assert Binding.select().join(Account).where(Account.number == NEWCOMERS).count() == 1


WRONG_ONES = {
    "no such account": {"number": "230000009999"},
    "wrong sum": {"number": NEWCOMERS},
    "wrong branch": {"number": NEWCOMERS, "branch": "2"},
    "closed account": {"number": "230000000105"},
    "legal entity": {"number": "239000000001"},
}


@pytest.mark.parametrize(("way", "value"), [("sum", "7777,31"), ("meter", "99999999"), ("password", "какой-то-пароль")])
def test_every_wrong_combination_is_answered_by_the_same_page(marina: Browser, way, value):
    """B1 byte for byte, and nothing of the account is shown before it is bound: no name, no address, no branch."""
    Account.update(closed_on=clock.today()).where(Account.number == "230000000105").execute()
    bodies = set()
    for what in WRONG_ONES.values():
        marina.open(NEW)
        before = count()
        typed = form(way, value, **{"branch": "", **what})
        page = marina.submit(NEW, typed, status=422)
        assert page.errors == [WRONG]
        assert count() == before
        assert "Белецкая" not in page.body
        assert "Переправный" not in page.text
        assert "какой-то-пароль" not in page.body
        body = page.body.replace(typed["number"], "NUMBER").replace('value="2" selected', 'value="2"')
        body = body.replace('value="" selected>Выбрать', 'value="">Выбрать')
        bodies.add(re.sub(r'(name="csrf[_-]token" (?:content|value))="[^"]+"', r"\1", body))
    assert len(bodies) == 1


FIELDS = ("number", "sum", "serial", "account_password", "way", "branch", "consent_version", "captcha_id", "captcha")
HOSTILE = {
    "empty": "",
    "long": "x" * 10_000,
    "nul": "\0",
    "right to left": "\u202e2300",
    "emoji": "😀😀",
    "sql": "' OR 1=1 --",
    "html": "<script>alert(1)</script>",
    "digits of others": "٢٣٠",
    "minus": "-1",
    "exponent": "1e9",
}


def test_no_field_takes_what_is_hostile_and_none_breaks(marina: Browser, facts):
    marina.open(NEW)
    before = count()
    wrong = []
    for field in FIELDS:
        way = {"serial": "meter", "account_password": "password"}.get(field, "sum")
        for name, hostile in HOSTILE.items():
            data = form(way, "7777,31", consent_version="1", e_bill_version="1") | {field: hostile}
            page = marina.post(NEW, data)
            if page.status not in (422, 429) or not page.errors:
                wrong.append((field, name, page.status))
            kept = page.find("input", name=field) if field in ("number", "sum", "serial") else []
            if hostile.isprintable() and any(each.get("value") != hostile for each in kept):
                wrong.append((field, name, "what was typed is lost"))
    assert wrong == []
    assert count() == before


def test_past_the_limit_the_page_says_when_to_come_back(marina: Browser, facts):
    """B2."""
    for index in range(5):
        marina.submit(NEW, form("sum", "7777,31", number=f"23000000900{index}"), status=422)
    page = marina.submit(NEW, form("sum", facts["total"]), status=429)
    (said,) = page.errors
    assert said.startswith("Слишком много попыток привязки. Повторите через")
    assert Binding.select().join(Account).where(Account.number == NEWCOMERS).count() == 0


def test_under_attack_the_word_on_the_picture_is_asked_for_and_taken_once(marina: Browser, ivan: Browser, facts):
    """B2: a form that was opened before the attack is shown again with the picture."""
    settings.change(EnrolmentSettings, "breaker_refusals", 1, by=system("test"))
    marina.open(NEW)
    ivan.submit(NEW, form("sum", "7777,31"), status=422)
    page = marina.submit(NEW, form("sum", facts["total"]), status=422)
    assert page.errors == ["Введите слово на картинке и нажмите «Привязать» ещё раз."]
    assert len(page.find("img", alt="Картинка с проверочным словом. Если не видно, прослушайте цифры")) == 1
    first, answer = page.find("input", name="captcha_id")[0].get("value"), latest()[0].answer
    page = marina.submit(NEW, {"captcha": "НЕТАК"}, status=422)
    assert page.errors == ["Слово на картинке не подошло. Введите слово с новой картинки."]
    page = marina.submit(NEW, {"captcha_id": first, "captcha": answer}, status=422)
    assert page.errors == ["Слово на картинке не подошло. Введите слово с новой картинки."]
    page = marina.submit(NEW, {"captcha": latest()[0].answer})
    assert page.notice == "Лицевой счёт привязан."


def test_metrics_tell_how_the_tries_go(marina: Browser, facts):
    marina.submit(NEW, form("sum", "7777,31"), status=422)
    marina.submit(NEW, form("sum", facts["total"]))
    told = marina.get("/metrics").get_data(as_text=True)
    assert 'nesk_binding_tries{outcome="refused"} 1.0' in told
    assert 'nesk_binding_tries{outcome="bound"} 1.0' in told


def test_the_neighbour_who_had_the_account_learns_of_it(marina: Browser, ivan: Browser, facts):
    """B4, in the cabinet's notices too."""
    ivan.submit(NEW, form("meter", facts["serial"]))
    marina.submit(NEW, form("sum", facts["total"]))
    drain()
    ivan.open("/cabinet/notices/")
    assert "Лицевой счёт 2300 0000 0033 привязал к своему кабинету ещё один человек: К***** М. С." in ivan.page.text
    assert "Ковальчук" not in ivan.page.text
