"""What tells whom about the ways in: codes and links, devices and passwords, contacts, who may act for an account."""

from __future__ import annotations

from urllib.parse import urlsplit

from nesk.accounts.events import (
    AccessEnded,
    AccountBound,
    AccountUnbound,
    InvitationAccepted,
    InvitationMade,
    ReceiptDeliveryChanged,
)
from nesk.accounts.models import Account, Binding, Invitation
from nesk.accounts.queries import account_by_id, people_bound_to
from nesk.accounts.receipt_delivery import people_holding
from nesk.accounts.rules import RIGHT_NAMES, masked_holder, masked_number
from nesk.accounts.sharing import token_to_send
from nesk.core import config
from nesk.core.events import current_event_id, on
from nesk.core.faults import fault
from nesk.credentials.challenges import code_beside, secret_of
from nesk.credentials.events import (
    CodeAsked,
    ContactChanged,
    ContactRemoved,
    LinkAsked,
    RememberedTwice,
)
from nesk.credentials.models import Challenge, Remembered
from nesk.enrolment.queries import masked_person
from nesk.enrolment.registration import EMAIL
from nesk.notifications import delivery, mailing, operations, protection, registration  # noqa: F401 - reactions too
from nesk.people.devices import device_of
from nesk.people.events import PasswordChanged, SignedIn
from nesk.people.models import Person, Session
from nesk.people.queries import identities, is_new_device

ACCOUNTS = "/cabinet/accounts/"


@on(CodeAsked, queue="codes")
def send_code(challenge_id: int) -> None:
    """The six digits to whoever waits for them; a code that a newer one has replaced is told to nobody."""
    code = secret_of(challenge_id)
    if code is not None:
        challenge = Challenge.get_by_id(challenge_id)
        host = urlsplit(config.current().base_url).hostname or ""
        site = "" if host.replace(".", "").isdigit() else host  # a bare address is no site to fill a code in for
        operations.tell(current_event_id(), "code", recipients={"sms": challenge.recipient}, code=code, site=site)


LINKS: dict[str, tuple[str, str]] = {
    EMAIL: ("activation", "/register/link/"),
    "recovery": ("recovery_link", "/recover/link/"),
    "email_new": ("email_change_new", "/cabinet/settings/email/new/"),
    "email_old": ("email_change_old", "/cabinet/settings/email/old/"),
    "receipt": ("receipt_address", "/cabinet/subscriptions/address/"),
}
"""Purpose of a challenge → kind of the letter and the path that the token is put behind."""


@on(LinkAsked, queue="codes")
def send_link(challenge_id: int) -> None:
    """The link to the address that it proves."""
    token = secret_of(challenge_id)
    if token is not None:
        challenge = Challenge.get_by_id(challenge_id)
        template, path = LINKS[challenge.purpose]
        operations.tell(
            current_event_id(),
            template,
            recipients={"email": challenge.recipient},
            link=f"{path}{token}",
            code=code_beside(token),
            until=challenge.expires_at,
        )
        fault("link.writing")


@on(ContactChanged, queue="codes")
def tell_of_contact(person_id: int, kind: str, challenge_id: int) -> None:
    """The former address is told first of all: its owner may know nothing of the change."""
    proved = Challenge.get_or_none(Challenge.id == challenge_id)
    _tell_of_access(person_id, f"{kind}_changed", {kind: proved.facts["was"] if proved else ""})


@on(ContactRemoved, queue="codes")
def tell_of_removed_contact(person_id: int, kind: str, challenge_id: int) -> None:
    note = Challenge.get_or_none(Challenge.id == challenge_id)
    _tell_of_access(person_id, "contact_removed", {kind: note.recipient if note else ""}, contact=kind)


def _tell_of_access(person_id: int, template: str, instead: dict[str, str], **facts: object) -> None:
    """By every channel; `instead` names a former phone or e-mail that is told in place of the present one."""
    reach = identities(person_id) | instead
    recipients = {"email": reach.get("email", ""), "sms": reach.get("phone", ""), "cabinet": f"person:{person_id}"}
    link = "/cabinet/settings"
    operations.tell(current_event_id(), template, recipients=recipients, person_id=person_id, link=link, **facts)


@on(ReceiptDeliveryChanged)
def tell_of_receipt_delivery(account_id: int, person_id: int, is_on: bool, is_followed: bool) -> None:
    """Everybody who holds the account is told where its receipts go; of a change of their own e-mail they know."""
    number = Account.select(Account.number).where(Account.id == account_id).scalar()
    for person in people_holding(account_id):
        if person != person_id or not is_followed:
            operations.notify(
                current_event_id(),
                "receipt_delivery",
                person_id=person,
                account_id=account_id,
                link="/cabinet/subscriptions",
                account_number=number,
                is_on=is_on,
            )


@on(SignedIn)
def tell_of_new_device(kind: str, subject_id: int, session_id: int) -> None:
    """A browser and a system that the person has not been seen with in the last year."""
    if kind == "person" and is_new_device(session_id):
        session = Session.get_by_id(session_id)
        _tell_of_session(session, "new_device", at=session.created_at)


@on(RememberedTwice)
def tell_of_copy(person_id: int, chain: str) -> None:
    """Somebody has a copy of what this person's browser is remembered by, or had it: all of its sessions are ended."""
    link = Remembered.select().where(Remembered.chain == chain).order_by(Remembered.id).first()
    _tell_of_session(Session.get_by_id(link.session_id), "device_copied")


def _tell_of_session(session: Session, template: str, **facts: object) -> None:
    operations.notify(
        current_event_id(),
        template,
        person_id=session.subject_id,
        link="/cabinet/devices/",
        device=device_of(session.device).words,
        place=session.place,
        **facts,
    )


@on(PasswordChanged)
def tell_of_password(kind: str, subject_id: int) -> None:
    """To every address that the person has, without the password (A5)."""
    if kind == "person":
        operations.notify(current_event_id(), "password_changed", person_id=subject_id, link="/cabinet/devices/")


@on(AccountBound)
def tell_of_binding(binding_id: int, person_id: int, account_id: int) -> None:
    """Those who had the account before, and the address that its bills go to, learn of somebody new (B4), and whoever an
    employee bound it for learns of that. Of those who were invited the inviter knows."""
    binding = Binding.select(Binding, Account).join(Account).where(Binding.id == binding_id).get()
    if binding.way == "invitation":
        return
    account = binding.account
    facts = {
        "account_id": account_id,
        "link": f"{ACCOUNTS}?ls={account.number}",
        "account_number": account.number,
        "who": masked_person(person_id),
        "at": binding.bound_at,
    }
    for person in people_bound_to(account_id):
        if person != person_id:
            operations.notify(current_event_id(), "binding_by_other", person_id=person, **facts)
    if binding.way == "staff":
        operations.notify(current_event_id(), "binding_by_staff", person_id=person_id, **facts)
    if account.receipt_email and account.receipt_email != identities(person_id).get("email"):
        operations.tell(current_event_id(), "binding_by_other", recipients={"email": account.receipt_email}, **facts)


@on(AccountUnbound)
def tell_of_unbinding(binding_id: int, person_id: int, account_id: int, reason: str = "self") -> None:
    """Whoever lost an account, by their own press or by its changed password, has it in writing."""
    if Binding.get_by_id(binding_id).way == "invitation":
        return
    number = Account.select(Account.number).where(Account.id == account_id).scalar()
    kind = "binding_password_changed" if reason == "password" else "binding_ended"
    facts = {"account_id": account_id, "link": ACCOUNTS, "account_number": number, "ended_by": reason}
    operations.notify(current_event_id(), kind, person_id=person_id, **facts)


@on(InvitationMade, queue="codes")
def send_invitation(invitation_id: int, account_id: int, rights: str) -> None:
    """The link to the address that the holder typed, if they wished us to send it."""
    invitation = Invitation.get_by_id(invitation_id)
    token, recipient = token_to_send(invitation_id), invitation.recipient
    if token is None:
        return
    account = account_by_id(account_id)
    operations.tell(
        current_event_id(),
        "invitation",
        recipients={"email" if "@" in recipient else "sms": recipient},
        link=f"/invitation/{token}",
        until=invitation.expires_at,
        holder=masked_holder(account.surname, account.name),
        masked_number=masked_number(account.number),
        street=account.premises.street,
        rights=RIGHT_NAMES[rights],
        until_on=invitation.until_on,
    )


@on(InvitationAccepted)
def tell_of_guest(invitation_id: int, binding_id: int, person_id: int, account_id: int) -> None:
    """Whoever the account belongs to learns at once who else has a right to it (B4)."""
    invitation = Invitation.get_by_id(invitation_id)
    guest = Person.get_by_id(person_id)
    operations.notify_account(
        account_id,
        "invitation_accepted",
        "/cabinet/sharing/",
        title=invitation.title,
        guest=guest.full_name if guest.surname or guest.name else masked_person(person_id),
        rights=RIGHT_NAMES[invitation.rights],
        until_on=invitation.until_on,
    )


TOLD_OF_END = {
    "ended": ("guest", "Доступ закрыл владелец счёта."),
    "owner_left": ("guest", "У того, кто открыл доступ, больше нет этого счёта."),
    "left": ("owners", "Гость отказался от доступа."),
    "expired": ("guest owners", "Срок доступа закончился."),
}
"""Reason → who learns of the end of a right (not whoever has just ended it), and the sentence that says why."""


@on(AccessEnded)
def tell_of_ended_access(binding_id: int, person_id: int, account_id: int, reason: str) -> None:
    told, why = TOLD_OF_END.get(reason, ("", ""))
    if "owners" in told:
        title = Binding.get_by_id(binding_id).invitation.title
        operations.notify_account(account_id, "access_ended", "/cabinet/sharing/", title=title, why=why)
    if "guest" in told:  # no account in the row: what is of an account that is closed to them is not shown to them
        number = Account.select(Account.number).where(Account.id == account_id).scalar()
        facts = {"account_number": number, "title": "", "why": why}
        operations.notify(current_event_id(), "access_ended", person_id=person_id, link="/cabinet/", **facts)
