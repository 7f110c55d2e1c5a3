"""Receipts by e-mail: off, on to a known address at once, on to another one after its link (S0-31…33)."""

from datetime import timedelta

import pytest

from nesk.accounts import receipt_delivery
from nesk.accounts.models import Account, Binding, ReceiptAddress
from nesk.accounts.receipt_delivery import confirm_address, deliveries, delivery, switch_off, switch_on
from nesk.core import clock
from nesk.core.errors import NotFound, Refused, TooOften
from nesk.core.events import EventRecord, drain
from nesk.credentials import allowance, challenges
from nesk.credentials.models import Challenge
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from tests.district import NOW, TODAY, make_branch, make_home, make_person

NEW = "papa@demo.nesk"


@pytest.fixture(autouse=True)
def morning(database):
    with clock.stopped_at(NOW):
        yield


@pytest.fixture
def branch():
    return make_branch()


@pytest.fixture
def home(branch):
    return make_home(branch)


@pytest.fixture
def second(branch, home):
    """Another account of the same person."""
    other = make_home(branch, 2)
    Binding.update(person=home.person).where(Binding.account == other.account).execute()
    return other.account


def on(home, email, account=None):
    return switch_on(home.person.id, (account or home.account).number, email, by=home.actor)


def emails():
    return [row.receipt_email for row in Account.select().order_by(Account.id)]


def token(email=NEW):
    newest = Challenge.select().where(Challenge.recipient == email).order_by(Challenge.id.desc())
    return challenges.secret_of(newest.get().id)


def test_ones_own_address_is_on_at_once_and_off_at_once(home):
    assert on(home, home.email) is True
    assert (emails(), delivery(home.person.id, home.account.number).is_on) == ([home.email], True)
    switch_off(home.person.id, home.account.number, by=home.actor)
    assert emails() == [""]
    assert delivery(home.person.id, home.account.number).suggested == home.email


def test_another_address_waits_for_its_link_and_the_login_stays(home):
    assert on(home, NEW) is False
    assert (emails(), delivery(home.person.id, home.account.number).awaited) == ([""], NEW)
    assert confirm_address(home.person.id, token(), by=home.actor) == [home.account.number]
    assert emails() == [NEW]
    shown = delivery(home.person.id, home.account.number)
    assert (shown.email, shown.awaited, shown.suggested) == (NEW, "", NEW)


def test_an_address_confirmed_once_is_asked_about_no_more(home, second):
    on(home, NEW)
    confirm_address(home.person.id, token(), by=home.actor)
    switch_off(home.person.id, home.account.number, by=home.actor)
    assert on(home, NEW) is True
    assert on(home, NEW, second) is True
    assert emails() == [NEW, NEW]


def test_one_link_is_for_every_account_that_asked_for_the_address(home, second):
    on(home, NEW)
    on(home, NEW, second)
    assert [each.awaited for each in deliveries(home.person.id)] == [NEW, NEW]
    assert confirm_address(home.person.id, token(), by=home.actor) == [home.account.number, second.number]
    assert emails() == [NEW, NEW]


def test_a_later_wish_for_one_account_leaves_the_other_waiting(home, second):
    on(home, NEW)
    on(home, NEW, second)
    link = token()
    switch_off(home.person.id, home.account.number, by=home.actor)
    on(home, home.email)
    assert confirm_address(home.person.id, link, by=home.actor) == [second.number]
    assert emails() == [home.email, NEW]


LATER = {
    "another address": lambda home: on(home, "third@demo.nesk"),
    "one's own": lambda home: on(home, home.email),
    "off": lambda home: switch_off(home.person.id, home.account.number, by=home.actor),
}


@pytest.mark.parametrize("later", LATER.values(), ids=LATER)
def test_a_link_that_a_later_wish_replaced_is_dead(home, later):
    on(home, NEW)
    link = token()
    later(home)
    after = emails()
    with pytest.raises(Refused) as refused:
        confirm_address(home.person.id, link, by=home.actor)
    assert (refused.value.message, emails()) == (challenges.DEAD_LINK, after)


def test_a_link_is_for_one_person_once_and_for_a_day(home, branch):
    on(home, NEW)
    link, stranger = token(), make_home(branch, 3)
    with pytest.raises(Refused):
        confirm_address(stranger.person.id, link, by=stranger.actor)
    with clock.stopped_at(clock.now() + timedelta(hours=24, seconds=1)), pytest.raises(Refused):
        confirm_address(home.person.id, link, by=home.actor)
    confirm_address(home.person.id, link, by=home.actor)
    with pytest.raises(Refused):
        confirm_address(home.person.id, link, by=home.actor)
    assert emails() == [NEW, ""]


def test_an_account_unbound_meanwhile_gets_no_address(home):
    on(home, NEW)
    link = token()
    Binding.update(ended_at=clock.now()).execute()
    with pytest.raises(Refused):
        confirm_address(home.person.id, link, by=home.actor)
    assert (emails(), ReceiptAddress.select().count()) == ([""], 0)


@pytest.mark.parametrize(
    "columns", [{"rights": "view"}, {"rights": "pay"}, {"until_on": TODAY - timedelta(days=1)}, {"ended_at": "now"}]
)
def test_whoever_does_not_hold_the_account_in_full_turns_nothing(home, columns):
    """Z2: for them the switch does not exist."""
    Account.update(receipt_email=home.email).execute()
    Binding.update({name: clock.now() if value == "now" else value for name, value in columns.items()}).execute()
    assert deliveries(home.person.id) == []
    for deed in (lambda: on(home, home.email), lambda: switch_off(home.person.id, home.account.number, by=home.actor)):
        with pytest.raises(NotFound):
            deed()
    receipt_delivery.follow_email(home.person.id, NEW, by=home.actor)
    assert emails() == [home.email]


def test_somebody_elses_address_is_shown_in_outline_only(home):
    Account.update(receipt_email="holder@mail.ru").execute()
    shown = delivery(home.person.id, home.account.number)
    assert (shown.is_on, shown.email, shown.suggested) == (True, "h•••@mail.ru", home.email)


def test_every_holder_is_told_and_a_guest_is_not(home):
    holder, guest = make_person(5)[0], make_person(6)[0]
    for person, rights in ((holder, "all"), (guest, "view")):
        Binding.create(person=person, account=home.account, way="meter", rights=rights, bound_at=clock.now())
    on(home, home.email)
    with recording_only():
        drain()
    told = Message.select().where(Message.template == "receipt_delivery", Message.channel == "cabinet")
    assert {row.person_id for row in told} == {home.person.id, holder.id}
    assert "адрес, на который приходят квитанции" in told.get().text
    assert home.email not in told.get().text
    receipt_delivery.follow_email(home.person.id, "new@demo.nesk", by=home.actor)
    with recording_only():
        drain()
    assert [row.person_id for row in told.order_by(Message.id)][2:] == [holder.id]
    assert [row.facts for row in EventRecord.select() if "@" in str(row.facts)] == []


def test_whoever_asks_and_asks_is_stopped_and_a_strangers_mailbox_gets_five_letters_a_day(home, branch):
    for number in range(receipt_delivery.ASKED_A_DAY):
        on(home, f"n{number}@demo.nesk")
    with pytest.raises(TooOften) as often:
        on(home, NEW)
    assert often.value.field == "email"
    for number in range(allowance.LETTERS_A_DAY + 1):
        on(make_home(branch, 10 + number), NEW)
    with recording_only():
        drain()
    assert Message.select().where(Message.recipient == NEW).count() == 5
