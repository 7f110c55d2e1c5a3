"""The receipts of a closed month: everybody who wants them is told once, whatever dies on the way."""

import pytest

from nesk.accounts.models import Account
from nesk.billing.closing import close_month
from nesk.core import clock
from nesk.core.events import Delivery, EventRecord, attempt, drain
from nesk.core.period import Month
from nesk.metering.register import ImportedReading, import_readings
from nesk.notifications import mailing
from nesk.notifications.delivery import watch
from nesk.notifications.models import Message
from tests.district import BY, make_branch, make_home

OCTOBER = Month(2026, 10)
pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("outside")]


@pytest.fixture
def homes(district, monkeypatch):
    """Five households in sets of two: the first and the fourth share an address, the third gets no letters."""
    monkeypatch.setattr(mailing, "CHUNK", 2)
    found = [district.home, *(make_home(district.branch, number) for number in range(2, 6))]
    for home, address in zip(found, ("a", "b", "", "a", "c"), strict=True):
        Account.update(receipt_email=address and f"{address}@demo.nesk").where(Account.id == home.account.id).execute()
    rows = [ImportedReading(home.installation.id, OCTOBER.day(20), (1300,), "internet") for home in found]
    import_readings(rows, OCTOBER, by=BY)
    drain()
    return found


def letters():
    return list(Message.select().where(Message.channel == "email").order_by(Message.id))


def test_each_address_gets_one_letter_about_all_its_accounts(district, homes, outside):
    close_month(OCTOBER, by=BY)
    drain()
    assert sorted(row.recipient for row in letters()) == ["a@demo.nesk", "b@demo.nesk", "c@demo.nesk"]
    assert {(row.state, row.attempts, row.person_id) for row in letters()} == {("sent", 1, None)}
    shared = next(row for row in letters() if row.recipient == "a@demo.nesk")
    assert shared.subject == "Квитанция за октябрь 2026 готова"
    about = [line for line in shared.text.splitlines() if line.startswith("Лицевой счёт")]
    assert [line.partition(",")[0] for line in about] == [
        "Лицевой счёт 2300\u00a00000\u00a00001",
        "Лицевой счёт 2300\u00a00000\u00a00004",
    ]
    assert sorted(got["To"] for got in outside.postman.letters) == ["a@demo.nesk", "b@demo.nesk", "c@demo.nesk"]


def test_everybody_who_acts_for_an_account_finds_a_notice(district, homes):
    close_month(OCTOBER, by=BY)
    drain()
    notices = Message.select().where(Message.channel == "cabinet").order_by(Message.id)
    assert [(row.recipient, row.state, row.link) for row in notices] == [
        (f"person:{home.person.id}", "sent", f"/cabinet/receipts/?ls={home.account.number}") for home in homes
    ]


def test_a_branch_that_has_not_closed_its_month_hears_nothing(district, homes):
    elsewhere = make_branch("arm", "Армавирэнергосбыт")
    close_month(OCTOBER, by=BY, branch_id=elsewhere.id)
    drain()
    assert Message.select().count() == 0


def test_a_mailing_that_was_killed_between_its_sets_goes_on_from_there(district, homes, outside):
    close_month(OCTOBER, by=BY)
    begun = Delivery.get(Delivery.reaction == "notifications.announce_receipts", Delivery.done_at.is_null())
    assert attempt(begun.id) is True
    assert (len(letters()), Message.select().count()) == (2, 4)
    drain()
    assert (len(letters()), Message.select().count()) == (3, 8)
    for reaction in ("announce_receipts", "announce_further_receipts", "deliver_letters"):
        for each in Delivery.select().where(Delivery.reaction == f"notifications.{reaction}"):
            Delivery.update(done_at=None).where(Delivery.id == each.id).execute()
            attempt(each.id)
    drain()
    assert (len(letters()), Message.select().count(), len(outside.postman.letters)) == (3, 8, 3)


def test_letters_of_a_server_that_is_down_wait_and_are_carried(district, homes, outside):
    outside.postman.says["MAIL"] = "451 Try again later"
    close_month(OCTOBER, by=BY)
    drain(reraise=False)
    assert {row.state for row in letters()} == {"queued"}
    with clock.stopped_at("2026-11-24 11:00"):
        assert watch() == 0
        outside.postman.says.clear()
        drain()
    assert {row.state for row in letters()} == {"sent"}
    ids = [got["Message-ID"] for got in outside.postman.letters]
    assert (len(ids), len(set(ids))) == (3, 3)


def test_events_of_a_mailing_name_nobody(district, homes):
    close_month(OCTOBER, by=BY)
    drain()
    rows = EventRecord.select().where(EventRecord.name == "ReceiptsAnnounced")
    assert [sorted(row.facts) for row in rows] == [["after", "branch_id", "event_id", "month", "until"]] * 3
