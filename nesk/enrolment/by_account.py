"""Registering by the number of an account: its holder's name, its meter or its address prove it (S3-03, S4-02).

That is weak evidence, for name and number stand on a bill in a mailbox. So it opens only an account that nobody holds;
whoever belongs to a held one registers by phone or e-mail and binds it by a sum or a meter, or comes with a passport.
The password is ours, travels to the phone, and the registration is undone when nobody comes with it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from nesk.accounts import operations as accounts
from nesk.accounts.models import Account, Binding, Premises
from nesk.branches.models import Town
from nesk.core import clock, limits, settings
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import NotFound, Refused, TooOften
from nesk.core.events import record
from nesk.core.schedule import scheduled
from nesk.core.sealing import seal, unseal
from nesk.credentials import challenges
from nesk.credentials.allowance import DAY, heed_pause, may_send, network
from nesk.credentials.models import Challenge
from nesk.credentials.passwords import random_password
from nesk.credentials.settings import CredentialSettings
from nesk.enrolment import likeness
from nesk.enrolment.registration import BY, Agreement, agree
from nesk.metering.models import Installation, Meter
from nesk.people import operations as people
from nesk.people import passwords
from nesk.people.models import Identity, Person

ISSUED = "account_issued"
"""The purpose of the challenge that carries a password of ours."""
FAILED = (
    "Автоматическая регистрация не получилась: данные не совпали с нашими. Проверьте их и повторите или обратитесь "
    "в ближайшее энергосбытовое отделение с паспортом."
)
"""One sentence for every cause (B1): no such account, another name, a closed one, one that somebody holds."""
ASK_METER = "Фамилия, имя и отчество не подошли к этому номеру. Введите номер установленного счётчика."
TOO_MANY_SMS = (
    "На этот номер или из вашей сети сегодня отправлено слишком много SMS. Повторите завтра или укажите другой номер."
)
STALE = "Проверка устарела. Введите данные ещё раз."
GOOD_FOR = timedelta(minutes=30)
"""How long after its proof an account waits for the phone that the password goes to."""
GRACE = timedelta(hours=12)
"""How long after its time a password of ours is waited for: whoever has come by it may be choosing another."""
LIMITS = (("network", 30, 3600), ("account", 5, DAY), ("all", 1000, 3600))
"""Failures: from one /24, of one number by anybody, of everybody together (B2). Whoever is past their own limit takes
nothing from the number's."""


@dataclass(frozen=True)
class AccountPasswordIssued:
    """A login and a password of ours wait to be sent."""

    challenge_id: int


@dataclass(frozen=True)
class ContactsUnproved:
    """A person has come with a password that both a phone and an e-mail were sent: neither counts as theirs yet."""

    person_id: int


@dataclass(frozen=True)
class AccountTried:
    """Somebody knew enough of an account to register it, and others hold it."""

    account_id: int


@dataclass(frozen=True, slots=True)
class Place:
    """An address as it was typed into the form of the old cabinet (S3-03)."""

    branch_id: int
    town: str
    street: str
    house: str
    building: str
    flat: str


@dataclass(frozen=True, slots=True)
class Proved:
    """An account that somebody has shown to be theirs, and what they agreed to."""

    account_id: int
    is_holder: bool
    """Shown by the holder's whole name: then the person is called by it."""
    facts: dict[str, Any]


def prove(number: str, name: str, serial: str, *, agreement: Agreement) -> Proved:
    """The account that is proved by its holder's name or, failing that, by the meter that works there.

    Raises Refused, the same for every cause: with the field `serial` while a meter's number may still help.
    """
    account, serials, is_free = _begin(number, agreement.ip)
    is_holder = likeness.same_name(name, account.holder if account else "")
    fits = likeness.same_serial(serial, serials) or is_holder
    if not fits or not is_free or account is None:
        _tell(account, fits)
        raise Refused(FAILED) if serial.strip() else Refused(ASK_METER, field="serial")
    _forgive(number, agreement.ip)
    return Proved(account.id, is_holder, agreement.facts())


def prove_place(number: str, place: Place, *, agreement: Agreement) -> Proved:
    """The account that is proved by its whole address. Raises Refused with one sentence for every cause."""
    account, _, is_free = _begin(number, agreement.ip)
    fits = account is not None and _is_at(account, place)
    if not fits or not is_free or account is None:
        _tell(account, fits)
        raise Refused(FAILED)
    _forgive(number, agreement.ip)
    return Proved(account.id, False, agreement.facts())


def _begin(number: str, ip: str) -> tuple[Account | None, list[str], bool]:
    """Count the try and read what it is judged by: as many questions for an unknown number as for a known one (B1)."""
    for name, most, seconds in LIMITS:
        limits.count(f"register_{name}", _subject(name, number, ip), limit=most, seconds=seconds)
    account = (
        Account.select(Account, Premises, Town)
        .join_from(Account, Premises)
        .join_from(Premises, Town)
        .where(Account.number == number, Account.kind == "person", Account.closed_on.is_null())
        .first()
    )
    working = Installation.select(Meter.serial).join(Meter).where(Installation.removed_on.is_null())
    at_account = working.where(Installation.account == (account.id if account else 0))
    return account, [serial for (serial,) in at_account.tuples()], _is_free(account.id if account else 0, number)


def _subject(name: str, number: str, ip: str) -> str:
    return {"account": number, "network": network(ip), "all": ""}[name]


def _forgive(number: str, ip: str) -> None:
    for name, _, seconds in LIMITS:
        limits.forgive(f"register_{name}", _subject(name, number, ip), seconds=seconds)


def _is_free(account_id: int, number: str) -> bool:
    """Whether nobody acts for the account and nobody signs in by its number."""
    held = Binding.select().where(Binding.account == account_id, Binding.ended_at.is_null()).exists()
    login = Identity.select().where(Identity.kind == "account", Identity.value == number).exists()
    return not held and not login


def _demand_free(account: Account) -> None:
    if account.closed_on is not None or not _is_free(account.id, account.number):
        raise Refused(FAILED)


def _is_at(account: Account, place: Place) -> bool:
    ours = account.premises
    return all(
        (
            account.branch_id == place.branch_id,
            likeness.same_town(place.town, ours.town.title),
            likeness.same_place(place.street, ours.street),
            likeness.same_house(place.house, place.building, ours.house),
            likeness.same_flat(place.flat, ours.flat),
        )
    )


def _tell(account: Account | None, fits: bool) -> None:
    """Those who hold an account hear of somebody who knows it well, once a day at most (B4)."""
    if account is None or not fits:
        return
    with suppress(TooOften):
        limits.count("account_tried", str(account.id), limit=1, seconds=DAY)
        with transaction():
            record(AccountTried(account.id), by=BY)


def ticket(proved: Proved, *, browser: str) -> str:
    """What the proof is carried in to the next page of this browser: an address that tells nothing and cannot be made up."""
    kept = {**asdict(proved), "browser": browser, "until": int((clock.now() + GOOD_FOR).timestamp())}
    return seal(json.dumps(kept), purpose="registration")


def of_ticket(text: str, *, browser: str) -> Proved:
    """The proof that is carried. Raises Refused for a late, foreign or invented one."""
    try:
        kept = json.loads(unseal(text, purpose="registration"))
    except ValueError:
        raise Refused(STALE) from None
    if kept.pop("browser") != browser or kept.pop("until") < clock.now().timestamp():
        raise Refused(STALE)
    return Proved(**kept)


def register_by_account(proved: Proved, *, phone: str, email: str = "") -> Person:
    """A person who holds the account and signs in by its number with a password of ours, which is sent to the phone and
    the e-mail. Raises Refused when somebody has taken the account meanwhile, TooOften when no SMS may go."""
    heed_pause(phone)
    _demand_free(Account.get_by_id(proved.account_id))  # a spent ticket takes nothing from the number that is typed
    if not may_send(phone, proved.facts["ip"]):
        raise TooOften(TOO_MANY_SMS, retry_after=DAY, field="phone")
    password = random_password()
    stored = passwords.hashed(password)
    life = timedelta(hours=settings.load(CredentialSettings).issued_password_hours)
    with transaction():
        account = Account.locked(proved.account_id)
        _demand_free(account)
        name = (account.surname, account.name, account.patronymic) if proved.is_holder else ("", "", "")
        person = people.register_person(
            **dict(zip(("surname", "name", "patronymic"), name, strict=True)),
            account=account.number,
            password_hash=stored,
            issued_until=clock.now() + life,
            by=BY,
        )
        accounts.bind(person.id, account.id, way="account", by=Actor("person", person.id))
        agree(person.id, proved.facts, challenge_id=None)
        facts = {"number": account.number, "email": email}
        challenge = challenges.convey(ISSUED, phone, password, person_id=person.id, life=life, facts=facts)
        record(AccountPasswordIssued(challenge.id), by=BY)
    return person


def confirm_contact(person_id: int) -> None:
    """The person has come with our password and chosen another: the phone that it was sent to is theirs.

    Where a letter carried it too nobody can say which of the two was read: neither counts as proved, and the person is
    asked to prove them. Runs in the transaction of a reaction.
    """
    sent = Challenge.select().where(Challenge.purpose == ISSUED, Challenge.person == person_id)
    challenge = sent.where(Challenge.ended_at.is_null(), Challenge.expires_at > clock.now()).first()
    if challenge is None:
        return
    challenges.consume(challenge)
    if challenge.facts["email"]:
        record(ContactsUnproved(person_id), by=BY)
        return
    with suppress(Refused):  # somebody else has proved it meanwhile
        people.add_login(person_id, "phone", challenge.recipient)


@scheduled("enrolment.withdraw_unused", every=3600)
def withdraw_unused() -> int:
    """Undo the registrations whose password nobody came with, so that a mistyped phone takes nobody's account away."""
    over = clock.now() - GRACE
    unused = Person.select(Person.id).where(
        Person.password_issued_until < over, Person.password_changed_at.is_null(), Person.closed_at.is_null()
    )
    ids = [row.id for row in unused]
    for person_id in ids:
        with transaction():
            person = Person.locked(person_id)
            if person.password_changed_at is not None or person.closed_at is not None:
                continue  # they have come at the last moment
            held = Binding.select(Binding.account).where(Binding.person == person_id, Binding.ended_at.is_null())
            for account_id in [row.account_id for row in held]:
                with suppress(NotFound):
                    accounts.unbind(person_id, account_id, by=BY)
            people.withdraw_registration(person_id, by=BY)
    return len(ids)
