"""What an archive of one's own data holds, part by part: rows of plain words, of this person and of nobody else.

Bills and readings belong to the accounts that the person may do everything for; somebody let in with a narrower right
takes only that right away. What another holder of the same account has written, paid from or ordered is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from nesk.accounts.models import Account, Binding, CareLink, Invitation, ReceiptAddress
from nesk.billing.models import Entry, Statement
from nesk.billing.queries import SERVICE_NAMES
from nesk.consents.models import Consent, Document
from nesk.core import clock
from nesk.core.formatting import phone, roubles
from nesk.fieldwork.models import Order, OrderMessage, Service
from nesk.fieldwork.rules import STATE_NAMES
from nesk.metering.models import Meter, Reading
from nesk.metering.rules import SOURCE_NAMES
from nesk.notifications.models import Message
from nesk.payments.models import Card, Payment
from nesk.people.models import Identity, Person, Profile, Session, SmsPhone
from nesk.privacy.queries import own_accounts, sightings

MOST_SIGHTINGS = 100_000
ACTIONS = {"given": "дано", "withdrawn": "отозвано"}
CHANNELS = {"web": "личный кабинет", "desk": "офис, на бумаге", "email": "письмо", "sms": "SMS", "cabinet": "кабинет"}
ENTRIES = {
    "opening": "Входящее сальдо", "charge": "Начисление", "recalculation": "Перерасчёт", "quality": "Снято за качество",
    "payment": "Оплата", "refund": "Возврат", "correction": "Исправление",
}  # fmt: skip
PAID = {
    "new": "начат",
    "pending": "ждёт банк",
    "paid": "зачислен",
    "declined": "отклонён",
    "expired": "истёк",
    "refunded": "возвращён",
}
RIGHTS = {"all": "всё", "pay": "видеть и платить", "readings": "видеть и передавать показания", "view": "видеть"}

Rows = Iterator[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the archive: the name of its file, its title, columns and rows, all of them words."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def records(self) -> list[dict[str, str]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Whose:
    """The person and the accounts that are wholly theirs."""

    person: Person
    accounts: dict[int, Account]


def sections(person_id: int) -> list[Section]:
    """Every part of a person's archive, in order."""
    whose = Whose(Person.get_by_id(person_id), {row.id: row for row in own_accounts(person_id)})
    return [
        Section(name, title, columns, [tuple(_word(value) for value in row) for row in read(whose)])
        for name, title, columns, read in PARTS
    ]


def _word(value: Any) -> str:
    """A value as a person reads it: moments by the supplier's clock, days as they are written on papers."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{clock.local(value):%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, bool):
        return "да" if value else "нет"
    return str(value)


def _profile(whose: Whose) -> Rows:
    person = whose.person
    yield "Фамилия", person.surname
    yield "Имя", person.name
    yield "Отчество", person.patronymic
    yield "Зарегистрирован", person.created_at
    yield "Пароль изменён", person.password_changed_at
    profile = Profile.get_or_none(Profile.person == person)
    if profile is None:
        return
    yield "Фамилия латиницей", profile.surname_latin
    yield "Имя латиницей", profile.name_latin
    yield "Псевдоним", profile.nickname
    yield "Пол", {"f": "женский", "m": "мужской"}.get(profile.sex, "")
    yield "Дата рождения", profile.born_on
    yield "Гражданство", profile.citizenship
    yield from profile.extended.items()
    yield from profile.preferences.items()


def _contacts(whose: Whose) -> Rows:
    kinds = {"phone": "Телефон", "email": "Электронная почта", "account": "Лицевой счёт для входа"}
    for row in Identity.select().where(Identity.person == whose.person).order_by(Identity.id):
        yield kinds[row.kind], phone(row.value), row.confirmed_at, row.is_login
    for row in SmsPhone.select().where(SmsPhone.person == whose.person).order_by(SmsPhone.id):
        yield "Телефон для SMS", phone(row.phone), row.confirmed_at, False
    for row in ReceiptAddress.select().where(ReceiptAddress.person == whose.person).order_by(ReceiptAddress.id):
        yield "Почта для счетов", row.email, row.confirmed_at, False


def _bindings(whose: Whose) -> Rows:
    rows = Binding.select(Binding, Account).join(Account).where(Binding.person == whose.person).order_by(Binding.id)
    for row in rows:
        yield row.account.number, row.title, RIGHTS[row.rights], row.bound_at, row.until_on, row.ended_at


def _given(whose: Whose) -> Rows:
    """What the person let others do: in their own words, without the other's address."""
    for row in Invitation.select(Invitation, Account).join(Account).where(Invitation.inviter == whose.person):
        yield (
            row.account.number,
            "приглашение",
            row.title,
            RIGHTS[row.rights],
            row.created_at,
            row.until_on,
            row.ended_at,
        )
    for row in CareLink.select(CareLink, Account).join(Account).where(CareLink.person == whose.person):
        yield row.account.number, "ссылка", row.title, RIGHTS[row.rights], row.created_at, row.until_on, row.ended_at


def _readings(whose: Whose) -> Rows:
    rows = Reading.select(Reading, Meter).join(Meter).where(Reading.account.in_(list(whose.accounts)))
    for row in rows.order_by(Reading.account, Reading.id):
        number = whose.accounts[row.account_id].number
        used = sum(row.used) if row.used else None
        yield (
            number, row.meter.serial, row.month, row.taken_on, row.t1, row.t2, row.t3, used, SOURCE_NAMES[row.source],
            row.withdrawn_at,
        )  # fmt: skip


def _charges(whose: Whose) -> Rows:
    rows = Entry.select().where(Entry.account.in_(list(whose.accounts))).order_by(Entry.account, Entry.id)
    for row in rows:
        book = "Пени" if row.book == "penalty" else SERVICE_NAMES[row.service]
        yield (
            whose.accounts[row.account_id].number, row.month, row.value_on, book, ENTRIES[row.kind], row.kwh,
            roubles(row.amount_kop),
        )  # fmt: skip


def _months(whose: Whose) -> Rows:
    rows = Statement.select().where(Statement.account.in_(list(whose.accounts)))
    for row in rows.order_by(Statement.account, Statement.month, Statement.id):
        book = "Пени" if row.book == "penalty" else SERVICE_NAMES[row.service]
        sums = (row.opening_kop, row.charged_kop, row.recalculated_kop, row.quality_kop, row.paid_kop, row.closing_kop)
        yield whose.accounts[row.account_id].number, row.month, book, row.kwh, *map(roubles, sums)


def _payments(whose: Whose) -> Rows:
    rows = Payment.select().where(Payment.account.in_(list(whose.accounts)) | (Payment.person == whose.person))
    for row in rows.order_by(Payment.id):
        number = whose.accounts[row.account_id].number if row.account_id in whose.accounts else ""
        mine = row.person_id == whose.person.id
        yield (
            number, row.paid_on, roubles(row.principal_kop), roubles(row.penalty_kop), row.source, PAID[row.state],
            row.receipt_email if mine else "",
        )  # fmt: skip


def _cards(whose: Whose) -> Rows:
    for row in Card.select().where(Card.person == whose.person).order_by(Card.id):
        yield row.masked_pan, row.expires_on, row.created_at, row.ended_at


def _orders(whose: Whose) -> Rows:
    rows = Order.select(Order, Service).join(Service).where(Order.person == whose.person).order_by(Order.id)
    for row in rows:
        yield (
            row.number, row.service.title, row.address, row.contact_name, phone(row.contact_phone), row.created_at,
            row.wish_on, STATE_NAMES[row.state], None if row.price_kop is None else roubles(row.price_kop), row.comment,
            row.closed_at,
        )  # fmt: skip


def _talk(whose: Whose) -> Rows:
    rows = OrderMessage.select(OrderMessage, Order).join(Order).where(Order.person == whose.person)
    own = f"person:{whose.person.id}"
    for row in rows.order_by(OrderMessage.id):
        if row.is_ours or row.by == own:
            yield row.order.number, row.at, "НЭСК" if row.is_ours else "Вы", row.text


def _messages(whose: Whose) -> Rows:
    for row in Message.select().where(Message.person == whose.person).order_by(Message.id):
        recipient = "" if row.channel == "cabinet" else phone(row.recipient)
        yield row.created_at, CHANNELS[row.channel], recipient, row.subject, row.text, row.sent_at


def _consents(whose: Whose) -> Rows:
    rows = Consent.select(Consent, Document, Account).join_from(Consent, Document)
    rows = rows.left_outer_join(Account, on=(Consent.account == Account.id))
    for row in rows.where(Consent.person == whose.person).order_by(Consent.id):
        number = row.account.number if row.account_id else ""
        yield (
            row.at, row.document.title, row.document.version, ACTIONS[row.action], number, CHANNELS[row.channel], row.ip,
            row.device, row.sha256,
        )  # fmt: skip


def _sessions(whose: Whose) -> Rows:
    rows = Session.select().where(Session.kind == "person", Session.subject_id == whose.person.id)
    for row in rows.order_by(Session.id):
        yield row.created_at, row.seen_at, row.ended_at or row.expires_at, row.ip, row.place, row.device


def _seen(whose: Whose) -> Rows:
    for row in sightings(whose.person.id, limit=MOST_SIGHTINGS):
        yield row.at, row.role, row.branch, row.card


ACCOUNT = "Лицевой счёт"
PARTS: tuple[tuple[str, str, tuple[str, ...], Callable[[Whose], Rows]], ...] = (
    ("profile", "Профиль", ("Сведение", "Значение"), _profile),
    ("contacts", "Телефоны и почта", ("Вид", "Значение", "Подтверждён", "Для входа"), _contacts),
    ("bindings", "Лицевые счета в кабинете", (ACCOUNT, "Название", "Право", "Привязан", "До", "Отвязан"), _bindings),
    ("access", "Доступ, который вы дали", (ACCOUNT, "Вид", "Название", "Право", "Дан", "До", "Прекращён"), _given),
    (
        "readings", "Показания",
        (ACCOUNT, "Счётчик", "Расчётный месяц", "Дата", "Т1", "Т2", "Т3", "Расход, кВт·ч", "Источник", "Удалено"),
        _readings,
    ),
    ("charges", "Начисления", (ACCOUNT, "Месяц", "Дата", "Услуга", "Вид", "кВт·ч", "Сумма, ₽"), _charges),
    (
        "months", "Сальдо по месяцам",
        (
            ACCOUNT, "Месяц", "Услуга", "кВт·ч", "Входящее, ₽", "Начислено, ₽", "Перерасчёт, ₽", "Снято за качество, ₽",
            "Оплачено, ₽", "Исходящее, ₽",
        ),
        _months,
    ),
    (
        "payments", "Платежи",
        (ACCOUNT, "Дата", "Услуги, ₽", "Пени, ₽", "Источник", "Состояние", "Чек на почту"),
        _payments,
    ),
    ("cards", "Сохранённые карты", ("Карта", "Действует до", "Сохранена", "Удалена"), _cards),
    (
        "orders", "Заявки",
        (
            "Номер", "Услуга", "Адрес", "Заявитель", "Телефон", "Подана", "Желаемый день", "Состояние", "Стоимость, ₽",
            "Комментарий", "Закрыта",
        ),
        _orders,
    ),
    ("order_messages", "Переписка по заявкам", ("Заявка", "Время", "Кто", "Текст"), _talk),
    ("messages", "Сообщения", ("Создано", "Канал", "Адрес", "Тема", "Текст", "Отправлено"), _messages),
    (
        "consents", "Согласия",
        (
            "Время", "Документ", "Редакция", "Действие", ACCOUNT, "Как", "Адрес сети", "Устройство", "SHA-256 текста",
        ),
        _consents,
    ),
    ("sessions", "Входы", ("Вход", "Последнее действие", "Конец", "Адрес сети", "Место", "Устройство"), _sessions),
    ("seen_by_staff", "Кто открывал карточку", ("Время", "Роль", "Филиал", "Что открыто"), _seen),
)  # fmt: skip
"""Name of the file, title, columns, and who reads the rows."""
