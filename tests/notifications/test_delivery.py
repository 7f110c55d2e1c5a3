"""Handing messages over: once each, under one id, whatever breaks; and an end to every wait."""

from datetime import timedelta

import pytest

from nesk.core import clock, settings
from nesk.core.db import transaction
from nesk.core.events import Delivery, attempt, drain, record
from nesk.notifications import delivery, operations, queries
from nesk.notifications.delivery import MOST_ATTEMPTS, watch
from nesk.notifications.models import Message
from nesk.notifications.settings import NotificationSettings
from nesk.payments.events import PaymentStarted
from tests.district import BY, TOMORROW
from tests.fieldwork.orders import at_once
from tests.wire import answer

BROKEN = answer("", status="500 Internal Server Error")
BAD_NUMBER = answer({"error": "invalid number", "error_code": 7, "id": 1})
TAKEN = answer({"id": 1, "cnt": 1})

FACTS = {
    "order_placed": {
        "number": "З-2026-000001",
        "service": "Распломбировка",
        "address": "г Краснодар, ул Одесская, д.1",
    },
    "order_rejected": {"number": "З-2026-000001", "service": "Распломбировка", "reason": "Не наш дом"},
    "crew_set_out": {"number": "З-2026-000001", "crew": "Бригада 1"},
}

pytestmark = pytest.mark.usefixtures("outside")


def tell(home, template="order_placed"):
    """Write the messages of one event that nothing else reacts to."""
    with transaction():
        event = record(PaymentStarted(1, home.account.id), by=BY)
        return operations.notify(
            event, template, person_id=home.person.id, link="/cabinet/services/1", **FACTS[template]
        )


def sms():
    return Message.get(Message.channel == "sms")


def letter():
    return Message.get(Message.channel == "email")


def delivery_of(message):
    return next(each for each in Delivery.select() if each.event.facts.get("message_id") == message.id)


@pytest.mark.both_engines
def test_messages_are_handed_over_after_the_commit_and_known_there_by_their_own_ids(district, outside):
    assert tell(district.home) == 3
    assert (outside.postman.letters, outside.sms.seen) == ([], [])
    drain()
    (got,), (taken,) = outside.postman.letters, outside.sms.seen
    assert got["Message-ID"] == f"<m{letter().id}@lk.nesk.example>"
    assert (got["To"], got["Subject"]) == ("dom1@demo.nesk", "Заявка З-2026-000001 получена")
    assert (taken.form["id"], taken.form["phones"], taken.form["sender"]) == (str(sms().id), "+79000000001", "NESK")
    assert taken.form["mes"] == "НЭСК: заявка З-2026-000001 получена. О времени выезда сообщим."
    for message in (letter(), sms()):
        assert (message.state, message.attempts, message.sent_at, message.error) == ("sent", 1, clock.now(), "")
    assert (letter().provider_id, sms().provider_id) == (f"m{letter().id}", "1")


def test_a_rolled_back_change_tells_nobody(district, outside):
    with pytest.raises(ValueError, match="undone"), transaction():
        tell(district.home)
        raise ValueError("undone")
    assert (drain(), Message.select().count()) == (0, 0)
    assert (outside.postman.letters, outside.sms.seen) == ([], [])


def test_a_message_that_was_handed_over_is_not_handed_over_again(district, outside):
    tell(district.home)
    drain()
    for message in (letter(), sms()):
        delivery.deliver(message.id)
        Delivery.update(done_at=None).where(Delivery.id == delivery_of(message).id).execute()
        assert attempt(delivery_of(message).id) is True
    assert (len(outside.postman.letters), len(outside.sms.seen)) == (1, 1)


@pytest.mark.both_engines
def test_sixteen_workers_woken_for_one_message_hand_it_over_once(district, outside):
    tell(district.home)
    carrier = delivery_of(letter()).id
    assert sorted(at_once(lambda n: attempt(carrier))) == [False] * 15 + [True]
    assert (len(outside.postman.letters), letter().attempts) == (1, 1)


def test_a_silent_gateway_is_asked_again_later_under_the_same_id(district, outside):
    outside.sms.says(BROKEN, TAKEN)
    tell(district.home)
    carrier = delivery_of(sms()).id
    assert attempt(carrier) is False
    assert (sms().state, sms().attempts, sms().error) == ("queued", 1, "Шлюз не отвечает")
    assert attempt(carrier) is False  # not due yet
    with clock.stopped_at(clock.now() + timedelta(seconds=5)):
        assert attempt(carrier) is True
    assert (sms().state, sms().attempts) == ("sent", 2)
    assert [seen.form["id"] for seen in outside.sms.seen] == [str(sms().id)] * 2


def test_what_will_never_arrive_is_failed_at_once_and_shown_to_staff(district, outside):
    outside.sms.says(BAD_NUMBER)
    outside.postman.says["dom1@demo.nesk"] = "550 No such user here"
    tell(district.home)
    drain()
    assert (sms().state, sms().attempts, sms().error) == ("failed", 1, "7: номер телефона")
    assert (letter().state, letter().error) == ("failed", "550 No such user here")
    assert [message.id for message in queries.failed()] == [sms().id, letter().id]
    assert Delivery.select().where(Delivery.done_at.is_null()).count() == 0


def test_staff_can_send_a_failed_message_again_and_only_a_failed_one(district, outside):
    outside.sms.says(BAD_NUMBER, TAKEN)
    tell(district.home)
    drain()
    assert operations.send_again(sms().id, by=BY) is True
    assert operations.send_again(sms().id, by=BY) is False
    assert operations.send_again(letter().id, by=BY) is False
    drain()
    assert (sms().state, sms().attempts, len(outside.postman.letters)) == ("sent", 1, 1)


def test_a_worker_killed_after_the_server_took_the_letter_makes_no_second_letter_under_another_id(district, outside):
    tell(district.home)
    message, carrier = letter(), delivery_of(letter()).id
    # What is left of a worker that died between the server's «250» and its own note of it.
    with delivery._mailer().connection() as connection:
        delivery._send_letter(connection, message)
    Message.update(state="sending", attempts=1).where(Message.id == message.id).execute()
    lease = clock.now() + timedelta(seconds=60)
    Delivery.update(attempts=1, lease_until=lease).where(Delivery.id == carrier).execute()
    assert attempt(carrier) is False
    with clock.stopped_at(lease + timedelta(seconds=1)):
        assert attempt(carrier) is True
    assert {got["Message-ID"] for got in outside.postman.letters} == {f"<m{message.id}@lk.nesk.example>"}
    assert (letter().state, letter().attempts, len(outside.postman.letters)) == ("sent", 2, 2)


def test_a_gateway_that_is_silent_for_hours_ends_in_a_failure_within_four(district, outside):
    outside.sms.says(BROKEN)
    tell(district.home)
    written, carrier = clock.now(), delivery_of(sms()).id
    for _ in range(MOST_ATTEMPTS):
        with clock.stopped_at(Delivery.get_by_id(carrier).due_at) as last:
            attempt(carrier)
    assert (sms().state, sms().attempts, sms().error) == ("failed", 13, "Шлюз не отвечает")
    assert timedelta(hours=3, minutes=30) < last - written < timedelta(hours=4)
    assert Delivery.get_by_id(carrier).done_at == last
    assert len(outside.sms.seen) == 13


def test_a_fault_of_our_own_is_tried_again_too_and_leaves_no_message_being_sent_for_ever(district):
    settings.change(NotificationSettings, "mail_from", "никто", by=BY)
    tell(district.home)
    carrier = delivery_of(letter()).id
    assert attempt(carrier) is False
    assert (letter().state, Delivery.get_by_id(carrier).error) == ("queued", "ValueError")
    settings.change(NotificationSettings, "mail_from", "НЭСК <lk@nesk.example>", by=BY)
    with clock.stopped_at(clock.now() + timedelta(seconds=5)):
        assert attempt(carrier) is True
    assert letter().state == "sent"


# --- at night


def sent_at(moment, template, district, outside):
    """When the SMS of a kind goes that was written at a moment: None while it waits."""
    with clock.stopped_at(moment):
        tell(district.home, template)
        drain()
        return [seen.form["mes"] for seen in outside.sms.seen]


def test_an_sms_that_can_wait_waits_for_the_morning_and_is_then_sent_once(district, outside):
    assert sent_at("2026-11-24 23:30", "order_rejected", district, outside) == []
    assert (sms().state, sms().attempts, len(outside.postman.letters)) == ("queued", 0, 1)
    with clock.stopped_at("2026-11-25 07:59:59"):
        assert drain() == 0
    with clock.stopped_at("2026-11-25 08:00"):
        assert drain() == 1
        assert drain() == 0
    assert (sms().state, sms().sent_at, len(outside.sms.seen)) == ("sent", clock.at(TOMORROW, 8), 1)


def test_an_urgent_sms_goes_at_night_too(district, outside):
    assert sent_at("2026-11-24 23:30", "crew_set_out", district, outside) == [
        "НЭСК: бригада выехала к вам, заявка З-2026-000001."
    ]


def test_without_quiet_hours_every_sms_goes_at_once(district, outside):
    settings.change(NotificationSettings, "sms_quiet_hours", False, by=BY)
    assert len(sent_at("2026-11-24 23:30", "order_rejected", district, outside)) == 1


def test_a_retry_that_falls_into_the_night_waits_too(district, outside):
    outside.sms.says(BROKEN, TAKEN)
    with clock.stopped_at("2026-11-24 21:59:58"):
        tell(district.home, "order_rejected")
        drain(reraise=False)
    with clock.stopped_at("2026-11-24 22:00:03"):
        drain()
    assert (sms().state, sms().attempts, len(outside.sms.seen)) == ("queued", 1, 1)
    with clock.stopped_at("2026-11-25 08:00"):
        drain()
    assert (sms().state, sms().attempts) == ("sent", 2)


def test_news_that_has_become_untrue_is_not_sent(district, outside):
    outside.sms.says(BROKEN)
    tell(district.home, "crew_set_out")
    drain(reraise=False)
    outside.sms.says(TAKEN)
    with clock.stopped_at("2026-11-24 12:00:01"):
        drain()
    assert (sms().state, sms().error, len(outside.sms.seen)) == ("failed", "Сообщение устарело", 1)


# --- nothing waits for ever


def test_a_message_that_nothing_carries_is_failed_after_a_quarter_of_an_hour(district, outside):
    tell(district.home)
    Delivery.update(dead_at=clock.now()).where(Delivery.id == delivery_of(sms()).id).execute()
    with clock.stopped_at("2026-11-24 10:15:00"):
        assert watch() == 0
    with clock.stopped_at("2026-11-24 10:15:01"):
        assert watch() == 1
        assert watch() == 0
    assert (sms().state, sms().error, letter().state) == ("failed", "Доставка прервана", "queued")
    assert operations.send_again(sms().id, by=BY) is True


def test_a_message_put_off_till_the_morning_is_not_taken_for_lost(district, outside):
    sent_at("2026-11-24 23:30", "order_rejected", district, outside)
    with clock.stopped_at("2026-11-25 07:00"):
        assert watch() == 0
    assert sms().state == "queued"
