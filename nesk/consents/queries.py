"""Reading about consents: the text in force, what a person has agreed to now, the journal."""

from __future__ import annotations

from nesk.consents.models import PURPOSES, Consent, Document
from nesk.core.errors import NotFound


def document(purpose: str, version: int | None = None) -> Document:
    """A version of the text of a purpose, the latest by default. Raises NotFound."""
    versions = Document.select().where(Document.purpose == purpose).order_by(Document.version.desc())
    row: Document | None = (versions if version is None else versions.where(Document.version == version)).first()
    if row is None:
        raise NotFound
    return row


def journal(person_id: int) -> list[Consent]:
    """Everything that a person has given and withdrawn, the latest first, with its documents."""
    rows = Consent.select(Consent, Document).join(Document).where(Consent.person == person_id)
    return list(rows.order_by(Consent.id.desc()))


def given_by(person_id: int) -> dict[str, Consent]:
    """The consents in force: purpose → the latest entry, where it is a given one."""
    latest: dict[str, Consent] = {}
    for row in journal(person_id):
        latest.setdefault(row.purpose, row)
    return {purpose: latest[purpose] for purpose in PURPOSES if purpose in latest and latest[purpose].action == "given"}
