"""The register of legal entities and sole proprietors: who they are and who signs in for them (S2-04)."""

from __future__ import annotations

from typing import Any

from nesk.accounts.models import Account, Organization
from nesk.backoffice.registers.base import Register
from nesk.backoffice.registers.filters import Choice
from nesk.backoffice.registers.views import branch_options
from nesk.branches.models import Branch
from nesk.people.models import BusinessUser
from nesk.people.permissions import Permission
from nesk.web.login import viewer


class Organizations(Register):
    permission = Permission.SEE_ACCOUNTS
    one = "Организация"
    branch_field = Organization.branch
    icon = "building"
    joins = ((Organization.branch, Branch),)
    search_fields = (Organization.search,)
    search_hint = "Название, ИНН, договор"
    column_list = ("name", "inn", "contract_number", "branch", "users")
    column_details_more = ("kpp", "accounts")
    column_labels = {
        "name": "Название",
        "inn": "ИНН",
        "contract_number": "Договор",
        "branch": "Филиал",
        "users": "Входят в кабинет",
        "kpp": "КПП",
        "accounts": "Лицевые счета",
    }
    column_sortable_list = (("name", Organization.name), ("contract_number", Organization.contract_number))
    column_default_sort = (Organization.name, False)
    column_filters = (Choice("branch", Organization.branch, "Филиал", branch_options),)
    column_formatters = {
        "branch": lambda view, context, row, name: row.branch.name,
        "users": lambda view, context, row, name: ", ".join(row.logins) or "—",
        "kpp": lambda view, context, row, name: row.kpp or "—",
        "accounts": lambda view, context, row, name: ", ".join(row.numbers) or "—",
    }

    def completed(self, rows: list[Any]) -> list[Any]:
        ids = [row.id for row in rows]
        logins: dict[int, list[str]] = {id: [] for id in ids}
        numbers: dict[int, list[str]] = {id: [] for id in ids}
        active = BusinessUser.select(BusinessUser.organization_id, BusinessUser.login).where(BusinessUser.is_active)
        for id, login in active.where(BusinessUser.organization_id.in_(ids)).tuples():
            logins[id].append(login)
        for id, number in (
            Account.select(Account.organization, Account.number).where(Account.organization.in_(ids)).tuples()
        ):
            numbers[id].append(number)
        for row in rows:
            row.logins, row.numbers = logins[row.id], numbers[row.id]
        return rows

    def links_of(self, row: Any) -> list[tuple[str, str]]:
        links = [(f"Лицевой счёт {number}", f"/staff/accounts/{number}") for number in row.numbers]
        if viewer().may(Permission.ISSUE_CREDENTIALS):
            links.insert(0, ("Доступ в кабинет", f"/staff/organizations/{row.id}/users"))
        return links
