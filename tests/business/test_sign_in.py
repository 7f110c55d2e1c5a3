"""«Для юридических лиц и ИП» (S2-06): login, password and the branch of the contract."""

from __future__ import annotations

import pytest

from nesk.branches.models import Branch
from nesk.core import clock
from nesk.core.actor import system
from nesk.credentials.sign_in import Door
from nesk.people.models import BusinessUser
from nesk.people.operations import WRONG_BUSINESS, create_business_user
from tests.browser import PASSWORD, Browser
from tests.district import make_branch

DOOR = "/business/login"


@pytest.fixture
def branches(browser: Browser) -> tuple[Branch, Branch]:
    first = make_branch("krd", "Краснодарэнергосбыт")
    facts = {**first.__data__, "code": "arm", "name": "Армавирэнергосбыт"}
    del facts["id"]
    return first, Branch.create(**facts)


@pytest.fixture
def users(branches) -> tuple[BusinessUser, BusinessUser]:
    return tuple(
        create_business_user(login, login, PASSWORD, branch=branch, organization_id=1, by=system("test"))
        for login, branch in zip(("romashka", "kolos"), branches, strict=True)
    )


def test_the_page_has_the_words_of_the_seed(browser: Browser, users):
    page = browser.open(DOOR)
    assert page.h1 == "Для юридических лиц и ИП"
    assert page.words_of("label") == ["Логин", "Пароль", "Филиал"]
    assert "Войти" in page.words_of("button")
    assert page.words_of("option") == ["Краснодарэнергосбыт", "Армавирэнергосбыт"]


@pytest.mark.parametrize(
    ("login", "password", "branch"),
    [
        ("romashka", PASSWORD, 1),
        ("romashka", "не тот", 0),
        ("nobody", PASSWORD, 0),
        ("kolos", PASSWORD, 0),
    ],
    ids=["wrong branch", "wrong password", "nobody", "branch not chosen"],
)
def test_a_wrong_branch_is_answered_as_a_wrong_password(browser: Browser, users, branches, login, password, branch):
    page = browser.submit(DOOR, {"login": login, "password": password, "branch": str(branches[branch].id)}, status=422)
    assert page.errors[0] == WRONG_BUSINESS
    assert page.find("input", name="login")[0].get("value") == login
    assert browser.get("/business/").status_code == 303


@pytest.mark.parametrize("branch", ["", "0", "999", "abc", "1' OR '1'='1", "١"])
def test_a_branch_that_there_is_not_lets_nobody_in(browser: Browser, users, branch):
    browser.open(DOOR)
    page = browser.post(DOOR, {"login": "kolos", "password": PASSWORD, "branch": branch}, status=422)
    assert page.errors[0] == WRONG_BUSINESS


def test_trying_branches_is_trying(browser: Browser, users, branches):
    """A3: another branch is no new row of tries."""
    assert {Door("business", "kolos", str(branch.id)).name for branch in branches} == {"business::kolos"}


def test_the_branch_is_remembered_by_the_browser(browser: Browser, users, branches):
    with clock.stopped_at("2026-11-24 10:00"):
        browser.client.set_cookie("branch", str(branches[1].id))
        page = browser.open(DOOR)
    chosen = [option.get("value") for option in page.find("option") if "selected" in option.attrib]
    assert chosen == [str(branches[1].id)]


def test_the_organization_of_the_contract_signs_in(browser: Browser, town):
    """The first branch stands there beforehand, so that of Краснодар need choose nothing; Армавир has to once."""
    assert browser.submit(DOOR, {"login": "romashka", "password": PASSWORD}).path == "/business/"
    armavir = str(Branch.get(Branch.code == "arm").id)
    theirs = browser.another()
    assert theirs.submit(DOOR, {"login": "kolos", "password": PASSWORD, "branch": armavir}).path == "/business/"
    theirs.submit("/business/logout")
    assert theirs.submit(DOOR, {"login": "kolos", "password": PASSWORD}).path == "/business/"
