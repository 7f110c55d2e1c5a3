"""Opening accounts and giving people the right to act for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import peewee

from nesk.accounts.ending import give_way
from nesk.accounts.events import (
    AccountBound,
    AccountsOpened,
    AccountUnbound,
    BindingRenamed,
    OrganizationRegistered,
)
from nesk.accounts.models import Account, Binding, Organization, Premises
from nesk.branches.models import Branch, Town
from nesk.branches.operations import know_streets
from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import NotFound, Refused
from nesk.core.events import record
from nesk.core.requisites import inn_is_right

CHUNK = 400
LONGEST_TITLE = 60
ALREADY = "Этот лицевой счёт уже привязан к вашей учётной записи."


def register_organization(
    *, name: str, inn: str, kpp: str, contract_number: str, branch: Branch, is_demo: bool = False, by: Actor
) -> Organization:
    """A legal entity with its contract. Raises Refused for an ИНН that cannot exist."""
    if not inn_is_right(inn):
        raise Refused("ИНН не проходит проверку. Сверьте его с документами.", field="inn")
    with transaction():
        organization = Organization.create(
            name=name,
            inn=inn,
            kpp=kpp,
            contract_number=contract_number,
            branch=branch,
            is_demo=is_demo,
            search=f"{name} {inn} {contract_number}".lower(),
        )
        record(OrganizationRegistered(organization.id), by=by)
    return organization


def open_accounts(rows: Iterable[dict[str, Any]], *, by: Actor) -> int:
    """Take accounts with their premises from a billing system, set by set. Gives how many were opened.

    A row has the columns of Account, and under `premises` those of Premises. A number that exists is left as it is.
    """
    towns = {town.id: town for town in Town.select()}
    opened = 0
    pending = list(rows)
    for start in range(0, len(pending), CHUNK):
        opened += _open(pending[start : start + CHUNK], towns, by)
    return opened


def _open(rows: list[dict[str, Any]], towns: dict[int, Town], by: Actor) -> int:
    numbers = [row["number"] for row in rows]
    with transaction():
        known = {row.number for row in Account.select(Account.number).where(Account.number.in_(numbers))}
        fresh = [row for row in rows if row["number"] not in known]
        if not fresh:
            return 0
        know_streets((row["premises"]["town"], row["premises"]["street"]) for row in fresh)
        before = Premises.select(peewee.fn.MAX(Premises.id)).scalar() or 0
        Premises.insert_many([row["premises"] for row in fresh]).execute()
        places = list(Premises.select().where(Premises.id > before).order_by(Premises.id))
        accounts = []
        for row, place in zip(fresh, places, strict=True):
            account = {name: value for name, value in row.items() if name != "premises"} | {"premises": place.id}
            holder = " ".join(filter(None, (row.get("surname"), row.get("name"), row.get("patronymic"))))
            account["search"] = f"{row['number']} {holder} {towns[place.town_id].title} {place.short_address}".lower()
            accounts.append(account)
        Account.insert_many(accounts).execute()
        ids = [row.id for row in Account.select(Account.id).where(Account.number.in_([row["number"] for row in fresh]))]
        record(AccountsOpened(min(ids), max(ids), len(ids)), by=by)
    return len(ids)


def bind(person_id: int, account_id: int, *, way: str, title: str = "", by: Actor) -> Binding:
    """Let a person act for an account from now on. Raises Refused when they already may."""
    with transaction():
        Account.locked(account_id)
        live = Binding.select().where(
            Binding.person == person_id, Binding.account == account_id, Binding.ended_at.is_null()
        )
        present = live.first()
        if present is not None and present.rights == "all":
            raise Refused(ALREADY, field="number")
        give_way(person_id, account_id, by=by)  # a guest's narrow right to one's own
        binding = Binding.create(person=person_id, account=account_id, way=way, title=title, bound_at=clock.now())
        record(AccountBound(binding.id, person_id, account_id), by=by)
    return binding


def unbind(person_id: int, account_id: int, *, reason: str = "self", by: Actor) -> None:
    """End a person's right to act for an account; what is open in other tabs ends with it. Raises NotFound when there is none."""
    with transaction():
        Account.locked(account_id)
        live = Binding.select().where(
            Binding.person == person_id, Binding.account == account_id, Binding.ended_at.is_null()
        )
        binding = live.first()
        if binding is None:
            raise NotFound
        Binding.update(ended_at=clock.now()).where(Binding.id == binding.id).execute()
        record(AccountUnbound(binding.id, person_id, account_id, reason), by=by)


def rename(person_id: int, binding_id: int, title: str, *, by: Actor) -> None:
    """Call a bound account as its holder does («Дача»); an empty title brings the address back. Raises NotFound."""
    title = " ".join(title.split())
    if len(title) > LONGEST_TITLE:
        raise Refused(f"Название слишком длинное. Оставьте не больше {LONGEST_TITLE} знаков.", field="title")
    with transaction():
        named = (
            Binding.update(title=title)
            .where(Binding.id == binding_id, Binding.person == person_id, Binding.ended_at.is_null())
            .execute()
        )
        if not named:
            raise NotFound
        record(BindingRenamed(binding_id, person_id), by=by)
