"""Receipts by e-mail: one address an account, switched by whoever holds it (S0-31…33)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from nesk.accounts.events import PaperBillsResumed, ReceiptDeliveryChanged
from nesk.accounts.models import Account, Binding, ReceiptAddress
from nesk.core import clock, limits
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import NotFound, Refused, TooOften
from nesk.core.events import record
from nesk.credentials import challenges
from nesk.credentials.allowance import may_write_to
from nesk.credentials.models import Challenge
from nesk.credentials.queries import open_challenges
from nesk.people.models import Person
from nesk.people.queries import identities

PURPOSE = "receipt"
LINK_LIFE = timedelta(hours=24)
ASKED_A_DAY = 10


@dataclass(frozen=True, slots=True)
class ReceiptDelivery:
    """How an account's receipts are delivered."""

    number: str
    is_on: bool
    email: str
    """Where they go; somebody else's address only in outline, for the account may have another holder."""
    awaited: str
    """An address that waits for its link."""
    suggested: str
    """What the input opens with: the person's last address for this account, or their own e-mail."""


def deliveries(person_id: int) -> list[ReceiptDelivery]:
    """The accounts that the person holds in full, with how their receipts go, by number."""
    own = identities(person_id).get("email", "")
    known = ReceiptAddress.select().where(ReceiptAddress.person == person_id).order_by(ReceiptAddress.confirmed_at)
    last = {row.account_id: row.email for row in known}
    theirs = {own, *last.values()}
    awaited = {id: each.recipient for each in open_challenges(person_id, PURPOSE) for id in each.facts["accounts"]}
    return [
        ReceiptDelivery(
            account.number,
            bool(account.receipt_email),
            account.receipt_email if account.receipt_email in theirs else outline(account.receipt_email),
            awaited.get(account.id, ""),
            last.get(account.id, own),
        )
        for account in _held(person_id)
    ]


def outline(email: str) -> str:
    """«m•••@mail.ru»: enough to recognise one's own address by."""
    name, sign, domain = email.partition("@")
    return f"{name[:1]}•••{sign}{domain}" if email else ""


def delivery(person_id: int, number: str) -> ReceiptDelivery:
    """One of them. Raises NotFound."""
    for each in deliveries(person_id):
        if each.number == number:
            return each
    raise NotFound


def people_holding(account_id: int) -> list[int]:
    """Who may do everything for the account now: ids of persons."""
    rows = Binding.select(Binding.person).where(Binding.account == account_id, *_in_full())
    return [row.person_id for row in rows.order_by(Binding.id)]


def _held(person_id: int) -> list[Account]:
    rows = Account.select().join(Binding).where(Binding.person == person_id, *_in_full())
    return list(rows.order_by(Account.number))


def _in_full() -> tuple[Any, ...]:
    """A tenant who only pays does not turn the holder's post elsewhere."""
    lasts = Binding.until_on.is_null() | (Binding.until_on >= clock.today())
    return Binding.ended_at.is_null(), Binding.rights == "all", lasts


def _held_account(person_id: int, number: str) -> Account:
    for account in _held(person_id):
        if account.number == number:
            return account
    raise NotFound


def switch_on(person_id: int, number: str, email: str, *, by: Actor) -> bool:
    """Send an account's receipts to an e-mail: at once when it is known to be the person's, else after its link.

    Gives whether it is on already. Raises NotFound for an account that is not theirs, TooOften.
    """
    account = _held_account(person_id, number)
    if email in mailboxes_of(person_id):
        with transaction():
            Account.locked(account.id)
            _remember(person_id, account.id, email)
            _send_to(account.id, email, person_id, by)
            _forget_links(person_id, account.id)
        return True
    may_send = _count(person_id, email)
    with transaction():
        Person.locked(person_id)
        _forget_links(person_id, account.id)
        beside = [id for each in _links(person_id) if each.recipient == email for id in each.facts["accounts"]]
        facts = {"accounts": [*beside, account.id]}
        asked = {"life": LINK_LIFE, "person_id": person_id, "facts": facts, "is_sent": may_send, "by": by}
        challenges.ask_link(PURPOSE, email, **asked)
    return False


def switch_off(person_id: int, number: str, *, by: Actor) -> None:
    """No receipts by e-mail for an account; its address stays known, to be offered again. Raises NotFound."""
    account = _held_account(person_id, number)
    with transaction():
        _forget_links(person_id, account.id)
        if Account.locked(account.id).receipt_email:
            _send_to(account.id, "", person_id, by)


def of_link(person_id: int, token: str) -> Challenge:
    """The live link of this person. Raises Refused with one sentence for a used, late, foreign or invented one."""
    challenge = challenges.of_token(PURPOSE, token)
    if challenge.person_id != person_id:
        raise Refused(challenges.DEAD_LINK)
    return challenge


def confirm_address(person_id: int, token: str, *, by: Actor) -> list[str]:
    """The mailbox was opened: the receipts go there. Gives the accounts' numbers. Raises Refused for a dead link."""
    with transaction():
        Person.locked(person_id)
        challenge = of_link(person_id, token)
        challenges.consume(challenge)
        accounts = [each for each in _held(person_id) if each.id in challenge.facts["accounts"]]
        if not accounts:  # all of them were unbound meanwhile
            raise Refused(challenges.DEAD_LINK)
        for account in accounts:
            Account.locked(account.id)
            _remember(person_id, account.id, challenge.recipient)
            _send_to(account.id, challenge.recipient, person_id, by)
    return [str(account.number) for account in accounts]


def follow_email(person_id: int, email: str, *, by: Actor) -> None:
    """The person's own e-mail has changed: the receipts that went to any e-mail now go there (S0-31), save those that go
    to another holder's mailbox."""
    with transaction():
        for account in _held(person_id):
            present = Account.locked(account.id)
            if present.receipt_email not in ("", email) and not _goes_to_another(present, person_id):
                _remember(person_id, account.id, email)
                _send_to(account.id, email, person_id, by, is_followed=True)


def forget_email(person_id: int, email: str, *, by: Actor) -> None:
    """A mailbox is the person's no more: no bill of their accounts goes there."""
    with transaction():
        ReceiptAddress.delete().where(ReceiptAddress.person == person_id, ReceiptAddress.email == email).execute()
        for account in _held(person_id):
            if Account.locked(account.id).receipt_email == email:
                _send_to(account.id, "", person_id, by)


def forget_links(person_id: int) -> None:
    """No address that waits for its link is taken any more."""
    challenges.end_all(person_id, PURPOSE)


def send_paper_again(person_id: int, *, by: Actor) -> int:
    """Bills of the accounts that a person may do everything for come on paper again, but for those that go to another
    holder's own mailbox. Gives for how many."""
    resumed = 0
    with transaction():
        for account in _held(person_id):
            if account.receipt_email and not _goes_to_another(account, person_id):
                Account.update(receipt_email="").where(Account.id == account.id).execute()
                record(PaperBillsResumed(person_id, account.id), by=by)
                resumed += 1
    return resumed


def mailboxes_of(person_id: int) -> set[str]:
    """Addresses that are a person's own: the confirmed e-mail and those they have opened for receipts (S0-33)."""
    opened = ReceiptAddress.select(ReceiptAddress.email).where(ReceiptAddress.person == person_id).tuples()
    return {email for (email,) in opened} | ({identities(person_id).get("email", "")} - {""})


def _goes_to_another(account: Account, person_id: int) -> bool:
    """Whether the bills of an account go to the mailbox of somebody else who holds it: not for this person to turn away."""
    others = (other for other in people_holding(account.id) if other != person_id)
    return any(account.receipt_email in mailboxes_of(other) for other in others)


def _count(person_id: int, email: str) -> bool:
    """Whether a letter may go to the address; whoever asks and asks is told so."""
    try:
        limits.count("receipt_address", str(person_id), limit=ASKED_A_DAY, seconds=86_400)
    except TooOften as often:
        raise TooOften(often.message, retry_after=often.retry_after, field="email") from often
    return may_write_to(email)


def _remember(person_id: int, account_id: int, email: str) -> None:
    row = {"person": person_id, "account": account_id, "email": email, "confirmed_at": clock.now()}
    (
        ReceiptAddress.insert(row)
        .on_conflict(
            conflict_target=[ReceiptAddress.person, ReceiptAddress.account, ReceiptAddress.email],
            preserve=[ReceiptAddress.confirmed_at],
        )
        .execute()
    )


def _send_to(account_id: int, email: str, person_id: int, by: Actor, *, is_followed: bool = False) -> None:
    differs = (Account.id == account_id) & (Account.receipt_email != email)
    if Account.update(receipt_email=email).where(differs).execute():
        record(ReceiptDeliveryChanged(account_id, person_id, bool(email), is_followed), by=by)


def _links(person_id: int) -> list[Challenge]:
    return open_challenges(person_id, PURPOSE)


def _forget_links(person_id: int, account_id: int) -> None:
    """An address that waits for its link is not to be taken for this account any more."""
    for each in _links(person_id):
        rest = [id for id in each.facts["accounts"] if id != account_id]
        columns = {"facts": {"accounts": rest}} if rest else {"ended_at": clock.now(), "sealed": ""}
        Challenge.update(columns).where(Challenge.id == each.id).execute()
