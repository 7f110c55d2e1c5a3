"""What a password of somebody we know may be: the rules, held against everything that is known of them."""

from __future__ import annotations

from nesk.accounts.models import Account, Binding
from nesk.core import settings
from nesk.core.errors import Refused
from nesk.credentials.rules import DEMO_PASSWORD, password_refusal
from nesk.credentials.settings import CredentialSettings
from nesk.people import passwords
from nesk.people.models import BusinessUser, Identity, Person, SmsPhone, Staff

STAFF_LEAST = 12
"""Characters of a password of an employee, whatever the company asks of subscribers (§3)."""


def chosen(subject: Person | Staff | BusinessUser, password: str, *, field: str) -> str:
    """The stored form of a password that somebody has chosen; made before any transaction, for it takes long.

    Raises Refused (with the field given) in words for them.
    """
    if words := refusal(subject, password):
        raise Refused(words, field=field)
    return passwords.hashed(password)


def refusal(subject: Person | Staff | BusinessUser, password: str) -> str | None:
    """Why they cannot have this password, in words for them; None when they can."""
    if isinstance(subject, Person) and subject.is_demo and password == DEMO_PASSWORD:
        return None
    return password_refusal(password, least=least_characters(subject), personal=personal_facts(subject))


def least_characters(subject: Person | Staff | BusinessUser) -> int:
    """How long their password must be; employees of the demo are asked no more than subscribers."""
    least = settings.load(CredentialSettings).password_min
    return max(least, STAFF_LEAST) if isinstance(subject, Staff) and not subject.is_demo else least


def personal_facts(subject: Person | Staff | BusinessUser) -> tuple[str, ...]:
    """What somebody who guesses for them would try: names, logins, phones, e-mails, numbers of their accounts."""
    if not isinstance(subject, Person):
        return (subject.login, *subject.name.split())
    identities = Identity.select(Identity.value).where(Identity.person == subject.id)
    phones = SmsPhone.select(SmsPhone.phone).where(SmsPhone.person == subject.id, SmsPhone.ended_at.is_null())
    numbers = Account.select(Account.number).join(Binding).where(Binding.person == subject.id)
    known = [*identities.tuples(), *phones.tuples(), *numbers.distinct().tuples()]
    names = (subject.surname, subject.name, subject.patronymic)
    return tuple(filter(None, (*names, *(value for (value,) in known))))
