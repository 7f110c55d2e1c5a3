"""What the company may change about payments."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PaymentSettings:
    least_kop: int = 100
    """1 ₽."""
    most_kop: int = 30_000_000
    """300 000 ₽ in one payment."""
    session_seconds: int = 1200
    """How long the bank's page waits for the card."""
    posting_words: str = "до 30 минут"
    """How long posting may take, as the page says it (S0-42)."""
    two_person_refunds: bool = True
