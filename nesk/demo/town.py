"""Who lives in the demo town and how they behave: plain facts from a fixed seed, no database."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from nesk.core.period import Month
from nesk.demo import facts

SEED = 20_260_101
USUAL = sum(branch.accounts for branch in facts.BRANCHES)
MONTHS = 24

SEASON = (1.25, 1.2, 1.05, 0.95, 0.85, 0.8, 1.1, 1.15, 0.85, 0.9, 1.05, 1.2)
"""How a household's use swings over the year, January first: heating in winter, air conditioners in summer."""


@dataclass(frozen=True)
class Household:
    """An account with its place, its meter, and its habits."""

    number: str
    branch: str
    town: str
    street: str
    house: str
    flat: str
    kind: str
    stove: str
    surname: str
    name: str
    patronymic: str
    area_dm2: int
    rooms: int
    residents: int
    tariff_category: str
    meter_type: facts.MeterTypeFacts
    serial: str
    meter_year: int
    first_values: tuple[int, ...]
    monthly_kwh: int
    pays: str
    """`all` in time, `late` a month later, `half`, `never`, `ahead` with a round sum above the bill, or `odd`: some
    roubles and kopecks less, so that no neighbour has the same sums."""
    reads: float
    """The share of months in which a reading is passed."""
    organization: str = ""
    seed: int = 0
    used: dict[Month, tuple[int, ...]] = field(default_factory=dict, compare=False)


KOVALCHUK = ("Ковальчук", "Марина", "Сергеевна")
NEWCOMER = "230000000033"
NEWCOMER_SERIAL = "41027863"


def households(last: Month, accounts: int | None = None) -> list[Household]:
    """Everybody, with what they used in each of the MONTHS up to and including `last`.

    `accounts` makes a smaller or larger town with branches of the same proportions, for measurements.
    """
    people = [*_contract_people(), *_others(accounts)]
    for household in people:
        household.used.update(_consumption(household, last))
    return people


def _contract_people() -> Iterator[Household]:
    """The accounts that the contract names; the rest of the town may change, these may not."""
    one, two = facts.METER_TYPES[1], facts.METER_TYPES[3]
    common = {"branch": "krd", "town": "Краснодар", "stove": "gas", "tariff_category": "urban_gas", "reads": 1.0}
    surname, name, patronymic = KOVALCHUK
    mine = {"surname": surname, "name": name, "patronymic": patronymic, **common}
    # The first meter's verification has expired: its replacement is the supplier's duty and costs 0 ₽.
    yield Household(
        number="230000000017", street="ул Ставропольская", house="107", flat="17", kind="apartment", area_dm2=5420, rooms=2, residents=3,
        meter_type=one, serial="30115577", meter_year=2010, first_values=(14_230,), monthly_kwh=182, pays="all", seed=17, **mine,
    )  # fmt: skip
    yield Household(
        number="230000000025", street="ул Дальняя", house="8", flat="", kind="house", area_dm2=9650, rooms=4, residents=2,
        meter_type=two, serial="40220318", meter_year=2021, first_values=(3_104, 1_870), monthly_kwh=240, pays="ahead", seed=25, **mine,
    )  # fmt: skip
    yield Household(
        number=NEWCOMER, street="пер Переправный", house="13", flat="4", kind="apartment", area_dm2=3810, rooms=1, residents=1,
        surname="Белецкая", name="Вера", patronymic="Ильинична", meter_type=one, serial=NEWCOMER_SERIAL, meter_year=2019,
        first_values=(7_015,), monthly_kwh=131, pays="odd", seed=33, **common,
    )  # fmt: skip


def _others(accounts: int | None) -> Iterator[Household]:
    dice = random.Random(SEED)  # noqa: S311 - a reproducible town, not a secret
    index = 0
    for branch in facts.BRANCHES:
        for _ in range(branch.accounts if accounts is None else branch.accounts * accounts // USUAL):
            index += 1
            town = dice.choice(branch.towns)
            yield _household(dice, index, branch, town)
    for number, (_, name, _, _, _, branch_code, _) in enumerate(facts.ORGANIZATIONS, start=1):
        yield _business(dice, number, name, branch_code)


def _household(dice: random.Random, index: int, branch: facts.BranchFacts, town: facts.TownFacts) -> Household:
    surname, name, patronymic = _full_name(dice)
    kind = "house" if town.is_rural or dice.random() < 0.25 else "apartment"
    stove = "electric" if kind == "apartment" and dice.random() < 0.3 else "gas"
    reduced = town.is_rural or stove == "electric"
    meter_type = dice.choices(facts.METER_TYPES, weights=(30, 25, 6, 20, 7, 5, 7 if kind == "house" else 0))[0]
    residents = dice.choices((1, 2, 3, 4, 5), weights=(24, 32, 22, 15, 7))[0]
    return Household(
        number=f"23{index + 100:010}",
        branch=branch.code,
        town=town.name,
        street=dice.choice(town.streets),
        house=str(dice.randint(1, 180)),
        flat=str(dice.randint(1, 140)) if kind == "apartment" else "",
        kind=kind,
        stove=stove,
        surname=surname,
        name=name,
        patronymic=patronymic,
        area_dm2=dice.randint(2800, 13_000 if kind == "house" else 8200),
        rooms=dice.choice((1, 2, 3, 4) if kind == "house" else (1, 1, 2, 2, 3)),
        residents=residents,
        tariff_category="rural_or_electric" if reduced else "urban_gas",
        meter_type=meter_type,
        serial=f"{10**7 + index * 7_654_321 % (9 * 10**7)}",  # coprime: no serial comes twice, however large the town
        meter_year=dice.randint(2012, 2024),
        first_values=tuple(dice.randint(100, 6_000) for _ in range(meter_type.zones)),
        monthly_kwh=int(
            dice.gauss(95, 25) + 55 * residents + (90 if stove == "electric" else 0) + (80 if kind == "house" else 0)
        ),
        pays=dice.choices(("all", "late", "half", "never", "ahead"), weights=(62, 16, 8, 5, 9))[0],
        reads=dice.choices((1.0, 0.9, 0.6, 0.2), weights=(60, 20, 13, 7))[0],
        seed=index,
    )


def _business(dice: random.Random, number: int, name: str, branch_code: str) -> Household:
    branch = next(branch for branch in facts.BRANCHES if branch.code == branch_code)
    meter_type = facts.METER_TYPES[6]
    return Household(
        number=f"2390{number:08}", branch=branch_code, town=branch.towns[0].name, street=branch.towns[0].streets[0], house=str(10 + number),
        flat="", kind="business", stove="gas", surname="", name="", patronymic="", area_dm2=32_000, rooms=1, residents=0,
        tariff_category="urban_gas", meter_type=meter_type, serial=f"9{dice.randint(10**6, 10**7 - 1)}", meter_year=2022,
        first_values=(12_400, 5_100), monthly_kwh=4_300, pays="all", reads=1.0, organization=name, seed=9000 + number,
    )  # fmt: skip


def _full_name(dice: random.Random) -> tuple[str, str, str]:
    surname, father = dice.choice(facts.SURNAMES), dice.choice(facts.FATHERS)
    if dice.random() < 0.45:
        return surname, dice.choice(facts.MALE), father[0]
    ending = surname[-2:]
    feminine = surname + "а" if ending in ("ов", "ев", "ин") else surname
    return feminine, dice.choice(facts.FEMALE), father[1]


def _consumption(household: Household, last: Month) -> dict[Month, tuple[int, ...]]:
    """kWh by register for each month. Т2 is the night of two and three zones alike."""
    dice = random.Random(SEED + household.seed)  # noqa: S311 - reproducible
    shares = {1: (1.0,), 2: (0.64, 0.36), 3: (0.3, 0.34, 0.36)}[household.meter_type.zones]
    used = {}
    for month in (last - (MONTHS - 1)).until(last):
        total = max(household.monthly_kwh, 30) * SEASON[month.number - 1] * dice.uniform(0.85, 1.15)
        used[month] = tuple(max(int(total * share * dice.uniform(0.92, 1.08)), 1) for share in shares)
    return used
