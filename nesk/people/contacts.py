"""Phones and e-mails of a person: those they sign in by and are written to, and further numbers for informational SMS.

That an address is the person's own has been proved by whoever calls: by codes and links, a floor above.
"""

from __future__ import annotations

import peewee

from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.people.events import SmsPhoneAdded, SmsPhoneEnded
from nesk.people.models import Identity, Person, SmsPhone
from nesk.people.queries import contact, identities, sms_phone_of, sms_phones

MOST_SMS_PHONES = 5
TAKEN = {
    "email": "Этот адрес уже подтверждён в другом личном кабинете. Войдите в него или укажите другой адрес.",
    "phone": "Этот номер уже подтверждён в другом личном кабинете. Войдите в него или укажите другой номер.",
}
"""Said only to whoever has proved that the address is theirs: a form must not tell who is registered (A6)."""
LAST_LOGIN = {
    "email": "По этой почте вы входите, другого логина нет. Сначала добавьте телефон.",
    "phone": "По этому номеру вы входите, другого логина нет. Сначала сделайте логином почту.",
}
ENOUGH = f"Можно добавить не больше {MOST_SMS_PHONES} номеров. Удалите лишний."


def put_contact(person_id: int, kind: str, value: str, *, is_login: bool | None = None) -> str:
    """Give a person a confirmed phone or e-mail in place of the one they had, which is returned (empty: none).

    `is_login` None leaves it as it was. Runs in the transaction of whoever has proved the address. Raises Refused when it
    is confirmed for somebody else.
    """
    Person.locked(person_id)
    former = contact(person_id, kind)
    kept = former.is_login if former else True
    columns = {"value": value, "confirmed_at": clock.now(), "is_login": kept if is_login is None else is_login}
    # An address that was typed and never confirmed, by this person or another, is whose it is.
    unproved = Identity.confirmed_at.is_null() & (Identity.kind == kind)
    Identity.delete().where(unproved, (Identity.person == person_id) | (Identity.value == value)).execute()
    try:
        with transaction():
            if former:
                Identity.update(columns).where(Identity.id == former.id).execute()
            else:
                Identity.create(person=person_id, kind=kind, **columns)
    except peewee.IntegrityError as taken:
        raise Refused(TAKEN[kind], field=kind) from taken
    find_by_words(person_id)
    return former.value if former else ""


def drop_contact(person_id: int, kind: str) -> str:
    """Take a phone or e-mail from a person; gives what it was. Raises Refused when nothing else lets them in."""
    Person.locked(person_id)
    former = identities(person_id).get(kind, "")
    if former and not logins(person_id, besides=kind):
        raise Refused(LAST_LOGIN[kind])
    Identity.delete().where(Identity.person == person_id, Identity.kind == kind).execute()
    find_by_words(person_id)
    return former


def use_as_login(person_id: int, kind: str, is_login: bool) -> bool:
    """Let the person sign in by their phone or e-mail, or no more (S0-30). False when nothing changed; may be Refused."""
    Person.locked(person_id)
    if not is_login and not logins(person_id, besides=kind):
        raise Refused(LAST_LOGIN[kind], field=f"{kind}_is_login")
    differing = (Identity.person == person_id) & (Identity.kind == kind) & (Identity.is_login != is_login)
    return bool(Identity.update(is_login=is_login).where(differing).execute())


def logins(person_id: int, *, besides: str = "") -> list[Identity]:
    """What a person may sign in by, but those of one kind."""
    rows = Identity.select().where(Identity.person == person_id, Identity.is_login, Identity.kind != besides)
    return [row for row in rows if row.confirmed_at is not None or row.kind == "account"]


def find_by_words(person_id: int) -> None:
    """Renew what a search in the back office finds the person by, in the transaction of what has changed."""
    person, known = Person.get_by_id(person_id), identities(person_id)
    words = (person.surname, person.name, person.patronymic, known.get("phone"), known.get("email"))
    Person.update(search=" ".join(filter(None, words)).lower()[:300]).where(Person.id == person_id).execute()


def check_sms_phone(person_id: int, phone: str, *, replaces: int | None = None) -> None:
    """Raise Refused when the number cannot be a further one of this person (S0-32), NotFound when `replaces` is none."""
    if replaces is not None:
        sms_phone_of(person_id, replaces)
    others = [row for row in sms_phones(person_id) if row.id != replaces]
    if identities(person_id).get("phone") == phone:
        raise Refused("Это ваш основной номер: SMS на него приходят и так. Укажите другой.", field="phone")
    if any(row.phone == phone for row in others):
        raise Refused("Этот номер уже в списке. Укажите другой.", field="phone")
    if len(others) >= MOST_SMS_PHONES:
        raise Refused(ENOUGH, field="phone")


def add_sms_phone(person_id: int, phone: str, *, replaces: int | None = None, by: Actor) -> SmsPhone:
    """Send informational SMS to a further number, or to it in place of one of the list. Raises Refused, NotFound."""
    now = clock.now()
    with transaction():
        Person.locked(person_id)
        check_sms_phone(person_id, phone, replaces=replaces)
        if replaces is not None:
            SmsPhone.update(ended_at=now).where(SmsPhone.id == replaces).execute()
        row = SmsPhone.create(person=person_id, phone=phone, confirmed_at=now)
        record(SmsPhoneAdded(person_id, row.id, replaces), by=by)
    return row


def end_sms_phone(person_id: int, sms_phone_id: int, *, by: Actor) -> None:
    """Send no more SMS to a number of the list. Raises NotFound for an ended one and for somebody else's."""
    with transaction():
        Person.locked(person_id)
        row = sms_phone_of(person_id, sms_phone_id)
        SmsPhone.update(ended_at=clock.now()).where(SmsPhone.id == row.id).execute()
        record(SmsPhoneEnded(person_id, row.id), by=by)
