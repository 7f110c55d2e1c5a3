"""What people do before some words of the user's documents appear; each deed gives all that stood on its pages and papers."""

from __future__ import annotations

from nesk.accounts.models import Binding
from nesk.core import clock
from nesk.demo.bill import bill_facts
from nesk.people.models import BusinessUser, Staff
from nesk.people.queries import person_by_identity
from tests.backoffice.letters import STATEMENT, WHO, read, send
from tests.browser import Browser
from tests.cabinet.conftest import NEWCOMERS, form
from tests.enrolment.recovering import newest
from tests.pages import Page
from tests.public.at_recovery import ask
from tests.public.conftest import (
    NEW_EMAIL,
    NEW_PASSWORD,
    NEW_PHONE,
    ask_email,
    ask_phone,
    code_from_sms,
    link_from_letter,
    word_on,
)

MARINA, IVAN = "abonent@demo.nesk", "abonent2@demo.nesk"


def told(page: Page) -> str:
    """Everything that a page says: what can be seen, the fields filled in, the words in their place."""
    shown = [each.get(name) or "" for each in page.find("input") for name in ("value", "placeholder")]
    return " ".join([page.text, *shown])


def register_by_phone(nobody: Browser) -> str:
    pages = [ask_phone(nobody)]
    pages.append(nobody.submit(pages[-1].path, {"code": code_from_sms(NEW_PHONE)}))
    pages.append(nobody.submit(pages[-1].path, {"password": NEW_PASSWORD, "confirmation": NEW_PASSWORD}))
    return " ".join(map(told, pages))


def register_by_email(nobody: Browser) -> str:
    pages = [ask_email(nobody)]
    pages.append(nobody.open(link_from_letter(NEW_EMAIL)))
    pages.append(nobody.submit(nobody.page.forms[0].action, button="Войти в личный кабинет"))
    return " ".join(map(told, pages))


def register_by_account(nobody: Browser) -> str:
    """By another name than the holder's: the meter is asked for, then where login and password go."""
    page = nobody.open("/register/account")
    typed = {"number": NEWCOMERS, "name": "Петров Пётр", "captcha": word_on(page), "agree": "y"}
    pages = [page, nobody.submit("/register/account", typed)]
    typed = {"serial": bill_facts()["bind"]["serial"], "captcha": word_on(pages[-1])}
    pages.append(nobody.submit("/register/account", typed))
    return " ".join(map(told, pages))


def recover_by_unknown_address(nobody: Browser) -> str:
    return told(ask(nobody, email="nobody@demo.nesk"))


def recover_by_link(nobody: Browser) -> str:
    """The letter's link, a password that is too short, one that will do, and the letter after it."""
    pages = [ask(nobody, email=IVAN)]
    address = "/recover/link/" + newest(IVAN, "recovery_link").text.partition("/recover/link/")[2].split()[0]
    pages.append(nobody.open(address))
    pages.append(nobody.submit(address, {"password": "12345"}))
    pages.append(nobody.submit(address, {"password": NEW_PASSWORD}))
    return " ".join([*map(told, pages), newest(IVAN, "password_changed").text])


def recover_by_code(nobody: Browser) -> str:
    return told(ask(nobody, "phone", phone="+79000000001"))


def fail_to_sign_in(nobody: Browser) -> str:
    """So often that the word on the picture is asked for."""
    for _ in range(3):
        page = nobody.submit("/login?by=account", {"account": NEWCOMERS, "password": "не тот"})
    return told(page)


def bind_wrongly(marina: Browser) -> str:
    page = marina.submit("/cabinet/accounts/new", form("sum", "7777,31", consent=None), status=422)
    return told(page) + told(marina.submit("/cabinet/accounts/new", form("sum", "7777,31"), status=422))


def unbind(ivan: Browser) -> str:
    binding = Binding.get(Binding.person == person_by_identity("email", IVAN), Binding.ended_at.is_null())
    return told(ivan.submit(f"/cabinet/accounts/{binding.id}/unbinding", button="Отвязать"))


def switch_receipts_on(marina: Browser) -> str:
    """The window that «off, then on» opens."""
    marina.open("/cabinet/subscriptions")
    row = "/cabinet/subscriptions/receipts/230000000017"
    marina.post(f"{row}/end")
    return told(marina.open(row))


def issue_access(office: Browser) -> str:
    """The letter that a legal entity gets, and the page that its password opens."""
    organization = BusinessUser.get(BusinessUser.is_demo).organization_id
    office.sign_in_as(Staff.get(Staff.login == "operator"))
    with clock.stopped_at(clock.now()):
        where = f"/staff/organizations/{organization}/users/new"
        words, secret = read(send(office, where, {**STATEMENT, **WHO, "way": "hand"}))
    page = office.another().submit("/business/login", {"login": WHO["login"], "password": secret})
    return words + told(page)
