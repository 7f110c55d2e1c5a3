"""What happens to consents and their documents."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ConsentGiven:
    consent_id: int
    person_id: int
    purpose: str


@dataclass(frozen=True)
class ConsentWithdrawn:
    consent_id: int
    person_id: int
    purpose: str


@dataclass(frozen=True)
class DocumentPublished:
    document_id: int
    purpose: str
    version: int
