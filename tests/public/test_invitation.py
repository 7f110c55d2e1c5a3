"""The page of an invitation: what it tells to whom, taking it up, and one sentence for every link that does not work."""

from datetime import timedelta

import pytest

from nesk.accounts import ending
from nesk.accounts.models import Binding
from nesk.core import clock
from nesk.core.actor import system
from nesk.people.models import Session
from nesk.people.operations import set_password
from nesk.people.queries import person_by_identity
from tests.browser import Browser
from tests.cabinet.guests import browser_of, invite, let_in, make_guest
from tests.public.conftest import NEW_PASSWORD, NEW_PHONE, ask_phone, code_from_sms

DEAD = "Приглашение не работает: его уже приняли, отозвали или прошла неделя."
SECRET = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


def test_a_stranger_sees_what_is_offered_and_is_led_to_the_door_with_the_way_back(nobody: Browser, account):
    """W1"""
    token = invite(account).token
    page = nobody.open(f"/invitation/{token}")
    assert "•••• 0017" in page.text
    assert "Марина К." in page.text
    assert "просмотр и показания" in page.text
    for personal in (account.number, "Ковальчук", f"д.{account.premises.house}", "Дочь"):
        assert personal not in page.body
    assert (page.links["Войти"], page.links["Зарегистрироваться"]) == ("/login", "/register")
    assert {name: page.headers[name] for name in SECRET} == SECRET


def test_signing_in_leads_back_and_accepting_opens_the_account(nobody: Browser, account):
    token, person = invite(account).token, make_guest()
    page = nobody.post(f"/invitation/{token}", {"csrf_token": nobody.open(f"/invitation/{token}").csrf_token})
    assert (page.path, token in page.body) == ("/login", False)
    page = nobody.open("/login?by=email")
    assert token not in page.body
    page = nobody.submit("/login?by=email", {"email": "gost1@demo.nesk", "password": "demo-2026"})
    assert page.h1.startswith("Вам открывают доступ")
    page = nobody.submit(f"/invitation/{token}")
    assert page.notice == "Приглашение принято. Счёт появился в вашем кабинете."
    assert page.path == f"/cabinet/?ls={account.number}"
    binding = Binding.get(Binding.person == person)
    assert (binding.rights, binding.account_id) == ("readings", account.id)
    assert nobody.open(f"/invitation/{token}").path == f"/cabinet/?ls={account.number}"


def test_registering_leads_back_too_and_so_does_a_password_of_ours(nobody: Browser, account):
    token = invite(account).token
    page = nobody.open(f"/invitation/{token}")
    nobody.open(page.links["Зарегистрироваться"])
    asked = ask_phone(nobody)
    asked = nobody.submit(asked.path, {"code": code_from_sms(NEW_PHONE)})
    page = nobody.submit(asked.path, {"password": NEW_PASSWORD, "confirmation": NEW_PASSWORD})
    assert page.path == f"/invitation/{token}"
    assert page.h1.startswith("Вам открывают доступ")
    person, other = make_guest(), nobody.another()
    set_password(person, "выдан-нами-2026", by=system("test"), issued_until=clock.now() + timedelta(hours=1))
    other.open(f"/invitation/{token}")
    page = other.submit("/login?by=email", {"email": "gost1@demo.nesk", "password": "выдан-нами-2026"})
    assert page.path == "/cabinet/password"
    own = "осенний трамвай 9"
    assert other.submit("/cabinet/password", {"password": own, "again": own}).path == f"/invitation/{token}"


@pytest.mark.parametrize(("minutes", "there"), [(29, "/invitation/"), (31, "/cabinet/")])
def test_the_way_back_is_remembered_for_half_an_hour(nobody: Browser, account, minutes, there):
    token = invite(account).token
    make_guest()
    nobody.open(f"/invitation/{token}")
    with clock.stopped_at(clock.now() + timedelta(minutes=minutes)):
        nobody.open("/login?by=email")
        page = nobody.submit("/login?by=email", {"email": "gost1@demo.nesk", "password": "demo-2026"})
    assert page.path.startswith(there)


def test_whoever_wanted_another_page_is_led_to_that_one(nobody: Browser, account):
    make_guest()
    nobody.open(f"/invitation/{invite(account).token}")
    nobody.open("/login?by=email&next=/cabinet/help/")
    page = nobody.submit("/login?by=email", {"email": "gost1@demo.nesk", "password": "demo-2026"})
    assert page.path == "/cabinet/help/"


def test_every_dead_link_is_answered_alike(nobody: Browser, account):
    taken = invite(account)
    let_in(account, make_guest(2))
    ended = invite(account)
    ending.end_invitation(account.id, ended.invitation.id, by=system("test"))
    first = make_guest(3)
    from nesk.accounts import sharing

    sharing.accept(taken.token, first.id, by=system("test"))
    person = browser_of(nobody, make_guest(4))
    bodies = set()
    for token in (taken.token, ended.token, "x", "a" * 43):
        for browser in (nobody, person):
            page = browser.open(f"/invitation/{token}", status=404)
            assert DEAD in page.text
            assert page.headers["Referrer-Policy"] == "no-referrer"
            bodies.add(page.text)
        page = person.post(f"/invitation/{token}", status=404)
        assert DEAD in page.text
    assert len(bodies) == 1
    assert Binding.select().where(Binding.invitation == taken.invitation).count() == 1


def test_the_holder_is_told_that_it_is_their_own(nobody: Browser, account):
    token = invite(account).token
    holder = browser_of(nobody, person_by_identity("email", "abonent@demo.nesk"))
    page = holder.open(f"/invitation/{token}")
    assert "Это ваше приглашение. Перешлите ссылку тому, кому открываете доступ." in page.text
    page = holder.post(f"/invitation/{token}", status=422)
    assert "У вас уже есть полный доступ к этому счёту: приглашение вам не нужно." in page.text
    assert Binding.select().where(Binding.account == account, Binding.rights != "all").count() == 0


def test_a_session_that_is_good_for_a_new_password_only_accepts_nothing(nobody: Browser, account):
    token, person = invite(account).token, make_guest()
    browser = browser_of(nobody, person)
    browser.open(f"/invitation/{token}")
    Session.update(purpose="password").execute()
    reply = browser.client.post(f"/invitation/{token}", data={"csrf_token": browser.page.csrf_token})
    assert (reply.status_code, reply.headers["Location"]) == (303, "/login")
    assert Binding.select().where(Binding.person == person).count() == 0


def test_accepting_needs_the_token_of_the_page(nobody: Browser, account):
    """W2"""
    token, person = invite(account).token, make_guest()
    browser = browser_of(nobody, person)
    assert browser.client.post(f"/invitation/{token}").status_code == 403
    assert Binding.select().where(Binding.person == person).count() == 0


def test_over_https_the_form_is_taken_without_a_referrer(nobody: Browser, account):
    token, person = invite(account).token, make_guest()
    browser = browser_of(nobody, person)
    crumb = browser.open(f"/invitation/{token}").csrf_token
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}  # what a browser sends from a page without referrer
    reply = browser.client.post(
        f"/invitation/{token}", data={"csrf_token": crumb}, base_url="https://localhost", headers=headers
    )
    assert reply.status_code == 303
    assert Binding.select().where(Binding.person == person).count() == 1
