"""What the company may change about consents."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ConsentSettings:
    ask_again: bool = False
    """A new version is shown at the next visit to those who agreed to an older one; by default theirs stays in force."""
