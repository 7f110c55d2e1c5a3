"""How values are written: a Russian reader's money, dates, plural forms, spaces that do not break."""

from datetime import UTC, date, datetime

import pytest
from markupsafe import Markup

from nesk.core import clock
from nesk.core import formatting as f
from nesk.core.period import Month


@pytest.fixture(autouse=True)
def tuesday():
    with clock.stopped_at("2026-11-24 10:00") as moment:
        yield moment


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (f.rub(128_456), "1 284,56 ₽"),
        (f.rub(-31_240), "−312,40 ₽"),
        (f.rub(0), "0,00 ₽"),
        (f.roubles(100_000_005), "1 000 000,05"),
        (f.price(812_000), "8,12 ₽"),
        (f.price(512_345), "5,12345 ₽"),
        (f.kwh(1_182), "1 182 кВт·ч"),
        (f.file_size(1), "1 КБ"),
        (f.file_size(1_240_000), "1,2 МБ"),
        (f.account_number("230045118702"), "2300 4511 8702"),
        (f.phone("+79180001428"), "+7 (918) 000-14-28"),
        (f.phone("5-90-25"), "5-90-25"),
        (f.day(date(2025, 11, 24)), "24 ноября 2025"),
        (f.day(date(2025, 1, 3)), "3 января 2025"),
        (f.day_number(date(2026, 1, 3)), "03.01.2026"),
        (f.month_title(202_610), "октябрь 2026"),
        (f.month_in(Month(2025, 10)), "октябре 2025"),
    ],
)
def test_a_value_is_written_so(written, expected):
    assert written.replace("\u00a0", " ") == expected
    assert " " not in written.partition(" 20")[0]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 24, 6, 5, tzinfo=UTC), "сегодня, 9:05"),
        (datetime(2026, 11, 22, 21, 0, tzinfo=UTC), "вчера, 0:00"),
        (datetime(2026, 11, 20, 21, 0, tzinfo=UTC), "21 ноября, 0:00"),
        (datetime(2025, 11, 20, 21, 0, tzinfo=UTC), "21 ноября 2025, 0:00"),
    ],
)
def test_a_moment_is_told_from_today(moment, expected):
    assert f.moment(moment).replace("\u00a0", " ") == expected
    assert f.weekday_day(date(2026, 11, 24)).replace("\u00a0", " ") == "вторник, 24 ноября"


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (1, "день"),
        (2, "дня"),
        (4, "дня"),
        (5, "дней"),
        (0, "дней"),
        (11, "дней"),
        (14, "дней"),
        (21, "день"),
        (112, "дней"),
        (-3, "дня"),
    ],
)
def test_a_word_agrees_with_its_number(number, word):
    assert f.plural(number, "день", "дня", "дней") == word


def test_short_words_units_and_signs_do_not_hang_at_the_end_of_a_line():
    assert (
        f.typo("и в доме № 5 за 10 минут — у нас")
        == "и\u00a0в\u00a0доме №\u00a05 за\u00a010\u00a0минут\u00a0— у\u00a0нас"
    )


def test_names_phones_and_words_with_a_hyphen_stay_whole():
    assert f.typo("АО «НЭСК», 8 (800) 600-02-20") == "АО\u00a0«НЭСК», 8\u00a0(800)\u00a0600-02-20"
    assert f.typo("Дальняя, 8, кв. 4 · ЛС 2300") == "Дальняя, 8, кв.\u00a04 ·\u00a0ЛС\u00a02300"
    assert f.typo("<i> на e-mail") == '&lt;i&gt; на\u00a0<span class="num">e-mail</span>'
    assert f.typo(Markup('<a title="e-mail">E-mail</a>')) == '<a title="e-mail"><span class="num">E-mail</span></a>'


def test_tags_are_left_alone_and_texts_are_not_marked_safe():
    assert f.typo(Markup('<a title="и в">и в доме</a>')) == '<a title="и в">и\u00a0в\u00a0доме</a>'
    assert not isinstance(f.typo("<b>и в</b>"), Markup)
    assert f.big_rub(-128_456) == "−1\u00a0284<small>,56\u00a0₽</small>"
