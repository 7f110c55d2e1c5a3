"""Letters about ways in: a new device, a changed password, a remembered sign-in that two browsers have."""

from datetime import datetime, timedelta

import pytest

from nesk.core import clock
from nesk.core.events import drain
from nesk.credentials.remembering import remember, resume
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.people.operations import set_password
from nesk.people.sessions import open_session
from tests.credentials.test_remembering import DESK, PHONE
from tests.district import BY

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=clock.MOSCOW)


@pytest.fixture(autouse=True)
def nobody_is_written_to(district):
    with recording_only():
        yield


def told():
    with clock.stopped_at(NOW + timedelta(days=400)):
        drain()
        rows = [(row.template, row.channel) for row in Message.select().order_by(Message.id)]
        drain()
    assert len(rows) == Message.select().count()
    return rows


def sign_in(district, device, *, days=0, ip="95.24.17.3"):
    with clock.stopped_at(NOW + timedelta(days=days)):
        return open_session("person", district.home.person.id, device=device, ip=ip)


@pytest.mark.both_engines
def test_a_sign_in_from_a_browser_never_seen_is_told_of_and_the_first_of_all_is_not(district):
    sign_in(district, PHONE)
    assert told() == []
    sign_in(district, PHONE.replace("142.0", "143.0"), days=1)
    assert told() == []
    sign_in(district, DESK, days=2)
    assert told() == [("new_device", "email"), ("new_device", "cabinet")]
    letter = Message.get(Message.channel == "email")
    assert (letter.recipient, letter.link) == (district.home.email, "/cabinet/devices/")
    assert "Firefox, Windows, сеть 95.24.17.*, 26\u00a0ноября\u00a02026, 10:00." in letter.text
    sign_in(district, DESK, days=3)
    assert len(told()) == 2


def test_a_device_is_forgotten_in_a_year(district):
    sign_in(district, PHONE)
    for day in (0, 300):
        sign_in(district, DESK, days=day)
    assert len(told()) == 2
    sign_in(district, PHONE, days=366)
    assert len(told()) == 4


def test_staff_are_not_written_to_about_their_devices(district):
    for device in (PHONE, DESK):
        open_session("crew", district.leader, device=device)
    assert told() == []


def test_a_new_password_is_told_of_by_every_way_and_never_told(district):
    """A5."""
    set_password(district.home.person, "трава у дома", by=BY)
    assert told() == [("password_changed", channel) for channel in ("email", "sms", "cabinet")]
    assert not any("трава" in f"{row.subject}{row.text}{row.html}" for row in Message.select())


def test_a_copied_device_is_told_of_once(district):
    """S4."""
    token = sign_in(district, PHONE)
    with clock.stopped_at(NOW):
        cookie = remember(district.home.person.id, token).cookie
    for minutes in (10, 20, 30):
        with clock.stopped_at(NOW + timedelta(minutes=minutes)):
            resume(cookie, ip="8.8.8.8", device=DESK)
    assert told() == [(kind, channel) for kind in ("new_device", "device_copied") for channel in ("email", "cabinet")]
    assert "«Chrome, Android»" in Message.get(Message.template == "device_copied", Message.channel == "email").text
