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
    energy_tax_type: int = 6
    """The gateway's number of the VAT rate of energy; the one for 22 % is agreed on with the bank (§6.3)."""
    penalty_tax_type: int = 0
