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
class FactorPrepared:
    """A new key waits for its first code; it guards nothing yet."""

    holder_kind: str
    holder_id: int
    factor_id: int


@dataclass(frozen=True)
class FactorAdded:
    holder_kind: str
    holder_id: int
    factor_id: int
    factor: str


@dataclass(frozen=True)
class FactorRemoved:
    holder_kind: str
    holder_id: int
    factor_id: int
    factor: str


@dataclass(frozen=True)
class PaperCodesIssued:
    """New codes in place of the old; `is_first`: they came with the first factor."""

    holder_kind: str
    holder_id: int
    is_first: bool


@dataclass(frozen=True)
class PaperCodeUsed:
    holder_kind: str
    holder_id: int
    left: int


@dataclass(frozen=True)
class FactorsReset:
    """Somebody had lost their factors, and whoever may has ended them all."""

    holder_kind: str
    holder_id: int


@dataclass(frozen=True)
class SecondStepGuessed:
    """Somebody knows the password and has used up the tries at the second step; recorded once a day."""

    holder_kind: str
    holder_id: int


@dataclass(frozen=True)
class ProofGuessed:
    """Behind an open session somebody has used up the day's tries at the current password; the session is ended."""

    kind: str
    subject_id: int


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


@dataclass(frozen=True)
class CredentialsIssued:
    """Staff made a password for somebody; on which statement, where it was asked for by one (S2-04)."""

    holder_kind: str
    holder_id: int
    by_post: bool
    statement_number: str = ""
    statement_on: str = ""


@dataclass(frozen=True)
class AccessBlocked:
    holder_kind: str
    holder_id: int


@dataclass(frozen=True)
class AccessUnblocked:
    holder_kind: str
    holder_id: int


@dataclass(frozen=True)
class CodesRanOut:
    """The day's cap on SMS with codes is reached."""

    cap: int


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
