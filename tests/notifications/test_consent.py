"""What reminds, tells of a debt or sells goes by letter and SMS only to those who agreed; the rest needs no consent."""

import pytest

from nesk.consents import operations as consents
from nesk.core.db import transaction
from nesk.core.events import record
from nesk.notifications import operations
from nesk.notifications.letters import KINDS, Kind
from nesk.notifications.models import Message
from nesk.people.events import PersonRegistered
from tests.district import BY

TOPICS = ("notices", "advertising")


@pytest.fixture(autouse=True)
def texts(district):
    consents.install_documents()


def told(district) -> set[str]:
    """The channels by which the person is told of something new."""
    with transaction():
        event = record(PersonRegistered(district.home.person.id), by=BY)
        operations.notify(
            event, "order_accepted", person_id=district.home.person.id, number="1", service="", address=""
        )
    return {row.channel for row in Message.select().where(Message.event == event)}


@pytest.mark.parametrize("purpose", TOPICS)
def test_what_needs_a_consent_stays_inside_the_cabinet_without_it(district, monkeypatch, purpose):
    """§4.4, 38-ФЗ ст. 18: `needs` of a kind of message, on a kind that goes everywhere."""
    me = district.home
    monkeypatch.setitem(KINDS, "order_accepted", Kind(("email", "cabinet"), needs=purpose))
    assert told(district) == {"cabinet"}
    consents.give(me.person.id, purpose, by=me.actor)
    assert told(district) == {"email", "cabinet"}
    consents.withdraw(me.person.id, purpose, by=me.actor)
    assert told(district) == {"cabinet"}


def test_answers_to_ones_own_deeds_need_none(district):
    assert told(district) == {"email", "cabinet"}
    assert {kind.needs for kind in KINDS.values()} <= {"", *TOPICS}
