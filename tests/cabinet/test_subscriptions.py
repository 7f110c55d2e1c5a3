"""«Настройки» → «Подписки»: what is told by which channel, receipts by e-mail account by account, numbers for SMS."""

import pytest

from nesk.accounts.models import Account, Binding
from nesk.core import clock
from nesk.core.actor import system
from nesk.credentials.models import Challenge
from nesk.notifications import choices
from nesk.people import contacts
from nesk.people.models import SmsPhone
from nesk.people.operations import register_person
from nesk.people.queries import identities, sms_phones
from tests.browser import PASSWORD
from tests.cabinet.someone import EMAIL, HOSTILE, PHONE, cheap_hashes, kept, me, person, secret
from tests.district import BY, make_branch, make_home

__all__ = ["cheap_hashes", "me", "person"]

PAGE = "/cabinet/subscriptions"
CODE = f"{PAGE}/phones/code"
NEW = "papa@demo.nesk"


@pytest.fixture
def account(person):
    """An account that the person holds; nobody else lives in it."""
    home = make_home(make_branch(), 7)
    Binding.update(person=person).where(Binding.account == home.account).execute()
    return home.account


@pytest.fixture
def stranger(account):
    return make_home(account.branch, 8).account


def row(account):
    return f"{PAGE}/receipts/{account.number}"


def email_of(account):
    return Account.get_by_id(account.id).receipt_email


def numbers(person):
    return [each.phone for each in sms_phones(person.id)]


def counted():
    return (
        SmsPhone.select().count(),
        Challenge.select().count(),
        Account.select().where(Account.receipt_email != "").count(),
    )


def test_the_words_of_the_documents_stand_on_the_page(me, account):
    """S0-32."""
    page = me.open(PAGE)
    words = "Настройки|Аккаунт|Подписки|+Добавить телефон|Квитанция на e-mail|Телефоны для SMS".split("|")
    assert [each for each in words if each not in page.text] == []
    page = me.open(f"{PAGE}/phones/new")
    assert page.h1 == "Добавление нового телефона"
    assert [each for each in ("Новый номер телефона", "Отмена", "Сохранить") if each not in page.text] == []
    assert page.find("input", name="phone")[0].get("placeholder") == "8(900) 000-00-00"


def test_whoever_has_no_accounts_is_told_what_will_be_here(me):
    assert "Когда вы привяжете счёт, здесь можно будет включить квитанции на почту." in me.open(PAGE).text


# --- messages


def ticks(page):
    return {e.get("value") for e in page.find("input", name="wanted") if "checked" in e.attrib}


def test_what_is_unticked_is_kept_with_and_without_scripts(me, person):
    assert ticks(me.open(PAGE)) == choices.OFFERED
    page = me.submit(f"{PAGE}/messages", {"wanted": ["orders:email", "payments:sms"]}, button="Сохранить")
    assert (page.notice, ticks(page)) == ("Сохранено.", {"orders:email", "payments:sms"})
    told = me.submit(f"{PAGE}/messages", {"wanted": None}, htmx=True)
    assert (told.notice, choices.wanted(person.id)) == ("Сохранено.", frozenset())


def test_only_what_is_offered_is_kept(me, person):
    me.open(PAGE)
    me.post(f"{PAGE}/messages", {"wanted": ["access:sms", "<script>", "orders:sms"]})
    assert choices.wanted(person.id) == {"orders:sms"}


# --- receipts (S0-33)


def test_off_then_on_opens_the_window_with_the_old_address(me, account):
    page = me.submit(row(account), button="Сохранить")
    assert (page.notice, email_of(account)) == ("Квитанции будут приходить на почту.", EMAIL)
    page = me.submit(f"{row(account)}/end")
    assert (page.notice, email_of(account)) == ("Квитанции на почту больше не приходят.", "")
    assert me.open(row(account)).find("input", name="email")[0].get("value") == EMAIL


def test_a_new_address_is_confirmed_by_its_link_and_the_login_stays(me, person, account):
    page = me.submit(row(account), {"email": NEW})
    assert page.notice == "Отправили письмо со ссылкой: подтвердите адрес."
    assert f"Ждём подтверждения: {NEW}" in page.text
    assert email_of(account) == ""
    address = f"{PAGE}/address/{secret('receipt')}"
    assert me.open(address).headers["Referrer-Policy"] == "no-referrer"
    assert email_of(account) == ""
    page = me.submit(address, button="Подтвердить")
    assert page.notice == "Адрес подтверждён: квитанции будут приходить на него."
    assert (email_of(account), identities(person.id)["email"]) == (NEW, EMAIL)
    assert f"Адрес: {NEW}" in page.text
    me.open(address, status=422)


def test_with_scripts_the_row_comes_back_alone(me, account):
    me.open(PAGE)
    opened = me.open(row(account), htmx=True)
    (switch,) = opened.find("input", role="switch")
    assert ("checked" in switch.attrib, switch.get("hx-get")) == (True, f"{row(account)}/state")
    taken_back = me.open(f"{row(account)}/state", htmx=True)
    (switch,) = taken_back.find("input", role="switch")
    assert ("checked" in switch.attrib, switch.get("hx-get")) == (False, row(account))
    me.open(row(account))
    saved = me.submit(row(account), {"email": EMAIL}, htmx=True)
    (switch,) = saved.find("input", role="switch")
    assert ("checked" in switch.attrib, switch.get("hx-post")) == (True, f"{row(account)}/end")
    assert [e.get("id") for e in saved.find("div", cls="sw-line")] == [f"receipt-{account.number}"]


@pytest.mark.parametrize("typed", ["", "nonsense", *HOSTILE])
def test_what_is_no_address_is_refused_and_kept(me, account, typed):
    before = counted()
    page = me.submit(row(account), {"email": typed}, status=422)
    assert page.errors
    assert page.find("input", name="email")[0].get("value") == kept(typed)
    assert counted() == before


def test_a_strangers_account_and_one_that_is_only_looked_at_do_not_exist(me, account, stranger):
    """Z2."""
    me.open(PAGE)
    Binding.update(rights="view").where(Binding.account == account).execute()
    missing = "999999999999"
    answers = set()
    for number in (stranger.number, account.number, missing):
        for path in (f"{PAGE}/receipts/{number}", f"{PAGE}/receipts/{number}/end"):
            reply = me.post(path, {"email": EMAIL}, status=404)
            answers.add(reply.body.replace(number, ""))
    assert len(answers) <= 2
    assert (email_of(account), email_of(stranger)) == ("", "")


def test_a_link_of_somebody_else_is_dead(me, account):
    me.submit(row(account), {"email": NEW})
    token = secret("receipt")
    other = me.another()
    other.sign_in_as(register_person(email="other@demo.nesk", password=PASSWORD, by=system("test")))
    other.open(f"{PAGE}/address/{token}", status=422)
    assert email_of(account) == ""


# --- phones


def test_a_number_is_added_by_a_code(me, person):
    page = me.submit(f"{PAGE}/phones/new", {"phone": "8(900) 000-00-77"}, button="Сохранить")
    assert (page.h1, page.path) == ("Введите код из SMS", CODE)
    assert me.submit(CODE, {"code": "нет"}, status=422).errors
    page = me.submit(CODE, {"code": secret("sms_phone")}, button="Подтвердить")
    assert page.notice == "Номер добавлен: SMS будут приходить и на него."
    assert numbers(person) == ["+79000000077"]
    assert "+7 (900) 000-00-77" in page.text


def test_a_number_is_changed_and_deleted(me, person):
    first = contacts.add_sms_phone(person.id, "+79000000077", by=BY)
    me.submit(f"{PAGE}/phones/{first.id}", {"phone": "8(900) 000-00-78"}, button="Сохранить")
    me.submit(CODE, {"code": secret("sms_phone")})
    assert numbers(person) == ["+79000000078"]
    (changed,) = sms_phones(person.id)
    assert me.open(f"{PAGE}/phones/{changed.id}/removal").h1 == "Удалить номер?"
    assert numbers(person) == ["+79000000078"]
    assert me.submit(f"{PAGE}/phones/{changed.id}/removal", button="Удалить").notice == "Номер удалён."
    assert numbers(person) == []


def test_the_dialog_and_what_it_refuses(me, person):
    me.open(PAGE)
    dialog = me.open(f"{PAGE}/phones/new", htmx=True)
    assert [e.get("aria-labelledby") for e in dialog.find("dialog")] == ["addphone-h"]
    refused = me.post(f"{PAGE}/phones/new", {"phone": PHONE}, htmx=True, status=422)
    assert [e.get("id") for e in refused.find("div", id="sms-phone")] == ["sms-phone"]
    assert not refused.find("dialog")
    assert "Это ваш основной номер: SMS на него приходят и так. Укажите другой." in refused.errors
    sent = me.post(f"{PAGE}/phones/new", {"phone": "8(900) 000-00-77"}, htmx=True)
    assert sent.location == CODE


@pytest.mark.parametrize("typed", ["", "8 861 944-77-40", PHONE, *HOSTILE])
def test_what_takes_no_sms_is_refused_and_kept(me, typed):
    before = counted()
    page = me.submit(f"{PAGE}/phones/new", {"phone": typed}, status=422)
    assert page.errors
    assert page.find("input", name="phone")[0].get("value") == kept(typed)
    assert counted() == before


def test_five_numbers_are_enough(me, person):
    for last in range(contacts.MOST_SMS_PHONES):
        contacts.add_sms_phone(person.id, f"+7900000001{last}", by=BY)
    page = me.open(PAGE)
    assert "Добавлено 5 номеров, больше нельзя." in page.text
    assert "+Добавить телефон" not in page.text
    page = me.submit(f"{PAGE}/phones/new", {"phone": "8(900) 000-00-77"}, status=422)
    assert contacts.ENOUGH in page.errors


def test_a_strangers_number_does_not_exist(me, person):
    """Z2."""
    other = register_person(phone="+79000000009", password=PASSWORD, by=system("test"))
    theirs = contacts.add_sms_phone(other.id, "+79000000077", by=BY)
    me.open(PAGE)
    for path in (f"{PAGE}/phones/{theirs.id}", f"{PAGE}/phones/{theirs.id}/removal", f"{PAGE}/phones/999999"):
        me.open(path, status=404)
        me.post(path, {"phone": "8(900) 000-00-78"}, status=404)
    assert numbers(other) == ["+79000000077"]


def test_a_code_that_nobody_awaits_leads_back(me):
    assert me.open(CODE).path == PAGE
    me.post(f"{CODE}/again", status=422)


def test_the_same_number_in_two_tabs_is_one_code(me, person):
    with clock.stopped_at("2026-11-24 10:00"):
        tabs = me.another()
        tabs.sign_in_as(person)
        for _ in range(2):
            tabs.submit(f"{PAGE}/phones/new", {"phone": "8(900) 000-00-77"})
        assert Challenge.select().where(Challenge.purpose == "sms_phone").count() == 1
        code = secret("sms_phone")
        tabs.submit(CODE, {"code": code})
        tabs.post(CODE, {"code": code})
    assert numbers(person) == ["+79000000077"]
