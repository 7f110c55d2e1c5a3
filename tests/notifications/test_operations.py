"""Writing messages: to whom, by which channels, once for an event."""

import pytest

from nesk.core import clock, settings
from nesk.core.db import transaction
from nesk.core.events import Delivery, record
from nesk.notifications import operations, queries
from nesk.notifications.models import Message
from nesk.notifications.operations import mark_read, notify, recording_only
from nesk.notifications.settings import NotificationSettings
from nesk.payments.events import PaymentStarted
from nesk.people.models import Identity
from tests.district import BY, make_home, make_person

ORDER = {"number": "З-2026-000001", "service": "Распломбировка", "address": "г Краснодар, ул Одесская, д.1"}


@pytest.fixture
def event(district):
    with transaction():
        return record(PaymentStarted(1, district.home.account.id), by=BY)


def tell(event, person, template="order_placed", **facts):
    with transaction():
        return notify(event, template, person_id=person.id, link="/cabinet/services/1", **ORDER | facts)


def written():
    return [(each.channel, each.recipient, each.state) for each in Message.select().order_by(Message.id)]


@pytest.mark.both_engines
def test_a_person_is_told_by_every_channel_they_have(district, event):
    assert tell(event, district.home.person) == 3
    assert written() == [
        ("email", "dom1@demo.nesk", "queued"),
        ("sms", "+79000000001", "queued"),
        ("cabinet", f"person:{district.home.person.id}", "sent"),
    ]
    notice = Message.get(Message.channel == "cabinet")
    assert (notice.subject, notice.link, notice.html, notice.read_at) == (
        "Заявка З-2026-000001 получена",
        "/cabinet/services/1",
        "",
        None,
    )
    assert "http://127.0.0.1:8000/cabinet/services/1" in Message.get(Message.channel == "email").text


@pytest.mark.both_engines
def test_the_same_event_is_told_once_however_often_it_is_answered(district, event):
    tell(event, district.home.person)
    assert tell(event, district.home.person) == 0
    assert (Message.select().count(), Delivery.select().count()) == (3, 2)
    neighbour = make_home(district.branch, 2)
    assert tell(event, neighbour.person) == 3


def test_an_unconfirmed_address_is_not_written_to(district, event):
    person, _, _ = make_person(7, is_confirmed=False)
    assert tell(event, person) == 1
    assert [channel for channel, _, _ in written()] == ["cabinet"]


def test_a_person_without_an_e_mail_gets_the_rest(district, event):
    Identity.delete().where(Identity.kind == "email").execute()
    tell(event, district.home.person)
    assert [channel for channel, _, _ in written()] == ["sms", "cabinet"]


def test_staff_switch_the_sms_of_a_topic_off_and_nothing_else(district, event):
    settings.change(NotificationSettings, "sms_about_orders", False, by=BY)
    tell(event, district.home.person)
    assert [channel for channel, _, _ in written()] == ["email", "cabinet"]
    tell(event, make_home(district.branch, 2).person, "payment_posted", amount_kop=100, account_number="230000000017")
    assert [channel for channel, _, _ in written()[2:]] == ["email", "sms", "cabinet"]


def test_the_past_is_recorded_and_sent_to_nobody(district, event):
    with recording_only():
        tell(event, district.home.person)
    assert [state for _, _, state in written()] == ["recorded", "recorded", "sent"]
    assert Delivery.select().count() == 0
    assert operations.is_recording_only() is False


def test_an_undone_reaction_leaves_no_message(district, event):
    with pytest.raises(ValueError, match="undone"), transaction():
        notify(event, "order_placed", person_id=district.home.person.id, **ORDER)
        raise ValueError("undone")
    assert (Message.select().count(), Delivery.select().count()) == (0, 0)


@pytest.mark.both_engines
def test_notices_are_counted_until_they_are_read(district, event):
    person, neighbour = district.home.person, make_home(district.branch, 2).person
    tell(event, person)
    tell(event, neighbour)
    assert (queries.unread_count(person.id), queries.unread_count(neighbour.id)) == (1, 1)
    assert [notice.recipient for notice in queries.notices(person.id).rows] == [f"person:{person.id}"]
    assert (mark_read(person.id), mark_read(person.id)) == (1, 0)
    assert (queries.unread_count(person.id), queries.unread_count(neighbour.id)) == (0, 1)
    assert queries.notices(person.id).rows[0].read_at == clock.now()


def test_notices_come_in_pages_the_newest_first(district):
    for number in range(25):
        with transaction():
            tell(record(PaymentStarted(number, 1), by=BY), district.home.person, number=f"З-2026-{number:06}")
    first, second = (queries.notices(district.home.person.id, number) for number in (1, 2))
    assert (len(first.rows), len(second.rows), first.total, first.pages) == (20, 5, 25, 2)
    assert (first.rows[0].subject, second.rows[-1].subject) == (
        "Заявка З-2026-000024 получена",
        "Заявка З-2026-000000 получена",
    )
