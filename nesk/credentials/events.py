"""What happens to codes, links and second factors; never the secrets themselves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CodeAsked:
    """Somebody waits for a code with the phone in hand."""

    challenge_id: int


@dataclass(frozen=True)
class LinkAsked:
    challenge_id: int


@dataclass(frozen=True)
class DeviceRemembered:
    """Somebody signed in with «Запомнить меня»."""

    person_id: int
    chain: str


@dataclass(frozen=True)
class DeviceForgotten:
    """A chain of «Запомнить меня» was ended: signed out, sent away from another device, its person has a new password."""

    person_id: int
    chain: str


@dataclass(frozen=True)
class RememberedTwice:
    """A used link of a chain was shown again: one of two browsers has a copy. Both are signed out."""

    person_id: int
    chain: str


@dataclass(frozen=True)
class PasswordIssued:
    """We made a password for somebody; the challenge keeps it sealed until its letter is written."""

    challenge_id: int


@dataclass(frozen=True)
class RecoveryAsked:
    """Somebody wants back into a cabinet, by a letter or a code; so many cards of its person were put out of use.

    Nobody: the address is of nobody whom we know, or it was asked once too often in a day. Nothing came of that.
    """

    person_id: int | None
    way: str
    cards: int = 0
