"""Quiet hours."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from nesk.notifications.rules import QuietHours, first_moment

MOSCOW = ZoneInfo("Europe/Moscow")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("written", "goes"),
    [
        ("2026-11-24 08:00", "2026-11-24 08:00"),  # a Tuesday
        ("2026-11-24 21:59:59", "2026-11-24 21:59:59"),
        ("2026-11-24 22:00", "2026-11-25 08:00"),
        ("2026-11-24 03:15", "2026-11-24 08:00"),
        ("2026-11-27 22:30", "2026-11-28 09:00"),  # Friday night: Saturday begins later
        ("2026-11-28 08:30", "2026-11-28 09:00"),
        ("2026-11-28 20:00", "2026-11-29 09:00"),
        ("2026-11-29 20:00", "2026-11-30 08:00"),  # Sunday night: Monday begins earlier
    ],
)
def test_what_can_wait_does_not_go_at_night(written, goes):
    assert first_moment(at(written), QuietHours()) == at(goes)


@pytest.mark.parametrize("hours", [(8, 8), (8, 22), (22, -1), (25, 8)])
def test_hours_that_leave_no_day_open_stop_nothing(hours):
    assert first_moment(at("2026-11-24 23:00"), QuietHours(hours, hours)) == at("2026-11-24 23:00")


def test_a_day_may_be_open_to_its_end():
    quiet = QuietHours((24, 0), (24, 0))
    assert first_moment(at("2026-11-24 23:59"), quiet) == at("2026-11-24 23:59")
