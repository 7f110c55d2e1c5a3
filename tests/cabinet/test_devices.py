"""«Мои устройства» (S6): where one is signed in, in words; ending one and all others."""

from datetime import datetime, timedelta

import pytest

from nesk.core import clock
from nesk.credentials.remembering import remember
from nesk.people.models import Person, Session
from nesk.people.operations import register_person
from nesk.people.queries import signed_in
from nesk.people.sessions import open_session
from tests.browser import Browser
from tests.credentials.test_remembering import DESK, PHONE
from tests.district import BY
from tests.hashes import cheap_hashes

__all__ = ["cheap_hashes"]
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=clock.MOSCOW)
PYTHON = "Неизвестный браузерэтот компьютер · это устройство"


@pytest.fixture
def marina(browser: Browser):
    with clock.stopped_at(NOW - timedelta(days=20)):
        person = register_person(surname="Ковальчук", email="abonent@demo.nesk", password="demo-2026", by=BY)
    with clock.stopped_at(NOW):
        browser.client.environ_base["HTTP_USER_AGENT"] = "test"
        browser.sign_in_as(person)
        yield browser


def elsewhere(device=DESK, ip="95.24.17.3", *, minutes=5, is_remembered=False):
    """A session of Marina's on another device, some minutes ago."""
    with clock.stopped_at(NOW - timedelta(minutes=minutes)):
        token = open_session("person", Person.get().id, remember=is_remembered, ip=ip, device=device)
        link = remember(Person.get().id, token) if is_remembered else None
    return token, link


def shown(page):
    return page.words_of("li", cls="item")


def test_every_device_is_named_with_its_place_and_time(marina):
    elsewhere()
    elsewhere(PHONE, is_remembered=True)
    elsewhere(PHONE, minutes=60, is_remembered=True)
    elsewhere(minutes=60)
    page = marina.open("cabinet.devices.index")
    assert page.h1 == "Мои устройства"
    assert shown(page) == [
        PYTHON,
        "Chrome, Androidсеть 95.24.17.* · сегодня, 9:55Устройство запомнено Выйти на устройстве Chrome, Android",
        "Firefox, Windowsсеть 95.24.17.* · сегодня, 9:55 Выйти на устройстве Firefox, Windows",
        "Chrome, Androidсеть 95.24.17.* · сегодня, 9:00Вход не выполнен, устройство запомнено"
        " Выйти на устройстве Chrome, Android",
    ]


@pytest.mark.parametrize("htmx", [False, True])
def test_one_device_is_ended_with_what_would_open_its_next_session(marina, htmx):
    token, link = elsewhere(PHONE, is_remembered=True)
    other, _ = elsewhere()
    session = signed_in("person", token).session
    marina.open("cabinet.devices.index")
    page = marina.submit("cabinet.devices.end", htmx=htmx, session_id=session.id)
    assert page.notice == "Вход на устройстве завершён."
    assert shown(page) == [
        PYTHON,
        "Firefox, Windowsсеть 95.24.17.* · сегодня, 9:55 Выйти на устройстве Firefox, Windows",
    ]
    assert signed_in("person", token) is None
    assert signed_in("person", other) is not None
    thief = marina.another()
    thief.client.set_cookie("remember", link.cookie)
    assert thief.get("/cabinet/").status_code == 303


@pytest.mark.parametrize("htmx", [False, True])
def test_all_others_are_ended_at_once_and_this_one_stays(marina, htmx):
    elsewhere()
    elsewhere(PHONE, minutes=60, is_remembered=True)
    marina.open("cabinet.devices.index")
    page = marina.submit("cabinet.devices.end_others", htmx=htmx, button="Выйти на всех других устройствах")
    assert page.notice == "На других устройствах вход завершён."
    assert shown(page) == [PYTHON]
    assert "Выйти на всех других устройствах" not in page.text
    assert Session.select().where(Session.ended_at.is_null()).count() == 1


def test_the_device_of_somebody_else_does_not_exist(marina):
    stranger = register_person(surname="Чужой", email="stranger@demo.nesk", password="demo-2026", by=BY)
    token = open_session("person", stranger.id)
    session = signed_in("person", token).session
    marina.post("cabinet.devices.end", session_id=session.id, status=404)
    marina.post("cabinet.devices.end", session_id=10**6, status=404)
    staff = open_session("staff", Person.get().id)
    marina.post("cabinet.devices.end", session_id=Session.get(Session.kind == "staff").id, status=404)
    assert signed_in("person", token) is not None
    assert staff


def test_the_page_is_found_under_more(marina):
    assert marina.open("/cabinet/").links["Мои устройства"] == "/cabinet/devices/"
