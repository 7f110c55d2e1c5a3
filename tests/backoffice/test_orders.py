"""The office at an order: accepts, refuses with a reason, answers; only its own branch, only who may."""

import pytest

from nesk.branches.models import Branch
from nesk.core import events
from nesk.fieldwork.models import Order, OrderMessage, OrderStep
from nesk.notifications.models import Message
from nesk.people.models import Staff
from tests.browser import Browser

SHOW = "backoffice.orders.show"


@pytest.fixture
def fresh(town) -> Order:
    """An order of Krasnodar that nobody has looked at."""
    branch = Branch.get(Branch.code == "krd")
    return Order.select().where(Order.state == "new", Order.branch == branch).order_by(Order.id).get()


@pytest.fixture
def operator(browser: Browser, town) -> Browser:
    browser.sign_in_as(Staff.get(Staff.login == "operator"))
    return browser


def steps(order: Order) -> list[str]:
    return [step.state for step in OrderStep.select().where(OrderStep.order == order).order_by(OrderStep.id)]


def test_an_order_is_accepted_and_the_client_is_told(operator: Browser, fresh):
    operator.open(SHOW, order_id=fresh.id)
    page = operator.submit("backoffice.orders.accept", order_id=fresh.id)
    assert page.notice == "Заявка принята."
    assert steps(fresh)[-1] == "accepted"
    events.drain(reraise=False)
    assert (
        Message.select()
        .where(Message.template == "order_accepted", Message.link == f"/cabinet/services/{fresh.id}")
        .exists()
    )


def test_a_refusal_needs_its_reason_and_keeps_the_order_until_then(operator: Browser, fresh):
    operator.open(SHOW, order_id=fresh.id)
    page = operator.submit("backoffice.orders.reject", {"reason": " "}, order_id=fresh.id, status=422)
    assert page.errors
    assert Order.get_by_id(fresh.id).state == "new"
    page = operator.submit("backoffice.orders.reject", {"reason": "Адрес не нашей сети"}, order_id=fresh.id)
    assert (Order.get_by_id(fresh.id).state, page.notice) == ("rejected", "Заявка отклонена, абонент получит причину.")


def test_of_two_who_decide_the_second_is_told_what_the_first_did(operator: Browser, fresh):
    operator.open(SHOW, order_id=fresh.id)
    other = operator.another()
    other.sign_in_as(Staff.get(Staff.login == "dispatcher"))
    other.open(SHOW, order_id=fresh.id)
    other.submit("backoffice.orders.accept", order_id=fresh.id)
    page = operator.submit("backoffice.orders.reject", {"reason": "Поздно"}, order_id=fresh.id, status=409)
    assert page.errors
    assert Order.get_by_id(fresh.id).state == "accepted"


@pytest.mark.parametrize("version", ["²", "", "1e1"])
@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_a_version_that_no_order_has_decides_nothing(operator: Browser, fresh, decision, version):
    operator.open(SHOW, order_id=fresh.id)
    sent = {"version": version, "reason": "Адрес не нашей сети"}
    page = operator.post(f"backoffice.orders.{decision}", sent, order_id=fresh.id, status=409)
    assert page.errors == ["Заявку уже изменил другой сотрудник. Обновите страницу."]
    assert (Order.get_by_id(fresh.id).state, Order.get_by_id(fresh.id).version) == ("new", fresh.version)


def test_an_answer_is_said_once_however_often_it_is_sent(operator: Browser, fresh):
    operator.open(SHOW, order_id=fresh.id)
    for _ in range(2):
        operator.submit("backoffice.orders.say", {"text": "Пришлите фото щитка", "key": "one"}, order_id=fresh.id)
    said = OrderMessage.select().where(OrderMessage.order == fresh, OrderMessage.text == "Пришлите фото щитка")
    assert said.count() == 1


def test_an_order_of_another_branch_does_not_exist(operator: Browser, fresh):
    stranger = operator.another()
    stranger.sign_in_as(Staff.get(Staff.login == "armavir"))
    stranger.open(SHOW, order_id=fresh.id, status=404)
    stranger.post("backoffice.orders.accept", order_id=fresh.id, status=404)
    assert Order.get_by_id(fresh.id).state == "new"


def test_whoever_may_not_change_orders_changes_none(operator: Browser, fresh):
    clerk = operator.another()
    clerk.sign_in_as(Staff.get(Staff.login == "billing"))
    clerk.open(SHOW, order_id=fresh.id, status=403)
    clerk.post("backoffice.orders.accept", order_id=fresh.id, status=403)
    assert steps(fresh) == ["new"]
