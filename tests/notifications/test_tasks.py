"""What tells whom: every event of a household's year, each answered exactly once."""

import pytest

from nesk.accounts import ending, receipt_delivery, sharing
from nesk.accounts.models import Binding
from nesk.accounts.operations import bind, unbind
from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.events import Delivery, attempt, drain, record
from nesk.credentials import contact_change, passwords, remembering
from nesk.credentials.events import ContactChanged, RecoveryAsked, RememberedTwice
from nesk.credentials.models import Remembered
from nesk.fieldwork import operations, visits
from nesk.metering.operations import submit_reading, withdraw_reading
from nesk.notifications import access, tasks
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.payments.events import PaymentDeclined, PaymentPosted, PaymentRefunded
from nesk.payments.models import Payment
from nesk.people.passwords import hashed
from nesk.people.sessions import open_session
from tests.district import BY, TODAY, TOMORROW, make_home, make_person
from tests.fieldwork.orders import CREW, SIGNATURE, closing, order_at, visit_today


@pytest.fixture(autouse=True)
def nobody_is_written_to(district):
    """Messages are rows here; how they are handed over is the business of `test_delivery`."""
    with recording_only():
        yield


def told(since=0):
    """(template, channel) of the messages written after an id, in their order."""
    drain()
    rows = Message.select().where(Message.id > since).order_by(Message.id)
    return [(row.template, row.channel) for row in rows]


def by(*channels, of):
    return [(of, channel) for channel in channels]


def newest():
    drain()
    return Message.select().order_by(Message.id.desc()).get().id


# --- orders


@pytest.mark.both_engines
def test_the_client_is_told_of_every_step_of_an_order(district):
    visit = visit_today(district)
    assert told() == [
        *by("email", "sms", "cabinet", of="order_placed"),
        *by("email", "sms", "cabinet", of="visit_assigned"),
    ]
    after = newest()
    operations.assign_visit(visit.order_id, district.crew.id, TODAY, 2, by=BY)
    assert told(after) == by("email", "sms", "cabinet", of="visit_moved")
    after = newest()
    visits.set_out(district.leader, visit.id, by=CREW)
    assert told(after) == by("sms", "cabinet", of="crew_set_out")
    after = newest()
    visits.arrive(district.leader, visit.id, by=CREW)
    assert told(after) == []
    visits.close_work(district.leader, visit.id, closing(), signature=SIGNATURE, key="phone-1", by=CREW)
    assert told(after) == by("email", "sms", "cabinet", of="order_closed")
    letter = Message.get(Message.template == "order_closed", Message.channel == "email")
    assert "Акт А-2026-000001." in letter.text
    assert "Новый счётчик № 77000001" in letter.text


def test_the_office_is_heard_and_its_decisions_are_told(district):
    accepted, rejected = order_at(district.home), order_at(district.home)
    after = newest()
    operations.accept_order(accepted.id, by=BY)
    assert told(after) == by("email", "cabinet", of="order_accepted")
    after = newest()
    operations.reject_order(rejected.id, reason="Не наш дом", by=BY)
    assert told(after) == by("email", "sms", "cabinet", of="order_rejected")
    assert "Причина: Не наш дом" in Message.get(Message.template == "order_rejected").text
    after = newest()
    operations.add_message(accepted.id, "Пришлите фото", is_ours=True, by=BY)
    operations.add_message(accepted.id, "Вот", is_ours=False, by=district.home.actor)
    assert told(after) == by("email", "cabinet", of="order_message")


def test_a_cancelled_order_is_told_of_once_and_its_visit_not_apart(district):
    visit = visit_today(district)
    after = newest()
    operations.cancel_order(visit.order_id, by=district.home.actor)
    assert told(after) == by("email", "cabinet", of="order_cancelled")


def test_a_visit_that_will_not_be_is_told_of_unless_its_new_time_is(district):
    visit = visit_today(district)
    after = newest()
    operations.unassign_visit(visit.order_id, by=BY)
    assert told(after) == by("email", "sms", "cabinet", of="visit_unassigned")
    operations.assign_visit(visit.order_id, district.crew.id, TODAY, 1, by=BY)
    after = newest()
    operations.unassign_visit(visit.order_id, by=BY)
    operations.assign_visit(visit.order_id, district.crew.id, TOMORROW, 1, by=BY)
    assert told(after) == by("email", "sms", "cabinet", of="visit_assigned")


def test_a_crew_that_was_not_let_in_is_told_of_with_the_reason(district):
    visit = visit_today(district)
    after = newest()
    visits.report_no_access(district.leader, visit.id, reason="Дверь не открыли", by=CREW)
    assert told(after) == by("email", "cabinet", of="access_refused")
    assert "Причина: Дверь не открыли" in Message.get(Message.template == "access_refused").text


def test_all_who_act_for_the_account_are_told_and_whoever_placed_the_order(district):
    second, former = make_person(7)[0], make_person(8)[0]
    account = district.home.account
    Binding.create(person=second, account=account, way="meter", bound_at=clock.now())
    Binding.create(person=former, account=account, way="meter", bound_at=clock.now(), ended_at=clock.now())
    make_home(district.branch, 2)
    order_at(district.home)
    drain()
    letters = Message.select().where(Message.channel == "email").order_by(Message.id)
    assert [row.recipient for row in letters] == ["dom1@demo.nesk", "dom7@demo.nesk"]
    order_at(district.home, person_id=former.id)
    drain()
    assert [row.recipient for row in letters.clone()][2:] == [
        "dom8@demo.nesk",
        "dom1@demo.nesk",
        "dom7@demo.nesk",
    ]


# --- readings and money


def test_a_reading_that_a_person_passed_is_confirmed_with_what_it_costs(district):
    home = district.home
    submit_reading(home.account.id, home.installation.id, ["1350"], source="internet", by=home.actor, confirmed=True)
    assert told() == by("email", "cabinet", of="reading_accepted")
    text = Message.get(Message.channel == "email").text
    assert "1350" in text
    assert "Расход 150\u00a0кВт·ч" in text


def test_a_reading_that_was_withdrawn_meanwhile_or_came_from_elsewhere_is_not_confirmed(district):
    home = district.home
    reading = submit_reading(
        home.account.id, home.installation.id, ["1350"], source="internet", by=home.actor, confirmed=True
    )
    withdraw_reading(home.account.id, reading.id, by=home.actor)
    submit_reading(
        home.account.id, home.installation.id, ["1360"], source="control", by=Actor("staff", 1), confirmed=True
    )
    assert told() == []


def pay(home, event, channel="card", **facts):
    payment = Payment.create(
        account=home.account,
        person=home.person,
        channel=channel,
        source="Интернет",
        principal_kop=132_820,
        created_at=clock.now(),
        by=str(BY),
    )
    with transaction():
        record(event(payment.id, home.account.id, **facts), by=BY)
    return told()


def test_a_payment_by_card_is_told_of_and_one_at_a_cash_desk_is_not(district):
    assert pay(district.home, PaymentPosted, channel="cash") == []
    assert pay(district.home, PaymentPosted) == by("email", "sms", "cabinet", of="payment_posted")
    assert Message.get(Message.channel == "sms").text == "НЭСК: на ЛС 230000000001 зачислено 1\u00a0328,20 руб."


def test_a_declined_and_a_returned_payment_are_told_of_quietly(district):
    assert pay(district.home, PaymentDeclined) == by("email", "cabinet", of="payment_declined")
    after = newest()
    pay(district.home, PaymentRefunded, amount_kop=50_000)
    assert told(after) == by("email", "cabinet", of="payment_refunded")
    assert Message.get(Message.template == "payment_refunded").subject == "Возврат 500,00\u00a0₽"


# --- exactly once


def access_changes(home):
    """Another device, a copied cookie, another password, e-mail and phone, receipts by e-mail."""
    person_id = home.person.id
    open_session("person", person_id, device="Chrome/130 Windows")
    link = remembering.remember(person_id, open_session("person", person_id, device="Firefox/140 Android"))
    chain = Remembered.get(Remembered.selector == link.cookie.partition(":")[0]).chain
    with transaction():
        record(RememberedTwice(person_id, chain), by=home.actor)
        record(ContactChanged(person_id, "phone", 0), by=home.actor)
        record(RecoveryAsked(person_id, "phone", 0), by=home.actor)
    neighbour = make_person(8)[0]
    bind(neighbour.id, home.account.id, way="meter", by=Actor("person", neighbour.id))
    unbind(neighbour.id, home.account.id, by=Actor("person", neighbour.id))
    passwords.replace(home.person, hashed("Зимний-вечер-2026"), by=home.actor)
    receipt_delivery.switch_on(person_id, home.account.number, home.email, by=home.actor)
    contact_change.remove_contact(person_id, "email", by=home.actor)
    drain()


@pytest.mark.both_engines
def test_every_reaction_answered_twice_tells_once(district):
    home = district.home
    submit_reading(home.account.id, home.installation.id, ["1350"], source="internet", by=home.actor, confirmed=True)
    for event, facts in ((PaymentPosted, {}), (PaymentDeclined, {}), (PaymentRefunded, {"amount_kop": 100})):
        pay(home, event, **facts)
    operations.reject_order(order_at(home).id, reason="Не наш дом", by=BY)
    operations.cancel_order(order_at(home).id, by=home.actor)
    operations.unassign_visit(visit_today(district, slot=2).order_id, by=BY)
    visits.report_no_access(district.leader, visit_today(district, slot=3).id, reason="Закрыто", by=CREW)
    accepted = order_at(home)
    operations.accept_order(accepted.id, by=BY)
    operations.add_message(accepted.id, "Пришлите фото", is_ours=True, by=BY)
    visit = operations.assign_visit(accepted.id, district.crew.id, TODAY, 1, by=BY)
    operations.assign_visit(accepted.id, district.crew.id, TODAY, 2, by=BY)
    visits.set_out(district.leader, visit.id, by=CREW)
    drain()
    guest = make_person(9)[0]
    invited = sharing.invite(
        home.account.id, home.person.id, rights="view", title="Дочь", whom="relative", until_on=None, by=home.actor
    )
    sharing.accept(invited.token, guest.id, by=home.actor)
    ending.leave(guest.id, home.account.id, by=home.actor)
    visits.close_work(district.leader, visit.id, closing(finals=(1400,)), signature=SIGNATURE, key="phone-1", by=CREW)
    drain()
    access_changes(home)

    before = Message.select().count()
    told = Delivery.reaction.startswith("notifications.tell_")
    ours = list(Delivery.select().where(told | Delivery.reaction.startswith("notifications.access.tell_")))
    known = {f"notifications.{name}" for name in vars(tasks) if name[:5] == "tell_"}
    known |= {f"notifications.access.{name}" for name in vars(access) if name[:5] == "tell_"}
    assert {each.reaction for each in ours} == known
    for each in ours:
        Delivery.update(done_at=None).where(Delivery.id == each.id).execute()
        assert attempt(each.id) is True
    assert Message.select().count() == before
