"""How values are written for a Russian reader: money, volumes, days, numbers of accounts and phones. All pure.

`FILTERS` names those that every template has. The minus is «−», the space inside a value never breaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape

from nesk.core import clock
from nesk.core.money import PRICE_SCALE
from nesk.core.period import Month

NBSP = "\u00a0"
_WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")


def quantity(number: int) -> str:
    """A whole number in groups of three: «12 450», «−3»."""
    return f"{'−' if number < 0 else ''}{abs(number):,}".replace(",", NBSP)


def roubles(kop: int) -> str:
    """Kopecks as «1 284,56», for columns whose heading names the currency."""
    whole, rest = divmod(abs(kop), 100)
    return f"{'−' if kop < 0 else ''}{quantity(whole)},{rest:02}"


def rub(kop: int) -> str:
    """Kopecks as «1 284,56 ₽»."""
    return f"{roubles(kop)}{NBSP}₽"


def big_rub(kop: int) -> Markup:
    """A sum set large: the kopecks are smaller than the roubles."""
    whole, _, rest = roubles(kop).partition(",")
    return Markup(f"{whole}<small>,{rest}{NBSP}₽</small>")


def price(price_e5: int) -> str:
    """A tariff in 1/100000 ₽ as «8,12 ₽», with as many further digits as it has («5,12345 ₽»)."""
    whole, rest = divmod(abs(price_e5), PRICE_SCALE)
    digits = f"{rest:05}".rstrip("0").ljust(2, "0")
    return f"{'−' if price_e5 < 0 else ''}{quantity(whole)},{digits}{NBSP}₽"


def kwh(volume: int) -> str:
    """«182 кВт·ч»."""
    return f"{quantity(volume)}{NBSP}кВт·ч"


def file_size(size: int) -> str:
    """Bytes as «240 КБ» or «1,2 МБ»; never less than 1 КБ."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))}{NBSP}КБ"
    return f"{size / 1_000_000:.1f}".replace(".", ",") + f"{NBSP}МБ"


def plural(number: int, one: str, few: str, many: str) -> str:
    """The form of the word that goes with the number: 1 день, 3 дня, 11 дней. The number itself is not printed."""
    last, teens = abs(number) % 10, abs(number) % 100
    if 11 <= teens <= 14:
        return many
    return one if last == 1 else few if 2 <= last <= 4 else many


def counted(number: int, one: str, few: str, many: str) -> str:
    """The number with the right form of the word: «1 250 рублей»."""
    return f"{quantity(number)}{NBSP}{plural(number, one, few, many)}"


def _date(value: date) -> date:
    """The supplier's date of a day or of an aware moment."""
    return clock.local(value).date() if isinstance(value, datetime) else value


def day(value: date) -> str:
    """«24 ноября»; another year is named: «24 ноября 2025»."""
    found = _date(value)
    text = f"{found.day}{NBSP}{Month.of(found).name_of}"
    return text if found.year == clock.today().year else f"{text}{NBSP}{found.year}"


def day_number(value: date) -> str:
    """«24.11.2026», for tables and papers."""
    return f"{_date(value):%d.%m.%Y}"


def weekday_day(value: date) -> str:
    """«вторник, 24 ноября», for visits."""
    return f"{_WEEKDAYS[_date(value).weekday()]}, {day(value)}"


def hour(moment_at: datetime) -> str:
    """An aware moment as the time of the supplier's clock: «9:05»."""
    local = clock.local(moment_at)
    return f"{local.hour}:{local.minute:02}"


def moment(moment_at: datetime) -> str:
    """«24 ноября, 9:05»; of these two days «сегодня, 9:05» and «вчера, 9:05»."""
    days_ago = (clock.today() - _date(moment_at)).days
    named = {0: "сегодня", 1: "вчера"}.get(days_ago) or day(moment_at)
    return f"{named}, {hour(moment_at)}"


def moment_number(moment_at: datetime) -> str:
    """«24.11.2026 9:05», for tables."""
    return f"{day_number(moment_at)}{NBSP}{hour(moment_at)}"


def _month(value: Month | int) -> Month:
    return value if isinstance(value, Month) else Month.from_int(value)


def month_title(value: Month | int) -> str:
    """«октябрь 2026», of a Month or of its stored form 202610."""
    month = _month(value)
    return f"{month.name}{NBSP}{month.year}"


def month_in(value: Month | int) -> str:
    """«октябре», as in «начислено в октябре»; another year is named."""
    month = _month(value)
    return month.name_in if month.year == clock.today().year else f"{month.name_in}{NBSP}{month.year}"


def account_number(number: str) -> str:
    """The number of an account in groups of four: «2300 0451 8702»."""
    return NBSP.join(number[i : i + 4] for i in range(0, len(number), 4))


def phone(number: str) -> str:
    """+79180001428 as «+7 (918) 000-14-28»; anything else stays as it is."""
    if len(number) != 12 or not number.startswith("+7"):
        return number
    return f"+7{NBSP}({number[2:5]}){NBSP}{number[5:8]}-{number[8:10]}-{number[10:]}"


_AFTER_SHORT_WORD = re.compile(
    r"(?<![\w-])(а|и|в|во|к|ко|с|со|у|о|об|обо|на|за|из|до|по|от|не|ни|но|да|для|при|без|под|над|или|что|как|то|это) (?=\S)",
    re.IGNORECASE,
)
_BEFORE_DASH = re.compile(r" (?=[—–] )")
_BEFORE_UNIT = re.compile(
    r"(?<=\d) (?=кВт·ч|₽|руб\.|%|г\.|км|мин|шт\.|МБ|КБ|лет|дн|день|месяц|час|"
    r"января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)"
)
_AFTER_SIGN = re.compile(r"(№|\b(?:ул|д|кв|пер|г|п|ст)\.) (?=\S)")
_AFTER_NAME = re.compile(r"(?<![\w-])(АО|ООО|ПАО|ЛС|·) (?=[«\w<])")
_IN_PHONE = re.compile(r"(?<=\b[78]) (?=\(\d{3}\))|(?<=\(\d{3}\)) (?=\d{3}-)")
_HYPHENED = re.compile(r"\be-mail\b", re.IGNORECASE)
_TAGS = re.compile(r"(<(?:script|style|textarea)\b.*?</(?:script|style|textarea)>|<[^>]+>)", re.DOTALL | re.IGNORECASE)


def _bind(text: str) -> str:
    # Twice: of two short words in a row («и в доме») the first pass binds only every other one.
    text = _AFTER_SHORT_WORD.sub(rf"\1{NBSP}", _AFTER_SHORT_WORD.sub(rf"\1{NBSP}", text))
    text = _BEFORE_UNIT.sub(NBSP, _BEFORE_DASH.sub(NBSP, text))
    text = _IN_PHONE.sub(NBSP, _AFTER_NAME.sub(rf"\1{NBSP}", text))
    return _AFTER_SIGN.sub(rf"\1{NBSP}", text)


def _whole(text: str) -> str:
    """Words with a hyphen that no line may end at."""
    return _HYPHENED.sub(r'<span class="num">\g<0></span>', text)


def typo(text: str) -> str:
    """Prose whose short words, units and dashes do not hang at the end of a line; «АО «НЭСК»», a phone, «e-mail» stay whole.
    Tags of a Markup are left alone.

    For sentences and addresses only: labels that the documents fix are printed as they stand.
    """
    if not isinstance(text, Markup):
        bound = _bind(text)
        # Anybody's text: it is escaped before it gets a tag, and stays plain where it needs none.
        return Markup(_whole(str(escape(bound)))) if _HYPHENED.search(bound) else bound
    return Markup("".join(part if part.startswith("<") else _whole(_bind(part)) for part in _TAGS.split(str(text))))


FILTERS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        quantity,
        roubles,
        rub,
        big_rub,
        price,
        kwh,
        file_size,
        plural,
        counted,
        day,
        day_number,
        weekday_day,
        hour,
        moment,
        moment_number,
        month_title,
        month_in,
        account_number,
        phone,
        typo,
    )
}
"""Filter's name → function: registered for the pages and for letters and papers alike."""
