"""The client against the sandbox bank as a process of its own: the same wire as the real one's."""

import importlib.util
import threading
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import html5lib
import httpx
import pytest

from nesk.core.outbound import Outbound
from nesk.payments.checksum import verify
from nesk.payments.gateway import AlreadyRegistered, Bank, BankRefused, Item, Registered, State, UnknownOrder
from tests.wire import answer, http_server, sandbox

pytestmark = pytest.mark.skipif(importlib.util.find_spec("nesk.sandbox") is None, reason="there is no sandbox")

KEY = "ключ-уведомлений-для-проверки"
SECRETS = {"BANK_USER": "nesk-api", "BANK_PASSWORD": "тайна-проверки", "BANK_CALLBACK_KEY": KEY}
BACK = "http://127.0.0.1:9/back"
PAYS, DECLINED = "4111 1111 1111 1111", "4000 0000 0000 0002"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with http_server(answer("OK", content_type="text/plain")) as shop:
        home = tmp_path_factory.mktemp("sandbox")
        with sandbox(home, callback_url=shop.url + "/callbacks/bank", secrets=SECRETS) as ports:
            yield shop, f"http://127.0.0.1:{ports['bank']}"


@pytest.fixture(params=["ecom", "legacy"])
def bank(world, request) -> Bank:
    _, url = world
    client = Outbound([url], loopback_allowed=True)
    return Bank(url, SECRETS["BANK_USER"], SECRETS["BANK_PASSWORD"], client=client, dialect=request.param)


def order(bank: Bank, number: str, amount_kop: int = 128456, **options) -> Registered:
    return bank.register(number, amount_kop, BACK, BACK, "Оплата электроэнергии", **options)


@pytest.fixture
def number() -> str:
    return uuid4().hex


def test_an_order_is_registered_once_and_waits_for_its_payer(bank, number):
    registered = order(bank, number, email="abonent@demo.nesk", client_id="p17:energy")
    with pytest.raises(AlreadyRegistered):
        order(bank, number)

    by_ours, by_theirs = bank.status(order_number=number), bank.status(registered.bank_order_id)
    assert by_ours == by_theirs
    assert (by_ours.state, by_ours.bank_order_id, by_ours.order_number) == (State.NEW, registered.bank_order_id, number)
    assert (by_ours.amount_kop, by_ours.deposited_kop, by_ours.refunded_kop, by_ours.currency) == (128456, 0, 0, "643")
    assert bank.form_url(registered.bank_order_id) == registered.form_url


def test_an_order_with_a_cart_is_taken(bank, number):
    items = [Item("energy", "Электроснабжение", 120000, 6), Item("penalty", "Пени", 8456, 0, payment_object=15)]
    order(bank, number, email="abonent@demo.nesk", items=items)
    assert bank.status(order_number=number).amount_kop == 128456


def test_an_order_nobody_registered_is_unknown(bank, number):
    with pytest.raises(UnknownOrder):
        bank.status(order_number=number)
    with pytest.raises(BankRefused):
        bank.refund(str(uuid4()), 100)


def test_a_wrong_password_is_refused(world, number):
    _, url = world
    stranger = Bank(url, SECRETS["BANK_USER"], "чужая", client=Outbound([url], loopback_allowed=True))
    with pytest.raises(BankRefused):
        order(stranger, number)


def test_a_paid_order_is_told_by_a_signed_callback_and_can_be_given_back(world, bank, number):
    shop, _ = world
    registered = order(bank, number)
    pay(registered.form_url, PAYS)

    status = bank.status(registered.bank_order_id)
    assert (status.state, status.amount_kop, status.deposited_kop, status.words) == (State.PAID, 128456, 128456, None)
    assert (status.masked_pan[:4], status.masked_pan[-4:], "*" in status.masked_pan) == ("4111", "1111", True)

    callback = await_callback(shop, registered.bank_order_id, "deposited")
    assert (callback["orderNumber"], callback["status"]) == (number, "1")
    assert verify(callback, KEY)
    assert not verify({**callback, "orderNumber": "N18"}, KEY)

    bank.refund(registered.bank_order_id, 456, refund_id=f"{number[:30]}-1")
    bank.refund(registered.bank_order_id, 456, refund_id=f"{number[:30]}-1")
    status = bank.status(registered.bank_order_id)
    assert (status.state, status.deposited_kop, status.refunded_kop) == (State.REFUNDED, 128456, 456)
    with pytest.raises(BankRefused):
        bank.refund(registered.bank_order_id, 128456)
    assert bank.status(registered.bank_order_id).refunded_kop == 456


def test_a_declined_card_is_told_in_words(bank, number):
    registered = order(bank, number)
    pay(registered.form_url, DECLINED)
    status = bank.status(registered.bank_order_id)
    assert (status.state, status.deposited_kop) == (State.DECLINED, 0)
    assert status.words.endswith(".")


def test_an_unpaid_order_cannot_be_refunded(bank, number):
    registered = order(bank, number)
    with pytest.raises(BankRefused):
        bank.refund(registered.bank_order_id, 100)
    assert bank.status(registered.bank_order_id).state is State.NEW


def test_an_unknown_card_is_unbound_already(bank):
    assert bank.unbind(str(uuid4())) is None


def pay(form_url: str, card: str) -> None:
    """What a person does on the bank's page: card, date, CVC, then the code of 3-D Secure if it is asked for."""
    typed = {"Номер карты": card, "Месяц/год": "12/29", "CVC2/CVV2": "123", "Код из SMS": "123456"}
    with httpx.Client(trust_env=False, timeout=20) as person:
        page = person.get(form_url)
        for _ in range(2):
            assert page.status_code == 200, page.text
            form = next(fill(page, typed), None)
            if form is None:
                break
            page = person.post(form[0], data=form[1])
            while page.has_redirect_location and not page.headers["location"].startswith(BACK):
                page = person.get(str(page.next_request.url))
            if page.has_redirect_location:
                break


def fill(page: httpx.Response, typed: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Forms of the page with whatever labels we know filled in: address and fields."""
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    for form in tree.iter("form"):
        labels = {label.get("for"): "".join(label.itertext()).strip() for label in form.iter("label")}
        fields = {}
        for field in form.iter("input"):
            if field.get("name"):
                fields[field.get("name")] = typed.get(labels.get(field.get("id"), ""), field.get("value", ""))
        if set(labels.values()) & typed.keys():
            yield str(page.url.join(form.get("action") or "")), fields


def await_callback(shop, bank_order_id: str, operation: str) -> dict[str, str]:
    pause = threading.Event()
    for _ in range(100):
        for seen in list(shop.seen):
            fields = (
                seen.form
                if seen.method == "POST"
                else {k: v[0] for k, v in parse_qs(urlsplit(seen.target).query).items()}
            )
            if (fields.get("mdOrder"), fields.get("operation")) == (bank_order_id, operation):
                return fields
        pause.wait(0.1)
    raise AssertionError("no callback came")
