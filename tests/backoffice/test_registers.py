"""The registers: each sees their own branch, asks for nothing they may not do, and takes away no formulas."""

import csv
import io
from collections.abc import Callable

import pytest
from openpyxl import load_workbook

from nesk.accounts.models import Account
from nesk.accounts.operations import bind
from nesk.branches.models import Branch
from nesk.core import clock
from nesk.core.events import EventRecord
from nesk.fieldwork.models import Order
from nesk.metering.models import Meter
from nesk.people.models import Person, Staff
from tests.browser import Browser
from tests.district import BY, make_person

REGISTERS = "/staff/registers/"
NAMES = ("people", "accounts", "meters", "orders", "payments", "branches")
SignedIn = Callable[[str], Browser]


@pytest.fixture
def office(browser: Browser, town: object) -> SignedIn:
    def signed_in(login: str) -> Browser:
        browser.sign_in_as(Staff.get(Staff.login == login))
        return browser

    return signed_in


def one_of(branch: str) -> Account:
    return Account.select().join(Branch).where(Branch.code == branch, Account.kind == "person").first()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.both_engines
def test_each_register_opens_searches_and_exports_for_the_administrator(office: SignedIn, name):
    admin = office("admin")
    admin.open(f"{REGISTERS}{name}/")
    admin.open(f"{REGISTERS}{name}/?search=%25_'\"%00&flt0_since=2026-01-01&flt0_until=2026-13-99&flt0_state=nonsense")
    for kind in ("csv", "xlsx"):
        assert admin.get(f"{REGISTERS}{name}/export/{kind}/").status_code == 200


@pytest.mark.parametrize(
    ("name", "words", "shown"),
    [
        ("people", "КОВАЛЬЧУК марина", "Ковальчук Марина Сергеевна"),
        ("people", "abonent@demo.nesk", "Ковальчук Марина Сергеевна"),
        ("people", "79000000001", "Ковальчук Марина Сергеевна"),
        ("accounts", "230000000017", "230000000017"),
        ("accounts", "ставропольская", "Ставропольская"),
        ("organizations", "2310999996", "Ромашка"),
        ("organizations", "ромашка", "Ромашка"),
        ("payments", "230000000017", "230000000017"),
    ],
)
@pytest.mark.both_engines
def test_whatever_a_clerk_knows_of_somebody_finds_them(office: SignedIn, name, words, shown):
    """In whatever letters; and what nobody has finds nobody."""
    admin = office("admin")
    rows = [" ".join(row).replace("\u00a0", " ") for row in admin.open(f"{REGISTERS}{name}/?search={words}").rows]
    assert rows
    assert all(shown in row for row in rows)
    assert admin.open(f"{REGISTERS}{name}/?search=никого такого").rows == []


@pytest.mark.both_engines
def test_a_meter_and_an_order_are_found_by_their_numbers(office: SignedIn):
    admin = office("admin")
    meter, order = Meter.select().first(), Order.select().first()
    for name, number in (("meters", meter.serial), ("orders", order.number)):
        assert [number in " ".join(row) for row in admin.open(f"{REGISTERS}{name}/?search={number}").rows] == [True]


def test_a_branch_sees_only_its_own_accounts_and_another_card_does_not_exist(office: SignedIn):
    own, foreign = one_of("arm"), one_of("krd")
    armavir = office("armavir")
    found = armavir.open(f"{REGISTERS}accounts/?search={own.number}")
    assert len(found.rows) == 1
    assert armavir.open(f"{REGISTERS}accounts/?search={foreign.number}").rows == []
    armavir.open(f"{REGISTERS}accounts/details/?id={own.id}")
    armavir.open(f"{REGISTERS}accounts/details/?id={foreign.id}", status=404)
    armavir.open(f"/staff/accounts/{own.number}")
    armavir.open(f"/staff/accounts/{foreign.number}", status=404)
    taken = armavir.get(f"{REGISTERS}accounts/export/csv/").get_data(as_text=True)
    assert foreign.number not in taken


def test_of_a_person_with_accounts_in_two_branches_each_branch_knows_its_own(office: SignedIn):
    own, foreign = one_of("arm"), one_of("krd")
    someone, _, _ = make_person(9001)
    Person.update(search="двудомов").where(Person.id == someone.id).execute()
    for account in (own, foreign):
        bind(someone.id, account.id, way="staff", by=BY)
    armavir = office("armavir")
    admin = armavir.another()
    admin.sign_in_as(Staff.get(Staff.login == "admin"))
    address = f"{REGISTERS}people/?search=двудомов"

    def numbers(browser: Browser) -> list[str]:
        taken = browser.get(f"{REGISTERS}people/export/csv/?search=двудомов").data.decode("utf-8-sig")
        (row,) = list(csv.DictReader(io.StringIO(taken), delimiter=";"))
        return sorted(row["Лицевые счета"].split(", "))

    (row,) = armavir.open(address).rows
    assert (own.number in str(row), foreign.number in str(row)) == (True, False)
    assert numbers(armavir) == [own.number]
    card = armavir.open(f"{REGISTERS}people/details/?id={someone.id}")
    assert (own.number in card.text, foreign.number in card.text) == (True, False)
    assert foreign.number not in "".join(card.links.values())
    assert numbers(admin) == sorted([own.number, foreign.number])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("verb", ["new/", "edit/?id=1", "ajax/lookup/?name=branch&query=a"])
def test_nothing_is_made_changed_or_looked_up_behind_the_operations(office: SignedIn, name, verb):
    admin = office("admin")
    people = Person.select().count()
    assert admin.get(f"{REGISTERS}{name}/{verb}").status_code in (302, 303, 403, 404)
    reply = admin.client.post(f"{REGISTERS}{name}/delete/", data={"id": "1", "csrf_token": admin.page.csrf_token})
    assert reply.status_code in (302, 303, 403, 404)
    assert Person.select().count() == people


def test_an_export_is_noted_with_its_author_and_holds_no_formulas(office: SignedIn):
    someone = Person.select().order_by(Person.id.desc()).first()
    Person.update(surname='=HYPERLINK("http://example.com")', search="формула").where(Person.id == someone.id).execute()
    admin = office("admin")
    body = admin.get(f"{REGISTERS}people/export/csv/?search=формула").data.decode("utf-8-sig")
    (row,) = list(csv.reader(io.StringIO(body), delimiter=";"))[1:]
    assert row[0].startswith("'=HYPERLINK")
    sheet = load_workbook(io.BytesIO(admin.get(f"{REGISTERS}people/export/xlsx/?search=формула").data)).active
    first = next(iter(sheet[2]))
    assert (first.data_type, first.value[:2]) == ("s", "'=")
    noted = EventRecord.select().where(EventRecord.name == "RegisterExported")
    assert {each.by for each in noted} == {f"staff:{Staff.get(Staff.login == 'admin').id}"}


@pytest.mark.both_engines
def test_days_of_registration_are_whole_days_here(office: SignedIn):
    admin = office("admin")
    someone = Person.select().order_by(Person.id.desc()).first()
    late = clock.at(clock.today().replace(month=3, day=9), 23)
    Person.update(created_at=late).where(Person.id == someone.id).execute()
    day = f"{clock.today().year}-03-09"
    assert len(admin.open(f"{REGISTERS}people/?flt0_since={day}&flt0_until={day}").rows) == 1


def test_a_crew_has_nothing_to_look_for_here(office: SignedIn):
    crew = office("crew")
    for name in NAMES:
        assert crew.get(f"{REGISTERS}{name}/").status_code in (303, 403, 404)


@pytest.mark.parametrize("name", NAMES)
def test_the_card_of_a_row_is_in_russian_and_tells_no_secrets(office: SignedIn, name):
    admin = office("admin")
    page = admin.open(f"{REGISTERS}{name}/details/?id=1")
    assert page.h1 != "Запись 1"
    names = page.words_of("dt")
    assert len(names) >= 6
    assert [words for words in names if words.isascii()] == []
    assert "argon2" not in page.text
