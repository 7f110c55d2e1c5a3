"""«Доступ другим»: inviting, what a guest is offered, the journal, ending it; links without sign-in and their sheet."""

import re
from datetime import timedelta

import pytest

from nesk.accounts.models import Binding, CareLink, Invitation
from nesk.accounts.shared import care_token
from nesk.core import clock
from nesk.core.actor import Actor
from nesk.documents import qr
from nesk.fieldwork.operations import add_message, place_order
from nesk.metering.models import Installation
from nesk.metering.operations import submit_reading
from nesk.metering.queries import last_reading
from nesk.payments.models import Payment
from nesk.people.models import Session
from tests.browser import Browser
from tests.cabinet.guests import BY, browser_of, invite, let_in, make_guest

PAGE = "/cabinet/sharing/"
INVITE, LINK = f"{PAGE}invite", f"{PAGE}links/new"


def counted() -> tuple[int, int, int]:
    return Invitation.select().count(), Binding.select().count(), CareLink.select().count()


def in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def shown_link(page) -> str:
    (field,) = page.find("input", id="link")
    return field.get("value")


def age_the_proof() -> None:
    """As if the password had been shown eleven minutes ago."""
    Session.update(proved_at=clock.now() - timedelta(minutes=11)).execute()


# --- inviting


def test_the_link_is_shown_in_the_answer_and_nowhere_after(marina: Browser, account):
    marina.open(PAGE)
    assert "Пока никому" in marina.page.text
    page = marina.submit(INVITE, {"title": "Дочь", "rights": "readings", "until_on": in_days(30)})
    link = shown_link(page)
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/invitation/[\w-]{43}", link)
    assert page.h1 == "Приглашение готово"
    kept = Invitation.get(Invitation.account == account)
    assert (kept.title, kept.rights, kept.until_on.isoformat()) == ("Дочь", "readings", in_days(30))
    page = marina.open(PAGE)
    assert "Просмотр и показания, до" in page.text
    assert link.rpartition("/")[2] not in page.body


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": ""}, "Напишите, для кого доступ, например «Дочь»."),
        ({"title": "Я" * 61}, "Слишком длинно. Оставьте не больше 60 знаков."),
        ({"whom": "tenant"}, "Укажите, до какого дня открыть доступ: для арендатора он нужен."),
        ({"until_on": "завтра"}, "Дата не распознана. Выберите день в календаре."),
        ({"until_on": "2026-02-31"}, "Дата не распознана. Выберите день в календаре."),
        ({"until_on": "2020-01-01"}, "Этот день уже прошёл. Укажите сегодняшний или более поздний."),
        (
            {"recipient": "doch@"},
            "Адрес не распознан. Введите почту (name@domain.ru) или мобильный телефон (+7 (900) 000-00-00).",
        ),
        (
            {"recipient": "8 (861) 944-77-40"},
            "Адрес не распознан. Введите почту (name@domain.ru) или мобильный телефон (+7 (900) 000-00-00).",
        ),
    ],
)
def test_what_cannot_be_given_is_told_beside_its_field_and_kept_there(marina: Browser, fields, said):
    moved = counted()
    page = marina.submit(INVITE, {"title": "Дочь", **fields}, status=422)
    assert said in page.errors
    for name, typed in fields.items():
        if name != "whom":
            (field,) = page.find("input", name=name)
            assert (field.get("value"), field.get("aria-invalid")) == (typed, "true")
    assert counted() == moved


@pytest.mark.parametrize(
    "typed", ["\0", "‮арапс", "👩‍🦳", "<script>alert(1)</script>", "'; DROP TABLE --", "я" * 10_000]
)
def test_hostile_words_are_kept_as_they_are_or_refused(marina: Browser, typed):
    moved = counted()
    page = marina.submit(INVITE, {"title": typed, "recipient": typed})
    assert page.status == 422
    assert "<script>alert" not in page.body
    assert counted() == moved
    page = marina.submit(INVITE, {"title": typed, "recipient": ""})
    assert page.status in (200, 422)
    assert "<script>alert" not in marina.open(PAGE).body


@pytest.mark.parametrize("rights", ["all", "", "root", "view' OR 1=1"])
def test_a_right_that_is_not_offered_is_not_given(marina: Browser, rights):
    moved = counted()
    marina.open(INVITE)
    page = marina.post(INVITE, {"title": "Дочь", "whom": "relative", "rights": rights}, status=422)
    assert "Выберите, что можно будет делать." in page.errors
    assert counted() == moved


@pytest.mark.parametrize(("address", "fields"), [(INVITE, {"title": "Дочь"}), (LINK, {"title": "Мама"})])
def test_without_a_fresh_proof_the_password_is_asked_for(marina: Browser, address, fields):
    """S5"""
    age_the_proof()
    moved = counted()
    page = marina.submit(address, fields, status=422)
    assert "Введите текущий пароль: так мы поймём, что это вы." in page.errors
    page = marina.submit(address, {**fields, "current_password": "demo-2027"}, status=422)
    assert any(said.startswith("Текущий пароль не подошёл.") for said in page.errors)
    assert counted() == moved
    page = marina.submit(address, {**fields, "current_password": "demo-2026"})
    assert page.status == 200
    assert sum(counted()) == sum(moved) + 1


def test_the_same_press_twice_is_one_invitation(marina: Browser):
    marina.open(INVITE)
    form = next(form for form in marina.page.forms if INVITE in form.action)
    fields = {name: values[0] for name, values in form.fields.items()} | {"title": "Дочь"}
    marina.post(INVITE, fields)
    moved = counted()
    page = marina.post(INVITE, fields, status=422)
    assert "Ссылка показывается один раз" in page.text
    assert counted() == moved


def test_with_scripts_only_the_form_comes_back_and_then_the_link(marina: Browser):
    page = marina.submit(INVITE, {"title": ""}, htmx=True)
    assert [each.get("id") for each in page.find("section")] == ["invite"]
    page = marina.submit(INVITE, {"title": "Дочь"}, htmx=True)
    assert shown_link(page).startswith("http://127.0.0.1:8000/invitation/")


def test_an_invitation_is_taken_back_after_a_question(marina: Browser, account):
    invitation = invite(account).invitation
    page = marina.open(f"{PAGE}invitations/{invitation.id}/end")
    assert page.h1 == "Отозвать приглашение «Дочь»?"
    assert Invitation.get_by_id(invitation.id).ended_at is None
    page = marina.submit(f"{PAGE}invitations/{invitation.id}/end")
    assert (page.h1, page.notice) == ("Доступ другим", "Приглашение «Дочь» отозвано.")
    assert Invitation.get_by_id(invitation.id).ended_at is not None
    marina.open(f"{PAGE}invitations/{invitation.id}/end", status=404)


def test_the_question_is_a_dialog_where_there_are_scripts(marina: Browser, account):
    invitation = invite(account).invitation
    page = marina.open(f"{PAGE}invitations/{invitation.id}/end", htmx=True)
    (dialog,) = page.find("dialog")
    assert dialog.get("aria-labelledby") == "confirm-h"


# --- what a guest meets


@pytest.fixture
def guest(marina: Browser, account):
    def made(rights: str, **changes: object) -> Browser:
        person = make_guest()
        let_in(account, person, rights=rights, **changes)
        return browser_of(marina, person)

    return made


@pytest.mark.parametrize(
    ("rights", "offered", "hidden"),
    [
        ("view", {"Посмотреть показания"}, {"Оплатить", "Передать показания", "Вызвать мастера"}),
        ("readings", {"Передать показания"}, {"Оплатить", "Вызвать мастера"}),
        ("pay", {"Оплатить", "Посмотреть показания"}, {"Передать показания", "Вызвать мастера"}),
    ],
)
def test_a_guest_is_offered_what_their_right_covers(guest, rights, offered, hidden):
    page = guest(rights).open("/cabinet/")
    links = set(page.links)
    assert (offered <= links, hidden & links) == (True, set())
    assert ("Оплата" in links) == (rights == "pay")
    assert "Марина" not in page.text


def test_the_switcher_marks_somebody_elses_account(guest):
    until = clock.today() + timedelta(days=30)
    page = guest("view", until_on=until).open("/cabinet/")
    (place,) = page.find("ul", aria_label="Лицевые счета")
    assert "только просмотр, до" in "".join(place.itertext())


def test_choosing_an_account_keeps_the_section_only_where_the_right_reaches_it(marina: Browser, account, stranger):
    person = make_guest()
    Binding.create(person=person, account=stranger, way="meter", bound_at=clock.now())
    let_in(account, person, rights="view")
    browser = browser_of(marina, person)
    page = browser.open(f"/cabinet/payment/?ls={stranger.number}")
    targets = {each.get("href") for each in page.find("a", cls="item") if "?ls=" in each.get("href", "")}
    assert targets == {f"/cabinet/?ls={account.number}", f"/cabinet/payment/?ls={stranger.number}"}


def test_a_reader_sees_the_dials_and_no_form(guest, account):
    page = guest("view").open("/cabinet/readings/")
    assert not [form for form in page.forms if re.search(r"/readings/\d+", form.action)]
    assert "Счетчик №" in page.text


def test_what_a_right_does_not_cover_is_refused_in_words(guest):
    page = guest("view").open("/cabinet/payment/", status=403)
    assert "Вам не открыта оплата этого счёта. Попросите об этом того, кто дал вам доступ." in page.text


def test_a_guest_sees_how_an_order_goes_and_not_what_the_household_says(guest, account):
    installation = Installation.get(Installation.account == account, Installation.removed_on.is_null())
    order = place_order(
        "RPL",
        account_id=account.id,
        person_id=None,
        contact_name="Ковальчук Марина",
        contact_phone="+79000000001",
        installation_id=installation.id,
        comment="Код домофона 17К4091",
        by=BY,
    )
    add_message(order.id, "Собака на цепи", is_ours=False, by=BY)
    browser = guest("view")
    page = browser.open("/cabinet/services/")
    assert (order.number in page.text, "Заказать услугу" in page.text) == (True, False)
    page = browser.open(f"/cabinet/services/{order.id}")
    assert "Ход работ" in page.text
    for private in ("17К4091", "Ковальчук", "900", "Собака", "Переписка", "Отменить заявку"):
        assert private not in page.text


def test_a_guest_gives_the_right_back(guest, marina: Browser, account):
    browser = guest("view")
    page = browser.open(PAGE)
    assert "Это счёт другого человека" in page.text
    page = browser.submit(f"{PAGE}leave")
    assert page.notice == "Вы отказались от доступа к чужому счёту."
    assert "У вас нет лицевых счетов" in page.text
    assert Binding.get(Binding.account == account, Binding.rights == "view").ended_at is not None
    assert "Закрытые доступы" in marina.open(PAGE).text


# --- the journal and the end


def test_the_holder_sees_what_a_guest_did_and_ends_it(marina: Browser, account):
    person = make_guest()
    binding = let_in(account, person, rights="readings")
    browser = browser_of(marina, person)
    installation = Installation.get(Installation.account == account, Installation.removed_on.is_null())
    value = last_reading(installation.id).values[0] + 40
    where = f"/cabinet/readings/{installation.id}"
    browser.open("/cabinet/readings/")
    browser.submit(where, {"t1": str(value)}, button="Проверить")
    browser.submit(where, button="Подтвердить")
    page = marina.open(f"{PAGE}guests/{binding.id}")
    done = [line for line in page.words_of("li", cls="item") if "Передан" in line or "Приглашение" in line]
    assert done[0].startswith(f"Переданы показания{value} · счётчик № {installation.meter.serial}")
    assert done[1].startswith("Приглашение принято")
    assert "Гость Анна 1, g•••@demo.nesk" in page.text
    page = marina.submit(f"{PAGE}guests/{binding.id}/end")
    assert page.notice == "Доступ «Дочь» закрыт."
    browser.open(f"/cabinet/readings/?ls={account.number}", status=404)
    browser.open(where, status=404)
    assert "Доступ закрыт" in marina.open(f"{PAGE}guests/{binding.id}").text


def test_the_journal_holds_the_guests_deeds_only_and_has_pages(marina: Browser, account):
    person = make_guest()
    binding = let_in(account, person, rights="pay")
    for actor, count in ((f"person:{person.id}", 24), ("person:1", 3)):
        for number in range(count):
            Payment.create(
                account=account,
                channel="card",
                source="Интернет",
                state="declined",
                principal_kop=100_00 + number,
                created_at=clock.now(),
                by=actor,
            )
    page = marina.open(f"{PAGE}guests/{binding.id}")
    assert "1–20 из 25" in page.text
    assert "100,23 ₽" in page.text
    page = marina.open(f"{PAGE}guests/{binding.id}?page=2")
    assert "Приглашение принято" in page.text


def test_what_was_done_before_the_right_is_not_in_the_journal(marina: Browser, account):
    person = make_guest()
    installation = Installation.get(Installation.account == account, Installation.removed_on.is_null())
    value = last_reading(installation.id).values[0] + 40
    before = clock.now() - timedelta(hours=1)
    with clock.stopped_at(before):
        by = Actor("person", person.id)
        submit_reading(account.id, installation.id, [str(value)], source="internet", by=by, confirmed=True)
    binding = let_in(account, person)
    assert "Переданы показания" not in marina.open(f"{PAGE}guests/{binding.id}").text


# --- links without sign-in


def test_a_link_is_made_shown_printed_and_switched_off(marina: Browser, account):
    page = marina.submit(LINK, {"title": "Мама", "rights": "readings"})
    link = CareLink.get(CareLink.account == account)
    url = f"http://127.0.0.1:8000/care/{care_token(link)}"
    assert page.notice == "Ссылка готова. Её можно напечатать или отправить."
    assert shown_link(page) == url
    assert shown_link(marina.open(f"{PAGE}links/{link.id}")) == url
    code = marina.get(f"{PAGE}links/{link.id}.svg")
    assert (code.mimetype, code.get_data(as_text=True)) == ("image/svg+xml", qr.svg(url, title="QR-код ссылки"))
    sheet = marina.open(f"{PAGE}links/{link.id}/poster")
    assert url in sheet.text
    for personal in (account.number, "Ковальчук", "Марина", account.premises.street, "Мама"):
        assert personal not in sheet.body
    page = marina.submit(f"{PAGE}links/{link.id}/end")
    assert page.notice == "Ссылка «Мама» отключена."
    marina.open(f"{PAGE}links/{link.id}/poster", status=404)
    assert marina.get(f"{PAGE}links/{link.id}.svg").status_code == 404
    assert "отключена" in marina.open(f"{PAGE}links/{link.id}").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": ""}, "Напишите, для кого ссылка, например «Мама»."),
        ({"until_on": ""}, "Дата не распознана. Выберите день в календаре."),
        ({"until_on": "2020-01-01"}, "Этот день уже прошёл. Укажите сегодняшний или более поздний."),
        ({"until_on": "2999-01-01"}, "Ссылка работает не дольше года. Укажите более ранний день."),
    ],
)
def test_a_link_that_cannot_be_made_is_told_beside_its_field(marina: Browser, fields, said):
    moved = counted()
    page = marina.submit(LINK, {"title": "Мама", **fields}, status=422)
    assert said in page.errors
    assert counted() == moved


def test_without_an_account_there_is_nothing_to_share(marina: Browser):
    browser = browser_of(marina, make_guest())
    assert "У вас нет лицевых счетов" in browser.open(PAGE).text
    browser.open(INVITE, status=404)
