"""Phones and e-mails of a person: whose they are, which of them let one in, and the further numbers for SMS."""

import pytest

from nesk.core import clock
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.errors import NotFound, Refused
from nesk.people import contacts
from nesk.people.models import Identity, Person, SmsPhone
from nesk.people.operations import register_person
from nesk.people.queries import identities, person_by_login, sms_phones
from tests.hashes import cheap_hashes

__all__ = ["cheap_hashes"]
pytestmark = pytest.mark.usefixtures("database")

PHONE, EMAIL = "+79000000001", "abonent@demo.nesk"


@pytest.fixture
def person():
    return register_person(
        surname="Ковальчук", name="Марина", phone=PHONE, email=EMAIL, password="demo-2026", by=system("test")
    )


@pytest.fixture
def by(person):
    return Actor("person", person.id)


def stored():
    return sorted(Identity.select(Identity.person, Identity.kind, Identity.value, Identity.is_login).tuples())


def test_a_new_contact_takes_the_place_of_the_old_one_and_is_found(person):
    assert contacts.put_contact(person.id, "email", "new@demo.nesk") == EMAIL
    assert identities(person.id) == {"phone": PHONE, "email": "new@demo.nesk"}
    assert person_by_login("email", EMAIL) is None
    assert person_by_login("email", "new@demo.nesk").id == person.id
    assert Person.get_by_id(person.id).search == "ковальчук марина +79000000001 new@demo.nesk"


def test_a_contact_that_was_no_login_stays_none(person):
    contacts.use_as_login(person.id, "email", False)
    contacts.put_contact(person.id, "email", "new@demo.nesk")
    assert person_by_login("email", "new@demo.nesk") is None
    assert person_by_login("phone", PHONE).id == person.id


def test_an_address_confirmed_for_somebody_else_is_refused_and_nothing_moves(person):
    register_person(email="other@demo.nesk", password="demo-2026", by=system("test"))
    before = stored()
    with pytest.raises(Refused) as refused, transaction():
        contacts.put_contact(person.id, "email", "other@demo.nesk")
    assert refused.value.message == contacts.TAKEN["email"]
    assert stored() == before


def test_an_address_that_was_only_typed_belongs_to_whoever_proves_it(person):
    other = register_person(phone="+79000000002", password="demo-2026", by=system("test"))
    Identity.create(person=other, kind="email", value="new@demo.nesk", confirmed_at=None)
    contacts.put_contact(person.id, "email", "new@demo.nesk")
    assert person_by_login("email", "new@demo.nesk").id == person.id
    assert identities(other.id) == {"phone": "+79000000002"}


@pytest.mark.parametrize("kind", ["phone", "email"])
def test_the_last_login_is_neither_removed_nor_given_up(person, kind):
    other = "email" if kind == "phone" else "phone"
    contacts.use_as_login(person.id, other, False)
    before = stored()
    for deed in (contacts.drop_contact, lambda *of: contacts.use_as_login(*of, False)):
        with pytest.raises(Refused) as refused:
            deed(person.id, kind)
        assert refused.value.message == contacts.LAST_LOGIN[kind]
    assert stored() == before


def test_an_unconfirmed_contact_is_no_login_to_fall_back_on(person):
    Identity.update(confirmed_at=None).where(Identity.kind == "phone").execute()
    with pytest.raises(Refused):
        contacts.drop_contact(person.id, "email")


def test_the_number_of_an_account_is_a_login_too(person):
    Identity.create(person=person, kind="account", value="230000000017", confirmed_at=clock.now())
    assert contacts.drop_contact(person.id, "email") == EMAIL
    assert contacts.drop_contact(person.id, "phone") == PHONE
    assert identities(person.id) == {"account": "230000000017"}
    assert Person.get_by_id(person.id).search == "ковальчук марина"


# --- further numbers (S0-32)


def numbers(person):
    return [row.phone for row in sms_phones(person.id)]


def test_numbers_are_added_replaced_and_ended(person, by):
    first = contacts.add_sms_phone(person.id, "+79000000011", by=by)
    second = contacts.add_sms_phone(person.id, "+79000000012", by=by)
    contacts.add_sms_phone(person.id, "+79000000013", replaces=first.id, by=by)
    assert numbers(person) == ["+79000000012", "+79000000013"]
    contacts.end_sms_phone(person.id, second.id, by=by)
    assert numbers(person) == ["+79000000013"]
    contacts.add_sms_phone(person.id, "+79000000012", by=by)
    assert (numbers(person), SmsPhone.select().count()) == (["+79000000013", "+79000000012"], 4)


def test_five_numbers_are_enough_and_one_of_them_can_still_be_changed(person, by):
    rows = [contacts.add_sms_phone(person.id, f"+7900000001{n}", by=by) for n in range(contacts.MOST_SMS_PHONES)]
    with pytest.raises(Refused) as refused:
        contacts.add_sms_phone(person.id, "+79000000019", by=by)
    assert (refused.value.message, refused.value.field) == (contacts.ENOUGH, "phone")
    contacts.add_sms_phone(person.id, "+79000000019", replaces=rows[0].id, by=by)
    assert len(numbers(person)) == 5


@pytest.mark.parametrize("number", [PHONE, "+79000000011"])
def test_a_number_that_is_there_is_not_added_again(person, by, number):
    contacts.add_sms_phone(person.id, "+79000000011", by=by)
    with pytest.raises(Refused):
        contacts.add_sms_phone(person.id, number, by=by)
    assert numbers(person) == ["+79000000011"]


def test_a_strangers_and_an_ended_number_do_not_exist(person, by):
    stranger = register_person(phone="+79000000002", password="demo-2026", by=system("test"))
    row = contacts.add_sms_phone(person.id, "+79000000011", by=by)
    for deed in (
        contacts.end_sms_phone,
        lambda *of, by: contacts.add_sms_phone(of[0], "+79000000012", replaces=of[1], by=by),
    ):
        with pytest.raises(NotFound):
            deed(stranger.id, row.id, by=by)
    contacts.end_sms_phone(person.id, row.id, by=by)
    with pytest.raises(NotFound):
        contacts.end_sms_phone(person.id, row.id, by=by)
