"""Looking accounts up, always for somebody: what a person may not see does not exist for them."""

from __future__ import annotations

from nesk.accounts.models import Account, Binding, Organization, Premises
from nesk.branches.models import Branch, Town
from nesk.core.errors import NotFound
from nesk.people.models import Person


def full() -> object:
    """Accounts with premises, town and branch read in the same query."""
    return (
        Account.select(Account, Premises, Town, Branch)
        .join_from(Account, Premises)
        .join_from(Premises, Town)
        .join_from(Account, Branch)
    )


def account_of(person_id: int, number: str) -> Account:
    """An account that the person may act for now. Raises NotFound."""
    query = full().join_from(Account, Binding).where(Account.number == number, Binding.person == person_id)  # type: ignore[attr-defined]
    return _one(query.where(Binding.ended_at.is_null()))


def account_for_branch(branch_id: int | None, number: str) -> Account:
    """An account of a branch; None sees every branch. Raises NotFound."""
    query = full().where(Account.number == number)  # type: ignore[attr-defined]
    return _one(query if branch_id is None else query.where(Account.branch == branch_id))


def account_of_organization(organization_id: int, number: str) -> Account:
    """An account of a legal entity. Raises NotFound."""
    return _one(full().where(Account.number == number, Account.organization == organization_id))  # type: ignore[attr-defined]


def account_by_id(account_id: int) -> Account:
    """An account with premises, town and branch, for the product's own work. Raises NotFound."""
    return _one(full().where(Account.id == account_id))  # type: ignore[attr-defined]


def people_bound_to(account_id: int) -> list[int]:
    """Who may act for the account now: ids of persons."""
    live = Binding.select(Binding.person).where(Binding.account == account_id, Binding.ended_at.is_null())
    return [row.person_id for row in live.order_by(Binding.id)]


def person_for_branch(branch_id: int | None, person_id: int) -> Person:
    """Somebody who acts for an account of a branch; None sees everybody. Raises NotFound."""
    found = Person.select().where(Person.id == person_id)
    if branch_id is not None:
        bound = Binding.select(Binding.person).join(Account)
        found = found.where(Person.id.in_(bound.where(Account.branch == branch_id, Binding.ended_at.is_null())))
    person: Person | None = found.first()
    if person is None:
        raise NotFound
    return person


def _one(query: object) -> Account:
    account: Account | None = query.first()  # type: ignore[attr-defined]
    if account is None:
        raise NotFound
    return account


def organization(organization_id: int) -> Organization:
    """A legal entity with its branch. Raises NotFound."""
    row = Organization.select(Organization, Branch).join(Branch).where(Organization.id == organization_id).first()
    if row is None:
        raise NotFound
    return row
