"""The bank's wire: Sberbank's acquiring in both generations, and the page where the card is typed."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from flask import Blueprint, Flask, Response, jsonify, redirect, render_template, request

from nesk.core.clock import local_now
from nesk.sandbox.orders import ACS, CARDS, CODE, DECLINED, NEW, PAID, REFUNDED, REVERSED, TRIES, Bank

NAMES = {
    NEW: "CREATED",
    ACS: "CREATED",
    PAID: "DEPOSITED",
    REVERSED: "REVERSED",
    REFUNDED: "REFUNDED",
    DECLINED: "DECLINED",
}
STYLE = Path(__file__).with_name("bank.css")
POLICY = "default-src 'none'; style-src 'self'; form-action *; base-uri 'none'; frame-ancestors 'none'"


class Fault(Exception):
    """An answer with an error code of the gateway."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


def make_app(bank: Bank, templates: str) -> Flask:
    """The bank as a web application."""
    app = Flask("bank", root_path=templates, template_folder=templates, static_folder=None)
    app.register_blueprint(_wire(bank))
    app.register_blueprint(_pages(bank))

    @app.after_request
    def strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return app


def _wire(bank: Bank) -> Blueprint:
    bp = Blueprint("wire", __name__)
    methods: dict[str, Callable[[Bank, dict[str, Any]], dict[str, Any]]] = {
        "register.do": _register,
        "getOrderStatusExtended.do": _status,
        "refund.do": _refund,
        "reverse.do": _reverse,
        "decline.do": _decline,
        "getBindings.do": _bindings,
        "unbindCard.do": _unbind,
        "unBindCard.do": _unbind,
    }

    @bp.post("/ecomm/gw/partner/api/v1/<method>")
    def ecom(method: str) -> Any:
        return _answer(method, request.get_json(silent=True) or {})

    @bp.post("/payment/rest/<method>")
    def legacy(method: str) -> Any:
        return _answer(method, request.form.to_dict())

    def _answer(method: str, asked: dict[str, Any]) -> Any:
        if method not in methods:
            return jsonify(errorCode="7", errorMessage="Системная ошибка"), 404
        try:
            if (asked.get("userName"), asked.get("password")) != (bank.shop.user, bank.shop.password):
                raise Fault(5, "Доступ запрещён")
            return jsonify(methods[method](bank, asked))
        except Fault as fault:
            # The real one writes the code as a text more often than not.
            return jsonify(errorCode=str(fault.code), errorMessage=fault.text)

    return bp


def _register(bank: Bank, asked: dict[str, Any]) -> dict[str, Any]:
    for name in ("orderNumber", "amount", "returnUrl"):
        if not asked.get(name):
            raise Fault(4, f"Отсутствует обязательный параметр {name}")
    number, amount = str(asked["orderNumber"]), str(asked["amount"])
    if not re.fullmatch(r"[\w-]{1,32}", number) or not re.fullmatch(r"[1-9]\d{0,11}", amount):
        raise Fault(5, "Ошибка значения параметра запроса")
    if str(asked.get("currency", "643")) not in ("643", "810"):
        raise Fault(3, "Неизвестная (запрещенная) валюта")
    _check_cart(asked.get("orderBundle"), int(amount))
    back = asked["returnUrl"]
    id = bank.register(
        number,
        int(amount),
        back,
        asked.get("failUrl") or back,
        str(asked.get("description") or ""),
        str(asked.get("email") or ""),
        int(asked.get("sessionTimeoutSecs") or 1200),
        str(asked.get("clientId") or ""),
    )
    if id is None:
        raise Fault(1, "Заказ с таким номером уже зарегистрирован в системе")
    return {"orderId": id, "formUrl": f"{request.host_url.rstrip('/')}/pp/pay_ru?orderId={id}"}


def _check_cart(bundle: Any, amount: int) -> None:
    cart = json.loads(bundle) if isinstance(bundle, str) and bundle else bundle
    if cart and sum(int(item["itemAmount"]) for item in cart["cartItems"]["items"]) != amount:
        raise Fault(5, "Сумма товарных позиций не совпадает с суммой заказа")


def _found(bank: Bank, asked: dict[str, Any]) -> sqlite3.Row:
    if not (asked.get("orderId") or asked.get("orderNumber")):
        raise Fault(5, "[orderId] не задан")
    order = bank.order(str(asked.get("orderId") or ""), str(asked.get("orderNumber") or ""))
    if order is None:
        raise Fault(6, "Заказ не найден")
    return order


def _status(bank: Bank, asked: dict[str, Any]) -> dict[str, Any]:
    order = _found(bank, asked)
    deposited = order["amount"] if order["state"] in (PAID, REFUNDED, REVERSED) else 0
    told: dict[str, Any] = {
        "errorCode": "0",
        "errorMessage": "Успешно",
        "orderNumber": order["number"],
        "orderStatus": order["state"],
        "actionCode": order["action_code"],
        "actionCodeDescription": "",
        "amount": order["amount"],
        "currency": "643",
        "date": int(order["created_at"] * 1000),
        "ip": "127.0.0.1",
        "merchantOrderParams": [],
        "attributes": [{"name": "mdOrder", "value": order["id"]}],
        "paymentAmountInfo": {
            "paymentState": NAMES[order["state"]],
            "approvedAmount": deposited,
            "depositedAmount": deposited,
            "refundedAmount": order["refunded"],
        },
        "bankInfo": {"bankCountryCode": "RU", "bankCountryName": "Россия"},
    }
    if order["pan"]:
        told["cardAuthInfo"] = {
            "maskedPan": order["pan"],
            "expiration": _year_month(order["expiry"]),
            "cardholderName": "DEMO",
        }
    if binding := bank.binding(order["id"]):
        told["bindingInfo"] = {"clientId": binding["client_id"], "bindingId": binding["id"]}
    return told


def _year_month(expiry: str) -> str:
    """«12/29» as the gateway writes it: «202912»."""
    month, year = expiry.split("/")
    return f"20{year.strip()}{month.strip()}"


def _refund(bank: Bank, asked: dict[str, Any]) -> dict[str, Any]:
    order = _found(bank, asked)
    amount = str(asked.get("amount") or "")
    if not re.fullmatch(r"[1-9]\d{0,11}", amount):
        raise Fault(5, "Неверная сумма")
    params = asked.get("jsonParams")
    params = json.loads(params) if isinstance(params, str) and params else params or {}
    key = params.get("externalRefundId") or str(uuid4())
    if said := bank.refund(order["id"], int(amount), f"{order['id']}:{key}"):
        raise Fault(7, said)
    return {"errorCode": "0", "errorMessage": "Успешно"}


def _reverse(bank: Bank, asked: dict[str, Any]) -> dict[str, Any]:
    order = _found(bank, asked)
    if said := bank.refund(order["id"], order["amount"], f"{order['id']}:reverse", whole=True):
        raise Fault(7, said)
    return {"errorCode": "0"}


def _decline(bank: Bank, asked: dict[str, Any]) -> dict[str, Any]:
    order = _found(bank, asked)
    if order["state"] not in (NEW, ACS):
        raise Fault(7, "Платёж должен быть в корректном состоянии")
    bank.decline(order["id"], -2007)
    return {"errorCode": 0}


def _bindings(bank: Bank, asked: dict[str, Any]) -> dict[str, Any]:
    kept = bank.bindings(str(asked.get("clientId") or ""))
    if not kept:
        raise Fault(2, "Информация не найдена")
    told = [
        {"bindingId": each["id"], "maskedPan": each["pan"], "expiryDate": _year_month(each["expiry"])} for each in kept
    ]
    return {"errorCode": "0", "errorMessage": "Успешно", "bindings": told}


def _unbind(bank: Bank, asked: dict[str, Any]) -> dict[str, Any]:
    if said := bank.unbind(str(asked.get("bindingId") or "")):
        raise Fault(2, said)
    return {"errorCode": "0", "errorMessage": "Успешно"}


# --- the page of the card


def _pages(bank: Bank) -> Blueprint:
    bp = Blueprint("pages", __name__)

    @bp.get("/style.css")
    def style() -> Response:
        return Response(
            STYLE.read_text(), content_type="text/css; charset=utf-8", headers={"Cache-Control": "max-age=3600"}
        )

    @bp.route("/pp/pay_ru", methods=["GET", "POST"])
    def card() -> Any:
        order = bank.order(request.values.get("orderId", ""))
        if order is None:
            return _page("lost.html", title="Заказ не найден"), 404
        if order["state"] not in (NEW, ACS, DECLINED) or order["answer_at"]:
            return _back(order)
        if order["action_code"] == -2007:
            return _page("lost.html", title="Время на оплату истекло", back=_return_url(order)), 410
        if request.method == "GET":
            said = DECLINED_WORDS if order["state"] == DECLINED else ""
            return _page("card.html", order=order, typed={}, wrong={}, said=said, keeps=bank.client(order["id"]))
        typed = {name: request.form.get(name, "").strip() for name in ("pan", "expiry", "cvc")}
        wrong = _wrong(typed)
        if wrong:
            typed["cvc"] = ""
            return _page(
                "card.html", order=order, typed=typed, wrong=wrong, said="", keeps=bank.client(order["id"])
            ), 422
        keeps_card = request.form.get("keep") == "y"
        bank.start(order["id"], re.sub(r"\D", "", typed["pan"]), typed["expiry"], keeps_card=keeps_card)
        pan = re.sub(r"\D", "", typed["pan"])
        if CARDS.get(pan, "declined") == "declined":
            bank.decline(order["id"], 116 if pan in CARDS else 111)
            return redirect(f"/pp/pay_ru?orderId={order['id']}", 303)
        response = redirect(f"/pp/acs?orderId={order['id']}", 303)
        response.set_cookie("kind", CARDS[pan].split()[0], httponly=True, samesite="Lax", max_age=1800)
        return response

    @bp.route("/pp/acs", methods=["GET", "POST"])
    def acs() -> Any:
        order = bank.order(request.values.get("orderId", ""))
        if order is None:
            return _page("lost.html", title="Заказ не найден"), 404
        if order["state"] != ACS or order["answer_at"]:
            return _back(order) if order["state"] != DECLINED else redirect(f"/pp/pay_ru?orderId={order['id']}", 303)
        if request.method == "GET":
            return _page("acs.html", order=order, wrong="")
        if request.form.get("code", "").strip() != CODE:
            tries = bank.count_try(order["id"])
            if tries >= TRIES:
                bank.decline(order["id"], -2006)
                return redirect(f"/pp/pay_ru?orderId={order['id']}", 303)
            return _page("acs.html", order=order, wrong=f"Код не подошёл. Осталось попыток: {TRIES - tries}."), 422
        if request.cookies.get("kind") == "slow":
            bank.pay_later(order["id"])
        else:
            bank.pay(order["id"])
        return _back(order)

    return bp


DECLINED_WORDS = "Банк, выпустивший карту, отклонил платёж. Попробуйте другую карту."


def _page(template: str, **facts: Any) -> str:
    return render_template(f"sandbox/bank/{template}", **facts)


def _return_url(order: sqlite3.Row) -> str:
    glue = "&" if urlsplit(order["return_url"]).query else "?"
    return f"{order['return_url']}{glue}{urlencode({'orderId': order['id'], 'lang': 'ru'})}"


def _back(order: sqlite3.Row) -> Any:
    return redirect(_return_url(order), 303)


def _wrong(typed: dict[str, str]) -> dict[str, str]:
    """What is wrong with the typed card, by field, in words."""
    wrong = {}
    pan = re.sub(r"[\s-]", "", typed["pan"])
    if not re.fullmatch(r"\d{16,19}", pan, re.ASCII) or not _luhn(pan):
        wrong["pan"] = "Проверьте номер карты: он указан на её лицевой или оборотной стороне."
    found = re.fullmatch(r"(0[1-9]|1[0-2])\s*/\s*(\d\d)", typed["expiry"], re.ASCII)
    now = local_now()
    if not found or (2000 + int(found[2]), int(found[1])) < (now.year, now.month):
        wrong["expiry"] = "Введите срок карты так: 12/29. Он не должен быть в прошлом."
    if not re.fullmatch(r"\d{3,4}", typed["cvc"], re.ASCII):
        wrong["cvc"] = "Введите три цифры с оборота карты."
    return wrong


def _luhn(pan: str) -> bool:
    digits = [int(c) for c in reversed(pan)]
    return sum(d if i % 2 == 0 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(digits)) % 10 == 0
