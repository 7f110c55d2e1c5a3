"""What happens to payments."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PaymentStarted:
    payment_id: int
    account_id: int


@dataclass(frozen=True)
class PaymentPosted:
    """The money is in the ledger."""

    payment_id: int
    account_id: int


@dataclass(frozen=True)
class PaymentDeclined:
    """The bank's session ended without money."""

    payment_id: int
    account_id: int


@dataclass(frozen=True)
class PaymentSuspicious:
    """The bank's answer does not fit our payment: nothing was posted, somebody must look."""

    payment_id: int
    attempt_id: int
    reason: str


@dataclass(frozen=True)
class RefundRequested:
    refund_id: int
    payment_id: int


@dataclass(frozen=True)
class RefundApproved:
    refund_id: int
    payment_id: int


@dataclass(frozen=True)
class PaymentRefunded:
    payment_id: int
    account_id: int
    amount_kop: int


@dataclass(frozen=True)
class RegistryImported:
    registry_id: int
    accepted: int
    rejected: int


@dataclass(frozen=True)
class CallbackRefused:
    """A call that claimed to be the bank's and was not signed by it."""

    callback_id: int


@dataclass(frozen=True)
class CardKept:
    card_id: int
    person_id: int


@dataclass(frozen=True)
class CardMadeUnusable:
    """We use the card no more; the bank is still to be told."""

    card_id: int
    person_id: int


@dataclass(frozen=True)
class CardUnbound:
    """The bank has forgotten the card."""

    card_id: int
    person_id: int
