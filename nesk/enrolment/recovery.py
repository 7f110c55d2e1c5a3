"""Getting back in without the password: by a letter, by a code, by an account number and the address that goes with it.

Asking puts the person's cards out of use and tells them of it in one transaction (S3-01, P11); what the letter or the code
allows is one thing only, a new password, after which nothing of the old state is alive (A4, A5).
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta

from nesk.accounts.models import Account, Binding
from nesk.core import limits, settings
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.emails import parse_email
from nesk.core.errors import NotFound, Refused, TooOften
from nesk.core.events import record
from nesk.core.faults import fault
from nesk.core.phones import parse_phone
from nesk.credentials import challenges, passwords
from nesk.credentials.allowance import host, network
from nesk.credentials.events import LinkAsked, RecoveryAsked
from nesk.credentials.models import Challenge
from nesk.credentials.settings import CredentialSettings
from nesk.enrolment.passwords import chosen
from nesk.payments import cards
from nesk.people.models import Identity, Person
from nesk.people.passwords import hashed
from nesk.people.queries import identities

PURPOSE = "recovery"
MISSED = "recovery_missed"
"""The purpose of what is kept for an asker whom nothing is sent to, so that their answer takes as long."""
NOBODY = 0
BY = system("recovery")

UNKNOWN_EMAIL = "Указанный e-mail не зарегистрирован"
UNKNOWN_PHONE = "Указанный номер телефона не зарегистрирован"
MISMATCH = "Логин или лицевой счёт и адрес почты не подходят друг к другу. Проверьте оба поля: нужен адрес, подтверждённый вами."
"""One sentence for every pair that does not fit: it must not tell which half exists."""
NO_EMAIL = "В кабинете не указан подтверждённый адрес почты. Снимите отметку и введите новый пароль."

_HOUR, _DAY = 3600, 86_400
A_DAY = 3
"""Recoveries of one person: more would only be somebody's spite (security.md §3)."""
TOLD_TO_ADDRESS, TOLD_TO_NETWORK, TOLD_TO_ALL = 5, 10, 500
"""How often in an hour an answer may show whether an address is registered (A6)."""


def ask_by_email(email: str, *, browser: str, ip: str) -> bool:
    """Send the link to a registered address. True when the answer may say so, False when it must stay neutral.

    Raises Refused (field `email`) for an unknown address, as long as that may be told (S0-22, A6).
    """
    return _ask_by_letter("email", _holder("email", email), email, UNKNOWN_EMAIL, browser=browser, ip=ip)


def ask_by_account(login: str, email: str, *, browser: str, ip: str) -> bool:
    """The same for whoever names a login or an account number of the address's owner as well (S3-07)."""
    holder = _holder("email", email)
    if not _belongs(login, holder):
        holder = None
    return _ask_by_letter("account", holder, email, MISMATCH, browser=browser, ip=ip)


def ask_by_phone(phone: str, *, browser: str, ip: str) -> Challenge:
    """Send a code to a registered phone; the challenge is for this browser's next page, whether anything was sent or not.

    Raises Refused (field `phone`) for an unknown number, as long as that may be told.
    """
    holder = _holder("phone", phone) if parse_phone(phone, mobile=True) else None
    if holder is None and _may_tell(ip):
        raise Refused(UNKNOWN_PHONE, field="phone")
    with transaction():
        goes = _begin(holder, "phone", phone)
        challenge = challenges.ask_code(
            PURPOSE,
            phone,
            browser=browser,
            person_id=holder.person_id if holder and goes else None,
            ip=ip,
            is_sent=goes,
        )
    fault("recover.asked")
    return challenge


def _ask_by_letter(way: str, holder: Identity | None, email: str, unknown: str, *, browser: str, ip: str) -> bool:
    may_tell = _may_tell(ip)
    if holder is None and may_tell:
        raise Refused(unknown, field="email")
    life = timedelta(minutes=settings.load(CredentialSettings).recovery_minutes)
    with transaction():
        if _begin(holder, way, email) and holder is not None:
            # To the address as it is stored, never to the one that was typed (A4).
            challenges.ask_link(PURPOSE, holder.value, life=life, person_id=holder.person_id, by=BY)
        else:
            missed = challenges.ask_link(MISSED, email, life=life, browser=browser, is_sent=False, by=BY)
            record(LinkAsked(missed.id), by=BY)
    fault("recover.asked")
    return may_tell


def _begin(holder: Identity | None, way: str, typed: str) -> bool:
    """Put the person's cards out of use and note that recovery was asked for; False when nothing may be sent.

    Of nobody the database is asked the same, so that an answer that must not tell takes as long as one that may (A6).
    """
    goes = _within_day(str(holder.person_id) if holder else typed) and holder is not None
    person_id = holder.person_id if holder and goes else None
    with suppress(NotFound):
        Person.locked(person_id or NOBODY)
    count = cards.make_unusable(person_id or NOBODY, by=BY)
    record(RecoveryAsked(person_id, way, count), by=BY)
    return goes


def _within_day(subject: str) -> bool:
    try:
        limits.count("recovery", subject, limit=A_DAY, seconds=_DAY)
    except TooOften:
        return False
    return True


def _may_tell(ip: str) -> bool:
    """Whether the answer may show that an address is, or is not, registered (A6)."""
    if settings.load(CredentialSettings).recovery_neutral:
        return False
    try:
        limits.count("recovery_told", host(ip), limit=TOLD_TO_ADDRESS, seconds=_HOUR)
        limits.count("recovery_told_network", network(ip), limit=TOLD_TO_NETWORK, seconds=_HOUR)
        limits.count("recovery_told_all", "", limit=TOLD_TO_ALL, seconds=_HOUR)
    except TooOften:
        return False
    return True


def _holder(kind: str, value: str) -> Identity | None:
    """The confirmed phone or e-mail of a person whose cabinet is not closed."""
    return (
        Identity.select(Identity, Person)
        .join(Person)
        .where(Identity.kind == kind, Identity.value == value, Identity.confirmed_at.is_null(False))
        .where(Person.closed_at.is_null())
        .first()
    )


def _belongs(login: str, holder: Identity | None) -> bool:
    """Whether a phone, an e-mail or an account number is the person's: one they sign in by, or of an account of theirs."""
    person_id = holder.person_id if holder else None
    number = re.sub(r"[^0-9A-Za-z]", "", login)
    own = (Identity.kind == "account") & (Identity.value == number)
    for kind, value in (("phone", parse_phone(login)), ("email", parse_email(login))):
        if value:
            own |= (Identity.kind == kind) & (Identity.value == value)
    signs_in = Identity.select().where(Identity.person == person_id, own).exists()
    bound = Binding.select().join(Account).where(Binding.person == person_id, Account.number == number)
    return bool(bound.where(Binding.ended_at.is_null()).exists() or signs_in)


# --- the code


def send_again(challenge_id: int, *, browser: str, ip: str) -> Challenge:
    """A new code in the place of an open one. Raises TooOften while the pause lasts, Refused when there is none to replace."""
    open_one = _of_browser(challenge_id, browser)
    if wait := challenges.seconds_to_wait(open_one):
        raise TooOften(f"Новый код можно запросить через {wait} с.", retry_after=wait)
    person_id = open_one.person_id
    return challenges.ask_code(
        PURPOSE,
        open_one.recipient,
        browser=browser,
        person_id=person_id,
        ip=ip,
        is_sent=person_id is not None,
        by=BY,
    )


def asked_code(challenge_id: int, *, browser: str) -> Challenge:
    """The code that this browser waits for. Raises Refused when there is none."""
    return _of_browser(challenge_id, browser)


def prove_code(challenge_id: int, code: str, *, browser: str) -> Challenge:
    """Take the code; afterwards `by_code` lets the browser set a password. Raises Refused (field `code`)."""
    return challenges.prove_code(PURPOSE, _of_browser(challenge_id, browser).recipient, code, browser=browser)


def _of_browser(challenge_id: int, browser: str) -> Challenge:
    found = Challenge.get_or_none(
        Challenge.id == challenge_id,
        Challenge.purpose == PURPOSE,
        Challenge.channel == "sms",
        Challenge.browser_hash == browser,
    )
    if found is None or found.ended_at is not None or found.used_at is not None:
        raise Refused(challenges.DEAD_CODE)
    return found


# --- the new password


def by_link(token: str) -> Challenge:
    """What a link of a letter allows. Raises Refused for a used, late, foreign or invented one. Changes nothing."""
    challenge = challenges.of_token(PURPOSE, token)
    _owner(challenge)
    return challenge


def by_code(challenge_id: int, *, browser: str) -> Challenge:
    """What a code that was typed in this browser allows. Raises Refused. Changes nothing."""
    challenge = challenges.proved(PURPOSE, challenge_id, browser=browser)
    _owner(challenge)
    return challenge


def email_for(challenge: Challenge) -> str:
    """Where an issued password would go; empty when the person has no confirmed e-mail."""
    return challenge.recipient if challenge.channel == "email" else identities(challenge.person_id).get("email", "")


def set_password(challenge: Challenge, password: str) -> None:
    """Set the password that the person has chosen. Raises Refused (field `password`), and when the challenge is spent."""
    person = _owner(challenge)
    stored = chosen(person, password, field="password")
    with transaction():
        _spend(challenge)
        passwords.replace(person, stored, by=Actor("person", person.id))
        fault("recover.changing")
    fault("recover.changed")


def issue_password(challenge: Challenge) -> str:
    """Make a password and mail it (S0-24). Gives the address. Raises Refused without one, and when the challenge is spent."""
    person = _owner(challenge)
    email = email_for(challenge)
    if not email:
        raise Refused(NO_EMAIL, field="generate")
    password = passwords.random_password()
    stored = hashed(password)
    with transaction():
        _spend(challenge)
        passwords.issue(person, password, stored, email=email, by=Actor("person", person.id))
        fault("recover.changing")
    fault("recover.changed")
    return email


def _spend(challenge: Challenge) -> None:
    Person.locked(challenge.person_id)
    _owner(challenge)
    challenges.consume(challenge)


def _owner(challenge: Challenge) -> Person:
    """Whose password may be set: as long as the address is still theirs and no password came after the challenge (A4)."""
    kind = "email" if challenge.channel == "email" else "phone"
    holder = _holder(kind, challenge.recipient)
    if holder is not None and holder.person_id == challenge.person_id:
        changed = holder.person.password_changed_at
        if changed is None or changed <= challenge.created_at:
            return holder.person
    raise Refused(challenges.DEAD_LINK if kind == "email" else challenges.DEAD_CODE)
