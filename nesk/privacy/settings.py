"""What the company may change about copies of personal data."""

from dataclasses import dataclass

from nesk.core.settings import number


@dataclass(frozen=True)
class PrivacySettings:
    archive_hours: int = number(24, 1, 240)
    """How long the link to an archive lives; then the file is deleted."""
    archive_pause_hours: int = number(24, 1, 720)
    """The next archive may be asked for after this time."""
