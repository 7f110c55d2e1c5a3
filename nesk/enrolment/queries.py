"""Reading for those who come to their accounts: what an account can be proved by, and how the last tries went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import peewee

from nesk.accounts.models import Account, Binding
from nesk.billing.models import Bill
from nesk.consents.models import Document
from nesk.core import clock, settings
from nesk.core.events import EventRecord
from nesk.core.period import Month
from nesk.credentials.models import Factor
from nesk.enrolment import rules
from nesk.enrolment.settings import EnrolmentSettings
from nesk.metering.models import Installation, Meter
from nesk.payments.models import Payment
from nesk.people.models import Identity, Person
from nesk.people.queries import identities

CONSENTS = ("personal_data", "e_bill")
NOTHING = peewee.SQL("0")
"""Zero in so many words: the planner compares a partial index with what stands in the query, not with a parameter."""


def account_to_bind(number: str, branch_id: int | None) -> Account | None:
    """An open account of a household by its number, of that branch where one is named. Legal entities have a cabinet and
    sign-ins of their own."""
    account: Account | None = Account.select().where(Account.number == number, Account.kind == "person").first()
    if account is None or (branch_id is not None and account.branch_id != branch_id):
        return None
    is_open = account.closed_on is None or account.closed_on > clock.today()
    return account if is_open else None


def first_month() -> Month:
    """The first of the months whose bills and payments are evidence."""
    return Month.of(clock.today()) - rules.EVIDENCE_MONTHS


def sum_proves(account_id: int, sum_kop: int) -> str:
    """«sum» or «payment»: what of the account the sum is; empty when it is nothing of it. Asks the same of every account."""
    since = first_month()
    billed = Bill.select(Bill.month).where(Bill.account == account_id, Bill.month >= since)
    is_billed = billed.where((Bill.services_kop == sum_kop) | (Bill.total_kop == sum_kop)).limit(1).scalar()
    paid = Payment.select(Payment.id).where(Payment.account == account_id, *_paid(sum_kop, since))
    is_paid = paid.limit(1).scalar()
    return "sum" if is_billed else "payment" if is_paid else ""


def opened_by(sum_kop: int, *, at_most: int) -> int:
    """How many accounts the sum would open; counting ends just past `at_most`, so a popular sum costs no more."""
    since = first_month()
    billed = Bill.select(Bill.account).where(Bill.month >= since)
    opened: set[int] = set()
    for same in (
        billed.where(Bill.services_kop == sum_kop, Bill.services_kop > NOTHING),
        billed.where(Bill.total_kop == sum_kop, Bill.total_kop > Bill.services_kop),
        Payment.select(Payment.account).where(*_paid(sum_kop, since)),
    ):
        opened.update(account for (account,) in same.distinct().limit(at_most + 1).tuples())
    return len(opened)


def _paid(sum_kop: int, since: Month) -> list[Any]:
    """Payments of the sum that were posted in the months that count, those of the open month too."""
    return [
        (Payment.principal_kop + Payment.penalty_kop) == sum_kop,
        Payment.posted_at.is_null(False),
        Payment.paid_on >= since.first_day,
    ]


def is_common(sum_kop: int) -> bool:
    """Whether the sum opens more than a thousandth of all accounts and is no evidence (B3). Nothing counts the accounts:
    there either are so many as the sum needs or not."""
    opened = opened_by(sum_kop, at_most=rules.MOST_COUNTED)
    needed = rules.least_accounts(opened)
    if opened > rules.MOST_COUNTED or not needed:
        return needed > 0
    return not Account.select(Account.id).order_by(Account.id).offset(needed - 1).limit(1).exists()


def serials_at(account_id: int) -> list[str]:
    """The numbers of the meters that work at an account now (S0-13)."""
    working = (
        Installation.select(Meter.serial)
        .join(Meter)
        .where(Installation.account == account_id, Installation.installed_on <= clock.today())
        .where(Installation.removed_on.is_null())
    )
    return [serial for (serial,) in working.tuples()]


def account_password(number: str) -> str:
    """The stored password of whoever signs in by the number of an account and holds it; empty when it proves nothing:
    nobody does, the password is still the one that we issued, or it is only the first of two factors."""
    needs_second = Factor.select(Factor.id).where(
        Factor.holder_kind == "person",
        Factor.holder_id == Person.id,
        Factor.confirmed_at.is_null(False),
        Factor.ended_at.is_null(),
    )
    holds = (
        Binding.select(Binding.id)
        .join(Account)
        .where(
            Binding.person == Person.id, Binding.rights == "all", Binding.ended_at.is_null(), Account.number == number
        )
    )
    own = Person.select(Person.password_hash).join(Identity)
    own = own.where(Identity.kind == "account", Identity.value == number, Identity.is_login)
    own = own.where(Person.password_issued_until.is_null(), peewee.fn.EXISTS(holds), ~peewee.fn.EXISTS(needs_second))
    return own.scalar() or ""


def was_let_in(person_id: int, number: str) -> bool:
    """Whether somebody is a guest of the account, or was one lately: its sums and its meter are what they were shown."""
    since = clock.now() - rules.GUEST_REMEMBERS
    lately = Binding.ended_at.is_null() | (Binding.ended_at > since)
    own = Binding.select(Binding.id).join(Account).where(Binding.person == person_id, Binding.invitation.is_null(False))
    return own.where(Account.number == number, lately).exists()


@dataclass(frozen=True, slots=True)
class Tries:
    """How the tries to bind went in the last quarter of an hour."""

    refused: int
    bound: int

    @property
    def are_attack(self) -> bool:
        chosen = settings.load(EnrolmentSettings)
        return rules.is_attack(self.refused, self.bound, least=chosen.breaker_refusals, percent=chosen.breaker_percent)


def latest_tries() -> Tries:
    """The tries of everybody together; those past a thousand make no difference and are not counted."""
    return Tries(_count("BindingRefused"), _count("AccountBound"))


def _count(event: str) -> int:
    lately = EventRecord.select(EventRecord.id).where(
        EventRecord.name == event, EventRecord.at > clock.now() - rules.WATCHED
    )
    return len(list(lately.limit(1_000).tuples()))


def consent_versions() -> dict[str, int]:
    """The versions in force of the documents that the form of binding names."""
    latest = Document.select(Document.purpose, peewee.fn.MAX(Document.version)).group_by(Document.purpose)
    return dict(latest.where(Document.purpose.in_(CONSENTS)).tuples())


def masked_person(person_id: int) -> str:
    """Somebody as others may know of them: «И***** И. И.», or their masked phone or e-mail when they told no name."""
    person = Person.get_by_id(person_id)
    named = rules.masked_name(person.surname, person.name, person.patronymic)
    reach = identities(person_id)
    known = next(((kind, reach[kind]) for kind in ("phone", "email") if kind in reach), None)
    return named or (rules.masked_contact(*known) if known else "без имени")
