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
    right has given way to one's own; «closed»: the person's cabinet is."""


@dataclass(frozen=True)
class BindingRenamed:
    binding_id: int
    person_id: int


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


@dataclass(frozen=True)
class InvitationMade:
    invitation_id: int
    account_id: int
    rights: str


@dataclass(frozen=True)
class InvitationEnded:
    """Taken back before anybody accepted it."""

    invitation_id: int
    account_id: int


@dataclass(frozen=True)
class InvitationAccepted:
    invitation_id: int
    binding_id: int
    person_id: int
    account_id: int


@dataclass(frozen=True)
class AccessEnded:
    """A guest's right is over. `reason`: ended (by a holder), left (by the guest), expired, replaced (by another right
    of the same guest), owner_left (whoever gave it has no right any more)."""

    binding_id: int
    person_id: int
    account_id: int
    reason: str


@dataclass(frozen=True)
class CareLinkMade:
    care_link_id: int
    account_id: int
    rights: str


@dataclass(frozen=True)
class CareLinkUsed:
    care_link_id: int
    account_id: int


@dataclass(frozen=True)
class CareLinkEnded:
    """`reason`: ended (by a holder) or owner_left (whoever made it has no right any more)."""

    care_link_id: int
    account_id: int
    reason: str
