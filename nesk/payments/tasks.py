"""What payments do by schedule, and what the bank is told of after the fact."""

from nesk.consents.events import ConsentWithdrawn
from nesk.core.actor import Actor
from nesk.core.events import on
from nesk.core.schedule import scheduled
from nesk.payments import cards, operations
from nesk.payments.events import CardMadeUnusable

MOST_ATTEMPTS = 100
"""With half an hour between the later ones the bank is asked for two days before staff are told that it does not answer."""


@scheduled("payments.ask", every=10)
def ask() -> None:
    """A lost callback costs half a minute, not the payment."""
    operations.ask_about_open_attempts()


@on(CardMadeUnusable, outside=True, max_attempts=MOST_ATTEMPTS)
def unbind_card(card_id: int, person_id: int) -> None:
    """The bank forgets the card too: delivered or tried again (P11)."""
    cards.unbind(card_id)


@on(ConsentWithdrawn, prompt=True)
def drop_cards(consent_id: int, person_id: int, purpose: str) -> None:
    """Whoever takes back the consent to keep a card has none kept, at once."""
    if purpose == "card_storage":
        cards.make_unusable(person_id, by=Actor("person", person_id))
