"""What the company may change about payments."""

from dataclasses import dataclass

from nesk.core.settings import number, text


@dataclass(frozen=True)
class PaymentSettings:
    least_kop: int = number(100, 1, 1_000_000)
    """1 ₽."""
    most_kop: int = number(30_000_000, 1_000_000, 100_000_000)
    """300 000 ₽ in one payment."""
    session_seconds: int = number(1200, 300, 86_400)
    """How long the bank's page waits for the card."""
    posting_words: str = text("до 30 минут", longest=100)
    """How long posting may take, as the page says it (S0-42)."""
    energy_tax_type: int = number(6, 0, 99)
    """The gateway's number of the VAT rate of energy; the one for 22 % is agreed on with the bank (§6.3)."""
    penalty_tax_type: int = number(0, 0, 99)
