"""Changing the phone (S1-13) and adding numbers for informational SMS (S0-32): a code proves the number first.

Whose number it already is, is told only to whoever has proved it to be theirs (A6).
"""

from __future__ import annotations

from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.core.phones import parse_phone
from nesk.credentials import challenges
from nesk.credentials.events import ContactChanged
from nesk.credentials.models import Challenge
from nesk.credentials.queries import open_challenge
from nesk.people import contacts
from nesk.people.queries import identities, sms_phones

PHONE, SMS_PHONE = "phone", "sms_phone"
NO_SMS = "На этот номер SMS не отправить. Введите номер мобильного телефона, например +7 (900) 000-00-00."


def check_phone(person_id: int, phone: str) -> str:
    """The number that a person has now. Raises Refused (field `phone`) when the other cannot take its place."""
    _check_mobile(phone)
    was = identities(person_id).get("phone", "")
    if was == phone:
        raise Refused("Это ваш нынешний номер. Введите другой.", field="phone")
    return was


def ask_phone_change(person_id: int, phone: str, *, browser: str, ip: str, by: Actor) -> None:
    """Send a code to the number that is to be the person's own (S1-13). Raises Refused (field `phone`)."""
    was = check_phone(person_id, phone)
    _ask_code(PHONE, person_id, phone, {"was": was}, browser=browser, ip=ip, by=by)


def ask_sms_phone(person_id: int, phone: str, *, replaces: int | None = None, browser: str, ip: str, by: Actor) -> None:
    """Send a code to a further number for informational SMS (S0-32). Raises Refused (field `phone`), NotFound."""
    _check_mobile(phone)
    contacts.check_sms_phone(person_id, phone, replaces=replaces)
    _ask_code(SMS_PHONE, person_id, phone, {"replaces": replaces}, browser=browser, ip=ip, by=by)


def _check_mobile(phone: str) -> None:
    if parse_phone(phone, mobile=True) is None:
        raise Refused(NO_SMS, field="phone")


def ask_again(purpose: str, person_id: int, *, browser: str, ip: str, by: Actor) -> None:
    """Another code to the same number. Raises Refused when none is awaited."""
    awaited = awaited_code(purpose, person_id, browser=browser)
    _ask_code(purpose, person_id, awaited.recipient, awaited.facts, browser=browser, ip=ip, by=by)


def _ask_code(
    purpose: str, person_id: int, phone: str, facts: dict[str, object], *, browser: str, ip: str, by: Actor
) -> None:
    """A code that was sent within the last minute stands: a second press must not kill the SMS that is on its way."""
    last = open_challenge(person_id, purpose)
    same = last is not None and (last.recipient, last.browser_hash) == (phone, browser) and last.facts == facts
    if same and last.used_at is None and challenges.seconds_to_wait(last):
        return
    challenges.end_all(
        person_id, purpose, but=(phone, browser)
    )  # its own a new code takes the place of, if one goes out
    challenges.ask_code(purpose, phone, browser=browser, person_id=person_id, facts=facts, ip=ip, by=by)


def awaited_code(purpose: str, person_id: int, *, browser: str) -> Challenge:
    """The code that this browser is waiting for. Raises Refused (field `code`) when there is none."""
    code = open_challenge(person_id, purpose)
    if code is None or code.browser_hash != browser or code.used_at is not None:
        raise Refused(challenges.DEAD_CODE, field="code")
    return code


def confirm_phone(person_id: int, code: str, *, browser: str, by: Actor) -> None:
    """The number that the code went to becomes the person's phone. Raises Refused (field `code`, or none when taken)."""
    proved = _proved_code(PHONE, person_id, code, browser=browser)
    with transaction():
        challenges.consume(proved)
        was = contacts.put_contact(person_id, "phone", proved.recipient)
        Challenge.update(facts={"was": was}).where(Challenge.id == proved.id).execute()
        record(ContactChanged(person_id, "phone", proved.id), by=by)


def confirm_sms_phone(person_id: int, code: str, *, browser: str, by: Actor) -> None:
    """The number joins those that informational SMS go to. Raises Refused (field `code`)."""
    proved = _proved_code(SMS_PHONE, person_id, code, browser=browser)
    replaces = proved.facts["replaces"]
    with transaction():
        challenges.consume(proved)
        listed = {row.id for row in sms_phones(person_id)}  # it may have been deleted in another tab
        contacts.add_sms_phone(person_id, proved.recipient, replaces=replaces if replaces in listed else None, by=by)


def _proved_code(purpose: str, person_id: int, code: str, *, browser: str) -> Challenge:
    """Outside any transaction: a wrong try stays counted (A7)."""
    awaited = awaited_code(purpose, person_id, browser=browser)
    return challenges.prove_code(purpose, awaited.recipient, code, browser=browser)
