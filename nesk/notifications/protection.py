"""Who changed the protection of a sign-in is told of it, wherever the change came from."""

from __future__ import annotations

from nesk.core.events import EventRecord, current_event_id, on
from nesk.credentials.events import FactorAdded, FactorRemoved, FactorsReset, PaperCodesIssued, PaperCodeUsed
from nesk.notifications import operations
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
    _tell(holder_kind, holder_id, f"Использован код на бумаге, осталось {left}")


@on(FactorsReset)
def tell_of_reset(holder_kind: str, holder_id: int) -> None:
    _tell(holder_kind, holder_id, "Второй шаг входа сброшен сотрудником НЭСК")


def _tell(kind: str, holder_id: int, change: str) -> None:
    """A letter and a notice to a subscriber; a letter to the others, where their address is known."""
    event = EventRecord.get_by_id(current_event_id())
    facts = {"change": change, "at": event.at}
    if kind == "person":
        operations.notify(event.id, "factor_changed", person_id=holder_id, link=PAGES[kind], **facts)
        return
    email = SUBJECTS[kind].get_by_id(holder_id).email
    operations.tell(event.id, "factor_changed", recipients={"email": email}, link=PAGES[kind], **facts)
