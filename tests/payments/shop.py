"""A shop at a scripted bank: what the tests of the bank's client share."""

from nesk.core.outbound import Outbound
from nesk.payments.gateway import Bank, Seller

ID = "5f1c2f6e-9a2b-4c86-9a0e-1b2c3d4e5f60"
RETURN, FAIL = "https://lk.example/return", "https://lk.example/fail"
ACCESS = {"userName": "nesk-api", "password": "тайна"}
SELLER = Seller(inn="2308091759", email="kassa@example.com", site="https://lk.example")


def bank(server, dialect="ecom", *, limits=None, **options):
    client = Outbound([server.url], loopback_allowed=True, limits=limits)
    return Bank(server.url, "nesk-api", "тайна", client=client, dialect=dialect, **options)


def form_url(server):
    return f"{server.url}/pp/pay_ru?orderId={ID}"


def register(shop, **options):
    return shop.register("N17-1", 128456, RETURN, FAIL, "Оплата электроэнергии", **options)


def paid(**changes):
    """An answer of getOrderStatusExtended about an order paid by card, as the gateway of today writes it."""
    return {
        "errorCode": "0",
        "errorMessage": "Обработка запроса прошла без системных ошибок",
        "orderNumber": "N17-1",
        "orderStatus": 2,
        "actionCode": 0,
        "actionCodeDescription": "",
        "amount": 128456,
        "currency": "643",
        "date": 1795500000000,
        "ip": "203.0.113.7",
        "attributes": [{"name": "mdOrder", "value": ID}],
        "cardAuthInfo": {"maskedPan": "220138*******0047", "expiration": "202912", "cardHolderName": "MARINA K"},
        "bindingInfo": {"clientId": "p17:energy", "bindingId": "aa11-bb22"},
        "paymentAmountInfo": {"depositedAmount": 128456, "refundedAmount": 0, "paymentState": "DEPOSITED"},
        "payerData": {"email": "abonent@demo.nesk"},
    } | changes
