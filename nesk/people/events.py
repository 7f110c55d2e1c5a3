"""What happens to people and their sessions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SignedIn:
    kind: str
    subject_id: int
    session_id: int


@dataclass(frozen=True)
class SessionEnded:
    kind: str
    subject_id: int
    session_id: int


@dataclass(frozen=True)
class PasswordChanged:
    kind: str
    subject_id: int


@dataclass(frozen=True)
class ProfileChanged:
    """Names of what has changed, never the values."""

    person_id: int
    fields: list[str]


@dataclass(frozen=True)
class SmsPhoneAdded:
    """`replaces` is the row of the number that stood in its place; none for a further one."""

    person_id: int
    sms_phone_id: int
    replaces: int | None


@dataclass(frozen=True)
class SmsPhoneEnded:
    person_id: int
    sms_phone_id: int


@dataclass(frozen=True)
class PersonRegistered:
    person_id: int


@dataclass(frozen=True)
class PeopleImported:
    """Subscribers of the previous cabinet were taken over with their logins and the hashes of their passwords (S0-08)."""

    first_id: int
    last_id: int
    people: int


@dataclass(frozen=True)
class RegistrationWithdrawn:
    """Nobody came with the password that was issued: the registration is undone."""

    person_id: int


@dataclass(frozen=True)
class StaffCreated:
    staff_id: int


@dataclass(frozen=True)
class BusinessUserCreated:
    """Somebody may act for a legal entity now."""

    user_id: int
    organization_id: int


@dataclass(frozen=True)
class SubscriberCardSeen:
    """A member of staff opened a subscriber's or an account's card (who saw whom, 152-ФЗ)."""

    kind: str
    subject_id: int


@dataclass(frozen=True)
class RegisterExported:
    """A member of staff took rows of a register away in a file."""

    register: str
    rows: int


@dataclass(frozen=True)
class ClosingAsked:
    """A person wants their cabinet closed; it waits until the day, and may be taken back."""

    closing_id: int
    person_id: int


@dataclass(frozen=True)
class ClosingCancelled:
    closing_id: int
    person_id: int


@dataclass(frozen=True)
class CabinetClosed:
    """The person's data are erased; what the law keeps stays without a name."""

    closing_id: int
    person_id: int
