"""Settings that staff change, and limits that no restart resets."""

from dataclasses import dataclass

import pytest

from nesk.core import clock, limits, settings
from nesk.core.actor import system
from nesk.core.errors import Refused, TooOften
from nesk.core.events import EventRecord
from nesk.core.limits import Counter

pytestmark = pytest.mark.usefixtures("database")


@dataclass(frozen=True)
class Chosen:
    days: int = settings.number(3, 1, 1_000)
    name: str = settings.text("НЭСК", longest=5)
    manner: str = settings.choice("cut", "round")


@pytest.fixture(autouse=True)
def fresh():
    settings.forget()
    yield
    settings.forget()


def test_a_setting_has_its_default_until_staff_change_it():
    assert settings.load(Chosen).days == 3
    settings.change(Chosen, "days", 5, by=system("test"))
    assert settings.load(Chosen).days == 5
    assert EventRecord.get().name == "SettingChanged"


def test_a_value_of_another_type_is_refused_and_nothing_moves():
    with pytest.raises(Refused):
        settings.change(Chosen, "days", "пять", by=system("test"))
    assert settings.load(Chosen).days == 3
    assert EventRecord.select().count() == 0


@pytest.mark.parametrize("value", [1, 1_000])
def test_the_least_and_the_most_are_good(value):
    settings.change(Chosen, "days", value, by=system("test"))
    assert settings.load(Chosen).days == value


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("days", 0, "Введите число от 1 до 1\u00a0000."),
        ("days", -1, "Введите число от 1 до 1\u00a0000."),
        ("days", 1_001, "Введите число от 1 до 1\u00a0000."),
        ("days", 10**13, "Введите число от 1 до 1\u00a0000."),
        ("name", " ", "Заполните это поле."),
        ("name", "НЭСК-1", "Слишком длинно. Оставьте не больше 5 знаков."),
        ("manner", "up", "Введите одно из слов: cut, round."),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_the_good_ones_and_nothing_moves(name, value, said):
    with pytest.raises(Refused) as refused:
        settings.change(Chosen, name, value, by=system("test"))
    assert (refused.value.message, refused.value.field) == (said, name)
    assert (settings.load(Chosen), EventRecord.select().count()) == (Chosen(), 0)


def test_a_limit_lets_so_many_tries_pass_and_then_says_when_to_come_back():
    with clock.stopped_at("2026-11-24 10:00:00"):
        for _ in range(3):
            limits.count("try", "somebody", limit=3, seconds=60)
        with pytest.raises(TooOften) as refused:
            limits.count("try", "somebody", limit=3, seconds=60)
        limits.count("try", "somebody else", limit=3, seconds=60)
    assert refused.value.retry_after == 60
    with clock.stopped_at("2026-11-24 10:01:00"):
        limits.count("try", "somebody", limit=3, seconds=60)


def test_a_success_takes_its_try_back():
    with clock.stopped_at("2026-11-24 10:00:00"):
        for _ in range(5):
            limits.count("try", "somebody", limit=1, seconds=60)
            limits.forgive("try", "somebody", seconds=60)
    assert Counter.get().count == 0


def test_the_table_of_limits_names_nobody():
    limits.count("try", "somebody@demo.nesk", limit=1, seconds=60)
    assert "somebody" not in Counter.get().key


def test_tries_are_counted_without_a_limit_and_looked_at_without_being_counted():
    with clock.stopped_at("2026-11-24 10:00:00"):
        assert [limits.add("try", "one", seconds=60) for _ in range(3)] == [1, 2, 3]
        limits.add("try", "two", seconds=60)
        for _ in range(2):
            assert limits.counted(("try", "two", 60), ("try", "one", 60), ("try", "one", 300)) == [1, 3, 0]
    with clock.stopped_at("2026-11-24 10:01:00"):
        assert limits.counted(("try", "one", 60)) == [0]


def test_a_pause_lets_one_try_pass_and_is_not_lengthened_by_those_that_come_too_early():
    with clock.stopped_at("2026-11-24 10:00:00"):
        limits.pause("try", "one", seconds=20)
        limits.pause("try", "two", seconds=20)
    for second, left in ((0, "20 секунд"), (19, "1 секунду")):
        with clock.stopped_at(f"2026-11-24 10:00:{second:02}"), pytest.raises(TooOften) as refused:
            limits.pause("try", "one", seconds=300)
        assert refused.value.message.replace("\u00a0", " ") == f"Слишком много попыток. Повторите через {left}."
        assert refused.value.retry_after == 20 - second
    with clock.stopped_at("2026-11-24 10:00:20"):
        limits.pause("try", "one", seconds=300)


def test_what_is_forgotten_was_never_tried():
    with clock.stopped_at("2026-11-24 10:00:00"):
        limits.add("try", "one", seconds=60)
        limits.pause("try", "one", seconds=20)
        limits.forget("try", "one", 60)
        assert limits.counted(("try", "one", 60)) == [0]
        limits.pause("try", "one", seconds=20)
