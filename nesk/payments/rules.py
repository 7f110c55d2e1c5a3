"""When a sum may be paid, and what the bank's word means for a payment."""

from __future__ import annotations

from enum import Enum

ROUBLE = "643"


def refusal(principal_kop: int, penalty_kop: int, *, least_kop: int, most_kop: int) -> str | None:
    """Why the sums cannot be paid, in words that say what to do; None when they can."""
    total = principal_kop + penalty_kop
    if principal_kop < 0 or penalty_kop < 0:
        return "Сумма не может быть меньше нуля. Введите, сколько хотите заплатить."
    if total < least_kop:
        return f"Оплатить можно не меньше {least_kop // 100} ₽. Введите сумму больше."
    if total > most_kop:
        return f"За один раз можно оплатить не больше {most_kop // 100} ₽. Разделите сумму на несколько платежей."
    return None


class Verdict(Enum):
    """What to do with a payment after the bank has told of its order."""

    POST = "post"
    WAIT = "wait"
    FAIL = "fail"
    SUSPICIOUS = "suspicious"


def verdict(bank_state: str, *, amount_matches: bool, currency: str, order_matches: bool) -> Verdict:
    """Money is posted only for the state PAID with the right sum, currency and order number (§6.2).

    PAID with anything else wrong is looked at by a person, never posted.
    """
    if bank_state == "PAID":
        return Verdict.POST if amount_matches and order_matches and currency == ROUBLE else Verdict.SUSPICIOUS
    if bank_state in ("NEW", "ACS", "HELD"):
        return Verdict.WAIT
    return Verdict.FAIL
