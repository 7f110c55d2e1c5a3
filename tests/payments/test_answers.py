"""The client of the bank believes no more of its answers than they say."""

import json

import pytest

from nesk.core.errors import Unavailable
from nesk.core.outbound import Limits
from nesk.payments import declines
from nesk.payments.gateway import BankRefused, State, UnknownOrder
from tests.payments.shop import ACCESS, ID, bank, form_url, paid, register
from tests.wire import answer, http_server


@pytest.fixture
def server():
    with http_server(answer({})) as running:
        yield running


BROKEN = {
    "silent": lambda connection: connection.recv(1),
    "hangs up": b"",
    "garbage": b"\x00\x01\x02",
    "500": answer("<h1>Oops</h1>", status="500 Oops", content_type="text/html"),
    "502": answer({"errorCode": "0", "orderId": ID, "formUrl": "https://x"}, status="502 Bad Gateway"),
    "404": answer("", status="404 Not Found", content_type="text/html"),
    "429": answer("", status="429 Too Many Requests", content_type="text/html"),
    "403": answer({"errorCode": "5", "errorMessage": "Доступ запрещен"}, status="403 Forbidden"),
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n",
    "no JSON": answer("Malformed json!"),
    "maintenance": answer("<html>Ведутся технические работы</html>".encode("cp1251"), content_type="text/html"),
    "empty": answer(""),
    "list": answer([1]),
    "number": answer(0),
    "null": answer(None),
    "system error": answer({"errorCode": "7", "errorMessage": "Системная ошибка"}),
    "system error, English": answer({"errorCode": 7, "errorMessage": "System error"}),
    "busy": answer({"errorCode": "5", "errorMessage": "Невозможно отменить заказ - заблокирован другим действием"}),
    "unreadable code": answer({"errorCode": "E-17", "errorMessage": "?"}),
    "failure without a code": answer({"success": False}),
    "error as text": answer({"error": "unauthorized"}),
}


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize(
    "call",
    [register, lambda shop: shop.status(ID), lambda shop: shop.refund(ID, 100), lambda shop: shop.unbind("aa11")],
    ids=["register", "status", "refund", "unbind"],
)
def test_a_broken_bank_is_unavailable(server, reply, call):
    server.says(reply)
    with pytest.raises(Unavailable):
        call(bank(server, limits=Limits(read_seconds=0.5)))
    assert len(server.seen) <= 1  # whether to ask again is not decided here


ERRORS = [
    {"errorCode": "5", "errorMessage": "Доступ запрещен"},
    {"errorCode": 5, "errorMessage": "Доступ запрещен"},
    {"ErrorCode": "5", "ErrorMessage": "Доступ запрещен"},
    {"error": {"code": 5, "message": "Доступ запрещен"}},
    {"error": {"code": "5", "description": "Доступ запрещен"}},
    {"errorCode": "0", "success": False, "error": {"code": "5", "message": "Доступ запрещен"}},
    {"errorCode": "5", "errorMessage": "Доступ запрещен", "orderId": ID, "formUrl": "https://x/", "orderStatus": 2},
]


@pytest.mark.parametrize("reply", ERRORS)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_an_error_is_an_error_in_every_shape(server, reply, encoding):
    server.says(answer(json.dumps(reply, ensure_ascii=False).encode(encoding), content_type="text/plain"))
    for call in (
        register,
        lambda shop: shop.status(ID),
        lambda shop: shop.refund(ID, 1),
        lambda shop: shop.reverse(ID),
    ):
        with pytest.raises(BankRefused) as refused:
            call(bank(server))
        assert (type(refused.value), refused.value.code, refused.value.text) == (BankRefused, 5, "Доступ запрещен")


@pytest.mark.parametrize("success", [{"errorCode": "0"}, {"errorCode": 0}, {}, {"ErrorCode": "0"}, {"errorCode": None}])
def test_success_is_success_in_every_shape(server, success):
    server.says(answer(success | {"orderId": ID, "formUrl": form_url(server)}))
    assert register(bank(server)).bank_order_id == ID


def test_the_state_of_a_paid_order(server):
    server.says(answer(paid()))

    status = bank(server).status(bank_order_id=ID)

    assert (server.seen[0].path, server.seen[0].json) == (
        "/ecomm/gw/partner/api/v1/getOrderStatusExtended.do",
        ACCESS | {"orderId": ID, "language": "ru"},
    )
    assert (status.state, status.bank_order_id, status.order_number) == (State.PAID, ID, "N17-1")
    assert (status.amount_kop, status.deposited_kop, status.refunded_kop, status.currency) == (128456, 128456, 0, "643")
    assert (status.action_code, status.words, status.masked_pan) == (0, None, "220138*******0047")
    assert (status.client_id, status.binding_id) == ("p17:energy", "aa11-bb22")


def test_what_is_kept_of_an_answer_does_not_tell_of_the_person(server):
    server.says(answer(paid(pan="4111111111111111", unknown={"fio": "Ковальчук"})))
    status = bank(server).status(ID)

    kept = json.dumps(status.raw, ensure_ascii=False)
    assert status.raw["paymentAmountInfo"]["depositedAmount"] == 128456
    for private in ("MARINA", "202912", "203.0.113.7", "abonent", "4111", "Ковальчук"):
        assert private not in kept + repr(status)


def test_an_order_is_found_by_our_own_number(server):
    server.says(answer(paid()))
    assert bank(server, "legacy").status(order_number="N17-1").bank_order_id == ID
    assert server.seen[0].form == ACCESS | {"orderNumber": "N17-1", "language": "ru"}


def test_the_old_spelling_of_the_fields_is_read(server):
    server.says(
        answer(
            {
                "OrderStatus": 2,
                "ErrorCode": 0,
                "OrderNumber": "N17-1",
                "Pan": "555555**5599",
                "depositAmount": 128456,
                "Amount": "128456",
                "currency": 810,
                "BindingInfo": {"clientId": 777, "bindingId": 555},
            }
        )
    )
    status = bank(server, "legacy").status(ID)
    assert (status.state, status.amount_kop, status.deposited_kop, status.currency) == (
        State.PAID,
        128456,
        128456,
        "643",
    )
    assert (status.masked_pan, status.client_id, status.binding_id) == ("555555**5599", "777", "555")


@pytest.mark.parametrize(("number", "state"), list(enumerate(State)))
def test_every_state_is_known_by_its_number(server, number, state):
    server.says(answer(paid(orderStatus=number)))
    assert bank(server).status(ID).state is state


def test_points_of_a_bonus_programme_are_not_money(server):
    server.says(answer(paid(paymentAmountInfo={"depositedAmount": 100000, "refundedAmount": 0})))
    status = bank(server).status(ID)
    assert (status.amount_kop, status.deposited_kop) == (128456, 100000)


def test_a_refund_in_part_says_how_much(server):
    server.says(answer(paid(orderStatus=4, paymentAmountInfo={"depositedAmount": 128456, "refundedAmount": 456})))
    status = bank(server).status(ID)
    assert (status.state, status.deposited_kop, status.refunded_kop) == (State.REFUNDED, 128456, 456)


def test_a_new_order_has_taken_nothing(server):
    untried = {"orderStatus": 0, "actionCode": -100, "paymentAmountInfo": None, "cardAuthInfo": None, "bindingInfo": []}
    server.says(answer(paid(**untried)))
    status = bank(server).status(ID)
    assert (status.state, status.deposited_kop, status.action_code, status.words) == (State.NEW, 0, -100, None)
    assert (status.masked_pan, status.binding_id) == ("", "")


@pytest.mark.parametrize(
    "changes",
    [
        {"orderStatus": 7},
        {"orderStatus": None},
        {"orderStatus": True},
        {"orderStatus": "paid"},
        {"amount": None},
        {"amount": 1284.56},
        {"amount": "1e5"},
        {"amount": -1},
        {"amount": True},
        {"amount": 10**30},
        {"orderStatus": 4, "paymentAmountInfo": {}},
        {"attributes": [{"name": "mdOrder", "value": "ffffffff-9a2b-4c86-9a0e-1b2c3d4e5f60"}]},
    ],
)
def test_an_answer_that_makes_no_sense_decides_nothing(server, changes):
    server.says(answer(paid(**changes)))
    with pytest.raises(Unavailable):
        bank(server).status(ID)


def test_a_number_with_a_monstrous_exponent_costs_nothing(server):
    server.says(answer(json.dumps(paid()).replace("128456", "1e999999999")))
    with pytest.raises(Unavailable):
        bank(server).status(ID)


@pytest.mark.parametrize(
    "changes", [{"orderNumber": "N18-1"}, {"orderNumber": None}, {"attributes": [{"name": "mdOrder", "value": "<>"}]}]
)
def test_an_answer_about_another_order_decides_nothing(server, changes):
    server.says(answer(paid(**changes)))
    with pytest.raises(Unavailable):
        bank(server).status(order_number="N17-1")


def test_an_order_is_not_asked_for_without_a_number(server):
    with pytest.raises(ValueError, match="number"):
        bank(server).status()
    assert server.seen == []


@pytest.mark.parametrize(
    "reply",
    [
        {"errorCode": "6", "errorMessage": "Неверный номер заказа"},
        {"errorCode": "5", "errorMessage": "Заказ не найден"},
    ],
)
def test_an_order_the_bank_does_not_know(server, reply):
    server.says(answer(reply))
    for call in (lambda shop: shop.status(ID), lambda shop: shop.refund(ID, 1), lambda shop: shop.reverse(ID)):
        with pytest.raises(UnknownOrder):
            call(bank(server))


def test_a_card_number_that_came_whole_is_masked(server):
    server.says(answer(paid(cardAuthInfo={"pan": "4111111111111111"})))
    assert bank(server).status(ID).masked_pan == "411111******1111"


@pytest.mark.parametrize(
    ("code", "begins"),
    [
        (116, "На карте не хватает денег."),
        (101, "Срок действия карты истёк"),
        (61, "Сработало ограничение карты"),
        (-2007, "Время на оплату истекло."),
        (2007, "Этот заказ уже оплачен"),
        (43, declines.GENERIC),  # stolen: not for the one who holds it
        (987654, declines.GENERIC),
        (None, declines.GENERIC),
    ],
)
def test_a_refusal_is_told_in_words(server, code, begins):
    server.says(answer(paid(orderStatus=6, actionCode=code, actionCodeDescription="Отказ")))
    status = bank(server).status(ID)
    assert status.words.startswith(begins)
    assert status.action_text == "Отказ"


def test_the_general_words_of_a_refusal():
    assert declines.GENERIC == "Платёж отклонён банком. Попробуйте другую карту или обратитесь в банк."


@pytest.mark.parametrize("code", [0, -100, -99, 400])
def test_what_is_no_refusal_has_no_words(code):
    assert declines.words(code) is None
