"""Publishing documents, giving and withdrawing consents: the journal only grows."""

from __future__ import annotations

import hashlib

from nesk.consents.catalogue import DOCUMENTS
from nesk.consents.events import ConsentGiven, ConsentWithdrawn, DocumentPublished
from nesk.consents.models import Consent, Document
from nesk.consents.queries import document, given_by
from nesk.core import clock
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.errors import NotFound
from nesk.core.events import record


def publish(purpose: str, title: str, text: str, *, by: Actor) -> Document:
    """A new version of a purpose's text; consents to older ones stay what they were."""
    with transaction():
        last = Document.select().where(Document.purpose == purpose).order_by(Document.version.desc()).first()
        row = Document.create(
            purpose=purpose,
            version=last.version + 1 if last else 1,
            title=title,
            text=text,
            sha256=text_hash(title, text),
            published_at=clock.now(),
            published_by=str(by),
        )
        record(DocumentPublished(row.id, purpose, row.version), by=by)
    return row


def text_hash(title: str, text: str) -> str:
    """SHA-256 of what a person is shown: the title, a line feed, the text."""
    return hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()


def install_documents() -> None:
    """The first version of every purpose that has none yet."""
    known = {row.purpose for row in Document.select(Document.purpose).distinct()}
    for purpose, (title, text) in DOCUMENTS.items():
        if purpose not in known:
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
    return _note(person_id, document(purpose, version), "given", account_id, channel, ip, device, challenge_id, by)


def withdraw(
    person_id: int, purpose: str, *, channel: str = "web", ip: str = "", device: str = "", by: Actor
) -> Consent:
    """Note that a person took a consent back. Raises NotFound when it is not given now."""
    standing = given_by(person_id).get(purpose)
    if standing is None:
        raise NotFound
    return _note(person_id, standing.document, "withdrawn", standing.account_id, channel, ip, device, None, by)


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
