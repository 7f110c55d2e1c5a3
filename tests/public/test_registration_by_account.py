"""Registering by an account at the pages: name, meter, address; one sentence for every failure (S3-03, S4-02, B1)."""

import pytest

from nesk.accounts.models import Binding
from nesk.enrolment.by_account import ASK_METER, FAILED, STALE
from nesk.notifications.models import Message
from nesk.people.models import Identity, Person
from nesk.people.operations import add_login
from tests.public.conftest import NEW_EMAIL, NEW_PHONE, ask_phone, later, people, react, word_on

pytestmark = pytest.mark.usefixtures("stranger", "free")

NUMBER, NAME, SERIAL = "2300 0000 0002", "Ковальчук Марина", "41000002"
ATTENTION = (
    "Внимание. После успешной проверки введённых данных на указанный вами адрес электронной почты будет выслано письмо, "
    "содержащее логин и пароль для входа в Личный кабинет. Настоятельно рекомендуется при первой же возможности сменить "
    "пароль на свой собственный."
)


def ask(browser, **typed):
    page = browser.open("/register/account")
    data = {"number": NUMBER, "name": NAME, "captcha": word_on(page), "agree": "y"}
    return browser.submit("/register/account", data | typed)


def ask_meter(browser, serial, **typed):
    """The first page refused, and filled in again with the meter's number."""
    page = ask(browser, **{"name": "Петров Пётр", **typed})
    assert page.errors == [ASK_METER]
    return browser.submit("/register/account", {"serial": serial, "captcha": word_on(page)})


def ask_address(browser, **typed):
    page = browser.open("/register/account/address")
    branch = next(iter(page.forms[0].choices("branch") - {""}))
    data = {"number": NUMBER, "branch": branch, "town": "Краснодар", "street": "Одесская", "house": "2"}
    data |= {"email": NEW_EMAIL, "email_again": NEW_EMAIL, "phone": NEW_PHONE, "captcha": word_on(page), "agree": "y"}
    return browser.submit("/register/account/address", data | typed)


def test_the_page_says_the_words_of_the_documents(stranger):
    """S4-02."""
    page = stranger.open("/register/account")
    assert "обратиться в ближайшее энергосбытовое отделение. При себе необходимо иметь документ" in page.text
    labels = page.words_of("label")
    assert labels[:3] == ["Номер лицевого счёта", "Фамилия, имя и отчество", "Код с картинки"]
    assert "Он же платёжный код" in page.text
    assert "Номер установленного счётчика" not in labels
    assert "Краснодарэнергосбыт" in page.text


def test_the_address_page_asks_what_the_old_cabinet_asked(stranger):
    """S3-03."""
    page = stranger.open(stranger.open("/register/account").links["Зарегистрироваться по адресу"])
    labels = [label.partition(" —")[0] for label in page.words_of("label")]
    assert labels[:11] == [
        "Номер лицевого счёта", "Филиал", "Населённый пункт", "Улица", "Номер дома", "Корпус", "Квартира", "E-mail",
        "Повтор e-mail", "Номер мобильного", "Секретный код с картинки",
    ]  # fmt: skip


def test_somebody_registers_by_name(stranger, free):
    page = ask(stranger)
    assert page.h1 == "Куда отправить пароль"
    assert ATTENTION in page.text
    page = stranger.submit(page.path, {"phone": NEW_PHONE, "email": NEW_EMAIL})
    assert page.path.startswith("/login")
    assert page.notice.startswith("Вы успешно зарегистрировались")
    react()
    sent = {m.channel: m.recipient for m in Message.select().where(Message.template == "credentials")}
    assert sent == {"sms": NEW_PHONE, "email": NEW_EMAIL}
    assert Binding.get(Binding.account == free, Binding.ended_at.is_null()).way == "account"
    assert Identity.get(Identity.kind == "account").value == "230000000002"


def test_when_the_name_fails_the_meter_is_asked_for(stranger):
    page = ask_meter(stranger, SERIAL)
    assert page.h1 == "Куда отправить пароль"
    page = stranger.submit(page.path, {"phone": NEW_PHONE})
    assert page.notice.startswith("Вы успешно зарегистрировались")


def test_somebody_registers_by_address(stranger, free):
    page = ask_address(stranger)
    assert page.notice.startswith("Вы успешно зарегистрировались")
    assert Binding.select().where(Binding.account == free, Binding.ended_at.is_null()).count() == 1


@pytest.mark.parametrize(
    "typed",
    [{"number": "239999999999"}, {}, {"number": "230000000001"}],
    ids=["no such account", "another name", "held by somebody"],
)
def test_every_failure_is_one_page_to_the_byte(stranger, typed):
    """B1."""
    before = people()
    page = ask_meter(stranger, "99999999", **typed)
    assert (page.status, page.errors) == (422, [FAILED])
    assert page.forms[0].fields["name"] == ["Петров Пётр"]
    assert people() == before


def test_a_failed_address_is_the_same_sentence(stranger):
    page = ask_address(stranger, house="3")
    assert (page.status, page.errors) == (422, [FAILED])
    assert page.forms[0].fields["street"] == ["Одесская"]


def test_every_fault_of_the_address_form_is_told_beside_its_field(stranger):
    page = stranger.submit("/register/account/address", {}, status=422)
    assert page.errors == [
        "Введите номер лицевого счёта.", "Выберите филиал: он указан в квитанции.", "Введите населённый пункт.",
        "Введите улицу.", "Введите номер дома.", "Введите адрес электронной почты.", "Введите адрес ещё раз.",
        "Введите номер мобильного телефона.", "Введите слово на картинке или цифры, которые услышите.",
        "Отметьте согласие: без него мы не можем вас зарегистрировать.",
    ]  # fmt: skip


def test_the_email_is_typed_twice_alike(stranger):
    page = ask_address(stranger, email_again="other@demo.nesk")
    assert page.errors == ["Адреса не совпадают. Введите одинаковые."]


def test_a_number_that_cannot_be_one_is_told_so(stranger):
    page = ask(stranger, number="12-34")
    assert page.errors == ["Номер лицевого счёта не распознан. Введите цифры из квитанции: их от 9 до 13."]


@pytest.mark.parametrize("branch", ["99", "x", "-1", "9" * 30, "\x00"])
def test_a_branch_that_is_not_offered_is_refused(stranger, branch):
    stranger.open("/register/account/address")
    page = stranger.post("/register/account/address", {"branch": branch, "agree": "y"}, status=422)
    assert "Выберите филиал: он указан в квитанции." in page.errors


def test_the_proof_is_good_for_half_an_hour_in_its_browser(stranger):
    path = ask(stranger).path
    page = stranger.another().open(path)
    assert (page.path, page.notice) == ("/register/account", STALE)
    with later(minutes=31):
        assert stranger.open(path).notice == STALE
    assert stranger.open(path).h1 == "Куда отправить пароль"


def test_the_proof_is_spent_with_the_registration(stranger):
    path = ask(stranger).path
    stranger.submit(path, {"phone": NEW_PHONE})
    before = people()
    page = stranger.submit(path, {"phone": "+79180000102"}, status=422)
    assert page.errors == [FAILED]
    assert people() == before


def test_two_tabs_with_two_proofs_do_not_mix(stranger, district):
    from nesk.accounts.operations import unbind
    from tests.district import BY, make_home

    home = make_home(district.branch, 3)
    unbind(home.person.id, home.account.id, by=BY)
    first, second = ask(stranger).path, ask(stranger, number="230000000003").path
    stranger.submit(first, {"phone": NEW_PHONE})
    stranger.submit(second, {"phone": "+79180000102"})
    held = {i.value: i.person_id for i in Identity.select().where(Identity.kind == "account")}
    assert sorted(held) == ["230000000002", "230000000003"]
    assert len(set(held.values())) == 2


def test_no_password_of_ours_is_ever_on_a_page(stranger):
    page = stranger.submit(ask(stranger).path, {"phone": NEW_PHONE})
    react()
    password = Message.get(Message.template == "credentials").text.partition("пароль ")[2].partition(" ")[0]
    assert len(password) == 19
    assert password not in page.body
    assert Person.select().where(Person.password_hash.contains(password)).count() == 0


def test_whoever_had_a_code_a_moment_ago_waits_for_its_minute_and_no_longer(stranger):
    with later(seconds=0):
        ask_phone(stranger)
        page = stranger.submit(ask(stranger).path, {"phone": NEW_PHONE})
        assert page.status == 429
        assert int(page.headers["Retry-After"]) <= 60
        assert "завтра" not in page.text


@pytest.mark.parametrize(("email", "warned"), [("", False), (NEW_EMAIL, True)])
def test_whoever_has_proved_no_contact_is_told_what_a_forgotten_password_would_cost(stranger, email, warned):
    """Two addresses carried one password: which of them was read, nobody knows, and the first page says so until one is
    proved."""
    stranger.submit(ask(stranger).path, {"phone": NEW_PHONE, "email": email})
    react()
    password = Message.get(Message.channel == "sms").text.partition("пароль ")[2].partition(" ")[0]
    stranger.submit("/login?by=account", {"account": NUMBER, "password": password})
    stranger.submit("/cabinet/password", {"password": "осенний трамвай 9", "again": "осенний трамвай 9"})
    react()
    words = "Подтвердите телефон или почту Без них забытый пароль не восстановить"
    page = stranger.open("/cabinet/")
    assert (words in page.text) is warned
    if warned:
        assert page.links["Подтвердить телефон"] == "/cabinet/settings/phone"
        assert page.links["Подтвердить почту"] == "/cabinet/settings/email"
        person = Person.get(Person.id == Identity.get(Identity.kind == "account").person_id)
        add_login(person.id, "phone", NEW_PHONE)
        assert words not in stranger.open("/cabinet/").text
