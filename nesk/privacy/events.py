"""What happens to archives of personal data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ArchiveAsked:
    archive_id: int
    person_id: int


@dataclass(frozen=True)
class ArchiveReady:
    archive_id: int
    person_id: int
