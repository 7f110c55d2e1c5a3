"""Sberbank's internet acquiring: orders, their state, refunds and bound cards, over the wire of either generation."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from nesk.core import clock
from nesk.core.errors import Unavailable
from nesk.core.outbound import Outbound, origin
from nesk.payments.answers import (
    ROUBLE,
    AlreadyRegistered,
    BankRefused,
    OrderStatus,
    State,
    UnknownOrder,
    facts,
    order_status,
)
from nesk.payments.cart import Dialect, Item, Seller, bundle, printable

__all__ = [
    "AlreadyRegistered",
    "Bank",
    "BankRefused",
    "Item",
    "OrderStatus",
    "Registered",
    "Seller",
    "State",
    "UnknownOrder",
]

PREFIXES: dict[Dialect, str] = {"ecom": "/ecomm/gw/partner/api/v1", "legacy": "/payment/rest"}

_ORDER_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,32}")
_BANK_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


@dataclass(frozen=True, slots=True)
class Registered:
    """An order the payer may be sent to."""

    bank_order_id: str
    form_url: str


class Bank:
    """A shop at the gateway.

    Every method raises Unavailable when the network, the gateway or its answer is broken. The outcome is then UNKNOWN:
    the order may be registered, the refund made. Ask `status` by the order's number; never repeat under another one.
    It raises BankRefused when the bank answered no.

    `url` is the gateway's origin, to which the dialect adds its usual path, or a full path of its own. `token` replaces
    user and password. `page` is the path of the payment page, `{}` standing for the bank's order id: the only way back
    to an order whose registration was not heard. Addresses of payment pages are believed within the client's origins.
    """

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        *,
        client: Outbound,
        dialect: Dialect = "ecom",
        token: str = "",
        seller: Seller | None = None,
        tax_system: int = 0,
        page: str = "/pp/pay_ru?orderId={}",
    ) -> None:
        if dialect not in PREFIXES:
            raise ValueError(f"{dialect!r} is no dialect of the gateway")
        self._origin = origin(url)
        self._base = self._origin + (urlsplit(url).path.rstrip("/") or PREFIXES[dialect])
        self._access = {"token": token} if token else {"userName": user, "password": password}
        self._client = client
        self._dialect = dialect
        self._seller = seller
        self._tax_system = tax_system
        self._page = page

    def register(
        self,
        order_number: str,
        amount_kop: int,
        return_url: str,
        fail_url: str,
        description: str,
        *,
        email: str | None = None,
        phone: str | None = None,
        client_id: str | None = None,
        binding_id: str | None = None,
        session_seconds: int = 1200,
        items: Sequence[Item] = (),
    ) -> Registered:
        """Register an order to be paid within `session_seconds`; with `items`, a fiscal receipt goes to the payer.

        `client_id` lets the payer keep the card, `binding_id` offers a kept one. Raises AlreadyRegistered, BankRefused,
        Unavailable (UNKNOWN: the order may exist), ValueError for what the gateway's format does not hold.
        """
        if not _ORDER_NUMBER.fullmatch(order_number):
            raise ValueError("an order number is 1 to 32 Latin letters, digits, - and _")
        if amount_kop <= 0:
            raise ValueError("an order has a sum")
        if any(len(url) > 512 or not url.isascii() or not url.isprintable() for url in (return_url, fail_url)):
            raise ValueError("a return address is up to 512 ASCII characters")
        asked = {
            "orderNumber": order_number,
            "amount": amount_kop,
            "currency": ROUBLE,
            "returnUrl": return_url,
            "failUrl": fail_url,
            "description": printable(description.replace("%", "").replace("+", ""), 512, also="«»") or order_number,
            "language": "ru",
            "sessionTimeoutSecs": session_seconds,
            "email": email,
            "phone": phone,
            "clientId": client_id,
            "bindingId": binding_id,
            "orderBundle": self._bundle(items, amount_kop, email=email, phone=phone) if items else None,
            "taxSystem": self._tax_system if items and self._dialect == "legacy" else None,
        }
        try:
            answer = self._call("register.do", asked)
        except BankRefused as refused:
            if refused.code == 1 and "связк" not in refused.text.lower():
                raise AlreadyRegistered(refused.code, refused.text) from None
            raise
        bank_order_id, form_url = answer.get("orderId"), answer.get("formUrl")
        if not isinstance(bank_order_id, str) or not _BANK_ID.fullmatch(bank_order_id):
            raise Unavailable("the bank registered an order without an id")
        if not isinstance(form_url, str) or not self._is_ours(form_url):
            raise Unavailable("the bank gave no payment page that we may send a person to")
        return Registered(bank_order_id, form_url)

    def form_url(self, bank_order_id: str) -> str:
        """The payment page of an order that exists, for when the answer to its registration was lost.

        Raises Unavailable when the bank has not told the order's id either.
        """
        if not _BANK_ID.fullmatch(bank_order_id):
            raise Unavailable("the bank has not told the id of the order")
        return self._origin + self._page.format(bank_order_id)

    def status(self, bank_order_id: str | None = None, order_number: str | None = None) -> OrderStatus:
        """The truth about an order, by either of its numbers. Raises UnknownOrder, BankRefused, Unavailable."""
        if not (bank_order_id or order_number):
            raise ValueError("an order is asked for by a number")
        asked = {"orderId": bank_order_id} if bank_order_id else {"orderNumber": order_number}
        answer = self._call("getOrderStatusExtended.do", asked | {"language": "ru"})
        return order_status(answer, bank_order_id=bank_order_id, order_number=order_number)

    def refund(
        self,
        bank_order_id: str,
        amount_kop: int,
        *,
        refund_id: str | None = None,
        items: Sequence[Item] = (),
        email: str | None = None,
        phone: str | None = None,
    ) -> None:
        """Send money of a paid order back to the card, all of it or a part; with `items`, a receipt of the return.

        Asking again with the same `refund_id` (≤ 36) repeats the bank's first answer and not the refund. Raises
        UnknownOrder, BankRefused, Unavailable (UNKNOWN: compare `status().refunded_kop` before asking without an id).
        """
        if amount_kop <= 0:
            raise ValueError("a refund has a sum")
        asked: dict[str, Any] = {"orderId": bank_order_id, "amount": amount_kop, "language": "ru"}
        asked["jsonParams"] = {"externalRefundId": refund_id} if refund_id else None
        if items:
            cart = self._bundle(items, amount_kop, email=email, phone=phone, back=True)
            asked |= {"orderBundle": cart} if self._dialect == "ecom" else {"refundItems": cart["cartItems"]}
        self._call("refund.do", asked)

    def reverse(self, bank_order_id: str) -> None:
        """Undo a payment on the day it was made. Raises UnknownOrder, BankRefused (too late), Unavailable (UNKNOWN)."""
        self._call("reverse.do", {"orderId": bank_order_id, "language": "ru"})

    def unbind(self, binding_id: str) -> None:
        """Make a kept card unusable; one that is unbound or unknown to the bank is so already.

        Raises BankRefused, Unavailable: ask again until it is done.
        """
        try:
            self._call("unbindCard.do" if self._dialect == "ecom" else "unBindCard.do", {"bindingId": binding_id})
        except BankRefused as refused:
            if not re.search(r"не найдена|неактивна|not found|inactive", refused.text.lower()):
                raise

    def _bundle(
        self, items: Sequence[Item], amount_kop: int, *, email: str | None, phone: str | None, back: bool = False
    ) -> dict[str, Any]:
        return bundle(
            items,
            dialect=self._dialect,
            amount_kop=amount_kop,
            created=clock.local_now().strftime("%Y-%m-%dT%H:%M:%S"),
            email=email,
            phone=phone,
            seller=self._seller,
            receipt="sell_refund" if back else "sell",
        )

    def _call(self, method: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        told = self._access | {name: value for name, value in asked.items() if value is not None}
        if self._dialect == "ecom":
            answer = self._client.post(f"{self._base}/{method}", json=told)
        else:
            answer = self._client.post(f"{self._base}/{method}", form={name: _plain(told[name]) for name in told})
        if answer.status != 200:
            raise Unavailable(f"{self._origin} answered {answer.status}")
        return facts(answer.json())

    def _is_ours(self, form_url: str) -> bool:
        try:
            return len(form_url) <= 512 and origin(form_url) in self._client.origins
        except ValueError:
            return False


def _plain(value: Any) -> str:
    """The old gateway takes forms: objects go as JSON inside a field."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
