"""The dispatcher's board: put on a crew, move, take off; what belongs to another branch does not exist."""

import pytest

from nesk.accounts.models import Account
from nesk.branches.models import Branch
from nesk.core import clock
from nesk.core.actor import system
from nesk.fieldwork.models import Crew, Order, Visit
from nesk.fieldwork.operations import place_order
from nesk.fieldwork.queries import live_visit
from nesk.metering.models import Installation
from nesk.people.models import Staff
from tests.browser import Browser

BOARD = "/staff/dispatch/"


@pytest.fixture
def dispatcher(browser: Browser, town: object) -> Browser:
    browser.sign_in_as(Staff.get(Staff.login == "dispatcher"))
    return browser


@pytest.fixture
def krasnodar(town: object) -> Branch:
    return Branch.get(Branch.code == "krd")


@pytest.fixture
def waiting(krasnodar) -> Order:
    """An accepted order that nobody is sent to yet."""
    return Order.get(Order.branch == krasnodar, Order.state == "accepted")


@pytest.fixture
def crew(krasnodar) -> Crew:
    return Crew.get(Crew.branch == krasnodar, Crew.name == "Бригада № 1")


def assignment(order: Order) -> str:
    return f"{BOARD}orders/{order.id}/assignment"


def choice(crew: Crew, slot: int = 3) -> dict[str, str]:
    return {"on": clock.today().isoformat(), "slot": str(slot), "crew": str(crew.id)}


def test_an_order_is_put_on_a_crew_moved_and_taken_off(dispatcher: Browser, waiting, crew):
    dispatcher.open(assignment(waiting))
    page = dispatcher.submit(assignment(waiting), choice(crew))
    assert page.notice == f"Заявка {waiting.number} назначена."
    visit = live_visit(waiting.id)
    assert (visit.crew_id, visit.on, visit.slot, visit.state) == (crew.id, clock.today(), 3, "assigned")
    assert Order.get_by_id(waiting.id).state == "assigned"
    dispatcher.open(assignment(waiting))
    dispatcher.submit(assignment(waiting), choice(crew, 2))
    assert live_visit(waiting.id).slot == 2
    dispatcher.open(assignment(waiting))
    dispatcher.submit(f"{assignment(waiting)}/end")
    assert live_visit(waiting.id) is None
    assert Order.get_by_id(waiting.id).state == "accepted"


def make_elsewhere(like: Order) -> Order:
    """An order of an account of Армавир."""
    account = Account.select().join(Branch).where(Branch.code == "arm", Account.kind == "person").first()
    return place_order(
        like.service.code,
        account_id=account.id,
        installation_id=Installation.get(Installation.account == account).id,
        person_id=None,
        contact_name="Оганян",
        contact_phone="+79000000009",
        by=system("test"),
    )


def test_two_dispatchers_with_the_same_order_the_second_is_told(dispatcher: Browser, waiting, crew):
    other = dispatcher.another()
    other.sign_in_as(Staff.get(Staff.login == "admin"))
    other.open(assignment(waiting))
    dispatcher.open(assignment(waiting))
    dispatcher.submit(assignment(waiting), choice(crew))
    page = other.submit(assignment(waiting), choice(crew, 2), status=409)
    assert page.text
    assert live_visit(waiting.id).slot == 3


@pytest.mark.parametrize(
    "wrong", [{"crew": ""}, {"crew": "999999"}, {"slot": "9"}, {"on": "2020-01-01"}, {"on": "завтра"}]
)
def test_what_cannot_be_planned_is_refused_and_nothing_moves(dispatcher: Browser, waiting, crew, wrong):
    dispatcher.open(assignment(waiting))
    before = Visit.select().count()
    page = dispatcher.post(assignment(waiting), {**choice(crew), **wrong}, status=422)
    assert page.errors
    assert (Visit.select().count(), Order.get_by_id(waiting.id).state) == (before, "accepted")


@pytest.mark.parametrize("version", ["²", "", "1e1"])
def test_a_version_that_no_order_has_moves_nothing(dispatcher: Browser, waiting, crew, version):
    dispatcher.open(assignment(waiting))
    before = Visit.select().count()
    dispatcher.post(assignment(waiting), {**choice(crew), "version": version}, status=409)
    assert (Visit.select().count(), Order.get_by_id(waiting.id).state) == (before, "accepted")


def test_orders_and_crews_of_another_branch_do_not_exist(dispatcher: Browser, waiting, krasnodar):
    foreign = make_elsewhere(waiting)
    foreign_crew = Crew.select().where(Crew.branch != krasnodar).first()
    dispatcher.open(assignment(waiting))
    before = Visit.select().count()
    dispatcher.post(assignment(waiting), choice(foreign_crew), status=422)
    dispatcher.open(assignment(foreign), status=404)
    dispatcher.post(f"{assignment(foreign)}/end", status=404)
    assert Visit.select().count() == before


@pytest.mark.parametrize("login", ["operator", "billing", "armavir"])
def test_whoever_does_not_dispatch_does_not_see_the_board(browser: Browser, town, login):
    browser.sign_in_as(Staff.get(Staff.login == login))
    assert browser.get(BOARD).status_code in (403, 404)
