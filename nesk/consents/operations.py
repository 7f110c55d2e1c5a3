"""Publishing documents, giving and withdrawing consents: the journal only grows."""

from __future__ import annotations

import hashlib

import peewee

from nesk.accounts import receipt_delivery
from nesk.consents.catalogue import DOCUMENTS
from nesk.consents.events import ConsentGiven, ConsentWithdrawn, DocumentPublished
from nesk.consents.models import Consent, Document, Policy
from nesk.consents.policies import POLICY_TEXTS
from nesk.consents.queries import document, given_by, is_policy, versions
from nesk.core import clock
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.errors import Conflict, NotFound, Refused
from nesk.core.events import record
from nesk.people.models import Person

LONGEST, MOST_LINES = 30_000, 1_000
NEEDED = (
    "Без этого согласия личный кабинет не работает: отозвать его можно, закрыв кабинет. "
    "Договор энергоснабжения при этом действует."
)
CHANGED = "Текст изменился, пока вы читали. Прочитайте новую редакцию и отметьте согласие ещё раз."


def publish(purpose: str, title: str, text: str, *, seen_version: int | None = None, by: Actor) -> Document | Policy:
    """A new version of a document; consents to older ones stay what they were.

    Raises Refused for an empty, an endless or an unchanged text, Conflict when somebody has published after `seen_version`.
    """
    title, text = title.strip(), text.replace("\r\n", "\n").replace("\0", "").strip()
    model = Policy if is_policy(purpose) else Document
    try:
        with transaction():
            last = next(iter(versions(purpose)), None)
            _check(title, text, last, seen_version)
            row = model.create(
                purpose=purpose,
                version=last.version + 1 if last else 1,
                title=title,
                text=text,
                sha256=text_hash(title, text),
                published_at=clock.now(),
                published_by=str(by),
            )
            record(DocumentPublished(row.id, purpose, row.version), by=by)
    except peewee.IntegrityError as taken:
        raise Conflict("Другой сотрудник только что опубликовал новую редакцию. Откройте документ заново.") from taken
    return row


def _check(title: str, text: str, last: Document | Policy | None, seen_version: int | None) -> None:
    if not title:
        raise Refused("Введите название документа.", field="title")
    if len(title) > 200:
        raise Refused("Слишком длинно. Оставьте не больше 200 знаков.", field="title")
    if not text:
        raise Refused("Введите текст документа.", field="text")
    if len(text) > LONGEST or text.count("\n") > MOST_LINES:
        raise Refused("Слишком длинный документ. Оставьте не больше 30 000 знаков и 1 000 строк.", field="text")
    if last is None:
        return
    if seen_version is not None and seen_version != last.version:
        raise Conflict("Другой сотрудник опубликовал новую редакцию. Откройте документ заново.")
    if last.sha256 == text_hash(title, text):
        raise Refused("Текст не изменился: новая редакция не нужна.", field="text")


def text_hash(title: str, text: str) -> str:
    """SHA-256 of what a person is shown: the title, a line feed, the text."""
    return hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()


def install_documents() -> None:
    """The first version of every document that has none yet."""
    for purpose, (title, text) in {**DOCUMENTS, **POLICY_TEXTS}.items():
        if not versions(purpose):
            publish(purpose, title, text, by=system("catalogue"))


def give(
    person_id: int,
    purpose: str,
    *,
    version: int | None = None,
    account_id: int | None = None,
    channel: str = "web",
    ip: str = "",
    device: str = "",
    challenge_id: int | None = None,
    by: Actor,
) -> Consent:
    """Note that a person agreed to a version (the latest by default) of a purpose's text. Raises NotFound for no such text."""
    shown = document(purpose, version)
    return _note(person_id, shown, "given", account_id, channel, ip, device, challenge_id, by)


def agree(person_id: int, purpose: str, *, seen_version: int, ip: str = "", device: str = "", by: Actor) -> Consent:
    """Give a consent on its own page. Raises Conflict when a newer text than the one that was seen is in force.

    Given twice to one version, it is one consent.
    """
    if document(purpose).version != seen_version:
        raise Conflict(CHANGED)
    with transaction():
        Person.locked(person_id)
        standing = given_by(person_id).get(purpose)
        if standing is not None and standing.document.version == seen_version:
            return standing
        return give(person_id, purpose, version=seen_version, ip=ip, device=device, by=by)


def withdraw(
    person_id: int, purpose: str, *, channel: str = "web", ip: str = "", device: str = "", by: Actor
) -> Consent:
    """Note that a person took a consent back; what rested on it ends with it.

    Raises NotFound when it is not given now, Refused for the one without which the cabinet does not work.
    """
    if purpose == "personal_data":
        raise Refused(NEEDED)
    with transaction():
        Person.locked(person_id)
        standing = given_by(person_id).get(purpose)
        if standing is None:
            raise NotFound
        return _withdraw(standing, channel, ip, device, by)


def withdraw_all(person_id: int, *, by: Actor) -> int:
    """The cabinet is closed: every consent ends with it, in the transaction of the closing. Gives how many."""
    standing = given_by(person_id)
    for consent in standing.values():
        _withdraw(consent, "web", "", "", by)
    receipt_delivery.send_paper_again(person_id, by=by)
    return len(standing)


def _withdraw(standing: Consent, channel: str, ip: str, device: str, by: Actor) -> Consent:
    row = _note(standing.person_id, standing.document, "withdrawn", None, channel, ip, device, None, by)
    if standing.purpose == "e_bill":
        receipt_delivery.forget_links(standing.person_id)
        receipt_delivery.send_paper_again(standing.person_id, by=by)
    return row


def _note(
    person_id: int,
    shown: Document,
    action: str,
    account_id: int | None,
    channel: str,
    ip: str,
    device: str,
    challenge_id: int | None,
    by: Actor,
) -> Consent:
    with transaction():
        row = Consent.create(
            person=person_id,
            purpose=shown.purpose,
            document=shown.id,
            sha256=shown.sha256,
            action=action,
            account=account_id,
            channel=channel,
            ip=ip[:45],
            device=device[:200],
            challenge_id=challenge_id,
            at=clock.now(),
        )
        happened = ConsentGiven if action == "given" else ConsentWithdrawn
        record(happened(row.id, person_id, shown.purpose), by=by)
    return row
