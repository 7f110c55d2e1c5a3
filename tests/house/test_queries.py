"""Hot pages ask the database a fixed number of times, whatever is on them."""

import pytest
from playhouse.test_utils import count_queries

from nesk.people.models import Staff
from nesk.people.queries import person_by_identity
from tests.browser import Browser

CABINET = {
    "/cabinet/": 10,
    "/cabinet/readings/": 9,
    "/cabinet/readings/history": 5,
    "/cabinet/payment/": 8,
    "/cabinet/charges/": 7,
    "/cabinet/charges/payments": 5,
    "/cabinet/receipts/": 5,
    "/cabinet/services/": 5,
    "/cabinet/notices/": 5,
    "/cabinet/settings": 7,
    "/cabinet/subscriptions": 10,
    "/cabinet/profile": 5,
}
OFFICE = {
    "/staff/": 4,
    "/staff/registers/people/": 7,
    "/staff/registers/accounts/": 7,
    "/staff/registers/meters/": 5,
    "/staff/registers/orders/": 5,
    "/staff/registers/payments/": 5,
    "/staff/dispatch/": 8,
}


def asked(browser: Browser, path: str) -> int:
    browser.open(path)  # what a process reads once, it has read
    with count_queries() as counter:
        browser.open(path)
    return int(counter.count)


@pytest.mark.parametrize(("path", "queries"), CABINET.items())
def test_a_page_of_the_cabinet_asks_so_many_times(browser: Browser, town, path, queries):
    browser.sign_in_as(person_by_identity("email", "abonent@demo.nesk"))
    assert asked(browser, path) == queries


@pytest.mark.parametrize(("path", "queries"), OFFICE.items())
def test_a_page_of_the_office_asks_so_many_times(browser: Browser, town, path, queries):
    browser.sign_in_as(Staff.get(Staff.login == "dispatcher" if "dispatch" in path else Staff.login == "operator"))
    assert asked(browser, path) == queries
