"""A small district for tests: a branch, households with a meter and a person each, services, crews."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

import pytest

from nesk.accounts.models import Account, Binding
from nesk.accounts.operations import open_accounts
from nesk.billing.operations import install_tariffs
from nesk.branches.models import Branch, Town
from nesk.branches.operations import open_branch
from nesk.core import clock
from nesk.core.actor import Actor, system
from nesk.demo.facts import REQUISITES
from nesk.fieldwork.catalogue import install_catalogue
from nesk.fieldwork.crews import form_crew
from nesk.fieldwork.models import Crew
from nesk.metering.models import Installation, MeterType
from nesk.metering.register import NewMeter, add_meter_type, install_meters
from nesk.people.models import Identity, Person, Staff

BY = system("test")
NOW = "2026-11-24 10:00"
TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)
SINCE = date(2026, 9, 1)
EVERY_WORK = ("replacement", "sealing", "unsealing", "programming", "electrical", "other")


@dataclass(frozen=True)
class Home:
    """A household: its account, the meter that works there and the person who acts for it."""

    account: Account
    installation: Installation
    person: Person
    phone: str
    email: str

    @property
    def actor(self) -> Actor:
        return Actor("person", self.person.id)


def make_branch(code: str = "krd", name: str = "Краснодарэнергосбыт") -> Branch:
    """A branch with one town, and the services, tariffs and types of meter a new copy has."""
    install_catalogue()
    install_tariffs()
    add_meter_type(name="Нева 103 1S0", digits=6, zones=1, by=BY)
    return open_branch(
        code=code,
        name=name,
        address="г. Краснодар, пер. Переправный, д. 13",
        phone="8 (861) 944-77-40",
        email=f"{code}@demo.nesk",
        hours="Пн–Чт с 8:00 до 17:00",
        towns=[{"name": "Краснодар", "kind": "г"}],
        by=BY,
        **REQUISITES,
    )


def make_home(
    branch: Branch, number: int = 1, *, premises: str = "apartment", verification_ends: date = date(2030, 3, 10)
) -> Home:
    """Household `number`: account 23000000000N, meter 4100000N at 1200 kWh, phone +7900000000N, dom{N}@demo.nesk."""
    account_number = f"2300{number:08}"
    open_accounts(
        [
            {
                "number": account_number,
                "branch": branch.id,
                "surname": "Ковальчук",
                "name": "Марина",
                "opened_on": SINCE,
                "premises": {
                    "town": Town.get(Town.branch == branch).id,
                    "street": "ул Одесская",
                    "house": str(number),
                    "kind": premises,
                },
            }
        ],
        by=BY,
    )
    account = Account.get(Account.number == account_number)
    install_meters(
        [
            {
                "account_id": account.id,
                "type_id": MeterType.get(MeterType.name == "Нева 103 1S0").id,
                "zones": 1,
                "serial": f"41{number:06}",
                "year": 2014,
                "verified_on": verification_ends.replace(year=verification_ends.year - 16),
                "next_verification_on": verification_ends,
                "installed_on": SINCE,
                "values": (1200,),
            }
        ],
        by=BY,
    )
    person, phone, email = make_person(number)
    Binding.create(person=person, account=account, way="meter", bound_at=clock.now())
    return Home(account, Installation.get(Installation.account == account), person, phone, email)


def make_person(number: int, *, is_confirmed: bool = True) -> tuple[Person, str, str]:
    """A person with a phone and an e-mail; nobody signs in here, so there is no password to wait for."""
    person = Person.create(surname="Ковальчук", name="Марина", created_at=clock.now())
    phone, email = f"+7900000{number:04}", f"dom{number}@demo.nesk"
    for kind, value in (("phone", phone), ("email", email)):
        Identity.create(person=person, kind=kind, value=value, confirmed_at=clock.now() if is_confirmed else None)
    return person, phone, email


def make_crew(branch: Branch, name: str = "Бригада 1", works: tuple[str, ...] = EVERY_WORK) -> tuple[Crew, int]:
    """A crew of two. Gives it and the leader's id."""
    ids = [
        Staff.create(
            login=f"{branch.code} {name} {place}", kind="crew", name=worker, branch=branch, created_at=clock.now()
        ).id
        for place, worker in enumerate(("Гончар Олег Павлович", "Зимин Денис Ильич"))
    ]
    return form_crew(name, branch, works, ids, since=SINCE, by=BY), ids[0]


def new_meter(serial: str = "77000001", **changes: object) -> NewMeter:
    """The device that a crew puts in, with one seal."""
    facts: dict[str, object] = {
        "type_id": MeterType.get(MeterType.name == "Нева 103 1S0").id,
        "serial": serial,
        "year": 2026,
        "verified_on": date(2026, 2, 10),
        "values": (3,),
        "place": "Щит на лестничной клетке",
        "seals": ((f"Ж{serial}", "Клеммная крышка"),),
    }
    return NewMeter(**facts | changes)  # type: ignore[arg-type]


@pytest.fixture
def district(database: str) -> Iterator[SimpleNamespace]:
    """`branch`, `home`, `crew` and `leader` (the id of its first member), at 10:00 on Tuesday, 24 November 2026."""
    with clock.stopped_at(NOW):
        branch = make_branch()
        home = make_home(branch)
        crew, leader = make_crew(branch)
        yield SimpleNamespace(branch=branch, home=home, crew=crew, leader=leader)
