"""D2: nothing is kept longer than was promised, by the clock."""

import pytest

from nesk.core import clock, files, schedule
from nesk.core.actor import system
from nesk.credentials import challenges
from nesk.credentials.models import Challenge
from nesk.fieldwork.models import Order, OrderFile, Service
from nesk.fieldwork.retention import forget_attachments
from nesk.notifications.erasing import GONE, forget_addresses
from nesk.notifications.models import Message
from nesk.people.models import Session
from nesk.people.sessions import forget_sessions, open_session
from nesk.privacy.closing import close_due
from tests.district import BY, make_person

pytestmark = pytest.mark.usefixtures("database")

PROMISED = {
    "credentials.forget_challenges": "codes 1 day, unconfirmed registrations 14 days",
    "people.forget_sessions": "sessions 1 year",
    "notifications.forget_addresses": "bare addresses of codes and links 1 day",
    "privacy.delete_archives": "archives of one's data 24 hours",
    "fieldwork.forget_attachments": "files of orders that came to nothing 1 year",
    "core.remove_forgotten_files": "bytes of what was let go",
    "privacy.close_cabinets": "closed cabinets",
    "core.forget_limits": "counters of tries",
}


def test_every_promise_has_its_job_by_schedule():
    assert set(PROMISED) <= {job.name for job in schedule.jobs()}


def test_a_code_lives_a_day_after_its_time_and_no_longer():
    with clock.stopped_at("2026-11-24 10:00:00"):
        challenges.ask_code("register", "+79180001428", browser="b")
    with clock.stopped_at("2026-11-25 10:10:00"):
        assert challenges.forget() == 0
    with clock.stopped_at("2026-11-25 10:10:01"):
        assert challenges.forget() == 1
    assert Challenge.select().count() == 0


def test_an_unconfirmed_registration_is_gone_a_second_after_its_fourteen_days():
    """A10: nothing of the person stays."""
    from datetime import timedelta

    with clock.stopped_at("2026-11-24 10:00:00"):
        challenges.ask_link("register", "new@demo.nesk", life=timedelta(days=14), facts={"password_hash": "x"})
    with clock.stopped_at("2026-12-08 09:59:59"):
        assert challenges.forget() == 0
    with clock.stopped_at("2026-12-08 10:00:01"):
        assert challenges.forget() == 1
    assert Challenge.select().count() == 0


def test_a_session_is_forgotten_a_year_after_its_end():
    person, _, _ = make_person(1)
    with clock.stopped_at("2026-11-24 10:00:00"):
        open_session("person", person.id)
    with clock.stopped_at("2027-11-24 21:59:59"):
        forget_sessions()
        assert Session.select().count() == 1
    with clock.stopped_at("2027-11-24 22:00:01"):
        forget_sessions()
        assert Session.select().count() == 0


def message(**columns) -> Message:
    facts = {"channel": "sms", "recipient": "+79180001428", "template": "code", "text": "Код", "state": "sent"}
    return Message.create(**facts | columns, created_at=clock.now())


def test_an_address_that_belongs_to_nobody_is_forgotten_in_a_day():
    person, phone, _ = make_person(1)
    with clock.stopped_at("2026-11-24 10:00:00"):
        bare = message()
        waiting = message(state="queued", recipient="+79180001429")
        theirs = message(person=person, recipient=phone)
    with clock.stopped_at("2026-11-25 10:00:00"):
        assert forget_addresses() == 0
    with clock.stopped_at("2026-11-25 10:00:01"):
        assert (forget_addresses(), forget_addresses()) == (1, 0)
    assert (Message.get_by_id(bare.id).recipient, Message.get_by_id(bare.id).text) == (f"erased:{bare.id}", GONE)
    assert Message.get_by_id(waiting.id).recipient == "+79180001429"
    assert Message.get_by_id(theirs.id).recipient == phone


def test_two_messages_of_one_event_stay_two():
    with clock.stopped_at("2026-11-24 10:00:00"):
        ids = {message(recipient=f"+7918000000{n}").id for n in range(3)}
    with clock.stopped_at("2026-11-26 10:00:00"):
        assert forget_addresses() == 3
    assert {row.recipient for row in Message.select()} == {f"erased:{id}" for id in ids}


def test_the_jobs_do_nothing_where_nothing_is_due():
    assert (close_due(), forget_addresses(), challenges.forget()) == (0, 0, 0)
    assert str(system("closing")) == "system:closing"


def test_files_of_orders_that_came_to_nothing_are_let_go_in_a_year(district):
    with clock.stopped_at("2026-11-24 10:00:00"):
        kept = {}
        for number, state in enumerate(("rejected", "cancelled", "closed", "new")):
            order = Order.create(
                number=f"З-{number}", service=Service.get(), branch=district.branch, state=state, contact_name="Ким",
                contact_phone="+79180001428", address="ул Одесская, д.1", created_at=clock.now(),
                closed_at=None if state == "new" else clock.now(),
            )  # fmt: skip
            for purpose in ("attachment", "act"):
                file = files.store(f"{state} {purpose}".encode(), "image/jpeg", "щит.jpg", by=BY)
                kept[state, purpose] = OrderFile.create(order=order, file=file, purpose=purpose).id
    with clock.stopped_at("2027-11-24 10:00:00"):
        assert forget_attachments() == 0
    with clock.stopped_at("2027-11-24 10:00:01"):
        assert (forget_attachments(), forget_attachments(), files.remove_forgotten()) == (2, 0, 2)
    left = {row.id for row in OrderFile.select()}
    assert {key for key, id in kept.items() if id not in left} == {
        ("rejected", "attachment"),
        ("cancelled", "attachment"),
    }
