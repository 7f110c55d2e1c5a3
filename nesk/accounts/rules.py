"""What a right to an account lets one do, when it is over, and what an invitation or a care link may say."""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class Deed(StrEnum):
    """What can be done with an account in the cabinet."""

    SEE = "see"
    READINGS = "readings"
    PAY = "pay"
    ORDER = "order"
    """Ordering works and talking about them: the household's phone and letters are in there."""
    MANAGE = "manage"
    """Letting others in, how the bill comes, everything that the account itself is asked about."""


ALLOWED: dict[str, frozenset[Deed]] = {
    "all": frozenset(Deed),
    "pay": frozenset({Deed.SEE, Deed.PAY}),
    "readings": frozenset({Deed.SEE, Deed.READINGS}),
    "view": frozenset({Deed.SEE}),
}
"""Right → deeds. `all` is the holder's own and never given by an invitation."""

GIVEN = ("pay", "readings", "view")
"""The rights that a holder may give to somebody else."""

RIGHT_NAMES = {
    "all": "полный доступ",
    "pay": "просмотр и оплата",
    "readings": "просмотр и показания",
    "view": "только просмотр",
}
CARE_NAMES = {"readings": "передать показания", "pay": "оплатить счёт", "view": "посмотреть последний счёт"}
"""The one thing that a care link of each right is for."""

WITHOUT = {
    Deed.SEE: "У вас нет доступа к этому счёту.",
    Deed.READINGS: "Вам не открыта передача показаний по этому счёту. Попросите об этом того, кто дал вам доступ.",
    Deed.PAY: "Вам не открыта оплата этого счёта. Попросите об этом того, кто дал вам доступ.",
    Deed.ORDER: "Заявки по этому счёту оформляет его владелец.",
    Deed.MANAGE: "Управляет этим счётом только его владелец.",
}
"""What somebody hears who asks for a deed that their right does not cover."""

INVITATION_DAYS = 7
LONGEST_GUEST_YEARS = 5
LONGEST_CARE_DAYS = 366
MOST_OPEN_INVITATIONS = 10
MOST_CARE_LINKS = 10
MADE_A_DAY = 20
"""Invitations, and care links, that one person may make in a day."""

WHOM = {"relative": "Близкий человек", "tenant": "Арендатор"}


def may(rights: str, deed: Deed) -> bool:
    """Whether a right covers a deed."""
    return deed in ALLOWED[rights]


def is_over(until_on: date | None, today: date) -> bool:
    """Whether the last day of a right has passed; a right without one lasts until it is ended."""
    return until_on is not None and until_on < today


def guest_end_refusal(until_on: date | None, *, whom: str, today: date) -> str | None:
    """Why an invitation cannot end on that day, in words that say what to do; None when it can."""
    if until_on is None:
        return "Укажите, до какого дня открыть доступ: для арендатора он нужен." if whom == "tenant" else None
    if until_on < today:
        return "Этот день уже прошёл. Укажите сегодняшний или более поздний."
    if until_on > _years_later(today, LONGEST_GUEST_YEARS):
        return f"Доступ можно открыть не больше чем на {LONGEST_GUEST_YEARS} лет. Укажите более ранний день."
    return None


def care_end_refusal(until_on: date | None, *, today: date) -> str | None:
    """Why a care link cannot end on that day, in words that say what to do; None when it can."""
    if until_on is None:
        return "Укажите, до какого дня ссылка будет работать."
    if until_on < today:
        return "Этот день уже прошёл. Укажите сегодняшний или более поздний."
    if (until_on - today).days > LONGEST_CARE_DAYS:
        return "Ссылка работает не дольше года. Укажите более ранний день."
    return None


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def masked_number(number: str) -> str:
    """The last four digits of an account, enough to know one's own by: «•••• 0017»."""
    return f"•••• {number[-4:]}"


def masked_holder(surname: str, name: str) -> str:
    """«Марина К.»: known to those who know her, of no use to others; empty when there is no name."""
    initial = f"{surname[0]}." if surname else ""
    return " ".join(filter(None, (name, initial)))


def masked_recipient(recipient: str) -> str:
    """Where an invitation was sent, so that its author knows it and a looker-on does not: «d•••@demo.nesk», «•••-00-01»."""
    if "@" in recipient:
        box, _, domain = recipient.partition("@")
        return f"{box[:1]}•••@{domain}"
    return f"•••-{recipient[-4:-2]}-{recipient[-2:]}" if recipient else ""
