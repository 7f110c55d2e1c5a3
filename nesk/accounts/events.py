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
    reason: str = "self"
    """«self»; «staff»; «password»: the account's own password, which had proved it, has changed (S4-14); «replaced»: a guest's
    right has given way to one's own."""


@dataclass(frozen=True)
class BindingRenamed:
    binding_id: int
    person_id: int


@dataclass(frozen=True)
class OrganizationRegistered:
    organization_id: int
