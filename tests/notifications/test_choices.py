"""What a person has switched off is not sent; codes and warnings are, whatever they chose; further numbers get SMS too."""

import pytest

from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.events import record
from nesk.notifications import choices
from nesk.notifications.letters import KINDS
from nesk.notifications.models import Message
from nesk.notifications.operations import notify
from nesk.payments.events import PaymentStarted
from nesk.people import contacts, profiles
from tests.district import BY, make_home

ORDER = {"number": "З-2026-000001", "service": "Распломбировка", "address": "г Краснодар, ул Одесская, д.1"}
PAYMENT = {"amount_kop": 100, "account_number": "230000000001"}


def told(person, template="order_placed", **facts):
    with transaction():
        event = record(PaymentStarted(1, 1), by=BY)
        notify(event, template, person_id=person.id, **(facts or ORDER))
    rows = Message.select().where(Message.event == event).order_by(Message.id)
    return [(row.channel, row.recipient) for row in rows]


@pytest.fixture
def person(district):
    return district.home.person


@pytest.fixture
def by(person):
    return Actor("person", person.id)


def test_everything_is_wanted_until_it_is_switched_off(person, by):
    assert choices.wanted(person.id) == choices.OFFERED
    choices.choose(person.id, choices.OFFERED - {"orders:sms"}, by=by)
    assert [channel for channel, _ in told(person)] == ["email", "cabinet"]
    assert [channel for channel, _ in told(person, "payment_posted", **PAYMENT)] == ["email", "sms", "cabinet"]
    choices.choose(person.id, choices.OFFERED, by=by)
    assert [channel for channel, _ in told(person)] == ["email", "sms", "cabinet"]


def test_a_notice_in_the_cabinet_always_stays(person, by):
    choices.choose(person.id, (), by=by)
    for template, facts in (("order_placed", ORDER), ("payment_posted", PAYMENT)):
        assert [channel for channel, _ in told(person, template, **facts)] == ["cabinet"]


def test_warnings_about_access_cannot_be_switched_off_and_go_to_no_further_number(person, by):
    contacts.add_sms_phone(person.id, "+79000000011", by=by)
    choices.choose(person.id, (), by=by)
    profiles.mute(person.id, ["access:sms", "access:email", "nonsense"], by=by)
    assert told(person, "email_changed", x=1) == [
        ("email", "dom1@demo.nesk"),
        ("sms", "+79000000001"),
        ("cabinet", f"person:{person.id}"),
    ]


def test_further_numbers_get_the_informational_sms_while_they_are_listed(person, by):
    rows = [contacts.add_sms_phone(person.id, f"+7900000001{n}", by=by) for n in (1, 2)]
    assert [to for channel, to in told(person) if channel == "sms"] == ["+79000000001", "+79000000011", "+79000000012"]
    contacts.end_sms_phone(person.id, rows[0].id, by=by)
    assert [to for channel, to in told(person) if channel == "sms"] == ["+79000000001", "+79000000012"]
    choices.choose(person.id, choices.OFFERED - {"orders:sms"}, by=by)
    assert [to for channel, to in told(person) if channel == "sms"] == []


def test_one_persons_choice_is_not_anothers(district, person, by):
    choices.choose(person.id, (), by=by)
    neighbour = make_home(district.branch, 2).person
    assert [channel for channel, _ in told(neighbour)] == ["email", "sms", "cabinet"]


def test_only_what_is_offered_can_be_chosen(person, by):
    choices.choose(person.id, {"orders:email", "access:sms", "' OR 1=1"}, by=by)
    assert choices.wanted(person.id) == {"orders:email"}


def test_what_is_offered_is_what_there_are_messages_of():
    """A row of the matrix for each topic that can be switched off, a tick for each channel that its messages go by."""
    sent = {f"{kind.topic}:{channel}" for kind in KINDS.values() for channel in kind.channels if channel != "cabinet"}
    untold = {one for one in sent if one.startswith("access:")} | {"receipts:email"}
    offered = sent - untold
    assert offered == choices.OFFERED
    assert {topic.name for topic in choices.TOPICS} == {one.partition(":")[0] for one in offered}
