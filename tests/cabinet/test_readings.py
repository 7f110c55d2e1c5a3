"""«Показания»: check, confirm, refuse, withdraw; what is refused moves nothing."""

import pytest

from nesk.accounts.models import Account
from nesk.billing.models import Balance, Entry
from nesk.metering.models import Installation, Reading
from nesk.metering.queries import last_reading
from tests.browser import Browser

PAGE = "/cabinet/readings/"
CHECK, CONFIRM = "Проверить", "Подтвердить"


@pytest.fixture
def installation(account):
    return Installation.get(Installation.account == account, Installation.removed_on.is_null())


@pytest.fixture(autouse=True)
def at_the_page(marina: Browser) -> None:
    marina.open(PAGE)


@pytest.fixture
def before(installation):
    return last_reading(installation.id).values[0]


def counted() -> tuple[int, int, int]:
    """Readings, entries of the ledger, and the sum of all balances."""
    total = sum(row.principal_kop + row.penalty_kop for row in Balance.select())
    return Reading.select().count(), Entry.select().count(), total


def owed(account: Account) -> int:
    return Balance.get(Balance.account == account).principal_kop


def where(installation) -> str:
    return f"{PAGE}{installation.id}"


def test_a_reading_is_checked_then_confirmed_and_charged_at_once(marina: Browser, account, installation, before):
    was, moved = owed(account), counted()
    page = marina.submit(where(installation), {"t1": str(before + 100)}, button=CHECK)
    assert "Расход 100 кВт·ч" in page.text
    assert counted() == moved
    page = marina.submit(where(installation), button=CONFIRM)
    assert page.notice == "Спасибо. Ваши показания занесены без ошибок."
    kept = last_reading(installation.id)
    assert (kept.values, kept.used, kept.source) == ((before + 100,), (100,), "internet")
    (entry,) = Entry.select().where(Entry.source == "reading", Entry.source_id == kept.id)
    assert (entry.kind, entry.kwh, entry.account_id) == ("charge", 100, account.id)
    assert owed(account) == was + entry.amount_kop


def test_the_same_press_twice_is_one_reading(marina: Browser, installation, before):
    marina.submit(where(installation), {"t1": str(before + 100)}, button=CHECK)
    form = next(form for form in marina.page.forms if form.action == where(installation))
    fields = {name: values[0] for name, values in form.fields.items()} | {"action": "confirm"}
    marina.post(where(installation), fields)
    after = counted()
    page = marina.post(where(installation), fields)
    assert page.status == 200
    assert counted() == after


def test_a_second_tab_with_another_value_is_told_that_the_month_is_taken(marina: Browser, installation, before):
    form = next(form for form in marina.page.forms if form.action == where(installation))
    other_tab = {name: values[0] for name, values in form.fields.items()} | {"key": "another-tab", "seen": "y"}
    marina.submit(where(installation), {"t1": str(before + 100)}, button=CHECK)
    marina.submit(where(installation), button=CONFIRM)
    after = counted()
    page = marina.post(where(installation), other_tab | {"t1": str(before + 120), "action": "confirm"}, status=422)
    assert any("уже принято. Чтобы исправить его, сначала удалите принятое показание." in said for said in page.errors)
    assert counted() == after


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Введите показание счётчика."),
        ("двести", "Введите показание цифрами, например 4350. Буквы и знаки не подходят."),
        ("-15", "Введите показание цифрами, например 4350. Буквы и знаки не подходят."),
        ("1e5", "Введите показание цифрами, например 4350. Буквы и знаки не подходят."),
        ("١٢٣", "Введите показание цифрами, например 4350. Буквы и знаки не подходят."),
        ("9" * 40, "Введите показание цифрами, например 4350. Буквы и знаки не подходят."),
        ("1234567", "У этого счётчика 6 цифр до запятой. Введите только их, без цифр после запятой."),
        (
            "1",
            "Введённое показание меньше предыдущего. Показание не принято. Проверьте цифры или номер счётчика.",
        ),
    ],
)
def test_what_is_no_reading_is_refused_beside_its_field_and_kept_there(marina: Browser, installation, typed, said):
    moved = counted()
    page = marina.submit(where(installation), {"t1": typed}, button=CHECK, status=422)
    assert said in page.errors
    (field,) = page.find("input", name="t1")
    assert (field.get("value"), field.get("aria-invalid")) == (typed, "true")
    assert counted() == moved


def test_a_fraction_is_cut_and_the_person_is_told(marina: Browser, installation, before):
    page = marina.submit(where(installation), {"t1": f"{before + 100},7"}, button=CHECK)
    assert "Учтены только целые киловатт-часы, цифры после запятой отброшены." in page.text
    assert "Расход 100 кВт·ч" in page.text


def test_much_more_than_usual_is_asked_about_and_more_than_possible_refused(marina: Browser, installation, before):
    page = marina.submit(where(installation), {"t1": str(before + 2500)}, button=CHECK)
    assert "намного больше обычного" in page.text
    moved = counted()
    page = marina.post(where(installation), {"t1": "999999", "action": "check"}, status=422)
    assert counted() == moved


def test_a_withdrawn_reading_gives_the_money_back_and_makes_room(marina: Browser, account, installation, before):
    was = owed(account)
    marina.submit(where(installation), {"t1": str(before + 100)}, button=CHECK)
    marina.submit(where(installation), button=CONFIRM)
    kept = last_reading(installation.id)
    page = marina.submit(f"{where(installation)}/withdrawal/{kept.id}")
    assert page.notice == "Показание удалено."
    assert owed(account) == was
    assert last_reading(installation.id).values == (before,)
    marina.submit(where(installation), {"t1": str(before + 90)}, button=CHECK)
    marina.submit(where(installation), button=CONFIRM)
    assert last_reading(installation.id).values == (before + 90,)


def test_a_strangers_meter_does_not_exist(marina: Browser, stranger):
    foreign = Installation.get(Installation.account == stranger)
    moved = counted()
    marina.post(where(foreign), {"t1": "99999", "action": "confirm", "seen": "y"}, status=404)
    assert counted() == moved


def test_with_scripts_only_the_meter_comes_back(marina: Browser, installation, before):
    page = marina.submit(where(installation), {"t1": str(before + 100)}, button=CHECK, htmx=True)
    assert [e.get("id") for e in page.find("section")] == [f"meter-{installation.id}"]


def test_the_address_of_a_refused_form_opened_anew_is_the_page_of_readings(marina: Browser, installation, before):
    marina.submit(where(installation), {"t1": "много"}, button=CHECK, status=422)
    marina.open(where(installation))
    assert marina.page.h1 == "Показания"
    marina.open(f"{PAGE}999999999", status=404)
