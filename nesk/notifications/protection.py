"""Who changed the protection of a sign-in is told of it, wherever the change came from."""

from __future__ import annotations

from datetime import datetime

from nesk.core.actor import Actor
from nesk.core.events import EventRecord, current_event_id, on
from nesk.credentials.events import (
    AccessBlocked,
    AccessUnblocked,
    FactorAdded,
    FactorRemoved,
    FactorsReset,
    PaperCodesIssued,
    PaperCodeUsed,
    ProofGuessed,
    SecondStepGuessed,
)
from nesk.notifications import operations
from nesk.people.events import PasswordChanged
from nesk.people.queries import SUBJECTS

ADDED = {"totp": "Подключено приложение с кодами", "passkey": "Подключён ключ доступа"}
REMOVED = {"totp": "Удалено приложение с кодами", "passkey": "Удалён ключ доступа"}
PAGES = {
    "person": "/cabinet/protection",
    "business": "/business/protection",
    "staff": "/staff/protection",
    "crew": "/crew/protection",
}


@on(FactorAdded)
def tell_of_factor(holder_kind: str, holder_id: int, factor_id: int, factor: str) -> None:
    _tell(holder_kind, holder_id, ADDED[factor])


@on(FactorRemoved)
def tell_of_removal(holder_kind: str, holder_id: int, factor_id: int, factor: str) -> None:
    _tell(holder_kind, holder_id, REMOVED[factor])


@on(PaperCodesIssued)
def tell_of_papers(holder_kind: str, holder_id: int, is_first: bool) -> None:
    """Of the first ones the letter about the factor itself is enough."""
    if not is_first:
        _tell(holder_kind, holder_id, "Выпущены новые коды на бумаге")


@on(PaperCodeUsed)
def tell_of_used_paper(holder_kind: str, holder_id: int, left: int) -> None:
    _send("paper_code_used", holder_kind, holder_id, left=left, at=_at())


@on(FactorsReset)
def tell_of_reset(holder_kind: str, holder_id: int) -> None:
    _tell(holder_kind, holder_id, "Второй шаг входа сброшен сотрудником НЭСК")


@on(SecondStepGuessed)
def tell_of_guessing(holder_kind: str, holder_id: int) -> None:
    _send("second_step_guessed", holder_kind, holder_id, at=_at())


@on(ProofGuessed)
def tell_of_guessed_proof(kind: str, subject_id: int) -> None:
    _send("password_guessed", kind, subject_id, at=_at())


@on(PasswordChanged)
def tell_of_employees_password(kind: str, subject_id: int) -> None:
    """Employees and users of legal entities; what a subscriber is told stands in `access`."""
    if kind != "person":
        is_own = EventRecord.get_by_id(current_event_id()).by == str(Actor(kind, subject_id))
        _tell(kind, subject_id, "Изменён пароль" if is_own else "Пароль заменён сотрудником НЭСК")


@on(AccessBlocked)
def tell_of_block(holder_kind: str, holder_id: int) -> None:
    _tell(holder_kind, holder_id, "Доступ заблокирован сотрудником НЭСК")


@on(AccessUnblocked)
def tell_of_unblock(holder_kind: str, holder_id: int) -> None:
    _tell(holder_kind, holder_id, "Доступ снова открыт сотрудником НЭСК")


def _tell(kind: str, holder_id: int, change: str) -> None:
    _send("factor_changed", kind, holder_id, change=change, at=_at())


def _at() -> datetime:
    return EventRecord.get_by_id(current_event_id()).at


def _send(template: str, kind: str, holder_id: int, **facts: object) -> None:
    """To a subscriber by every way of the template; to the others a letter, where their address is known."""
    if kind == "person":
        operations.notify(current_event_id(), template, person_id=holder_id, link=PAGES[kind], **facts)
        return
    email = SUBJECTS[kind].get_by_id(holder_id).email
    operations.tell(current_event_id(), template, recipients={"email": email}, link=PAGES[kind], **facts)
