"""The client of the bank against samples of the bank's own and of other people's clients."""

import json
import os
from pathlib import Path

import pytest

from nesk.core.errors import Unavailable
from nesk.payments import declines
from nesk.payments.gateway import BankRefused, Item, State
from tests.payments.shop import ID, SELLER, bank, form_url, register
from tests.wire import answer, http_server

ITEMS = [
    Item("energy", "Электроснабжение", 120000, tax_type=6, quantity=150, measure="kwh"),
    Item("penalty", "Пени", 8456, tax_type=0, payment_object=15),
]


@pytest.fixture
def server():
    with http_server(answer({})) as running:
        yield running


pytestmark = pytest.mark.skipif(
    "NESK_MATERIAL" not in os.environ, reason="NESK_MATERIAL is not set: samples of others are not read"
)


def samples(pattern):
    return sorted(Path(os.environ.get("NESK_MATERIAL", "/nowhere")).glob(f"sberbank/{pattern}"))


def test_errors_in_the_material_of_others_are_errors(server):
    shapes = json.loads(samples("examples-libs/voronkovich_error_shapes.json")[0].read_text())["response"]
    for shape in shapes[:-1]:
        server.says(answer(shape))
        with pytest.raises(BankRefused) as refused:
            bank(server).status(ID)
        assert refused.value.code == 100
    server.says(answer(shapes[-1]))
    with pytest.raises(Unavailable):
        bank(server).status(ID)


def objects():
    read = {path.stem: json.loads(path.read_text()).get("response") for path in samples("examples-libs/*.json")}
    return [pytest.param(reply, id=name) for name, reply in read.items() if isinstance(reply, dict)]


@pytest.mark.parametrize("reply", objects())
def test_every_answer_in_the_material_of_others_is_read_or_refused(server, reply):
    server.says(answer(reply))
    told = {name.lower(): value for name, value in reply.items()}
    if str(told.get("errorcode", "0")) == "0" and {"orderstatus", "amount"} <= told.keys():
        assert bank(server).status(ID).amount_kop == told["amount"]
    else:
        with pytest.raises((BankRefused, Unavailable)):
            bank(server).status(ID)


def test_the_official_sample_of_a_paid_order(server):
    schema = json.loads(samples("openapi/sberbank_ecom_1.0.7.fixed.json")[0].read_text())
    operation = schema["paths"]["/ecomm/gw/partner/api/v1/getOrderStatusExtended.do"]["post"]
    examples = operation["responses"]["200"]["content"]["application/json"]["examples"]
    server.says(answer(examples["success"]["value"]))
    status = bank(server).status("a67b0ced-c9a4-4cfb-bce3-b9595afaafc1")
    assert (status.state, status.amount_kop, status.currency) == (State.PAID, 19900, "643")
    assert status.masked_pan == "220138*******0047"


def test_the_requests_fit_the_official_description(server):
    schema = json.loads(samples("openapi/sberbank_ecom_1.0.7.fixed.json")[0].read_text())["components"]["schemas"]
    server.says(answer({"orderId": ID, "formUrl": form_url(server)}))
    shop = bank(server, seller=SELLER)
    register(
        shop, email="abonent@demo.nesk", phone="+79000000001", client_id="p17:energy", binding_id="aa11", items=ITEMS
    )
    shop.refund(ID, 1, refund_id="refund-17")
    shop.unbind("aa11-bb22")

    for seen, name in zip(server.seen, ["registerRequest", "refundRequest", "unBindCardRequest"], strict=True):
        assert seen.json.keys() <= schema[name]["properties"].keys()
        assert set(schema[name]["required"]) <= seen.json.keys()
    cart = server.seen[0].json["orderBundle"]
    assert cart.keys() <= schema["orderBundle"]["properties"].keys()
    lines = schema["cartItems"]["properties"]["items"]["items"]
    assert all(
        set(lines["required"]) <= line.keys() <= lines["properties"].keys() for line in cart["cartItems"]["items"]
    )


def test_every_action_code_of_the_bank_has_words_or_is_no_refusal():
    (table,) = samples("action_codes.csv")
    codes = {
        int(line.partition(",")[0])
        for line in table.read_text().splitlines()[1:]
        if line.partition(",")[0].lstrip("-").isdigit()
    }
    assert len(codes) > 60
    assert {code for code in codes if declines.words(code) is None} == {0, -100, -99, 400}
