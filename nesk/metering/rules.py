"""What a reading may be and what it means: pure rules of §2 of the domain, with time and history passed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nesk.core.money import divide
from nesk.core.period import Month


class Zone(StrEnum):
    """A part of the day with a price of its own."""

    SINGLE = "single"
    DAY = "day"
    NIGHT = "night"
    PEAK = "peak"
    HALF_PEAK = "half_peak"


ZONE_NAMES = {
    Zone.SINGLE: "сутки",
    Zone.DAY: "день",
    Zone.NIGHT: "ночь",
    Zone.PEAK: "пик",
    Zone.HALF_PEAK: "полупик",
}
ZONE_HOURS = {
    Zone.SINGLE: "",
    Zone.DAY: "7:00–23:00",
    Zone.NIGHT: "23:00–7:00",
    Zone.PEAK: "7:00–10:00, 17:00–21:00",
    Zone.HALF_PEAK: "10:00–17:00, 21:00–23:00",
}
ZONES: dict[int, tuple[Zone, ...]] = {
    1: (Zone.SINGLE,),
    2: (Zone.DAY, Zone.NIGHT),
    3: (Zone.PEAK, Zone.NIGHT, Zone.HALF_PEAK),
}
"""Registers Т1, Т2, Т3 by the number of zones: Т2 is the night of two and of three zones alike (§2.1)."""

SOURCE_NAMES = {
    "control_signed": "Контрольное с подписью",
    "control": "Контрольное",
    "smart": "АСКУЭ",
    "act": "Акт",
    "internet": "Интернет",
    "mobile": "Мобильное приложение",
    "sms": "SMS",
    "phone": "Контакт-центр",
    "paper": "Абонентское",
    "bank": "Из реестра банка",
    "public": "Публичная форма",
    "profile": "Из профиля",
    "average": "Среднее",
    "norm": "Норматив",
}
"""Sources as people read them, from the most to the least trusted (§2.4, S0-37)."""

LOWER = "Введённое показание меньше предыдущего. Показание не принято. Проверьте цифры или номер счётчика."
NOT_DIGITS = "Введите показание цифрами, например 4350. Буквы и знаки не подходят."
FRACTION_CUT = "Учтены только целые киловатт-часы, цифры после запятой отброшены."

_READING = re.compile(r"(\d{1,30})(?:[.,](\d{1,6}))?", re.ASCII)


def outranks(new: str, old: str) -> bool:
    """Whether a source is trusted more than another for the same month."""
    order = list(SOURCE_NAMES)
    return order.index(new) < order.index(old)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A dial value as it was typed; `note` tells what was done to it, `problem` why it is none."""

    value: int = 0
    note: str = ""
    problem: str = ""


def parse_value(text: str, *, digits: int, fraction: str = "truncate") -> Parsed:
    """Read a dial value: ASCII digits, leading zeros and spaces allowed, `digits` of them at most.

    `fraction` says what to do with a decimal part: truncate, ceil or reject (S3-12 allows the first two).
    """
    typed = text.strip().replace(" ", "").replace("\u00a0", "")
    if not typed:
        return Parsed(problem="Введите показание счётчика.")
    found = _READING.fullmatch(typed)
    if found is None:
        return Parsed(problem=NOT_DIGITS)
    value, rest = int(found[1]), found[2]
    if rest is not None and fraction == "reject":
        return Parsed(problem="Введите только целые киловатт-часы, без цифр после запятой.")
    if rest is not None and fraction == "ceil" and int(rest):
        value += 1
    if value >= 10**digits:
        return Parsed(problem=f"У этого счётчика {digits} цифр до запятой. Введите только их, без цифр после запятой.")
    return Parsed(value, FRACTION_CUT if rest is not None and fraction == "truncate" else "")


def consumption(before: int, now: int, *, digits: int) -> int:
    """kWh between two dial values; a dial past its nines starts again from zero (§2.3)."""
    return (now - before) % 10**digits


class Judgement(StrEnum):
    """What becomes of a reading."""

    FINE = "fine"
    ASK = "ask"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement, the volume it is about, and the sentence for the person."""

    judgement: Judgement
    kwh: int
    words: str = ""


def judge(before: int, now: int, *, digits: int, average_kwh: int, max_power_w: int, days: int) -> Verdict:
    """Whether the value can be taken, has to be asked about, or is refused (§2.3).

    `average_kwh` is the usual month, 0 when there is none yet; `days` have passed since the previous reading. More than
    the allowed power could use in that time is refused; a roll-over of the dial is believed only near its end.
    """
    used = consumption(before, now, digits=digits)
    possible = max_power_w * 24 * max(days, 1) // 1000
    if now < before:
        is_rollover = before * 10 >= 9 * 10**digits and used <= min(possible, unusual_from(average_kwh))
        if not is_rollover:
            return Verdict(Judgement.REFUSE, 0, LOWER)
        return Verdict(Judgement.ASK, used, f"Счётчик перешёл через ноль: выходит {used} кВт·ч. Всё верно?")
    if used > possible:
        return Verdict(
            Judgement.REFUSE,
            used,
            f"Выходит {used} кВт·ч — столько за это время израсходовать нельзя. Проверьте показание.",
        )
    if used > unusual_from(average_kwh):
        return Verdict(
            Judgement.ASK, used, f"Выходит {used} кВт·ч — намного больше обычного. Проверьте показание. Всё верно?"
        )
    return Verdict(Judgement.FINE, used)


def unusual_from(average_kwh: int) -> int:
    """Above this monthly volume a person is asked again: three usual months, but never less than 1500 kWh."""
    return max(3 * average_kwh, 1500)


@dataclass(frozen=True, slots=True)
class Window:
    """The days of a month in which readings are asked for."""

    opens: date
    closes: date

    def contains(self, day: date) -> bool:
        return self.opens <= day <= self.closes

    def days_left(self, day: date) -> int:
        """Days until it closes, the last one included; 0 when it is over."""
        return max((self.closes - day).days + 1, 0)


def window(month: Month, *, from_day: int, to_day: int) -> Window:
    """When readings are asked for: 23–25 by default (PP 354 point 31 and settings)."""
    return Window(month.day(from_day), month.day(to_day))


def average(months_kwh: list[int], *, at_least: int = 3) -> int | None:
    """The usual month (PP 354 point 59): the mean of the given months, half up; None when there are too few."""
    if len(months_kwh) < at_least:
        return None
    return divide(sum(months_kwh), len(months_kwh))
