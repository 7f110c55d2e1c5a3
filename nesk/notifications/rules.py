"""When a message may go: at night nobody is woken by what can wait for the morning (§7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From which hour until which hour of the morning SMS that can wait do wait."""

    on_weekdays: tuple[int, int] = (22, 8)
    at_weekends: tuple[int, int] = (20, 9)


def first_moment(moment: datetime, quiet: QuietHours) -> datetime:
    """The first moment not before `moment`, on the same clock, at which a message that can wait may go.

    Hours that leave no part of any day open are taken for a mistake: the message goes at once.
    """
    for days in range(8):
        day = moment.date() + timedelta(days=days)
        closes, opens = quiet.at_weekends if day.weekday() >= 5 else quiet.on_weekdays
        if not 0 <= opens < closes <= 24:
            continue
        opening = datetime.combine(day, time(opens), moment.tzinfo)
        closing = datetime.combine(day, time(), moment.tzinfo) + timedelta(hours=closes)
        if moment < closing:
            return max(moment, opening)
    return moment
