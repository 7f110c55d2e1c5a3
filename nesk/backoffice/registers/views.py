"""The registers: subscribers, accounts, meters, orders, payments, branches."""

from __future__ import annotations

from typing import Any

from flask import request
from markupsafe import Markup

from nesk.accounts.models import Account, Binding, Premises
from nesk.accounts.queries import live
from nesk.backoffice.registers.base import Register
from nesk.backoffice.registers.filters import Choice, OwesAtLeast, Since, Until
from nesk.billing.models import Balance
from nesk.branches.models import Branch, Town
from nesk.core import formatting
from nesk.fieldwork.models import Order, Service
from nesk.fieldwork.rules import STATE_NAMES
from nesk.metering.models import Installation, Meter, MeterType
from nesk.payments.models import Payment
from nesk.people.models import Identity, Person
from nesk.people.permissions import Permission
from nesk.web.login import viewer

CATEGORIES = {"urban_gas": "Город, газовая плита", "rural_or_electric": "Село или электроплита"}
CHANNELS = {"card": "Карта", "registry": "Реестр", "cash": "Касса"}
PAYMENT_STATES = {
    "new": "Начат",
    "pending": "Ждёт банк",
    "paid": "Зачислен",
    "declined": "Отклонён",
    "expired": "Истёк",
    "refunded": "Возвращён",
}


def branch_options() -> list[tuple[str, str]]:
    """Every branch, for a filter."""
    return [(str(branch.id), branch.name) for branch in Branch.select().order_by(Branch.name)]


def _of(read: Any) -> Any:
    """A column's formatter from a function of the row."""
    return lambda view, context, row, name: read(row)


def _day(value: Any) -> str:
    return formatting.day_number(value) if value else "—"


class People(Register):
    permission = Permission.SEE_SUBSCRIBERS
    one = "Абонент"
    seen_kind = "person"
    icon = "users"
    search_fields = (Person.search,)
    search_hint = "ФИО, телефон, почта"
    column_list = ("full_name", "phone", "email", "accounts", "created_at")
    column_details_more = ("password_changed_at",)
    column_labels = {
        "full_name": "Абонент",
        "phone": "Телефон",
        "email": "Почта",
        "accounts": "Лицевые счета",
        "created_at": "Зарегистрирован",
        "password_changed_at": "Пароль задан",
    }
    column_sortable_list = (("full_name", Person.surname), ("created_at", Person.created_at))
    column_default_sort = (Person.created_at, True)
    column_filters = (Since("since", Person.created_at, "Зарегистрирован с"), Until("until", Person.created_at, "по"))
    column_formatters = {
        "phone": _of(lambda row: formatting.phone(row.contacts["phone"]) if "phone" in row.contacts else "—"),
        "email": _of(lambda row: row.contacts.get("email", "—")),
        "accounts": _of(lambda row: ", ".join(row.numbers) or "—"),
        "created_at": _of(lambda row: _day(row.created_at)),
        "password_changed_at": _of(lambda row: _day(row.password_changed_at)),
    }

    def get_query(self) -> Any:
        """Those who act for an account of the viewer's branch."""
        query = super().get_query()
        branch = viewer().subject.branch_id
        if branch is None:
            return query
        bound = Binding.select(Binding.person).join(Account).where(Account.branch == branch, live())
        return query.where(Person.id.in_(bound))

    def completed(self, rows: list[Any]) -> list[Any]:
        ids = [row.id for row in rows]
        contacts: dict[int, dict[str, str]] = {id: {} for id in ids}
        numbers: dict[int, list[str]] = {id: [] for id in ids}
        for identity in Identity.select().where(Identity.person.in_(ids)):
            contacts[identity.person_id][identity.kind] = identity.value
        bound = Binding.select(Binding.person, Account.number).join(Account).where(Binding.person.in_(ids), live())
        branch = viewer().subject.branch_id
        if branch is not None:  # the same person's accounts elsewhere are not this branch's to know of (Z4)
            bound = bound.where(Account.branch == branch)
        for person, number in bound.tuples():
            numbers[person].append(number)
        for row in rows:
            row.contacts, row.numbers = contacts[row.id], numbers[row.id]
        return rows

    def links_of(self, row: Any) -> list[tuple[str, str]]:
        accounts = [(f"Лицевой счёт {number}", f"/staff/accounts/{number}") for number in row.numbers]
        links = [*accounts, ("Сеансы", f"/staff/sessions/person/{row.id}")]
        if viewer().may(Permission.CHANGE_SUBSCRIBERS):
            links.append(("Второй шаг входа", f"/staff/factors/person/{row.id}"))
        return [*links, ("Согласия", f"/staff/people/{row.id}/consents")]


class Accounts(Register):
    permission = Permission.SEE_ACCOUNTS
    one = "Лицевой счёт"
    branch_field = Account.branch
    seen_kind = "account"
    icon = "home"
    joins = ((Account.premises, Premises), (Premises.town, Town), (Account.branch, Branch))
    search_fields = (Account.search,)
    search_hint = "Номер ЛС, ФИО, адрес"
    column_list = ("number", "holder", "address", "branch", "category", "balance")
    column_details_more = ("els", "zhku", "registered", "residents", "receipt_email", "opened_on", "closed_on")
    column_labels = {
        "number": "Лицевой счёт",
        "holder": "Потребитель",
        "address": "Адрес",
        "branch": "Филиал",
        "category": "Тариф",
        "balance": "Долг, ₽",
        "els": "ЕЛС",
        "zhku": "Идентификатор ЖКУ",
        "registered": "Зарегистрировано",
        "residents": "Проживает",
        "receipt_email": "Квитанция на почту",
        "opened_on": "Открыт",
        "closed_on": "Закрыт",
    }
    column_sortable_list = (("number", Account.number), ("holder", Account.surname))
    column_default_sort = (Account.number, False)
    column_filters = (
        Choice("branch", Account.branch, "Филиал", branch_options),
        Choice("category", Account.tariff_category, "Тариф", list(CATEGORIES.items())),
        OwesAtLeast("debt", Balance.principal_kop, "Долг не меньше, ₽"),
    )
    column_formatters = {
        "number": _of(lambda row: Markup('<a class="b num" href="/staff/accounts/{0}">{0}</a>').format(row.number)),
        "holder": _of(lambda row: row.holder or "—"),
        "address": _of(lambda row: row.premises.address),
        "branch": _of(lambda row: row.branch.name),
        "category": _of(lambda row: CATEGORIES[row.tariff_category]),
        "balance": _of(lambda row: formatting.roubles(row.owed_kop)),
        "opened_on": _of(lambda row: _day(row.opened_on)),
        "closed_on": _of(lambda row: _day(row.closed_on)),
    }
    column_formatters_export = {**column_formatters, "number": _of(lambda row: row.number)}

    def get_query(self) -> Any:
        query = super().get_query()
        if request.args.get("flt0_debt"):
            query = query.join_from(Account, Balance, on=(Balance.account == Account.id), attr="kept")
        return query

    def completed(self, rows: list[Any]) -> list[Any]:
        owed = dict(
            Balance.select(Balance.account, Balance.principal_kop)
            .where(Balance.account.in_([row.id for row in rows]))
            .tuples()
        )
        for row in rows:
            row.owed_kop = owed.get(row.id, 0)
        return rows

    def links_of(self, row: Any) -> list[tuple[str, str]]:
        return [("Карточка счёта", f"/staff/accounts/{row.number}")]


class Meters(Register):
    permission = Permission.SEE_METERS
    one = "Прибор учёта"
    branch_field = Account.branch
    icon = "meter"
    joins = (
        (Installation.meter, Meter),
        (Meter.type, MeterType),
        (Installation.account, Account),
        (Account.premises, Premises),
        (Premises.town, Town),
    )
    search_fields = (Meter.serial, Account.search)
    search_hint = "Заводской номер, ЛС, адрес"
    column_list = ("serial", "type", "account", "address", "installed_on", "removed_on", "verification")
    column_details_more = ("place", "zones", "ratio", "year", "verified_on", "removal_reason")
    column_labels = {
        "serial": "Заводской номер",
        "type": "Тип",
        "account": "Лицевой счёт",
        "address": "Адрес",
        "installed_on": "Установлен",
        "removed_on": "Снят",
        "verification": "Поверка до",
        "place": "Место установки",
        "zones": "Тарифных зон",
        "ratio": "Коэффициент трансформации",
        "year": "Год выпуска",
        "verified_on": "Поверен",
        "removal_reason": "Причина снятия",
    }
    column_sortable_list = (("installed_on", Installation.installed_on), ("verification", Meter.next_verification_on))
    column_default_sort = (Installation.installed_on, True)
    column_filters = (
        Until("verification", Meter.next_verification_on, "Поверка до"),
        Choice("zones", Installation.zones, "Тарифных зон", [("1", "1"), ("2", "2"), ("3", "3")]),
    )
    column_formatters = {
        "serial": _of(lambda row: Markup('<b class="num">{}</b>').format(row.meter.serial)),
        "type": _of(lambda row: row.meter.type.name),
        "account": _of(
            lambda row: Markup('<a class="num" href="/staff/accounts/{0}">{0}</a>').format(row.account.number)
        ),
        "address": _of(lambda row: row.account.premises.address),
        "installed_on": _of(lambda row: _day(row.installed_on)),
        "removed_on": _of(lambda row: _day(row.removed_on)),
        "verification": _of(lambda row: _day(row.meter.next_verification_on)),
        "year": _of(lambda row: row.meter.year or "—"),
        "verified_on": _of(lambda row: _day(row.meter.verified_on)),
    }
    column_formatters_export = {
        **column_formatters,
        "serial": _of(lambda row: row.meter.serial),
        "account": _of(lambda row: row.account.number),
    }

    def links_of(self, row: Any) -> list[tuple[str, str]]:
        return [(f"Лицевой счёт {row.account.number}", f"/staff/accounts/{row.account.number}")]


class Orders(Register):
    permission = Permission.SEE_ORDERS
    one = "Заявка"
    branch_field = Order.branch
    icon = "list"
    joins = ((Order.service, Service),)
    search_fields = (Order.search,)
    search_hint = "Номер заявки, ФИО, адрес, телефон"
    column_list = ("number", "service", "contact_name", "address", "due_on", "price", "state")
    column_details_more = ("contact_phone", "created_at", "wish_on", "comment", "closed_at")
    column_labels = {
        "number": "Номер",
        "service": "Услуга",
        "contact_name": "Заявитель",
        "address": "Адрес",
        "due_on": "Срок",
        "price": "Сумма, ₽",
        "state": "Статус",
        "contact_phone": "Телефон",
        "created_at": "Подана",
        "wish_on": "Желаемый день",
        "comment": "Примечание",
        "closed_at": "Закрыта",
    }
    column_sortable_list = (("number", Order.id), ("due_on", Order.due_on))
    column_default_sort = (Order.id, True)
    column_formatters = {
        "number": _of(lambda row: Markup('<a class="b num" href="/staff/orders/{}">{}</a>').format(row.id, row.number)),
        "service": _of(lambda row: row.service.title),
        "due_on": _of(lambda row: _day(row.due_on)),
        "price": _of(lambda row: "по смете" if row.price_kop is None else formatting.roubles(row.price_kop)),
        "state": _of(lambda row: STATE_NAMES[row.state]),
        "contact_phone": _of(lambda row: formatting.phone(row.contact_phone)),
        "created_at": _of(lambda row: _day(row.created_at)),
        "wish_on": _of(lambda row: _day(row.wish_on)),
        "closed_at": _of(lambda row: _day(row.closed_at)),
    }
    column_formatters_export = {**column_formatters, "number": _of(lambda row: row.number)}

    def links_of(self, row: Any) -> list[tuple[str, str]]:
        return [("Открыть заявку", f"/staff/orders/{row.id}")]


class Payments(Register):
    permission = Permission.SEE_MONEY
    one = "Платёж №"
    branch_field = Account.branch
    icon = "pay"
    joins = ((Payment.account, Account),)
    search_fields = (Account.search,)
    search_hint = "Номер ЛС, ФИО, адрес"
    column_list = ("id", "paid_on", "account", "amount", "penalty", "channel", "source", "state")
    column_details_more = ("created_at", "posted_at", "external_id", "receipt_email", "refunded")
    column_labels = {
        "id": "№",
        "paid_on": "Дата",
        "account": "Лицевой счёт",
        "amount": "Сумма, ₽",
        "penalty": "Пени, ₽",
        "channel": "Канал",
        "source": "Источник",
        "state": "Состояние",
        "created_at": "Начат",
        "posted_at": "Зачислен",
        "external_id": "Номер у банка (УИП)",
        "receipt_email": "Чек на почту",
        "refunded": "Возвращено, ₽",
    }
    column_sortable_list = (("id", Payment.id), ("paid_on", Payment.paid_on))
    column_default_sort = (Payment.id, True)
    column_filters = (
        Choice("state", Payment.state, "Состояние", list(PAYMENT_STATES.items())),
        Choice("channel", Payment.channel, "Канал", list(CHANNELS.items())),
        Since("since", Payment.paid_on, "Дата с"),
        Until("until", Payment.paid_on, "по"),
    )
    column_formatters = {
        "paid_on": _of(lambda row: _day(row.paid_on)),
        "account": _of(
            lambda row: Markup('<a class="num" href="/staff/accounts/{0}">{0}</a>').format(row.account.number)
        ),
        "amount": _of(lambda row: formatting.roubles(row.principal_kop)),
        "penalty": _of(lambda row: formatting.roubles(row.penalty_kop)),
        "channel": _of(lambda row: CHANNELS[row.channel]),
        "state": _of(lambda row: PAYMENT_STATES[row.state]),
        "created_at": _of(lambda row: _day(row.created_at)),
        "posted_at": _of(lambda row: _day(row.posted_at)),
        "refunded": _of(lambda row: formatting.roubles(row.refunded_kop)),
    }
    column_formatters_export = {**column_formatters, "account": _of(lambda row: row.account.number)}


class Branches(Register):
    permission = Permission.SEE_ACCOUNTS
    one = "Филиал"
    icon = "building"
    branch_field = Branch.id
    search_fields = ()
    column_list = ("name", "address", "phone", "email", "hours")
    column_details_more = ("legal_name", "payee", "inn", "kpp", "bank_account", "bank_name", "bic", "corr_account")
    column_labels = {
        "name": "Филиал",
        "address": "Адрес",
        "phone": "Телефон",
        "email": "Почта",
        "hours": "Режим работы",
        "legal_name": "Юридическое лицо",
        "payee": "Получатель",
        "inn": "ИНН",
        "kpp": "КПП",
        "bank_account": "Расчётный счёт",
        "bank_name": "Банк",
        "bic": "БИК",
        "corr_account": "Корреспондентский счёт",
    }
    column_sortable_list = (("name", Branch.name),)
    column_default_sort = (Branch.name, False)

    def links_of(self, row: Any) -> list[tuple[str, str]]:
        return [("Изменить", f"/staff/branches/{row.id}")] if viewer().may(Permission.CHANGE_BRANCHES) else []
