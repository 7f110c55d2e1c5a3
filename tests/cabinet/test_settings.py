"""«Настройки» → «Аккаунт»: contacts, logins, the password; each change proved, told of, and refused beside its field."""

import pytest

from nesk.accounts.models import Account, Binding
from nesk.core import clock
from nesk.core.actor import system
from nesk.credentials.email_change import pending_email
from nesk.credentials.models import Challenge
from nesk.credentials.rules import PERSONAL
from nesk.notifications.models import Message
from nesk.people.models import Identity, Person
from nesk.people.operations import authenticate, register_person
from nesk.people.queries import identities, person_by_login, sessions_of
from tests.browser import PASSWORD
from tests.cabinet.someone import EMAIL, HOSTILE, PHONE, captcha, cheap_hashes, me, person, secret, write_letters
from tests.district import make_branch, make_home

__all__ = ["cheap_hashes", "me", "person"]

PAGE = "/cabinet/settings"
SAVE = "Сохранить изменения"
NEW, NUMBER, SECRET = "new@demo.nesk", "8(900) 000-00-77", "Зимний-вечер-2026"
PASSWORDS = {"current_password": PASSWORD, "new_password": SECRET, "new_password_again": SECRET}
TOO_SHORT = "Ошибка заполнения. Количество символов в поле Новый пароль должно быть не менее 6"
WARNING = (
    "Внимание! При изменении адреса электронной почты изменится адрес доставки квитанции на всех лицевых счетах, привязанных "
    "к учётной записи Личного кабинета, где включена опция получения квитанции на электронную почту."
)
CONTACTS = "Контактная информация|Мобильный телефон|Электронная почта|Использовать почту в качестве логина"
WORDS = {
    "S0-30": (
        PAGE,
        f"Аккаунт|Подписки|{CONTACTS}|Смена пароля|Текущий пароль|Новый пароль|Повторите новый пароль|{SAVE}",
    ),
    "S0-31": (PAGE, WARNING),
    "S1-13": (f"{PAGE}/phone", "Текущий номер|Новый номер|Подтвердить через SMS"),
    "S4-13": (
        f"{PAGE}/email",
        "Электронная почта|Новый адрес электронной почты|Повторите новый адрес электронной почты|Код с картинки|Обновить|"
        + SAVE,
    ),
}


def facts():
    return (
        Person.get().password_hash,
        sorted(Identity.select(Identity.kind, Identity.value, Identity.is_login).tuples()),
        Challenge.select().where(Challenge.ended_at.is_null()).count(),
    )


@pytest.mark.parametrize("seed", WORDS)
def test_the_words_of_the_documents_stand_on_the_page(me, seed):
    path, words = WORDS[seed]
    page = me.open(path)
    assert [each for each in words.split("|") if each not in page.text] == []


def test_settings_are_one_press_away_from_everywhere(me):
    page = me.open("/cabinet/")
    assert {page.links["настройки"], page.links["Настройки"]} == {PAGE}
    assert me.open(f"{PAGE}/").h1 == "Настройки"


def test_only_what_this_copy_has_is_linked(me):
    for address in me.open(PAGE).links.values():
        assert not address.startswith("/cabinet") or me.resolves("GET", address.partition("?")[0]), address


# --- e-mail


def test_the_e_mail_changes_by_two_links(me, person):
    page = me.submit(PAGE, {"email": " New@Demo.nesk "}, button=SAVE)
    assert (
        page.notice
        == "Отправили письма со ссылками. Адрес изменится, когда вы откроете каждую и нажмёте «Подтвердить»."
    )
    assert "ждём подтверждения по ссылке" in page.text
    assert identities(person.id)["email"] == EMAIL
    waits = "Адрес подтверждён. Осталось открыть ссылку во втором письме и нажать «Подтвердить»."
    for side, said in (("old", waits), ("new", "Адрес почты изменён.")):
        address = f"{PAGE}/email/{side}/{secret(f'email_{side}')}"
        before = facts()
        shown = me.open(address)
        assert facts() == before  # opening a link changes nothing (W3)
        assert shown.headers["Referrer-Policy"] == "no-referrer"
        assert me.submit(address, button="Подтвердить").notice == said
    assert identities(person.id)["email"] == NEW
    assert me.open(PAGE).find("input", name="email")[0].get("value") == NEW


def test_a_proved_link_says_so_and_a_dead_one_says_what_to_do(me):
    me.submit(PAGE, {"email": NEW}, button=SAVE)
    address = f"{PAGE}/email/new/{secret('email_new')}"
    me.submit(address, button="Подтвердить")
    assert "Этот адрес подтверждён" in me.open(address).text
    me.open(PAGE)
    me.submit(f"{PAGE}/email/cancellation", button="Отменить смену адреса")
    for dead in (address, address[:-1] + "x", f"{PAGE}/email/old/x", f"{PAGE}/email/new/{'%00' * 3}"):
        assert "Ссылка уже использована или устарела. Запросите новую." in me.open(dead, status=422).text


def test_a_link_of_somebody_else_is_dead(me, person):
    me.submit(PAGE, {"email": NEW}, button=SAVE)
    token = secret("email_new")
    other = me.another()
    other.sign_in_as(register_person(email="other@demo.nesk", password=PASSWORD, by=system("test")))
    other.open(f"{PAGE}/email/new/{token}", status=422)
    assert pending_email(person.id).new_is_proved is False


def test_a_stranger_with_the_link_signs_in_first(me):
    me.submit(PAGE, {"email": NEW}, button=SAVE)
    address = f"{PAGE}/email/new/{secret('email_new')}"
    assert me.another().open(address).h1 != "Подтверждение адреса"


def test_the_longer_way_asks_for_the_address_twice_and_for_the_word_on_the_picture(me, person):
    me.open(f"{PAGE}/email")
    wrong = {"email": NEW, "email_again": "other@demo.nesk", "captcha": captcha()}
    page = me.submit(f"{PAGE}/email", wrong, button=SAVE, status=422)
    assert "Адреса не совпадают. Введите новый адрес ещё раз." in page.errors
    page = me.submit(f"{PAGE}/email", {"email": NEW, "email_again": NEW, "captcha": "ABCDE"}, button=SAVE, status=422)
    assert page.find("input", name="email_again")[0].get("value") == NEW
    assert pending_email(person.id) is None
    page = me.submit(f"{PAGE}/email", {"email": NEW, "email_again": "NEW@demo.nesk", "captcha": captcha()}, button=SAVE)
    assert page.path == PAGE
    assert pending_email(person.id).new == NEW


def test_a_taken_address_looks_like_a_free_one(me, person):
    """A6."""
    register_person(email="taken@demo.nesk", password=PASSWORD, by=system("test"))
    taken = me.submit(PAGE, {"email": "taken@demo.nesk"}, button=SAVE).text
    free = me.submit(PAGE, {"email": "fresh@demo.nesk"}, button=SAVE).text
    assert taken.replace("taken", "fresh") == free


# --- phone


def test_the_phone_changes_by_a_code(me, person):
    page = me.submit(PAGE, {"phone": NUMBER}, button=SAVE)
    assert (page.h1, page.path) == ("Введите код из SMS", f"{PAGE}/phone/code")
    assert "+7 (900) 000-00-77" in page.text
    assert me.submit(page.path, {"code": "1"}, status=422).errors
    page = me.submit(page.path, {"code": secret("phone")}, button="Подтвердить")
    assert page.notice == "Номер телефона изменён."
    assert identities(person.id)["phone"] == "+79000000077"
    write_letters()
    assert Message.select().where(Message.template == "phone_changed", Message.recipient == PHONE).count() == 1


def test_a_new_number_by_the_form_of_the_older_manual(me, person):
    page = me.submit(f"{PAGE}/phone", {"phone": NUMBER}, button="Подтвердить через SMS")
    me.submit(page.path, {"code": secret("phone")}, button="Подтвердить")
    assert identities(person.id)["phone"] == "+79000000077"


def test_another_code_is_sent_after_a_minute(browser, person):
    with clock.stopped_at("2026-11-24 10:00"):
        me = browser.another()
        me.sign_in_as(person)
        page = me.submit(f"{PAGE}/phone", {"phone": NUMBER})
        assert [e.get("data-timer") for e in page.find("b") if "data-timer" in e.attrib] == ["60"]
        me.submit(f"{PAGE}/phone/code/again", button="Отправить код ещё раз")
        assert Challenge.select().where(Challenge.purpose == "phone").count() == 1
    with clock.stopped_at("2026-11-24 10:01"):
        me.submit(f"{PAGE}/phone/code/again", button="Отправить код ещё раз")
        me.submit(f"{PAGE}/phone/code", {"code": secret("phone")})
    assert identities(person.id)["phone"] == "+79000000077"


def test_a_code_typed_in_another_browser_is_no_code(me, person):
    """A7."""
    me.submit(f"{PAGE}/phone", {"phone": NUMBER})
    code = secret("phone")
    other = me.another()
    other.sign_in_as(person)
    assert other.open(f"{PAGE}/phone/code").path == PAGE
    other.post(f"{PAGE}/phone/code", {"code": code})
    assert identities(person.id)["phone"] == PHONE


# --- logins and removal


def test_the_e_mail_is_a_login_until_it_is_not(me, person):
    """S0-30."""
    assert me.submit(PAGE, {"email_is_login": None}, button=SAVE).notice == "Настройки сохранены."
    assert (person_by_login("email", EMAIL), identities(person.id)["email"]) == (None, EMAIL)
    me.submit(PAGE, {"email_is_login": "y"}, button=SAVE)
    assert person_by_login("email", EMAIL).id == person.id


def test_the_last_login_stays(me, person):
    me.submit(f"{PAGE}/phone/removal", button="Удалить телефон")
    before = facts()
    page = me.submit(PAGE, {"email_is_login": None}, button=SAVE, status=422)
    assert "По этой почте вы входите, другого логина нет. Сначала добавьте телефон." in page.errors
    page = me.submit(f"{PAGE}/email/removal", button="Удалить почту", status=422)
    assert "другого логина нет" in page.text
    assert facts() == before


@pytest.mark.parametrize(
    ("kind", "said", "value"), [("phone", "Телефон удалён.", PHONE), ("email", "Почта удалена.", EMAIL)]
)
def test_a_contact_is_removed_after_a_question_and_told_of_it(me, person, kind, said, value):
    assert me.open(f"{PAGE}/{kind}/removal").h1.startswith("Удалить")
    assert kind in identities(person.id)
    assert me.submit(f"{PAGE}/{kind}/removal").notice == said
    assert kind not in identities(person.id)
    write_letters()
    assert value in [row.recipient for row in Message.select().where(Message.template == "contact_removed")]
    assert me.open(f"{PAGE}/{kind}/removal").path == PAGE


@pytest.mark.parametrize("field", ["phone", "email"])
def test_an_emptied_field_deletes_nothing(me, field):
    before = facts()
    page = me.submit(PAGE, {field: "  "}, button=SAVE, status=422)
    assert "Поле пустое. Заполните его или нажмите под ним «Удалить»." in page.errors
    assert facts() == before


# --- the password


def test_another_password_keeps_this_session_under_a_new_id_and_ends_the_rest(me, person):
    """A5 and S1 on three devices."""
    others = [me.another(), me.another()]
    for each in others:
        each.sign_in_as(person)
    token = me.client.get_cookie("sid").value
    page = me.submit(PAGE, PASSWORDS, button=SAVE)
    assert page.notice == "Пароль изменён. На других устройствах вход завершён."
    assert me.client.get_cookie("sid").value != token
    for each in others:
        assert each.get(PAGE).status_code == 303
    copied = me.another()
    copied.client.set_cookie("sid", token)
    assert copied.get(PAGE).status_code == 303
    assert len(sessions_of("person", person.id)) == 1
    assert authenticate("person", EMAIL, SECRET, identity="email").id == person.id
    write_letters()
    told = Message.select().where(Message.template == "password_changed")
    assert {row.recipient for row in told} == {EMAIL, PHONE, f"person:{person.id}"}
    assert not any(SECRET in row.text for row in told)


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"new_password": "свет1", "new_password_again": "свет1"}, "new_password", TOO_SHORT),
        ({"new_password_again": "другой"}, "new_password_again", "Пароли не совпали"),
        ({"new_password": ""}, "new_password_again", "Пароли не совпали"),
        ({"current_password": "wrong"}, "current_password", "Текущий пароль не подошёл"),
        ({"current_password": ""}, "current_password", "Введите текущий пароль"),
        ({"new_password": PASSWORD, "new_password_again": PASSWORD}, "new_password", "совпадает с текущим"),
        ({"new_password": "x" * 200, "new_password_again": "x" * 200}, "new_password", "Пароль слишком длинный"),
    ],
)  # fmt: skip
def test_a_refused_password_is_told_beside_its_field_and_never_shown_again(me, typed, field, said):
    before = facts()
    page = me.submit(PAGE, PASSWORDS | typed, button=SAVE, status=422)
    (shown,) = page.find("input", name=field)
    assert shown.get("aria-invalid") == "true"
    assert any(said in each for each in page.errors)
    assert [e.get("value") for e in page.find("input", type="password")] == [None, None, None]
    assert facts() == before


def test_the_number_of_ones_own_account_is_no_password_here_either(me, person):
    """A2: what is known of a person is the same wherever they choose a password."""
    number = "238451907264"
    account = make_home(make_branch(), 7).account
    Account.update(number=number).where(Account.id == account.id).execute()
    Binding.create(person=person, account=account, way="sum", bound_at=clock.now())
    before = facts()
    for page, button in ((PAGE, SAVE), ("/cabinet/profile/authorization", "")):
        typed = PASSWORDS | {"new_password": number, "new_password_again": number}
        refused = me.submit(page, typed, status=422, **({"button": button} if button else {}))
        assert PERSONAL in refused.errors
    assert facts() == before


def test_everything_at_once(me, person):
    page = me.submit(PAGE, PASSWORDS | {"email": NEW, "phone": NUMBER}, button=SAVE)
    assert page.path == f"{PAGE}/phone/code"
    me.submit(page.path, {"code": secret("phone")})
    for side in ("new", "old"):
        me.submit(f"{PAGE}/email/{side}/{secret(f'email_{side}')}", button="Подтвердить")
    assert identities(person.id) == {"phone": "+79000000077", "email": NEW}
    assert authenticate("person", NEW, SECRET, identity="email").id == person.id


def test_what_is_refused_keeps_what_was_typed_and_moves_nothing(me):
    before = facts()
    page = me.submit(PAGE, {"email": NEW, "phone": "8 861 944-77-40"}, button=SAVE, status=422)
    assert page.find("input", name="email")[0].get("value") == NEW
    assert page.find("input", name="phone")[0].get("value") == "8 861 944-77-40"
    assert any("SMS не отправить" in each for each in page.errors)
    assert facts() == before


def test_two_tabs_change_one_thing_each(me, person):
    me.open(PAGE)
    other_tab = {name: values[0] for name, values in next(f for f in me.page.forms if f.action == PAGE).fields.items()}
    me.submit(PAGE, {"email": NEW}, button=SAVE)
    me.post(PAGE, other_tab)
    assert pending_email(person.id).new == NEW
    me.submit(PAGE, PASSWORDS, button=SAVE)
    me.post(PAGE, other_tab | PASSWORDS, status=403)  # the page is older than the new session's token
    assert authenticate("person", EMAIL, SECRET, identity="email").id == person.id


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("field", ["phone", "email"])
def test_hostile_words_are_refused_and_kept_as_text(me, field, typed):
    before = facts()
    page = me.submit(PAGE, {field: typed}, button=SAVE, status=422)
    assert page.errors
    assert page.find("input", name=field)[0].get("value")
    assert not page.find("script", src="")
    assert facts() == before


def test_with_scripts_the_form_comes_back_alone(me):
    page = me.submit(PAGE, {"email": "nonsense"}, button=SAVE, htmx=True, status=422)
    assert [e.get("id") for e in page.find("div", id="account")] == ["account"]
    sent = me.submit(PAGE, {"email": NEW}, button=SAVE, htmx=True)
    assert sent.location == PAGE


def test_the_look_is_chosen_by_links(me):
    links = me.open(PAGE).links
    me.open(links["Тёмная"])
    assert me.page.find("html")[0].get("data-theme") == "dark"
    me.open(links["Версия для слабовидящих"])
    assert me.page.find("html")[0].get("data-vision") == "bw"
    me.open(me.page.links["Обычная версия"])
    assert me.page.find("html")[0].get("data-vision") is None


def test_a_link_from_a_letter_that_is_opened_signed_out_is_told_to_no_other_address(me, person):
    """W1: it waits in the browser's own cookie, and whoever signs in is led back to it."""
    me.submit(PAGE, {"email": NEW, "current_password": PASSWORD}, button=SAVE)
    token, other = secret("email_new"), me.another()
    path = f"{PAGE}/email/new/{token}"
    page = other.open(path)
    assert (page.path, token in page.body) == ("/login", False)
    page = other.submit("/login?by=email", {"email": EMAIL, "password": PASSWORD})
    assert page.path == path
    assert page.headers["Referrer-Policy"] == "no-referrer"
