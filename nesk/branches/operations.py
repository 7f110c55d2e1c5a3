"""Opening branches and correcting what is known of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nesk.branches import rules
from nesk.branches.models import Branch, Office, Place, Town
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.core.requisites import bank_account_is_right, inn_is_right


@dataclass(frozen=True)
class BranchOpened:
    branch_id: int


@dataclass(frozen=True)
class BranchChanged:
    branch_id: int
    fields: list[str]


CHANGEABLE = (
    "name",
    "address",
    "phone",
    "email",
    "hours",
    "payee",
    "inn",
    "kpp",
    "bank_account",
    "bank_name",
    "bic",
    "corr_account",
)


def open_branch(
    *, towns: Iterable[dict[str, object]] = (), offices: Iterable[dict[str, object]] = (), by: Actor, **columns: object
) -> Branch:
    """A new branch with its towns and offices. Raises Refused when its requisites do not fit each other."""
    _check(columns)
    with transaction():
        branch = Branch.create(**columns)
        for town in towns:
            row = Town.create(branch=branch, **town)
            Place.create(town=row, key=rules.place_key(row.name))
        for office in offices:
            Office.create(branch=branch, **office)
        record(BranchOpened(branch.id), by=by)
    return branch


def know_streets(streets: Iterable[tuple[int, str]]) -> None:
    """Remember streets of towns (id of the town, name), so that they are suggested to whoever types an address."""
    rows = [
        {"town": town, "street": street, "key": rules.place_key(street)}
        for town, street in sorted(set(streets))
        if street
    ]
    if rows:
        Place.insert_many(rows).on_conflict_ignore().execute()


def change_branch(branch_id: int, changes: dict[str, str], *, by: Actor) -> Branch:
    """Correct a branch; only what really differs is written and told of. Raises Refused with the field at fault."""
    with transaction():
        branch = Branch.locked(branch_id)
        differing = {
            name: value for name, value in changes.items() if name in CHANGEABLE and getattr(branch, name) != value
        }
        if not differing:
            return branch
        for name, value in differing.items():
            setattr(branch, name, value)
        _check(branch.__data__)
        branch.save(only=list(differing))
        record(BranchChanged(branch_id, sorted(differing)), by=by)
    return branch


def _check(columns: dict[str, object]) -> None:
    """The control keys of ИНН and of the bank account (§5.4): a wrong digit would send subscribers' money elsewhere."""
    if not inn_is_right(str(columns["inn"])):
        raise Refused("ИНН не проходит проверку. Сверьте его с уставными документами.", field="inn")
    if not bank_account_is_right(str(columns["bank_account"]), str(columns["bic"])):
        raise Refused("Счёт не подходит к БИК. Сверьте реквизиты с договором банка.", field="bank_account")
