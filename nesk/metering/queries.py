"""Reading about meters: what is installed, what the dials showed, always within an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nesk.core.compiled import compiled
from nesk.core.errors import NotFound
from nesk.core.pages import Page, page_of
from nesk.core.period import Month
from nesk.metering.models import Installation, Meter, MeterType, Reading
from nesk.metering.rules import SOURCE_NAMES, ZONE_NAMES, ZONES, Zone

PER_PAGE = 12


@dataclass(frozen=True, slots=True)
class InstalledMeter:
    """A meter that works at an account, its latest reading, and the regular one of the open month if it was passed."""

    installation: Installation
    last: Reading | None
    before: Reading | None
    """The reading that a new one of this month is compared with."""
    current: Reading | None

    @property
    def meter(self) -> Meter:
        return self.installation.meter  # type: ignore[no-any-return]

    @property
    def digits(self) -> int:
        return self.meter.type.digits  # type: ignore[no-any-return]

    @property
    def zones(self) -> tuple[Zone, ...]:
        return ZONES[self.installation.zones]


def _installations() -> object:
    return (
        Installation.select(Installation, Meter, MeterType).join_from(Installation, Meter).join_from(Meter, MeterType)
    )


def installed_meters(account_id: int, month: Month) -> list[InstalledMeter]:
    """The meters of an account that work now, with what their dials last showed, in two queries."""
    readings = _readings_since(account_id, month - 14)
    return [
        _installed(row, [reading for reading in readings if reading.installation_id == row.id], month)
        for row in _live(account_id)
    ]


@compiled
def _live(account: int) -> object:
    working = _installations().where(Installation.account == account, Installation.removed_on.is_null())  # type: ignore[attr-defined]
    return working.order_by(Installation.id)


@compiled
def _readings_since(account: int, month: Month) -> object:
    counting = Reading.select().where(
        Reading.account == account, Reading.month >= month, Reading.withdrawn_at.is_null()
    )
    return counting.order_by(Reading.taken_on.desc(), Reading.id.desc())


def _installed(installation: Installation, readings: list[Reading], month: Month) -> InstalledMeter:
    current = next((reading for reading in readings if reading.month == month and reading.role == "regular"), None)
    before = next((reading for reading in readings if reading is not current), None)
    return InstalledMeter(installation, readings[0] if readings else None, before, current)


def installation_of(account_id: int, installation_id: int) -> Installation:
    """A working installation of an account, with meter and type. Raises NotFound."""
    row = next((each for each in _live(account_id) if each.id == installation_id), None)
    if row is None:
        raise NotFound
    return row  # type: ignore[no-any-return]


def last_reading(installation_id: int) -> Reading | None:
    """The latest reading of an installation that counts, of whatever role."""
    return _last_reading.first(installation_id)


@compiled
def _last_reading(installation: int) -> object:
    counting = Reading.select().where(Reading.installation == installation, Reading.withdrawn_at.is_null())
    return counting.order_by(Reading.taken_on.desc(), Reading.id.desc()).limit(1)


def usual_month_kwh(installation_id: int, months: int = 6) -> list[int]:
    """kWh of the latest regular readings of an installation, the newest first: what the usual month is reckoned from."""
    regular = Reading.select(Reading.used1, Reading.used2, Reading.used3).where(
        Reading.installation == installation_id, Reading.withdrawn_at.is_null(), Reading.role == "regular"
    )
    rows = regular.order_by(Reading.month.desc(), Reading.id.desc()).limit(months).tuples()
    return [sum(used or 0 for used in row) for row in rows]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A line of «История показаний» (S0-37): one zone of one reading."""

    reading_id: int
    name: str
    taken_on: date
    month: Month
    value: int
    used: int | None
    source: str
    serial: str
    digits: int


def history(account_id: int, *, since: Month, until: Month, search: str = "", page: int = 1) -> Page[HistoryRow]:
    """Readings of an account in a period, newest first, a line a zone; `search` looks through what the lines say."""
    rows = [line for reading in _of_period(account_id, since, until) for line in _lines(reading)]
    if wanted := search.strip().lower():
        rows = [row for row in rows if wanted in f"{row.name} {row.serial} {row.value} {row.source}".lower()]
    return page_of(rows, page, per_page=PER_PAGE)


@compiled
def _of_period(account: int, since: Month, until: Month) -> object:
    return (
        Reading.select(Reading, Meter, MeterType)
        .join_from(Reading, Meter)
        .join_from(Meter, MeterType)
        .where(
            Reading.account == account,
            Reading.withdrawn_at.is_null(),
            Reading.month >= since,
            Reading.month <= until,
        )
        .order_by(Reading.taken_on.desc(), Reading.id.desc())
        .limit(600)
    )


def readings_touched_by(account_id: int, actor: str, limit: int = 200) -> list[Reading]:
    """Readings of an account that one actor passed or took back, with the meter, the latest first."""
    own = (Reading.accepted_by == actor) | (Reading.withdrawn_by == actor)
    query = Reading.select(Reading, Meter).join(Meter).where(Reading.account == account_id, own)
    return list(query.order_by(Reading.id.desc()).limit(limit))


def _lines(reading: Reading) -> list[HistoryRow]:
    zones = ZONES[len(reading.values)]
    used = reading.used or (None,) * len(zones)
    return [
        HistoryRow(
            reading.id,
            "Электроснабжение" + ("" if zone is Zone.SINGLE else f", {ZONE_NAMES[zone]}"),
            reading.taken_on,
            reading.month,
            value,
            spent,
            SOURCE_NAMES[reading.source],
            reading.meter.serial,
            reading.meter.type.digits,
        )
        for zone, value, spent in zip(zones, reading.values, used, strict=True)
    ]
