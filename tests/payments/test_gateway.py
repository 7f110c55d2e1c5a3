"""The client of the bank says what the gateway expects."""

import json

import pytest

from nesk.core import clock
from nesk.core.errors import Unavailable
from nesk.core.outbound import Outbound
from nesk.payments.gateway import AlreadyRegistered, Bank, BankRefused, Item, Seller
from tests.payments.shop import ACCESS, FAIL, ID, RETURN, SELLER, bank, form_url, register
from tests.wire import answer, http_server


@pytest.fixture
def server():
    with http_server(answer({})) as running:
        yield running


def test_an_order_is_registered_as_json(server):
    server.says(answer({"errorCode": "0", "orderId": ID, "formUrl": form_url(server)}))

    registered = register(bank(server), email="abonent@demo.nesk", client_id="p17:energy", session_seconds=900)

    assert (registered.bank_order_id, registered.form_url) == (ID, form_url(server))
    (seen,) = server.seen
    assert (seen.method, seen.target) == ("POST", "/ecomm/gw/partner/api/v1/register.do")
    assert seen.json == ACCESS | {
        "orderNumber": "N17-1",
        "amount": 128456,
        "currency": "643",
        "returnUrl": RETURN,
        "failUrl": FAIL,
        "description": "Оплата электроэнергии",
        "language": "ru",
        "sessionTimeoutSecs": 900,
        "email": "abonent@demo.nesk",
        "clientId": "p17:energy",
    }


def test_an_order_is_registered_as_a_form_with_the_old_gateway(server):
    server.says(answer({"orderId": ID, "formUrl": form_url(server)}))

    register(bank(server, "legacy"), phone="+79000000001")

    (seen,) = server.seen
    assert (seen.method, seen.target) == ("POST", "/payment/rest/register.do")
    assert seen.form == ACCESS | {
        "orderNumber": "N17-1",
        "amount": "128456",
        "currency": "643",
        "returnUrl": RETURN,
        "failUrl": FAIL,
        "description": "Оплата электроэнергии",
        "language": "ru",
        "sessionTimeoutSecs": "1200",
        "phone": "+79000000001",
    }


def test_a_path_of_one_s_own_and_a_token_replace_the_usual_ones(server):
    server.says(answer({"orderId": ID, "formUrl": form_url(server)}))
    client = Outbound([server.url], loopback_allowed=True)

    register(Bank(server.url + "/other/prefix/", "", "", client=client, token="abra"))

    (seen,) = server.seen
    assert seen.path == "/other/prefix/register.do"
    assert seen.json["token"] == "abra"
    assert not {"userName", "password"} & seen.json.keys()


ITEMS = [
    Item("energy", "Электроснабжение · сентябрь — день", 120000, tax_type=6, quantity=150, measure="kwh"),
    Item("penalty", "Пени", 8456, tax_type=0, payment_object=15),
]


def test_a_cart_for_the_receipt_goes_along(server):
    server.says(answer({"orderId": ID, "formUrl": form_url(server)}))

    with clock.stopped_at("2026-11-24 10:05"):
        register(bank(server, seller=SELLER), email="abonent@demo.nesk", items=ITEMS)

    assert server.seen[0].json["orderBundle"] == {
        "orderCreationDate": "2026-11-24T10:05:00",
        "ffdVersion": "1.2",
        "receiptType": "sell",
        "company": {
            "email": "kassa@example.com",
            "sno": "osn",
            "inn": "2308091759",
            "paymentAddress": "https://lk.example",
        },
        "payments": [{"type": 1, "sum": 128456}],
        "total": 128456,
        "cartItems": {
            "items": [
                {
                    "positionId": "1",
                    "itemCode": "energy",
                    "name": "Электроснабжение . сентябрь - день",
                    "quantity": {"value": 150, "measure": "50"},
                    "itemPrice": 800,
                    "itemAmount": 120000,
                    "paymentMethod": "full_payment",
                    "paymentObject": "4",
                    "tax": {"taxType": 6},
                },
                {
                    "positionId": "2",
                    "itemCode": "penalty",
                    "name": "Пени",
                    "quantity": {"value": 1, "measure": "0"},
                    "itemPrice": 8456,
                    "itemAmount": 8456,
                    "paymentMethod": "full_payment",
                    "paymentObject": "15",
                    "tax": {"taxType": 0},
                },
            ]
        },
    }


def test_a_cart_in_the_older_fiscal_format_is_in_words(server):
    server.says(answer({"orderId": ID, "formUrl": form_url(server)}))

    seller = Seller(inn="2308091759", email="kassa@example.com", site="https://lk.example", ffd="1.05")
    register(bank(server, seller=seller), phone="+79000000001", items=ITEMS)

    energy, penalty = server.seen[0].json["orderBundle"]["cartItems"]["items"]
    assert (energy["quantity"], energy["measurementUnit"], energy["paymentObject"]) == (
        {"value": 150},
        "кВт.ч",
        "service",
    )
    assert (penalty["measurementUnit"], penalty["paymentObject"]) == ("шт", "non-operating_gain")


def test_a_cart_is_a_text_with_the_old_gateway(server):
    server.says(answer({"orderId": ID, "formUrl": form_url(server)}))

    with clock.stopped_at("2026-11-24 10:05"):
        register(
            bank(server, "legacy"),
            email="abonent@demo.nesk",
            phone="+79000000001",
            items=[ITEMS[1], Item("energy", "Электроснабжение", 120000, tax_type=6)],
        )

    form = server.seen[0].form
    assert form["taxSystem"] == "0"
    assert "Электроснабжение" in form["orderBundle"]
    assert json.loads(form["orderBundle"]) == {
        "orderCreationDate": "2026-11-24T10:05:00",
        "customerDetails": {"email": "abonent@demo.nesk", "phone": "+79000000001"},
        "cartItems": {
            "items": [
                {
                    "positionId": "1",
                    "itemCode": "penalty",
                    "name": "Пени",
                    "quantity": {"value": 1, "measure": "шт"},
                    "itemPrice": 8456,
                    "itemAmount": 8456,
                    "tax": {"taxType": 0},
                    "itemAttributes": {
                        "attributes": [
                            {"name": "paymentMethod", "value": "4"},
                            {"name": "paymentObject", "value": "15"},
                        ]
                    },
                },
                {
                    "positionId": "2",
                    "itemCode": "energy",
                    "name": "Электроснабжение",
                    "quantity": {"value": 1, "measure": "шт"},
                    "itemPrice": 120000,
                    "itemAmount": 120000,
                    "tax": {"taxType": 6},
                    "itemAttributes": {
                        "attributes": [{"name": "paymentMethod", "value": "4"}, {"name": "paymentObject", "value": "4"}]
                    },
                },
            ]
        },
    }


@pytest.mark.parametrize(
    ("items", "contact", "message"),
    [
        (ITEMS[:1], {"email": "a@mail.ru"}, "do not add up"),
        ([Item("a", "А", 128455, 0), Item("a", "Б", 1, 0)], {"email": "a@mail.ru"}, "comes twice"),
        ([Item("a", "А", 128456, 0, quantity=1000)], {"email": "a@mail.ru"}, "whole kopecks"),
        ([Item("a", "А", 128457, 0), Item("b", "Б", -1, 0)], {"email": "a@mail.ru"}, "whole kopecks"),
        (ITEMS, {}, "neither"),
    ],
)
def test_a_cart_the_bank_would_refuse_is_not_sent(server, items, contact, message):
    with pytest.raises(ValueError, match=message):
        register(bank(server), items=items, **contact)
    assert server.seen == []


@pytest.mark.parametrize(
    ("description", "sent"),
    [
        ("Л/с 230000000017, 100% +\r\nпени", "Л/с 230000000017, 100 пени"),
        ("Оплата\u00a0за «свет» — 1\u202f284,56\u00a0₽ · ноябрь", "Оплата за «свет» - 1 284,56 руб. . ноябрь"),
        ("Ё" * 600, "Ё" * 512),
        ("💡\x00\u202e", "N17-1"),
    ],
)
def test_a_description_is_written_in_letters_the_bank_takes(server, description, sent):
    server.says(answer({"orderId": ID, "formUrl": form_url(server)}))
    bank(server).register("N17-1", 100, RETURN, FAIL, description)
    assert server.seen[0].json["description"] == sent


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"order_number": "x" * 33}, "order number"),
        ({"order_number": ""}, "order number"),
        ({"order_number": "№17"}, "order number"),
        ({"order_number": "17\n"}, "order number"),
        ({"amount_kop": 0}, "sum"),
        ({"amount_kop": -100}, "sum"),
        ({"return_url": "https://lk.example/" + "x" * 500}, "return address"),
        ({"fail_url": "https://lk.example/\r\nX: y"}, "return address"),
        ({"fail_url": "https://нэск.рф/"}, "return address"),
    ],
)
def test_what_the_gateway_cannot_hold_is_not_sent(server, changed, message):
    order = {
        "order_number": "N17-1",
        "amount_kop": 100,
        "return_url": RETURN,
        "fail_url": FAIL,
        "description": "Оплата",
    }
    with pytest.raises(ValueError, match=message):
        bank(server).register(**order | changed)
    assert server.seen == []


@pytest.mark.parametrize("dialect", ["ecom", "legacy"])
def test_an_order_registered_already_is_told_apart(server, dialect):
    server.says(answer({"errorCode": "1", "errorMessage": "Заказ с таким номером уже обработан"}))
    with pytest.raises(AlreadyRegistered) as refused:
        register(bank(server, dialect))
    assert (refused.value.code, refused.value.text) == (1, "Заказ с таким номером уже обработан")


def test_an_unknown_bound_card_is_not_an_order_registered_already(server):
    server.says(answer({"errorCode": "1", "errorMessage": "Связка не найдена"}))
    with pytest.raises(BankRefused) as refused:
        register(bank(server), binding_id="aa11-bb22")
    assert type(refused.value) is BankRefused


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"errorCode": "0"},
        {"errorCode": 0, "orderId": ID},
        {"errorCode": 0, "formUrl": "{own}"},
        {"orderId": "", "formUrl": "{own}"},
        {"orderId": 17, "formUrl": "{own}"},
        {"orderId": "x" * 65, "formUrl": "{own}"},
        {"orderId": ID, "formUrl": "https://evil.example/pay"},
        {"orderId": ID, "formUrl": "javascript:alert(1)"},
        {"orderId": ID, "formUrl": "/pp/pay_ru"},
        {"orderId": ID, "formUrl": "{own}" + "x" * 512},
    ],
)
def test_a_registration_that_leads_nowhere_is_unknown(server, reply):
    reply = {
        name: value.replace("{own}", form_url(server)) if name == "formUrl" else value for name, value in reply.items()
    }
    server.says(answer(reply))
    with pytest.raises(Unavailable):
        register(bank(server))


def test_a_payment_page_on_another_configured_origin_is_believed(server):
    server.says(answer({"orderId": ID, "formUrl": "https://pay.example/pp"}))
    client = Outbound([server.url, "https://pay.example"], loopback_allowed=True)
    assert register(Bank(server.url, "a", "b", client=client)).form_url == "https://pay.example/pp"


def test_the_way_back_to_a_payment_page_is_known_without_the_answer(server):
    assert bank(server).form_url(ID) == form_url(server)
    other = bank(server, "legacy", page="/payment/merchants/nesk/payment_ru.html?mdOrder={}")
    assert other.form_url(ID) == f"{server.url}/payment/merchants/nesk/payment_ru.html?mdOrder={ID}"
    for impossible in ("", "../../admin"):
        with pytest.raises(Unavailable, match="id"):
            bank(server).form_url(impossible)


def test_a_refund_carries_its_own_number_so_that_it_may_be_asked_again(server):
    server.says(answer({"errorCode": "0"}))
    bank(server).refund(ID, 456, refund_id="refund-17")
    bank(server, "legacy").refund(ID, 456, refund_id="refund-17")
    bank(server).refund(ID, 456)

    today, old, bare = server.seen
    assert (today.path, today.json) == (
        "/ecomm/gw/partner/api/v1/refund.do",
        ACCESS | {"orderId": ID, "amount": 456, "language": "ru", "jsonParams": {"externalRefundId": "refund-17"}},
    )
    assert old.form == ACCESS | {
        "orderId": ID,
        "amount": "456",
        "language": "ru",
        "jsonParams": '{"externalRefundId": "refund-17"}',
    }
    assert "jsonParams" not in bare.json


def test_a_refund_sends_a_receipt_of_the_return(server):
    server.says(answer({"errorCode": "0"}))
    items = [Item("energy", "Электроснабжение", 456, tax_type=6)]
    bank(server, seller=SELLER).refund(ID, 456, items=items, email="abonent@demo.nesk")
    bank(server, "legacy").refund(ID, 456, items=items, email="abonent@demo.nesk")

    cart = server.seen[0].json["orderBundle"]
    assert (cart["receiptType"], cart["total"]) == ("sell_refund", 456)
    assert [line["itemAmount"] for line in json.loads(server.seen[1].form["refundItems"])["items"]] == [456]


def test_more_than_was_paid_is_not_refunded(server):
    server.says(answer({"errorCode": "7", "errorMessage": "Общая сумма возвратов превышает сумму заказа"}))
    with pytest.raises(BankRefused) as refused:
        bank(server).refund(ID, 10**9)
    assert refused.value.code == 7


def test_a_refund_of_nothing_is_not_sent(server):
    with pytest.raises(ValueError, match="sum"):
        bank(server).refund(ID, 0)
    assert server.seen == []


def test_a_payment_is_reversed(server):
    server.says(answer({"errorCode": "0"}))
    bank(server).reverse(ID)
    assert (server.seen[0].path, server.seen[0].json) == (
        "/ecomm/gw/partner/api/v1/reverse.do",
        ACCESS | {"orderId": ID, "language": "ru"},
    )


def test_a_card_is_unbound_under_the_name_of_each_gateway(server):
    server.says(answer({"errorCode": "0"}))
    bank(server).unbind("aa11-bb22")
    bank(server, "legacy").unbind("aa11-bb22")
    assert [seen.path for seen in server.seen] == [
        "/ecomm/gw/partner/api/v1/unbindCard.do",
        "/payment/rest/unBindCard.do",
    ]
    assert server.seen[0].json == ACCESS | {"bindingId": "aa11-bb22"}


@pytest.mark.parametrize(("code", "text"), [("2", "Связка неактивна"), ("1", "Связка не найдена")])
def test_a_card_that_is_unbound_already_needs_nothing(server, code, text):
    server.says(answer({"errorCode": code, "errorMessage": text}))
    assert bank(server).unbind("aa11-bb22") is None


def test_a_card_that_cannot_be_unbound_is_told(server):
    server.says(answer({"errorCode": "5", "errorMessage": "Доступ запрещен"}))
    with pytest.raises(BankRefused):
        bank(server).unbind("aa11-bb22")


def test_a_dialect_that_does_not_exist_is_refused_at_once(server):
    with pytest.raises(ValueError, match="dialect"):
        bank(server, "soap")
