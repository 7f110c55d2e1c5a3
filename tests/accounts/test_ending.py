"""A right that is over is no right from the next request on, however it ended (B4, 8.3.2)."""

from datetime import timedelta

import pytest

from nesk.accounts import care, ending, sharing
from nesk.accounts import shared as reading
from nesk.accounts.events import AccountsOpened
from nesk.accounts.models import Binding, CareLink, Invitation
from nesk.accounts.operations import unbind
from nesk.accounts.queries import account_of, rights_of
from nesk.billing.queries import account_cards
from nesk.core import clock
from nesk.core.db import transaction
from nesk.core.errors import NotFound
from nesk.core.events import EventRecord, drain, record
from nesk.fieldwork.queries import order_of
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.notifications.queries import notices, unread_count
from nesk.payments.models import Payment
from nesk.payments.queries import payment_of
from tests.accounts.conftest import acting, in_days
from tests.district import BY, make_home
from tests.fieldwork.orders import order_at

pytestmark = pytest.mark.usefixtures("district")


@pytest.fixture(autouse=True)
def nobody_is_written_to(district):
    with recording_only():
        yield


def reasons() -> list[str]:
    ended = EventRecord.select().where(EventRecord.name == "AccessEnded").order_by(EventRecord.id)
    return [row.facts["reason"] for row in ended]


def _by_holder(shared, guest, binding):
    ending.end_access(shared.account, binding.id, by=shared.home.actor)


def _by_guest(shared, guest, binding):
    ending.leave(guest.id, shared.account, by=acting(guest))


def _by_its_last_day(shared, guest, binding):
    return clock.stopped_at(clock.at(in_days(31)))


def _with_the_holder(shared, guest, binding):
    unbind(shared.home.person.id, shared.account, by=shared.home.actor)


@pytest.mark.both_engines
@pytest.mark.parametrize("end", [_by_holder, _by_guest, _by_its_last_day, _with_the_holder])
def test_an_ended_right_shows_nothing_any_more(shared, end):
    guest, binding = shared.let_in(until_on=in_days(30))
    order = order_at(shared.home)
    payment = Payment.create(
        account=shared.account,
        person=shared.home.person,
        channel="card",
        source="Интернет",
        principal_kop=100,
        created_at=clock.now(),
        by="test",
    )
    with transaction():
        event = record(AccountsOpened(1, 1, 1), by=BY)
    Message.create(
        event=event,
        channel="cabinet",
        recipient=f"person:{guest.id}",
        person=guest,
        account=shared.account,
        template="payment_posted",
        text="Платёж",
        state="sent",
        created_at=clock.now(),
    )
    number = shared.home.account.number
    assert account_of(guest.id, number).id == shared.account
    assert [card.number for card in account_cards(guest.id)] == [number]
    assert order_of(guest.id, order.id).id == order.id
    assert payment_of(guest.id, payment.id).id == payment.id
    assert (unread_count(guest.id), len(notices(guest.id).rows)) == (1, 1)
    with end(shared, guest, binding) or clock.stopped_at(clock.now()):
        for look in (
            lambda: account_of(guest.id, number),
            lambda: order_of(guest.id, order.id),
            lambda: payment_of(guest.id, payment.id),
        ):
            with pytest.raises(NotFound):
                look()
        assert account_cards(guest.id) == []
        assert rights_of(guest.id, shared.account) is None
        assert (unread_count(guest.id), notices(guest.id).rows, notices(guest.id).total) == (0, [], 0)
        assert binding.id in [row.id for row in reading.former_guests(shared.account)]
        assert reading.guests(shared.account) == []


def test_the_last_day_itself_still_counts(shared):
    guest, _ = shared.let_in(until_on=in_days(30))
    with clock.stopped_at(clock.at(in_days(30), 23, 59)):
        assert rights_of(guest.id, shared.account) == "readings"
    with clock.stopped_at(clock.at(in_days(31))):
        assert rights_of(guest.id, shared.account) is None


def test_a_new_invitation_after_the_end_lets_the_same_person_in_again(shared):
    guest, binding = shared.let_in(until_on=in_days(1))
    with clock.stopped_at(clock.at(in_days(2), 12)):
        again = sharing.accept(shared.invite(rights="view").token, guest.id, by=acting(guest))
        assert (again.id == binding.id, rights_of(guest.id, shared.account)) == (False, "view")
    assert reasons() == ["expired"]


def test_the_end_of_the_last_day_is_noted_once_and_told_to_both(shared):
    guest, _ = shared.let_in(until_on=in_days(1))
    shared.let_in(22)
    drain()
    with clock.stopped_at(clock.at(in_days(2), 12)):
        assert (ending.end_expired(), ending.end_expired()) == (1, 0)
        drain()
        told = Message.select().where(Message.template == "access_ended", Message.channel == "email")
        assert {row.person_id for row in told} == {guest.id, shared.home.person.id}
        (seen,) = [row for row in notices(guest.id).rows if row.template == "access_ended"]
        assert "Срок доступа закончился." in seen.text
    assert reasons() == ["expired"]


def test_addresses_of_invitations_that_nobody_took_up_are_forgotten(shared):
    shared.invite(recipient="doch@demo.nesk")
    with clock.stopped_at(clock.now() + timedelta(days=8)):
        ending.end_expired()
    (kept,) = Invitation.select()
    assert (kept.recipient, kept.sealed) == ("", "")


@pytest.mark.parametrize(
    ("end", "told", "why"),
    [
        (_by_holder, "guest", "Доступ закрыл владелец счёта."),
        (_by_guest, "holder", "Гость отказался от доступа."),
        (_with_the_holder, "guest", "У того, кто открыл доступ, больше нет этого счёта."),
    ],
)
def test_the_other_side_is_told_of_the_end(shared, end, told, why):
    guest, binding = shared.let_in()
    end(shared, guest, binding)
    drain()
    (letter,) = Message.select().where(Message.template == "access_ended", Message.channel == "email")
    assert letter.person_id == (guest.id if told == "guest" else shared.home.person.id)
    assert why in letter.text


def test_whoever_gives_an_account_up_takes_along_all_that_they_gave(shared, district):
    _, binding = shared.let_in()
    waiting = shared.invite()
    link = care.make_care_link(
        shared.account,
        shared.home.person.id,
        rights="view",
        title="Мама",
        until_on=in_days(30),
        by=shared.home.actor,
    )
    unbind(shared.home.person.id, shared.account, by=shared.home.actor)
    assert Binding.get_by_id(binding.id).ended_at is not None
    assert Invitation.get_by_id(waiting.invitation.id).ended_at is not None
    assert CareLink.get_by_id(link.id).ended_at is not None
    assert reasons() == ["owner_left"]
    assert ending.end_all_given_by(shared.home.person.id, shared.account) == 0


def test_a_guest_who_is_unbound_takes_nothing_of_the_holders_along(shared):
    guest, _ = shared.let_in()
    other = shared.let_in(22)[0]
    unbind(guest.id, shared.account, by=acting(guest))
    assert (rights_of(guest.id, shared.account), rights_of(other.id, shared.account)) == (None, "readings")


def test_only_guests_of_the_account_are_ended(shared, district):
    neighbour = make_home(district.branch, 2)
    guest, binding = shared.let_in()
    own = Binding.get(Binding.person == shared.home.person)
    for account, id in ((neighbour.account.id, binding.id), (shared.account, own.id), (shared.account, 10**6)):
        with pytest.raises(NotFound):
            ending.end_access(account, id, by=neighbour.actor)
    with pytest.raises(NotFound):
        ending.leave(shared.home.person.id, shared.account, by=shared.home.actor)
    assert rights_of(guest.id, shared.account) == "readings"
    assert rights_of(shared.home.person.id, shared.account) == "all"


def test_ending_twice_ends_once(shared):
    _, binding = shared.let_in()
    ending.end_access(shared.account, binding.id, by=shared.home.actor)
    ending.end_access(shared.account, binding.id, by=shared.home.actor)
    assert reasons() == ["ended"]


def test_a_notice_of_ones_own_account_stays_after_it_was_given_up(shared):
    drain()
    unbind(shared.home.person.id, shared.account, by=shared.home.actor)
    with transaction():
        event = record(AccountsOpened(1, 1, 1), by=BY)
    Message.create(
        event=event,
        channel="cabinet",
        recipient=f"person:{shared.home.person.id}",
        person=shared.home.person,
        account=shared.account,
        template="payment_posted",
        text="Платёж",
        state="sent",
        created_at=clock.now(),
    )
    assert unread_count(shared.home.person.id) == 1
