"""The billing month: a value that is compared, counted forward and stored as the integer YYYYMM."""

from __future__ import annotations

import calendar
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_NAMES = "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split()
_IN = "январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре".split()
_OF = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()


@functools.total_ordering
@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month, the billing period of PP 354, point 37."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 12:
            raise ValueError(f"no such month: {self.number}")

    @classmethod
    def of(cls, day: date) -> Month:
        """The month a day lies in."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read «2026-10»; raises ValueError for anything else."""
        year, dash, number = text.partition("-")
        if not (
            dash and len(year) == 4 and len(number) == 2 and (year + number).isascii() and (year + number).isdigit()
        ):
            raise ValueError(f"not a month: {text!r}")
        return cls(int(year), int(number))

    @classmethod
    def from_int(cls, value: int) -> Month:
        """Read the stored form 202610."""
        return cls(*divmod(value, 100))

    def __int__(self) -> int:
        return self.year * 100 + self.number

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def __lt__(self, other: Month) -> bool:
        if not isinstance(other, Month):
            return NotImplemented
        return int(self) < int(other)

    def __add__(self, months: int) -> Month:
        year, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, index + 1)

    def __sub__(self, months: int) -> Month:
        return self + -months

    def since(self, other: Month) -> int:
        """How many months lie between: October since August is 2."""
        return (self.year - other.year) * 12 + self.number - other.number

    def until(self, last: Month) -> Iterator[Month]:
        """This month and every one up to and including `last`."""
        month = self
        while month <= last:
            yield month
            month += 1

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.number, self.days)

    @property
    def days(self) -> int:
        return calendar.monthrange(self.year, self.number)[1]

    def day(self, number: int) -> date:
        """A day of this month; numbers past its end give the last day."""
        return date(self.year, self.number, min(number, self.days))

    @property
    def name(self) -> str:
        """«октябрь»."""
        return _NAMES[self.number - 1]

    @property
    def name_in(self) -> str:
        """«октябре», as in «начислено в октябре»."""
        return _IN[self.number - 1]

    @property
    def name_of(self) -> str:
        """«октября», as in «долг на начало октября» and in dates."""
        return _OF[self.number - 1]

    @property
    def title(self) -> str:
        """«октябрь 2026»."""
        return f"{self.name} {self.year}"

    @property
    def short(self) -> str:
        """«Октябрь '26», the form of the seeds' lists (S0-44, S0-46)."""
        return f"{self.name.capitalize()} '{self.year % 100:02}"
