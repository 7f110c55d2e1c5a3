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
