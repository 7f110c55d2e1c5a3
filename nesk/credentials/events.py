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
class ContactChanged:
    """A person has another phone or e-mail: the challenge by which it was proved tells the new and the former one."""

    person_id: int
    kind: str
    challenge_id: int


@dataclass(frozen=True)
class ContactRemoved:
    """A person has no phone or e-mail any more; `challenge_id` is a note of what it was, kept for a day."""

    person_id: int
    kind: str
    challenge_id: int


@dataclass(frozen=True)
class LoginUseChanged:
    """A phone or an e-mail began or ceased to be a login (S0-30)."""

    person_id: int
    kind: str
    is_login: bool


@dataclass(frozen=True)
class ContactChangeCancelled:
    person_id: int
    kind: str


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
