"""How the bank's answers are read: errors in all their shapes, and what it knows of an order."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

from nesk.core.errors import NeskError, Unavailable
from nesk.payments import declines

ROUBLE = "643"

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_GREATEST = 10**15
_BANK_ID = re.compile(r"[A-Za-z0-9-]{0,64}")
_KEPT_RAW = (
    *("orderStatus", "errorCode", "errorMessage", "orderNumber", "actionCode", "actionCodeDescription"),
    *("amount", "depositAmount", "currency", "paymentAmountInfo", "attributes", "operations", "refunds"),
    *("date", "authDateTime", "depositedDate", "refundedDate", "authRefNum", "terminalId"),
)


class BankRefused(NeskError):
    """The bank understood the request and said no: nothing has changed on its side. `text` is the bank's, for staff."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class AlreadyRegistered(BankRefused):
    """An order with this number exists: ask for its status, do not make another payment."""


class UnknownOrder(BankRefused):
    """The bank has no such order."""


class State(Enum):
    """`orderStatus` of the gateway. PAID alone is money taken; REFUNDED may be in part."""

    NEW = 0
    HELD = 1
    PAID = 2
    REVERSED = 3
    REFUNDED = 4
    ACS = 5
    DECLINED = 6


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """What the bank knows of an order. Sums are kopecks; `currency` is «643» for the rouble, «» when not told.

    `deposited_kop` is what came by card: less than `amount_kop` when the payer's bonus points took a part.
    `action_text` is the bank's own, for staff. `raw` is the answer without what tells of the card holder, to be kept.
    """

    state: State
    bank_order_id: str
    order_number: str
    amount_kop: int
    deposited_kop: int
    refunded_kop: int
    currency: str
    action_code: int | None
    action_text: str
    masked_pan: str
    client_id: str
    binding_id: str
    raw: Mapping[str, Any] = field(repr=False)

    @property
    def words(self) -> str | None:
        """What to tell the payer when the payment was declined; None when it was not."""
        return declines.words(self.action_code) if self.state is State.DECLINED else None


def facts(body: Any) -> dict[str, Any]:
    """The fields of a successful answer. Raises BankRefused and its kin, Unavailable when the answer decides nothing.

    Half of the methods of the old gateway begin their names with a capital (ErrorCode, Amount, Pan): here none do.
    """
    if not isinstance(body, dict):
        raise Unavailable("the bank answered with no object")
    answer = {name[:1].lower() + name[1:]: value for name, value in body.items()}
    code, text = _error(answer)
    if code == 0:
        return answer
    if _is_undecided(code, text):
        raise Unavailable(f"the bank answered {code}: {text}")
    if code == 6 or text.lower().startswith("заказ не найден"):
        raise UnknownOrder(code, text)
    raise BankRefused(code, text)


def order_status(answer: Mapping[str, Any], *, bank_order_id: str | None, order_number: str | None) -> OrderStatus:
    """What `facts` tell of the order asked for by one of its numbers. Raises Unavailable when they make no sense."""
    number, amount_kop = _integer(answer.get("orderStatus")), _integer(answer.get("amount"))
    try:
        state = State(number)
    except ValueError:
        raise Unavailable(f"the bank told of a state we do not know: {number}") from None
    if amount_kop is None or amount_kop < 0:
        raise Unavailable("the bank told of an order without a sum")
    sums, card = _object(answer.get("paymentAmountInfo")), _object(answer.get("cardAuthInfo"))
    refunded_kop = _integer(sums.get("refundedAmount"))
    if state is State.REFUNDED and refunded_kop is None:
        raise Unavailable("the bank told of a refund without its sum")
    deposited_kop = _integer(sums.get("depositedAmount", answer.get("depositAmount")))
    if deposited_kop is None:
        deposited_kop = amount_kop if state in (State.PAID, State.REFUNDED) else 0
    told_id = str(_attribute(answer, "mdOrder") or answer.get("orderId") or bank_order_id or "")
    told_number = str(answer.get("orderNumber") or "")
    if told_id.lower() != (bank_order_id or told_id).lower() or told_number != (order_number or told_number):
        raise Unavailable("the bank told of another order")
    if not _BANK_ID.fullmatch(told_id):
        raise Unavailable("the bank told of an order with an impossible id")
    binding = _object(answer.get("bindingInfo"))
    return OrderStatus(
        state=state,
        bank_order_id=told_id,
        order_number=told_number,
        amount_kop=amount_kop,
        deposited_kop=deposited_kop,
        refunded_kop=refunded_kop or 0,
        currency=_currency(answer.get("currency")),
        action_code=_integer(answer.get("actionCode")),
        action_text=str(answer.get("actionCodeDescription") or "")[:512],
        masked_pan=_masked(str(card.get("maskedPan") or card.get("pan") or answer.get("pan") or "")),
        client_id=str(binding.get("clientId") or ""),
        binding_id=str(binding.get("bindingId") or ""),
        raw={name: _storable(answer[name]) for name in _KEPT_RAW if name in answer},
    )


def _error(answer: Mapping[str, Any]) -> tuple[int, str]:
    """Code and text of an error in any of the shapes of this family: 0 is success, -1 a code that cannot be read."""
    nested = answer.get("error")
    inner = nested if isinstance(nested, dict) else {"message": nested}
    failed = bool(nested) or answer.get("success") is False
    text = answer.get("errorMessage") or inner.get("message") or inner.get("description") or ""
    for given in (answer.get("errorCode"), inner.get("code"), -1 if failed else 0):
        if given is not None and (code := _integer(given)) != 0:
            return (-1 if code is None else code), str(text)[:512]
    return 0, ""


def _is_undecided(code: int, text: str) -> bool:
    """Whether the answer leaves the outcome open: the bank's own failure, an order busy with another action."""
    said = text.lower()
    failed = code == 7 and (not said or "системная ошибка" in said or "system error" in said)
    return code == -1 or failed or "заблокирован другим действием" in said


def _attribute(answer: Mapping[str, Any], name: str) -> Any:
    listed = answer.get("attributes")
    items = listed if isinstance(listed, list) else []
    return next((item.get("value") for item in items if isinstance(item, dict) and item.get("name") == name), None)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _integer(value: Any) -> int | None:
    """A whole number however written: 150000, "150000", 150000.0; None for anything else and for the absurdly great."""
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not -_GREATEST <= value <= _GREATEST:
        return None
    return int(value) if value == int(value) else None


def _currency(value: Any) -> str:
    """810 was the rouble before 1998 and still is for some gateways."""
    code = str(value or "").zfill(3) if value else ""
    return ROUBLE if code in ("810", "RUB", "RUR") else code


def _masked(pan: str) -> str:
    """First six and last four digits at most, whatever came."""
    if sum(letter.isdigit() for letter in pan) > 10:
        pan = pan[:6] + "*" * max(len(pan) - 10, 1) + pan[-4:]
    return pan[:24]


def _storable(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
