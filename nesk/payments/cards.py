"""Cards that the bank keeps for people: out of use here at once, and then at the bank (S3-01, P11)."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from nesk.core import clock
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.events import record
from nesk.core.sealing import seal, unseal
from nesk.payments.bank import bank
from nesk.payments.events import CardKept, CardMadeUnusable, CardUnbound
from nesk.payments.models import Card

_EXPIRY = re.compile(r"(20\d\d)(0[1-9]|1[0-2])")
_PURPOSE = "card"
BY = system("bank")


def keep(person_id: int, *, kind: str, binding_id: str, masked_pan: str, expiry: str, by: Actor) -> Card:
    """Note a card that the bank has bound for a person. `expiry` is the gateway's YYYYMM; ValueError when it is none."""
    if not (found := _EXPIRY.fullmatch(expiry)):
        raise ValueError("the bank writes the end of a card as YYYYMM")
    year, month = int(found[1]), int(found[2])
    with transaction():
        card = Card.create(
            person=person_id,
            kind=kind,
            binding=seal(binding_id, purpose=_PURPOSE),
            masked_pan=masked_pan,
            expires_on=date(year, month, monthrange(year, month)[1]),
            created_at=clock.now(),
        )
        record(CardKept(card.id, person_id), by=by)
    return card


def usable(person_id: int, kind: str) -> list[Card]:
    """The cards that a person may pay by for one kind of payment, the newest first."""
    return list(
        Card.select()
        .where(Card.person == person_id, Card.kind == kind, Card.state == "active", Card.expires_on >= clock.today())
        .order_by(Card.id.desc())
    )


def make_unusable(person_id: int, *, by: Actor) -> int:
    """Put every card of a person out of use, in the caller's transaction; the bank is told afterwards. Gives how many."""
    with transaction():
        active = Card.select(Card.id).where(Card.person == person_id, Card.state == "active").order_by(Card.id)
        ids = [card.id for card in active]
        for card_id in ids:
            ended = (
                Card.update(state="unusable", ended_at=clock.now())
                .where(Card.id == card_id, Card.state == "active")
                .execute()
            )
            if ended:
                record(CardMadeUnusable(card_id, person_id), by=by)
    return len(ids)


def unbind(card_id: int) -> None:
    """Have the bank forget a card that is out of use. Raises Unavailable, BankRefused: the reaction comes again.

    Asked twice, the bank says that it knows no such binding, which is what was wanted.
    """
    card = Card.get_by_id(card_id)
    if card.state != "unusable":
        return
    bank().unbind(unseal(card.binding, purpose=_PURPOSE))
    with transaction():
        done = (
            Card.update(state="unbound", unbound_at=clock.now())
            .where(Card.id == card_id, Card.state == "unusable")
            .execute()
        )
        if done:
            record(CardUnbound(card_id, card.person_id), by=BY)
