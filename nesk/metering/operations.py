"""Taking readings, withdrawing them, and putting meters in and out of the register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nesk.accounts.models import Account
from nesk.branches.queries import open_month
from nesk.core import clock, settings
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Conflict, NotFound, Refused
from nesk.core.events import record
from nesk.core.period import Month
from nesk.metering import rules
from nesk.metering.events import ReadingAccepted, ReadingWithdrawn
from nesk.metering.models import Installation, Reading
from nesk.metering.queries import installation_of, last_reading, usual_month_kwh
from nesk.metering.rules import Judgement, Zone
from nesk.metering.settings import MeteringSettings

FIELDS = ("t1", "t2", "t3")
OWN_SOURCES = ("internet", "mobile", "public")
"""What a subscriber passed by hand and may withdraw (S0-36)."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a reading would mean, before it is passed: values and kWh by zone, and questions to confirm."""

    values: tuple[int, ...]
    used: dict[Zone, int]
    notes: tuple[str, ...]
    questions: tuple[str, ...]

    @property
    def kwh(self) -> int:
        return sum(self.used.values())


class UnusualReading(Refused):
    """The value is possible but unusual: the person has to say that it is right."""


def check_reading(account_id: int, installation_id: int, typed: Sequence[str | int]) -> Checked:
    """What the typed dial values would mean; writes nothing (S3-11, «Проверить»).

    Raises Refused with the field (t1, t2, t3) for what is no reading or less than the previous one (S0-35).
    """
    installation = installation_of(account_id, installation_id)
    parsed = _parse(installation, typed)
    return _check(
        installation, tuple(value for value, _ in parsed), tuple(note for _, note in parsed if note), clock.today()
    )


def _parse(installation: Installation, typed: Sequence[str | int]) -> list[tuple[int, str]]:
    """Values with notes. Every field is looked at, and the first problem is told with its field."""
    fraction = settings.load(MeteringSettings).fraction
    found = [rules.parse_value(str(text), digits=installation.meter.type.digits, fraction=fraction) for text in typed]
    if len(found) != installation.zones:
        raise Refused("Введите показания по всем зонам счётчика.", field=FIELDS[min(len(found), 2)])
    for field, parsed in zip(FIELDS, found, strict=False):
        if parsed.problem:
            raise Refused(parsed.problem, field=field)
    return [(parsed.value, parsed.note) for parsed in found]


def _check(installation: Installation, values: tuple[int, ...], notes: tuple[str, ...], on: date) -> Checked:
    before = last_reading(installation.id)
    zones = rules.ZONES[installation.zones]
    if before is None:
        return Checked(values, {}, notes, ())
    usual = usual_month_kwh(installation.id)
    average = (rules.average(usual, at_least=1) or 0) // len(zones)
    digits, days = installation.meter.type.digits, (on - before.taken_on).days
    used, questions = {}, []
    for index, zone in enumerate(zones):
        verdict = rules.judge(
            before.values[index],
            values[index],
            digits=digits,
            average_kwh=average,
            max_power_w=installation.max_power_w,
            days=days,
        )
        if verdict.judgement is Judgement.REFUSE:
            raise Refused(verdict.words, field=FIELDS[index])
        if verdict.judgement is Judgement.ASK:
            questions.append(verdict.words)
        used[zone] = verdict.kwh * installation.ratio
    return Checked(values, used, notes, tuple(questions))


def submit_reading(
    account_id: int,
    installation_id: int,
    typed: Sequence[str | int],
    *,
    source: str,
    by: Actor,
    key: str | None = None,
    confirmed: bool = False,
    photo_id: int | None = None,
) -> Reading:
    """Take the dial values of today, or refuse them.

    The same key with the same values gives the reading that was taken before. Raises Refused (with the field t1…t3),
    UnusualReading when the person has to confirm, Conflict for a used key with other values, NotFound.
    """
    today = clock.today()
    with transaction():
        account = Account.locked(account_id)
        installation = installation_of(account_id, installation_id)
        values = tuple(value for value, _ in _parse(installation, typed))
        if key and (earlier := Reading.get_or_none(Reading.key == key)):
            if (earlier.installation_id, earlier.values) != (
                installation.id,
                values,
            ) or earlier.withdrawn_at is not None:
                raise Conflict("Эта форма уже отправлена с другими показаниями. Обновите страницу.")
            return earlier
        month = open_month(account.branch_id)
        _make_room(installation, month, source, by)
        checked = _check(installation, values, (), today)
        if checked.questions and not confirmed:
            raise UnusualReading(" ".join(checked.questions))
        reading = create_reading(
            installation,
            values,
            tuple(checked.used.values()),
            month=month,
            taken_on=today,
            role="regular",
            source=source,
            key=key,
            photo=photo_id,
            was_confirmed=bool(checked.questions),
            by=by,
        )
        record(ReadingAccepted(reading.id, account_id), by=by)
    return reading


def _make_room(installation: Installation, month: Month, source: str, by: Actor) -> None:
    """One regular reading counts for a month: a more trusted source takes the place of a less trusted one."""
    present = Reading.get_or_none(
        Reading.meter == installation.meter_id,
        Reading.month == month,
        Reading.role == "regular",
        Reading.withdrawn_at.is_null(),
    )
    if present is None:
        return
    if not rules.outranks(source, present.source):
        raise Refused(
            f"Показание за {month.title} уже принято. Чтобы исправить его, сначала удалите принятое показание."
        )
    _withdraw(present, by)


def create_reading(
    installation: Installation, values: tuple[int, ...], used: tuple[int, ...], *, by: Actor, **columns: object
) -> Reading:
    padded = values + (None,) * (3 - len(values))
    spent = used + (None,) * (3 - len(used))
    return Reading.create(
        account=installation.account_id,
        meter=installation.meter_id,
        installation=installation,
        **dict(zip(FIELDS, padded, strict=True)),
        **dict(zip(("used1", "used2", "used3"), spent, strict=True)),
        accepted_at=clock.now(),
        accepted_by=str(by),
        **columns,
    )


def withdraw_reading(account_id: int, reading_id: int, *, by: Actor) -> Reading:
    """Take back a reading that was passed by mistake (S0-36).

    Only a person's own, the latest of its meter, in a month that is not closed. Raises Refused, NotFound.
    """
    with transaction():
        account = Account.locked(account_id)
        reading = Reading.get_or_none(Reading.id == reading_id, Reading.account == account_id)
        if reading is None:
            raise NotFound
        if reading.withdrawn_at is not None:
            return reading
        if by.kind not in ("staff", "system") and reading.source not in OWN_SOURCES:
            raise Refused("Это показание передали не вы, удалить его может только сотрудник.")
        if reading.role != "regular" or reading.month < open_month(account.branch_id):
            raise Refused("Расчётный месяц этого показания закрыт, удалить его нельзя. Передайте новое показание.")
        latest = last_reading(reading.installation_id)
        if latest is not None and latest.id != reading.id:
            raise Refused("После этого показания приняты другие. Удалите сначала последнее.")
        _withdraw(reading, by)
    return reading


def _withdraw(reading: Reading, by: Actor) -> None:
    Reading.update(withdrawn_at=clock.now(), withdrawn_by=str(by), key=None).where(Reading.id == reading.id).execute()
    record(ReadingWithdrawn(reading.id, reading.account_id), by=by)
