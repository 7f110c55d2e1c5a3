"""Looking accounts up, always for somebody: what a person may not see does not exist for them."""

from __future__ import annotations

import peewee

from nesk.accounts.models import Account, Binding, Organization, Premises
from nesk.branches.models import Branch, Town
from nesk.core import clock
from nesk.core.errors import NotFound
from nesk.people.models import Person, Profile
from nesk.people.rules import wishes_in_words


def live() -> peewee.Expression:
    """The bindings that give a right now: neither ended nor past their last day. Every query scoped to a person asks it."""
    return Binding.ended_at.is_null() & (Binding.until_on.is_null() | (Binding.until_on >= clock.today()))


def full() -> object:
    """Accounts with premises, town and branch read in the same query."""
    return (
        Account.select(Account, Premises, Town, Branch)
        .join_from(Account, Premises)
        .join_from(Premises, Town)
        .join_from(Account, Branch)
    )


def account_of(person_id: int, number: str) -> Account:
    """An account that the person has a right to now, of whatever kind. Raises NotFound."""
    query = full().join_from(Account, Binding).where(Account.number == number, Binding.person == person_id)  # type: ignore[attr-defined]
    return _one(query.where(live()))


def rights_of(person_id: int, account_id: int) -> str | None:
    """The right that a person has to an account now; None when they have none."""
    row = Binding.select(Binding.rights).where(Binding.person == person_id, Binding.account == account_id, live())
    return row.scalar()  # type: ignore[no-any-return]


def account_for_branch(branch_id: int | None, number: str) -> Account:
    """An account of a branch; None sees every branch. Raises NotFound."""
    query = full().where(Account.number == number)  # type: ignore[attr-defined]
    return _one(query if branch_id is None else query.where(Account.branch == branch_id))


def account_of_organization(organization_id: int, number: str) -> Account:
    """An account of a legal entity. Raises NotFound."""
    return _one(full().where(Account.number == number, Account.organization == organization_id))  # type: ignore[attr-defined]


def person_for_branch(branch_id: int | None, person_id: int) -> Person:
    """A subscriber who acts for an account of a branch; None sees everybody. Raises NotFound."""
    query = Person.select().where(Person.id == person_id)
    if branch_id is not None:
        bound = Binding.select(Binding.person).join(Account).where(Account.branch == branch_id)
        query = query.where(Person.id.in_(bound.where(live())))
    person: Person | None = query.first()
    if person is None:
        raise NotFound
    return person


def account_by_id(account_id: int) -> Account:
    """An account with premises, town and branch, for the product's own work. Raises NotFound."""
    return _one(full().where(Account.id == account_id))  # type: ignore[attr-defined]


def people_bound_to(account_id: int) -> list[int]:
    """Whose account it is now: ids of the persons with the full right. Guests are not among them."""
    rows = Binding.select(Binding.person).where(Binding.account == account_id, Binding.rights == "all", live())
    return [row.person_id for row in rows.order_by(Binding.id)]


def bindings_at(account_id: int) -> list[Binding]:
    """Who may act for an account now, with the persons and their `wishes` in words, for staff."""
    rows = list(
        Binding.select(Binding, Person).join(Person).where(Binding.account == account_id, live()).order_by(Binding.id)
    )
    asked = Profile.select(Profile.person, Profile.preferences).where(
        Profile.person.in_([row.person_id for row in rows])
    )
    wishes = {profile.person_id: wishes_in_words(profile.preferences) for profile in asked}
    for row in rows:
        row.wishes = wishes.get(row.person_id, "")
    return rows


def bindings_of(person_id: int) -> list[Binding]:
    """Everything that a person has ever bound, with the accounts, the latest first."""
    theirs = Binding.select(Binding, Account).join(Account).where(Binding.person == person_id)
    return list(theirs.order_by(Binding.bound_at.desc(), Binding.id.desc()))


def binding_of(person_id: int, binding_id: int) -> Binding:
    """A live binding of the person, with account and place. Raises NotFound."""
    binding: Binding | None = (
        Binding.select(Binding, Account, Premises, Town)
        .join(Account)
        .join(Premises)
        .join(Town)
        .where(Binding.id == binding_id, Binding.person == person_id, Binding.ended_at.is_null())
        .first()
    )
    if binding is None:
        raise NotFound
    return binding


def _one(query: object) -> Account:
    account: Account | None = query.first()  # type: ignore[attr-defined]
    if account is None:
        raise NotFound
    return account


def organization(organization_id: int) -> Organization:
    """A legal entity with its branch. Raises NotFound."""
    return organization_for_branch(None, organization_id)


def organization_for_branch(branch_id: int | None, organization_id: int) -> Organization:
    """A legal entity of a branch; None sees every branch. Raises NotFound."""
    query = Organization.select(Organization, Branch).join(Branch).where(Organization.id == organization_id)
    row: Organization | None = (query if branch_id is None else query.where(Organization.branch == branch_id)).first()
    if row is None:
        raise NotFound
    return row
