"""What happens to accounts and to the rights to act for them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AccountsOpened:
    first_id: int
    last_id: int
    count: int


@dataclass(frozen=True)
class AccountBound:
    binding_id: int
    person_id: int
    account_id: int


@dataclass(frozen=True)
class AccountUnbound:
    binding_id: int
    person_id: int
    account_id: int


@dataclass(frozen=True)
class PaperBillsResumed:
    """Letters with the bill stop, the next one comes on paper."""

    person_id: int
    account_id: int


@dataclass(frozen=True)
class OrganizationRegistered:
    organization_id: int


@dataclass(frozen=True)
class ReceiptDeliveryChanged:
    """The receipts of an account go to another e-mail, or to none; `is_followed`: after the person's own e-mail (S0-31)."""

    account_id: int
    person_id: int
    is_on: bool
    is_followed: bool = False
