"""What a password of somebody we know may be: the rules, held against everything that is known of the person."""

from __future__ import annotations

from nesk.accounts.models import Account, Binding
from nesk.core import settings
from nesk.credentials.rules import DEMO_PASSWORD, password_refusal
from nesk.credentials.settings import CredentialSettings
from nesk.people.models import Identity, Person, SmsPhone


def refusal(person: Person, password: str) -> str | None:
    """Why the person cannot have this password, in words for them; None when they can."""
    if person.is_demo and password == DEMO_PASSWORD:
        return None
    least = settings.load(CredentialSettings).password_min
    return password_refusal(password, least=least, personal=personal_facts(person))


def personal_facts(person: Person) -> tuple[str, ...]:
    """What somebody who guesses for this person would try: names, phones, e-mails, numbers of their accounts."""
    identities = Identity.select(Identity.value).where(Identity.person == person.id)
    phones = SmsPhone.select(SmsPhone.phone).where(SmsPhone.person == person.id, SmsPhone.ended_at.is_null())
    numbers = Account.select(Account.number).join(Binding).where(Binding.person == person.id)
    known = [*identities.tuples(), *phones.tuples(), *numbers.distinct().tuples()]
    names = (person.surname, person.name, person.patronymic)
    return tuple(filter(None, (*names, *(value for (value,) in known))))
