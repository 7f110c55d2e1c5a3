"""What the company may change about copies of personal data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PrivacySettings:
    archive_hours: int = 24
    """How long the link to an archive lives; then the file is deleted."""
    archive_pause_hours: int = 24
    """The next archive may be asked for after this time."""
