"""Registering by a phone or an e-mail: asked for, proved, and only then a person (S1-03, S1-04, S2-03).

Until the phone or the e-mail is proved there is nothing but a challenge, which goes with its time (A10). A contact that
is somebody's already takes the same way on the screen, and its owner is told.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from nesk.consents import operations as consents
from nesk.consents.queries import document
from nesk.core import limits, settings
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.errors import Refused, TooOften
from nesk.credentials import challenges
from nesk.credentials.allowance import DAY, count_letter, network
from nesk.credentials.models import Challenge
from nesk.credentials.rules import password_refusal
from nesk.credentials.settings import CredentialSettings
from nesk.people import operations as people
from nesk.people import passwords
from nesk.people.models import Person
from nesk.people.queries import person_by_identity

BY = system("registration")
PHONE, EMAIL = "register", "activate"
"""The purposes of the challenges."""
LETTERS_A_DAY_NETWORK = 100
"""Letters asked for from one /24."""
TRIES_AN_HOUR = 10
"""Passwords tried at one link in a browser that did not ask for it."""
WRONG_PASSWORD = "Пароль не подошёл. Введите тот, который придумали при регистрации."  # noqa: S105 - words for people


@dataclass(frozen=True)
class ContactTried:
    """Somebody wants to register with a phone or an e-mail that is a person's already."""

    person_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Which boxes were ticked, and from where: kept with the challenge, written into the journal with the person."""

    notices: bool = False
    ip: str = ""
    device: str = ""

    def facts(self) -> dict[str, Any]:
        """What of it a challenge keeps: the versions that were shown, too."""
        agreed = {"personal_data": document("personal_data").version}
        if self.notices:
            agreed["notices"] = document("notices").version
        return {"agreed": agreed, "ip": self.ip[:45], "device": self.device[:200]}


def agree(person_id: int, facts: dict[str, Any], *, challenge_id: int | None) -> None:
    """Write what was agreed to into the journal, in the transaction that makes the person (152-ФЗ ст. 9)."""
    for purpose, version in facts["agreed"].items():
        consents.give(
            person_id,
            purpose,
            version=version,
            ip=facts["ip"],
            device=facts["device"],
            challenge_id=challenge_id,
            by=Actor("person", person_id),
        )


def refuse_weak(password: str, contact: str) -> None:
    """Raise Refused (field `password`) for a password that cannot be taken."""
    least = settings.load(CredentialSettings).password_min
    if reason := password_refusal(password, least=least, personal=(contact,)):
        raise Refused(reason, field="password")


# --- by phone


def ask_phone(phone: str, *, agreement: Agreement, browser: str) -> Challenge:
    """Send a code to the number. One that is taken looks the same, and its owner gets an SMS about it."""
    return _ask_phone(phone, agreement.facts(), browser)


def _ask_phone(phone: str, facts: dict[str, Any], browser: str) -> Challenge:
    owner = person_by_identity("phone", phone)
    return challenges.ask_code(
        PHONE,
        phone,
        browser=browser,
        facts=facts,
        ip=facts["ip"],
        instead=ContactTried(owner.id, "phone") if owner else None,
        by=BY,
    )


def ask_phone_again(challenge: Challenge) -> Challenge:
    """Another code to the same number. Raises TooOften before its time."""
    if wait := challenges.seconds_to_wait(challenge):
        raise TooOften(f"Новый код можно запросить через {wait} с.", retry_after=wait)
    return _ask_phone(challenge.recipient, challenge.facts, challenge.browser_hash)


def register_by_phone(challenge_id: int, password: str, *, browser: str) -> Person:
    """The person whose phone was proved by a code in this browser. Raises Refused when it is too late or taken."""
    refuse_weak(password, challenges.of_browser(PHONE, challenge_id, browser=browser).recipient)
    challenge = challenges.proved(PHONE, challenge_id, browser=browser)
    return _create(challenge, phone=challenge.recipient, password_hash=passwords.hashed(password))


# --- by e-mail


def ask_email(email: str, password: str, *, agreement: Agreement, browser: str) -> Challenge:
    """Send a link to the address. One that is taken looks the same, and its owner gets a letter about it."""
    refuse_weak(password, email)
    _count_letter(email, agreement.ip)
    return _ask_email(email, {**agreement.facts(), "password": passwords.hashed(password)}, browser)


def _ask_email(email: str, facts: dict[str, Any], browser: str) -> Challenge:
    owner = person_by_identity("email", email)
    return challenges.ask_link(
        EMAIL,
        email,
        life=timedelta(days=settings.load(CredentialSettings).activation_days),
        browser=browser,
        facts=facts,
        has_code=True,
        instead=ContactTried(owner.id, "email") if owner else None,
        by=BY,
    )


def ask_email_again(challenge: Challenge) -> Challenge:
    """«Отправить письмо повторно» (S3-03): a new link in place of the old one. Raises TooOften, Refused when it is spent."""
    if challenge.ended_at is not None:
        raise Refused(challenges.DEAD_LINK)
    _count_letter(challenge.recipient, challenge.facts["ip"])
    return _ask_email(challenge.recipient, challenge.facts, challenge.browser_hash)


def _count_letter(email: str, ip: str) -> None:
    """Letters are free, and a full mailbox is a nuisance: past the limits the page says so of any address alike."""
    pause = settings.load(CredentialSettings).code_pause_seconds
    try:
        if pause > 0:
            limits.pause("letter_pause", email, seconds=pause)
    except TooOften as soon:
        raise TooOften(
            f"Письмо на этот адрес только что отправлено. Проверьте почту и папку «Спам» или повторите через {soon.retry_after} с.",
            retry_after=soon.retry_after,
        ) from None
    limits.count("letter_network", network(ip), limit=LETTERS_A_DAY_NETWORK, seconds=DAY)
    count_letter(email)


def activate(token: str, *, browser: str, password: str = "") -> Person:
    """The person whose e-mail the link proves. Raises Refused.

    In another browser than the one that registered the chosen password is asked for: somebody else may have registered
    with this address, and its owner must not finish that for them.
    """
    challenge = challenges.of_token(EMAIL, token)
    stored = challenge.facts["password"]
    if not is_of_browser(challenge, browser):
        limits.count("activation", str(challenge.id), limit=TRIES_AN_HOUR, seconds=3600)
        if not passwords.matches(stored, password):
            raise Refused(WRONG_PASSWORD, field="password")
    return _create(challenge, email=challenge.recipient, password_hash=stored)


def activate_by_code(challenge_id: int, code: str, *, browser: str) -> Person:
    """The person whose e-mail is proved by the digits of the letter, in the browser that asked for it. Raises NotFound,
    Refused (field `code`). Call it outside any transaction: a wrong try stays counted (A7)."""
    asked = challenges.of_browser(EMAIL, challenge_id, browser=browser)
    proved = challenges.prove_code(EMAIL, asked.recipient, code, browser=browser)
    return _create(proved, email=proved.recipient, password_hash=proved.facts["password"])


def is_of_browser(challenge: Challenge, browser: str) -> bool:
    """Whether this browser asked for the link."""
    return hmac.compare_digest(challenge.browser_hash, browser)


def _create(challenge: Challenge, **who: str) -> Person:
    with transaction():
        challenges.consume(challenge)
        person = people.register_person(**who, by=BY)  # type: ignore[arg-type]
        agree(person.id, challenge.facts, challenge_id=challenge.id)
    return person
