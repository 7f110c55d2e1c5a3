"""Whose mailbox the bills go to: never one of somebody who left, never another holder's turned away (S0-31, S0-33, D2)."""

from datetime import timedelta

import pytest

from nesk.accounts import receipt_delivery, sharing
from nesk.accounts.models import Account, Binding, ReceiptAddress
from nesk.consents import operations as consents
from nesk.consents.operations import install_documents
from nesk.core import clock, events
from nesk.core.actor import Actor
from nesk.core.errors import NotFound, Refused
from nesk.credentials import challenges, contact_change
from nesk.credentials.models import Challenge
from nesk.enrolment.binding import unbind_account
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.people import closing
from nesk.privacy.closing import close_due
from tests.district import BY, district, make_person

__all__ = ["district"]


@pytest.fixture
def home(district):
    install_documents()
    return district.home


@pytest.fixture
def second(home):
    """Somebody else who holds the account in full, with an e-mail of their own."""
    person = make_person(8)[0]
    Binding.create(person=person, account=home.account, way="meter", bound_at=clock.now())
    return person


def react() -> None:
    with recording_only():
        events.drain()


def goes_to(home) -> str:
    return Account.get_by_id(home.account.id).receipt_email


def opened(home, email: str) -> None:
    """The person has opened a further mailbox for receipts, and they go there."""
    row = {"person": home.person, "account": home.account, "email": email, "confirmed_at": clock.now()}
    ReceiptAddress.create(**row)
    assert receipt_delivery.switch_on(home.person.id, home.account.number, email, by=home.actor)
    assert goes_to(home) == email


def test_no_bill_goes_to_whoever_was_unbound(home):
    opened(home, "second@demo.nesk")
    unbind_account(home.person.id, home.account.id, by=home.actor)
    assert goes_to(home) == ""


def test_no_bill_and_no_address_is_left_of_a_closed_cabinet(home):
    opened(home, "second@demo.nesk")
    closing.ask(home.person.id, reason="", comment="", by=home.actor)
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        assert close_due() == 1
    assert goes_to(home) == ""
    assert ReceiptAddress.select().count() == 0


def test_no_bill_goes_to_an_e_mail_that_was_removed(home):
    assert receipt_delivery.switch_on(home.person.id, home.account.number, home.email, by=home.actor)
    contact_change.remove_contact(home.person.id, "email", by=home.actor)
    assert goes_to(home) == ""


def test_another_holders_new_e_mail_takes_no_bills_of_mine(home, second):
    receipt_delivery.switch_on(home.person.id, home.account.number, home.email, by=home.actor)
    receipt_delivery.follow_email(second.id, "new@demo.nesk", by=Actor("person", second.id))
    assert goes_to(home) == home.email


def test_another_holders_withdrawn_consent_stops_no_bills_of_mine(home, second):
    opened(home, "second@demo.nesk")
    consents.give(second.id, "e_bill", by=BY)
    consents.withdraw(second.id, "e_bill", by=BY)
    assert goes_to(home) == "second@demo.nesk"


def test_a_link_asked_for_before_the_withdrawal_is_dead_after_it(home):
    consents.give(home.person.id, "e_bill", by=BY)
    assert receipt_delivery.switch_on(home.person.id, home.account.number, "other@demo.nesk", by=home.actor) is False
    token = challenges.secret_of(Challenge.get(Challenge.purpose == "receipt").id)
    consents.withdraw(home.person.id, "e_bill", by=BY)
    with pytest.raises(Refused):
        receipt_delivery.confirm_address(home.person.id, token, by=home.actor)
    assert goes_to(home) == ""


@pytest.mark.parametrize("reason", ["self", "staff"])
def test_a_guest_who_is_unbound_is_told_and_so_is_the_holder(home, reason):
    guest = make_person(9)[0]
    invited = invite(home)
    sharing.accept(invited.token, guest.id, by=Actor("person", guest.id))
    react()
    before = Message.select().count()
    unbind_account(guest.id, home.account.id, reason=reason, by=BY)
    react()
    told = {row.template for row in Message.select().order_by(Message.id).offset(before)}
    assert told == {"access_ended"}


def test_an_invitation_to_an_account_that_was_closed_is_not_there(home):
    invited = invite(home)
    Account.update(closed_on=clock.today()).where(Account.id == home.account.id).execute()
    with pytest.raises(NotFound):
        sharing.accept(invited.token, make_person(9)[0].id, by=BY)
    assert Binding.select().where(Binding.invitation.is_null(False)).count() == 0


def invite(home) -> sharing.Invited:
    facts = {"rights": "view", "title": "Дочь", "whom": "relative", "until_on": None}
    return sharing.invite(home.account.id, home.person.id, **facts, by=home.actor)
