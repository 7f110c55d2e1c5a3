"""The register of devices: meters in and out, one transaction with the readings that belong to it (§8.5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import fn

from nesk.accounts.models import Account
from nesk.branches.queries import open_month
from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.core.period import Month
from nesk.metering import rules
from nesk.metering.events import MeterReplaced, ReadingsImported
from nesk.metering.models import Installation, Meter, MeterType, Reading, Seal
from nesk.metering.operations import create_reading
from nesk.metering.queries import installation_of, last_reading

CHUNK = 300


@dataclass(frozen=True, slots=True)
class NewMeter:
    """The device that a crew puts in: what is written on its face and in its passport."""

    type_id: int
    serial: str
    year: int
    verified_on: date
    values: tuple[int, ...]
    place: str = ""
    seals: tuple[tuple[str, str], ...] = ()
    """Number and place of each seal set."""


def replace_meter(
    account_id: int, installation_id: int, *, old_serial: str, finals: Sequence[int], new: NewMeter, on: date, by: Actor
) -> Installation:
    """Take one meter out and put another in: final readings, the old installation closed, the new one opened.

    Everything or nothing. Raises Refused with the field at fault: old_serial, final_1…3, serial, verified_on, value_1…3,
    seals. The initial readings are not consumption; the final ones are charged like any reading (§2.7).
    """
    with transaction():
        account = Account.locked(account_id)
        old = installation_of(account_id, installation_id)
        kind = MeterType.get_or_none(MeterType.id == new.type_id)
        if kind is None:
            raise Refused("Выберите тип нового счётчика.", field="type")
        used = _final_use(old, old_serial, finals)
        meter = _device(kind, new, on)
        month = open_month(account.branch_id)
        final = create_reading(old, tuple(finals), used, month=month, taken_on=on, role="final", source="act", by=by)
        Installation.update(removed_on=on, removal_reason="Замена прибора учёта").where(
            Installation.id == old.id
        ).execute()
        Seal.update(removed_on=on).where(Seal.installation == old.id, Seal.removed_on.is_null()).execute()
        installation = Installation.create(
            meter=meter,
            account=account_id,
            place=new.place or old.place,
            zones=kind.zones,
            ratio=old.ratio,
            max_power_w=old.max_power_w,
            installed_on=on,
        )
        _set_seals(installation, new.seals, on)
        create_reading(installation, new.values, (), month=month, taken_on=on, role="initial", source="act", by=by)
        record(MeterReplaced(account_id, old.id, installation.id, final.id), by=by)
    return installation


def _final_use(old: Installation, old_serial: str, finals: Sequence[int]) -> tuple[int, ...]:
    if old_serial.strip() != old.meter.serial:
        raise Refused(f"На заявке счётчик № {old.meter.serial}. Проверьте номер снятого счётчика.", field="old_serial")
    before, digits = last_reading(old.id), old.meter.type.digits
    if len(finals) != old.zones:
        raise Refused("Запишите конечные показания по всем зонам.", field=f"final_{min(len(finals) + 1, 3)}")
    used = []
    for index, value in enumerate(finals):
        previous = before.values[index] if before else 0
        if not 0 <= value < 10**digits:
            raise Refused(f"У снятого счётчика {digits} цифр до запятой.", field=f"final_{index + 1}")
        if value < previous and not previous * 10 >= 9 * 10**digits:
            raise Refused(
                f"Конечное показание меньше последнего принятого ({previous}). Проверьте цифры.",
                field=f"final_{index + 1}",
            )
        used.append(rules.consumption(previous, value, digits=digits) * old.ratio)
    return tuple(used)


def _device(kind: MeterType, new: NewMeter, on: date) -> Meter:
    """The new device in the register: known or made, not installed anywhere, its verification in force."""
    serial = new.serial.strip()
    if not serial or len(serial) > 40:
        raise Refused("Введите заводской номер нового счётчика.", field="serial")
    if len(new.values) != kind.zones:
        raise Refused("Запишите начальные показания по всем зонам.", field=f"value_{min(len(new.values) + 1, 3)}")
    for index, value in enumerate(new.values, start=1):
        if not 0 <= value < 10**kind.digits:
            raise Refused(f"У нового счётчика {kind.digits} цифр до запятой.", field=f"value_{index}")
    if new.verified_on > on:
        raise Refused("Дата поверки позже дня работ. Проверьте паспорт счётчика.", field="verified_on")
    next_on = _years_later(new.verified_on, kind.interval_years)
    if next_on < on:
        raise Refused("Срок поверки этого счётчика истёк, ставить его нельзя. Возьмите другой.", field="verified_on")
    meter, is_new = Meter.get_or_create(
        type=kind,
        serial=serial,
        defaults={"year": new.year, "verified_on": new.verified_on, "next_verification_on": next_on},
    )
    if not is_new:
        if Installation.select().where(Installation.meter == meter, Installation.removed_on.is_null()).exists():
            raise Refused("Счётчик с этим номером уже установлен по другому адресу. Проверьте номер.", field="serial")
        Meter.update(verified_on=new.verified_on, next_verification_on=next_on).where(Meter.id == meter.id).execute()
    return meter


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def _set_seals(installation: Installation, seals: Iterable[tuple[str, str]], on: date) -> None:
    for number, place in seals:
        if Seal.select().where(Seal.number == number).exists():
            raise Refused(f"Пломба № {number} уже стоит в другом месте. Проверьте номер.", field="seals")
        Seal.create(installation=installation, number=number, place=place, set_on=on)


def add_meter_type(*, by: Actor, **columns: Any) -> MeterType:
    """A model of meter that may be installed from now on; one of that name is left as it is."""
    with transaction():
        kind, _ = MeterType.get_or_create(name=columns.pop("name"), defaults=columns)
    return kind  # type: ignore[no-any-return]


def install_meters(rows: Sequence[dict[str, Any]], *, by: Actor) -> int:
    """Take installed meters from a billing system, set by set: device, installation, initial reading. Gives how many.

    A row: account_id, type_id, zones, serial, year, verified_on, next_verification_on, installed_on, values.
    """
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        with transaction():
            columns = ("serial", "year", "verified_on", "next_verification_on")
            Meter.insert_many(
                [{"type": row["type_id"], **{name: row[name] for name in columns}} for row in part]
            ).execute()
            found = Meter.select().where(Meter.serial.in_([row["serial"] for row in part]))
            meters = {(meter.type_id, meter.serial): meter.id for meter in found}
            Installation.insert_many(
                [
                    {
                        "meter": meters[row["type_id"], row["serial"]],
                        "account": row["account_id"],
                        "zones": row["zones"],
                        "installed_on": row["installed_on"],
                        "max_power_w": row.get("max_power_w", 15_000),
                    }
                    for row in part
                ]
            ).execute()
            live = Installation.select().where(
                Installation.meter.in_(list(meters.values())), Installation.removed_on.is_null()
            )
            by_meter = {row.meter_id: row.id for row in live}
            Reading.insert_many(
                [
                    _reading_row(
                        row["account_id"],
                        meters[row["type_id"], row["serial"]],
                        by_meter[meters[row["type_id"], row["serial"]]],
                        Month.of(row["installed_on"]),
                        row["installed_on"],
                        row["values"],
                        (),
                        "act",
                        "initial",
                        by,
                    )
                    for row in part
                ]
            ).execute()
    return len(rows)


@dataclass(frozen=True, slots=True)
class ImportedReading:
    """A reading of a registry: whose, when, what the dials showed, from what source."""

    installation_id: int
    taken_on: date
    values: tuple[int, ...]
    source: str


def import_readings(rows: Sequence[ImportedReading], month: Month, *, by: Actor) -> int:
    """Take a registry of readings for one billing month, set by set. Gives how many were taken.

    A row is left out when its meter has a reading of that month or is not installed. An event tells of each set, and
    the charges follow from it.
    """
    return sum(_import(rows[start : start + CHUNK], month, by) for start in range(0, len(rows), CHUNK))


def _import(rows: Sequence[ImportedReading], month: Month, by: Actor) -> int:
    ids = [row.installation_id for row in rows]
    with transaction():
        known = {row.id: row for row in _working(ids)}
        last, taken = _last_readings(ids, month)
        fresh = []
        for row in rows:
            installation = known.get(row.installation_id)
            if installation is None or row.installation_id in taken or len(row.values) != installation.zones:
                continue
            before = last.get(row.installation_id)
            used = tuple(
                rules.consumption(old, new, digits=installation.meter.type.digits) * installation.ratio
                for old, new in zip(before.values if before else row.values, row.values, strict=True)
            )
            whose = (installation.account_id, installation.meter_id, installation.id)
            fresh.append(_reading_row(*whose, month, row.taken_on, row.values, used, row.source, "regular", by))
        if not fresh:
            return 0
        start = Reading.select(fn.MAX(Reading.id)).scalar() or 0
        Reading.insert_many(fresh).execute()
        end = Reading.select(fn.MAX(Reading.id)).scalar()
        record(ReadingsImported(start + 1, end, int(month), len(fresh)), by=by)
    return len(fresh)


def _working(ids: list[int]) -> Iterable[Installation]:
    query = (
        Installation.select(Installation, Meter, MeterType).join_from(Installation, Meter).join_from(Meter, MeterType)
    )
    return query.where(Installation.id.in_(ids), Installation.removed_on.is_null())  # type: ignore[no-any-return]


def _last_readings(ids: list[int], month: Month) -> tuple[dict[int, Reading], set[int]]:
    """The latest reading of each installation, and those that have a regular one of the month already."""
    last: dict[int, Reading] = {}
    taken = set()
    counting = Reading.select().where(
        Reading.installation.in_(ids), Reading.withdrawn_at.is_null(), Reading.month >= month - 14
    )
    for reading in counting.order_by(Reading.taken_on, Reading.id):
        last[reading.installation_id] = reading
        if reading.month == month and reading.role == "regular":
            taken.add(reading.installation_id)
    return last, taken


def _reading_row(
    account: int,
    meter: int,
    installation: int,
    month: Month,
    taken_on: date,
    values: tuple[int, ...],
    used: tuple[int, ...],
    source: str,
    role: str,
    by: Actor,
) -> dict[str, Any]:
    v, u = values + (None,) * (3 - len(values)), used + (None,) * (3 - len(used))
    return {
        "account": account,
        "meter": meter,
        "installation": installation,
        "month": month,
        "taken_on": taken_on,
        "t1": v[0],
        "t2": v[1],
        "t3": v[2],
        "used1": u[0],
        "used2": u[1],
        "used3": u[2],
        "role": role,
        "source": source,
        "accepted_at": clock.now(),
        "accepted_by": str(by),
    }
