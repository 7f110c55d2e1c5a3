"""The cart of an order for the fiscal receipt (54-ФЗ), in the two shapes in which the gateways take it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Dialect = Literal["ecom", "legacy"]

_NOT_TAKEN = re.compile(r"[^ -~А-Яа-яЁё№]")
_METHODS = {
    1: "full_prepayment",
    2: "prepayment",
    3: "advance",
    4: "full_payment",
    5: "partial_payment",
    6: "credit",
    7: "credit_payment",
}
_OBJECTS_105 = {1: "commodity", 3: "job", 4: "service", 10: "payment", 12: "award", 15: "non-operating_gain"}
_MEASURES = {"piece": ("0", "шт"), "kwh": ("50", "кВт.ч")}


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the receipt. `amount_kop` is the price times the whole `quantity`; the price of one is taken from it.

    `payment_method` and `payment_object` are the numbers of tags 1214 and 1212 (4 and 4: a service paid in full),
    `tax_type` is the gateway's own number of a VAT rate, which the supplier agrees on with the bank.
    """

    code: str
    name: str
    amount_kop: int
    tax_type: int
    payment_method: int = 4
    payment_object: int = 4
    quantity: int = 1
    measure: Literal["piece", "kwh"] = "piece"


@dataclass(frozen=True, slots=True)
class Seller:
    """Who issues the receipt. `taxation` is tag 1055, `ffd` the version of the fiscal format of the cash register."""

    inn: str
    email: str
    site: str
    taxation: str = "osn"
    ffd: Literal["1.05", "1.2"] = "1.2"


def bundle(
    items: Sequence[Item],
    *,
    dialect: Dialect,
    amount_kop: int,
    created: str,
    email: str | None,
    phone: str | None,
    seller: Seller | None,
    receipt: Literal["sell", "sell_refund"] = "sell",
) -> dict[str, Any]:
    """The `orderBundle` of an order. `created` is the supplier's local time, `YYYY-MM-DDTHH:mm:ss`.

    Raises ValueError when the lines do not add up to the order, a line is not a whole number of kopecks a piece, a
    code comes twice, or there is nowhere to send the receipt: the bank would refuse all of these.
    """
    if sum(item.amount_kop for item in items) != amount_kop:
        raise ValueError("the lines of the receipt do not add up to the sum of the order")
    if len({item.code for item in items}) != len(items):
        raise ValueError("a code of the receipt comes twice")
    if any(item.amount_kop <= 0 or item.quantity <= 0 or item.amount_kop % item.quantity for item in items):
        raise ValueError("a line of the receipt has no price in whole kopecks")
    if not (email or phone):
        raise ValueError("there is neither an e-mail address nor a telephone to send the receipt to")
    if dialect == "legacy":
        contacts = {"email": email, "phone": phone}
        return {
            "orderCreationDate": created,
            "customerDetails": {name: value for name, value in contacts.items() if value},
            "cartItems": {"items": [_legacy_line(number, item) for number, item in enumerate(items, 1)]},
        }
    ffd = seller.ffd if seller else "1.2"
    taken: dict[str, Any] = {
        "orderCreationDate": created,
        "ffdVersion": ffd,
        "receiptType": receipt,
        "payments": [{"type": 1, "sum": amount_kop}],
        "total": amount_kop,
        "cartItems": {"items": [_ecom_line(number, item, ffd) for number, item in enumerate(items, 1)]},
    }
    if seller:
        taken["company"] = {
            "email": seller.email,
            "sno": seller.taxation,
            "inn": seller.inn,
            "paymentAddress": seller.site,
        }
    return taken


def printable(text: str, limit: int, *, also: str = "") -> str:
    """The text in the letters that the gateway takes, at most `limit` of them; typographic signs become plain ones."""
    for sign, plain in (
        ("\u00a0", " "),
        ("\u202f", " "),
        ("–", "-"),
        ("—", "-"),
        ("−", "-"),
        ("·", "."),
        ("₽", "руб."),
    ):
        text = text.replace(sign, plain)
    kept = "".join(letter for letter in " ".join(text.split()) if letter in also or not _NOT_TAKEN.match(letter))
    return kept[:limit].strip()


def _line(number: int, item: Item) -> dict[str, Any]:
    return {
        "positionId": str(number),
        "itemCode": item.code,
        "name": printable(item.name, 100),
        "itemPrice": item.amount_kop // item.quantity,
        "itemAmount": item.amount_kop,
        "tax": {"taxType": item.tax_type},
    }


def _ecom_line(number: int, item: Item, ffd: str) -> dict[str, Any]:
    code, word = _MEASURES[item.measure]
    line = _line(number, item) | {"paymentMethod": _METHODS[item.payment_method]}
    if ffd == "1.2":
        measured = {"quantity": {"value": item.quantity, "measure": code}}
        return line | measured | {"paymentObject": str(item.payment_object)}
    measured = {"quantity": {"value": item.quantity}}
    return line | measured | {"measurementUnit": word, "paymentObject": _OBJECTS_105[item.payment_object]}


def _legacy_line(number: int, item: Item) -> dict[str, Any]:
    signs = (("paymentMethod", item.payment_method), ("paymentObject", item.payment_object))
    return _line(number, item) | {
        "quantity": {"value": item.quantity, "measure": _MEASURES[item.measure][1]},
        "itemAttributes": {"attributes": [{"name": name, "value": str(value)} for name, value in signs]},
    }
