"""Reading about consents: the texts in force and before, what a person has agreed to now, the journal."""

from __future__ import annotations

import peewee

from nesk.consents.models import POLICIES, PURPOSES, Consent, Document, Policy
from nesk.core.errors import NotFound


def is_policy(purpose: str) -> bool:
    """Whether the document is only read. Raises NotFound for a name that no document has."""
    if purpose not in (*PURPOSES, *POLICIES):
        raise NotFound
    return purpose in POLICIES


def document(purpose: str, version: int | None = None) -> Document:
    """A version of the text of a purpose, the latest by default. Raises NotFound."""
    if is_policy(purpose):
        raise NotFound
    return text_of(purpose, version)  # type: ignore[return-value]


def text_of(purpose: str, version: int | None = None) -> Document | Policy:
    """A version of any document, the latest by default. Raises NotFound."""
    model = Policy if is_policy(purpose) else Document
    rows = model.select().where(model.purpose == purpose).order_by(model.version.desc())
    row: Document | Policy | None = (rows if version is None else rows.where(model.version == version)).first()
    if row is None:
        raise NotFound
    return row


def versions(purpose: str) -> list[Document | Policy]:
    """Every version of a document, the latest first."""
    model = Policy if is_policy(purpose) else Document
    return list(model.select().where(model.purpose == purpose).order_by(model.version.desc()))


def in_force() -> list[Document | Policy]:
    """The latest version of every document: those that are only read, then those that are consented to."""
    latest: dict[str, Document | Policy] = {}
    for model in (Policy, Document):
        for row in model.select().order_by(model.version):
            latest[row.purpose] = row
    return [latest[purpose] for purpose in (*POLICIES, *PURPOSES) if purpose in latest]


HEADING = (Document.id, Document.purpose, Document.version, Document.title, Document.sha256, Document.published_at)
"""What is told of a document beside an answer to it; its text is long and stands on its own page."""


def journal(person_id: int, *, with_texts: bool = False) -> list[Consent]:
    """Everything that a person has given and withdrawn, the latest first, with the headings of its documents."""
    columns = (Document,) if with_texts else HEADING
    rows = Consent.select(Consent, *columns).join(Document).where(Consent.person == person_id)
    return list(rows.order_by(Consent.id.desc()))


def consent_of(person_id: int, consent_id: int) -> Consent:
    """An entry of a person's journal with its document. Raises NotFound."""
    rows = Consent.select(Consent, Document).join(Document)
    row: Consent | None = rows.where(Consent.id == consent_id, Consent.person == person_id).first()
    if row is None:
        raise NotFound
    return row


def given_by(person_id: int) -> dict[str, Consent]:
    """The consents in force: purpose → the latest entry, where it is a given one."""
    return {purpose: row for purpose, row in latest_of(person_id).items() if row.action == "given"}


def latest_of(person_id: int) -> dict[str, Consent]:
    """Purpose → the latest entry, given or withdrawn, with the heading of its document."""
    last = Consent.select(peewee.fn.MAX(Consent.id)).where(Consent.person == person_id).group_by(Consent.purpose)
    rows = Consent.select(Consent, *HEADING).join(Document).where(Consent.id.in_(last))
    latest = {row.purpose: row for row in rows}
    return {purpose: latest[purpose] for purpose in PURPOSES if purpose in latest}


def allows(person_id: int, purpose: str) -> bool:
    """Whether the person agrees now that their data be used for a purpose."""
    rows = Consent.select(Consent.action).where(Consent.person == person_id, Consent.purpose == purpose)
    return rows.order_by(Consent.id.desc()).limit(1).scalar() == "given"  # type: ignore[no-any-return]


def outdated(person_id: int) -> list[Document]:
    """The newer versions of what a person has agreed to, that they have not seen."""
    now = {row.purpose: row for row in in_force() if row.purpose in PURPOSES}
    given = given_by(person_id)
    return [now[purpose] for purpose, row in given.items() if row.document.version < now[purpose].version]  # type: ignore[misc]
