"""The demo town, told through the product's own operations on a stopped clock: two years in under a minute."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import click

from nesk.accounts import operations as accounts
from nesk.accounts.models import Account, Organization
from nesk.billing import closing
from nesk.billing import operations as billing
from nesk.billing.models import Statement
from nesk.branches.models import Branch, Town
from nesk.branches.operations import open_branch
from nesk.consents.operations import give, install_documents
from nesk.core import clock, db, events, settings
from nesk.core.actor import Actor, system
from nesk.core.period import Month
from nesk.credentials.settings import CredentialSettings
from nesk.demo import facts, fieldwork
from nesk.demo.town import KOVALCHUK, MONTHS, NEWCOMER, Household, households
from nesk.fieldwork.catalogue import install_catalogue
from nesk.metering import register
from nesk.metering.models import Installation, Meter, MeterType
from nesk.notifications.operations import recording_only
from nesk.notifications.settings import NotificationSettings
from nesk.payments.registry import import_registry
from nesk.people import operations as people

BY = system("demo")
BOUND_PEOPLE = 40
"""How many of the households beside Kovalchuk's have an account of the cabinet."""
SOURCES = ("internet", "internet", "internet", "paper", "sms", "control")


def once(*, progress: bool = False) -> bool:
    """Build the town into an empty database. False when there is something already."""
    with db.connection():
        if Branch.select().exists():
            return False
        build(progress=progress)
    return True


def build(*, progress: bool = False, accounts: int | None = None, months: int = MONTHS) -> None:
    """Build the town as of today: the same people and sums every time, dates counted back from today.

    For measurements it may have another number of accounts, and a shorter past.
    """
    today = clock.today()
    last = Month.of(today) - 1
    people_of_town = households(last, accounts)
    lived = list((last - (months - 1)).until(last))
    with click.progressbar(length=len(lived) + 3, label="Демо-город", hidden=not progress) as bar, recording_only():
        with clock.stopped_at(clock.at(lived[0].first_day, 6)):
            towns = _branches()
            _accounts(people_of_town, towns, lived[0].first_day)
            _staff()
            events.drain()
        bar.update(1)
        dials = {household.number: household.first_values for household in people_of_town}
        for month in lived:
            _month(month, people_of_town, dials)
            bar.update(1)
        with clock.stopped_at(clock.at(today - timedelta(days=40), 9)):
            _subscribers(people_of_town)
            events.drain()
        bar.update(1)
        _payments_of_open_month(last + 1, people_of_town, today)
        fieldwork.build(today)
        events.drain()
        bar.update(1)


def _branches() -> dict[tuple[str, str], Town]:
    people.install_roles()
    billing.install_tariffs()
    install_catalogue()
    install_documents()
    # Whoever looks at the town at night sees its SMS at once.
    settings.change(NotificationSettings, "sms_quiet_hours", False, by=BY)
    # And everybody who tries the town comes from one address.
    settings.change(CredentialSettings, "codes_a_day_network", 1_000, by=BY)
    for branch in facts.BRANCHES:
        open_branch(
            code=branch.code,
            name=branch.name,
            address=branch.address,
            phone=branch.phone,
            email=branch.email,
            hours=branch.hours,
            is_demo=True,
            towns=[{"name": town.name, "kind": town.kind, "is_rural": town.is_rural} for town in branch.towns],
            offices=[
                {"name": name, "address": address, "takes_payments": "Касса" in name}
                for name, address in branch.offices
            ],
            by=BY,
            **facts.REQUISITES,
        )
    for kind in facts.METER_TYPES:
        register.add_meter_type(
            name=kind.name,
            digits=kind.digits,
            zones=kind.zones,
            phases=kind.phases,
            interval_years=kind.interval_years,
            is_smart=kind.is_smart,
            by=BY,
        )
    return {(town.branch.code, town.name): town for town in Town.select(Town, Branch).join(Branch)}


def _accounts(town: list[Household], towns: dict[tuple[str, str], Town], opened_on: date) -> None:
    branches = {branch.code: branch for branch in Branch.select()}
    organizations = {}
    for _, name, inn, kpp, contract, code, _ in facts.ORGANIZATIONS:
        organizations[name] = accounts.register_organization(
            name=name, inn=inn, kpp=kpp, contract_number=contract, branch=branches[code], is_demo=True, by=BY
        )
    rows = [_account_row(index, each, branches, towns, organizations, opened_on) for index, each in enumerate(town)]
    accounts.open_accounts(rows, by=BY)
    ids = dict(Account.select(Account.number, Account.id).tuples())
    types = {kind.name: kind.id for kind in MeterType.select()}
    register.install_meters([_meter_row(each, ids[each.number], types, opened_on) for each in town], by=BY)


def _account_row(
    index: int,
    each: Household,
    branches: dict[str, Branch],
    towns: dict[tuple[str, str], Town],
    organizations: dict[str, Organization],
    opened_on: date,
) -> dict[str, Any]:
    organization = organizations.get(each.organization)
    return {
        "number": each.number,
        "branch": branches[each.branch].id,
        "kind": "business" if organization else "person",
        "organization": organization.id if organization else None,
        "surname": each.surname,
        "name": each.name,
        "patronymic": each.patronymic,
        "tariff_category": each.tariff_category,
        "els": f"90ДМ{100_000 + index}",
        "zhku": f"90ДМ{100_000 + index}-11",
        "registered": each.residents,
        "residents": each.residents,
        "opened_on": opened_on,
        "premises": {
            "town": towns[each.branch, each.town].id,
            "street": each.street,
            "house": each.house,
            "flat": each.flat,
            "kind": each.kind,
            "area_dm2": each.area_dm2,
            "rooms": each.rooms,
            "stove": each.stove,
            "ownership_document": "Договор купли-продажи" if index % 3 == 0 else "",
        },
    }


def _meter_row(each: Household, account_id: int, types: dict[str, int], installed_on: date) -> dict[str, Any]:
    verified = date(each.meter_year, 3, 10)
    return {
        "account_id": account_id,
        "type_id": types[each.meter_type.name],
        "zones": each.meter_type.zones,
        "serial": each.serial,
        "year": each.meter_year,
        "verified_on": verified,
        "next_verification_on": verified.replace(year=verified.year + each.meter_type.interval_years),
        "installed_on": installed_on,
        "values": each.first_values,
        "max_power_w": 150_000 if each.organization else 15_000,
    }


def _staff() -> None:
    branches = {branch.code: branch for branch in Branch.select()}
    for login, name, position, code, roles in facts.STAFF:
        people.create_staff(
            login,
            name,
            facts.PASSWORD,
            roles=roles,
            branch=branches.get(code or ""),
            position=position,
            is_demo=True,
            by=BY,
        )
    for crew, code, *members in facts.CREWS:
        ids = [
            people.create_staff(
                login,
                name,
                facts.PASSWORD,
                branch=branches[code],
                kind="crew",
                position="Электромонтёр",
                is_demo=True,
                by=BY,
            ).id
            for login, name in members
        ]
        fieldwork.form(crew, branches[code], ids, BY)
    organizations = {row.name: row.id for row in Organization.select()}
    for login, name, _, _, _, code, user in facts.ORGANIZATIONS:
        people.create_business_user(
            login,
            user,
            facts.PASSWORD,
            branch=branches[code],
            organization_id=organizations[name],
            is_demo=True,
            by=BY,
        )


def _subscribers(town: list[Household]) -> None:
    """Kovalchuk with her two accounts, and some of the other households."""
    ids = dict(Account.select(Account.number, Account.id).tuples())
    surname, name, patronymic = KOVALCHUK
    marina = people.register_person(
        surname=surname, name=name, patronymic=patronymic, phone="+79000000001", email="abonent@demo.nesk",
        password=facts.PASSWORD, is_demo=True, by=BY,
    )  # fmt: skip
    for number in ("230000000017", "230000000025"):
        accounts.bind(marina.id, ids[number], way="sum", by=Actor("person", marina.id))
    for purpose in ("personal_data", "notices"):
        give(marina.id, purpose, by=Actor("person", marina.id))
    others = [each for each in town if each.surname and each.surname != surname and each.number != NEWCOMER]
    others = others[:: max(len(others) // BOUND_PEOPLE, 1)][:BOUND_PEOPLE]  # of every branch
    for index, each in enumerate(others, start=2):
        person = people.register_person(
            surname=each.surname, name=each.name, patronymic=each.patronymic, phone=f"+7900000{index:04}", email=f"abonent{index}@demo.nesk",
            password=facts.PASSWORD, is_demo=True, by=BY,
        )  # fmt: skip
        accounts.bind(person.id, ids[each.number], way="meter", by=Actor("person", person.id))


def _month(month: Month, town: list[Household], dials: dict[str, tuple[int, ...]]) -> None:
    """A month as the town lives it: bills of the month before are paid, readings come, then the month is closed."""
    dice = random.Random(int(month))  # noqa: S311 - reproducible
    _pay(month, town, dice, until=month.day(20))
    with clock.stopped_at(clock.at(month.day(24), 12)):
        installed = dict(
            Installation.select(Meter.serial, Installation.id)
            .join(Meter)
            .where(Installation.removed_on.is_null())
            .tuples()
        )
        rows = []
        for each in town:
            modulus = 10**each.meter_type.digits
            dials[each.number] = tuple(
                (dial + used) % modulus for dial, used in zip(dials[each.number], each.used[month], strict=True)
            )
            if dice.random() < each.reads and each.serial in installed:
                on, source = month.day(dice.randint(20, 24)), dice.choice(SOURCES)
                rows.append(register.ImportedReading(installed[each.serial], on, dials[each.number], source))
        register.import_readings(rows, month, by=BY)
        events.drain()
    with clock.stopped_at(clock.at((month + 1).first_day, 9)):
        closing.close_month(month, by=BY)
        events.drain()


def _payments_of_open_month(month: Month, town: list[Household], today: date) -> None:
    """Some have paid the latest bill already; Kovalchuk and the newcomer have not."""
    dice = random.Random(int(month))  # noqa: S311 - reproducible
    unpaid = {"230000000017", NEWCOMER}
    if today.day > 5:
        _pay(month, [each for each in town if each.number not in unpaid], dice, until=today - timedelta(days=1))


def _pay(month: Month, town: list[Household], dice: random.Random, *, until: date) -> None:
    owed = dict(
        Statement.select(Account.number, Statement.closing_kop)
        .join(Account)
        .where(Statement.month == month - 1, Statement.book == "principal")
        .tuples()
    )
    rows = [row for each in town if (row := _payment(each, owed.get(each.number, 0), month, dice, until))]
    if rows:
        with clock.stopped_at(clock.at(until, 20)):
            data = registry_file(f"{int(month)}", rows)
            import_registry(data, name=f"реестр-{month}.txt", source="Касса Краснодар Центральное 1", by=BY)
            events.drain()


def _payment(
    each: Household, debt: int, month: Month, dice: random.Random, until: date
) -> tuple[str, int, date] | None:
    on = month.day(min(dice.randint(4, 19), until.day))
    roll = dice.random()
    if debt <= 0 or (each.pays == "never" and roll < 0.93):
        return None
    if each.pays == "late" and roll < 0.45:
        return None
    if each.pays == "half":
        return each.number, max(debt // 2, 100), on
    if each.pays == "odd":
        return each.number, max(debt - int(roll * 9_000) - 101, debt // 2), on
    if each.pays == "ahead":
        return each.number, (debt // 50_000 + 1) * 50_000, on
    return each.number, debt, on


def registry_file(series: str, rows: Iterable[tuple[str, int, date]]) -> bytes:
    """The rows as a bank's registry in the «=» format of §6.7, cp1251 as banks send it."""
    lines, total, count = [], 0, 0
    for number, amount, on in rows:
        count += 1
        total += amount
        sums = f"{amount // 100},{amount % 100:02}"
        lines.append(
            f"{on:%d-%m-%Y};10-15-00;8619/0001;1;ДЕМО{series}{count:06};{number};;;{on:%m%y};{sums};{sums};0,00"
        )
    whole = f"{total // 100},{total % 100:02}"
    lines.append(f"={count};{whole};{whole};0,00;1;01-01-2026")
    return "\r\n".join(lines).encode("cp1251")
