"""Cards that the bank keeps (S3-01, P11): out of use at once, forgotten by the bank as soon as it answers."""

from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from nesk.core import clock, config
from nesk.core.actor import system
from nesk.core.db import transaction
from nesk.core.events import Delivery, EventRecord, attempt, drain, revive
from nesk.core.outbound import Outbound
from nesk.payments import cards
from nesk.payments.gateway import Bank
from nesk.payments.models import Card
from nesk.payments.tasks import MOST_ATTEMPTS
from tests.district import make_person
from tests.payments.test_sandbox_bank import BACK, KEY, PAYS, SECRETS, fill
from tests.wire import answer, http_server, sandbox

BY = system("test")
FORGOTTEN = answer({"errorCode": "0", "errorMessage": "Успешно"})
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def person():
    return make_person(1)[0]


@pytest.fixture
def bank():
    with http_server(FORGOTTEN) as server:
        config.use(replace(config.current(), bank_url=server.url, bank_dialect="ecom"))
        yield server


def keep(person, binding="aa11-bb22", *, kind="energy", expiry="202912"):
    return cards.keep(person.id, kind=kind, binding_id=binding, masked_pan="411111**1111", expiry=expiry, by=BY)


def states(person):
    return [card.state for card in Card.select().where(Card.person == person.id).order_by(Card.id)]


def test_a_kept_card_is_usable_for_its_kind_of_payment_until_its_end(person):
    with clock.stopped_at("2026-11-24 10:00"):
        card = keep(person, expiry="202611")
        assert [each.id for each in cards.usable(person.id, "energy")] == [card.id]
        assert cards.usable(person.id, "services") == []
    with clock.stopped_at("2026-11-30 23:59"):
        assert [each.id for each in cards.usable(person.id, "energy")] == [card.id]
    with clock.stopped_at("2026-12-01 00:01"):
        assert cards.usable(person.id, "energy") == []


@pytest.mark.parametrize("expiry", ["202913", "1229", "2029-12", "", "209912 "])
def test_a_card_without_a_readable_end_is_not_kept(person, expiry):
    with pytest.raises(ValueError, match="YYYYMM"):
        keep(person, expiry=expiry)
    assert Card.select().count() == 0


def test_the_banks_name_for_the_card_is_not_stored_in_the_open(person):
    assert "aa11-bb22" not in keep(person).binding


def test_p11_every_card_of_the_person_is_out_of_use_and_the_bank_forgets_each(person, bank):
    stranger = make_person(2)[0]
    keep(person)
    keep(person, "cc33-dd44", kind="services")
    keep(stranger, "ee55-ff66")
    assert cards.make_unusable(person.id, by=BY) == 2
    assert (cards.usable(person.id, "energy"), states(person), states(stranger)) == ([], ["unusable"] * 2, ["active"])
    assert bank.seen == []
    drain()
    assert [seen.json["bindingId"] for seen in bank.seen] == ["aa11-bb22", "cc33-dd44"]
    assert (states(person), states(stranger)) == (["unbound"] * 2, ["active"])
    assert EventRecord.select().where(EventRecord.name == "CardUnbound").count() == 2


def test_done_twice_it_is_done_once(person, bank):
    keep(person)
    assert (cards.make_unusable(person.id, by=BY), cards.make_unusable(person.id, by=BY)) == (1, 0)
    drain()
    cards.unbind(Card.get().id)
    assert len(bank.seen) == 1


def test_p11_what_is_rolled_back_leaves_the_card_in_use(person, bank):
    keep(person)
    with pytest.raises(ZeroDivisionError), transaction():
        cards.make_unusable(person.id, by=BY)
        assert 1 // 0
    drain()
    assert (states(person), bank.seen) == (["active"], [])


@pytest.mark.parametrize(
    "trouble",
    [answer("", status="500 Internal Server Error"), answer({"errorCode": "7", "errorMessage": "Системная ошибка"})],
)
def test_p11_a_bank_that_does_not_answer_is_asked_again_until_it_has_forgotten(person, bank, trouble):
    keep(person)
    bank.says(trouble, trouble, FORGOTTEN)
    with clock.stopped_at("2026-11-24 10:00"):
        cards.make_unusable(person.id, by=BY)
        drain(reraise=False)
    assert (states(person), len(bank.seen)) == (["unusable"], 1)
    with clock.stopped_at("2026-11-24 10:00:06"):
        drain(reraise=False)
    assert (states(person), len(bank.seen)) == (["unusable"], 2)
    with clock.stopped_at("2026-11-24 10:01"):
        drain()
    assert (states(person), len(bank.seen)) == (["unbound"], 3)


def test_p11_what_was_given_up_is_seen_by_staff_and_can_be_tried_again(person, bank):
    keep(person)
    cards.make_unusable(person.id, by=BY)
    (owed,) = Delivery.select().where(Delivery.reaction == "payments.unbind_card")
    Delivery.update(attempts=MOST_ATTEMPTS).where(Delivery.id == owed.id).execute()
    assert attempt(owed.id) is False
    assert Delivery.get_by_id(owed.id).dead_at is not None
    assert states(person) == ["unusable"]
    revive([owed.id])
    drain()
    assert states(person) == ["unbound"]


def test_a_card_that_the_bank_does_not_know_any_more_counts_as_forgotten(person, bank):
    bank.says(answer({"errorCode": "2", "errorMessage": "Связка неактивна"}))
    keep(person)
    cards.make_unusable(person.id, by=BY)
    drain()
    assert states(person) == ["unbound"]


# --- the sandbox's bank keeps and forgets cards as the real one does


@pytest.fixture(scope="module")
def real_wire(tmp_path_factory):
    with (
        http_server(answer("OK", content_type="text/plain")) as shop,
        sandbox(
            tmp_path_factory.mktemp("sandbox"), callback_url=shop.url + "/callbacks/bank", secrets=SECRETS
        ) as ports,
    ):
        yield f"http://127.0.0.1:{ports['bank']}"


@pytest.mark.parametrize("dialect", ["ecom", "legacy"])
def test_a_card_kept_at_a_payment_is_gone_at_the_bank_after_it_was_put_out_of_use(person, real_wire, dialect):
    client = f"p{person.id}:energy-{dialect}"
    shop = Bank(
        real_wire,
        SECRETS["BANK_USER"],
        SECRETS["BANK_PASSWORD"],
        client=Outbound([real_wire], loopback_allowed=True),
        dialect=dialect,
    )
    number = uuid4().hex
    order = shop.register(number, 12_300, BACK, BACK, "Оплата электроэнергии", client_id=client)
    _pay_and_keep(order.form_url)
    status = shop.status(order.bank_order_id)
    assert status.client_id == client
    assert [each["bindingId"] for each in _kept_there(real_wire, client)] == [status.binding_id]

    keep(person, status.binding_id)
    config.use(
        replace(
            config.current(),
            bank_url=real_wire,
            bank_user=SECRETS["BANK_USER"],
            bank_password=SECRETS["BANK_PASSWORD"],
            bank_callback_key=KEY,
            bank_dialect=dialect,
        )
    )
    cards.make_unusable(person.id, by=BY)
    drain()
    assert states(person) == ["unbound"]
    assert _kept_there(real_wire, client) == []
    assert shop.unbind(status.binding_id) is None


def test_a_card_is_kept_by_the_bank_only_when_its_holder_ticks_the_box(real_wire):
    shop = Bank(
        real_wire,
        SECRETS["BANK_USER"],
        SECRETS["BANK_PASSWORD"],
        client=Outbound([real_wire], loopback_allowed=True),
    )
    order = shop.register(uuid4().hex, 12_300, BACK, BACK, "Оплата электроэнергии", client_id="p7:energy")
    _pay_and_keep(order.form_url, keep="")
    assert shop.status(order.bank_order_id).binding_id == ""
    assert _kept_there(real_wire, "p7:energy") == []


def _pay_and_keep(form_url: str, keep: str = "y") -> None:
    typed = {"Номер карты": PAYS, "Месяц/год": "12/29", "CVC2/CVV2": "123", "Запомнить карту": keep}
    with httpx.Client(trust_env=False, timeout=20) as payer:
        page = payer.get(form_url)
        address, fields = next(fill(page, typed))
        page = payer.post(address, data=fields, follow_redirects=True)
        address, fields = next(fill(page, {"Код из SMS": "123456"}))
        assert payer.post(address, data=fields).has_redirect_location


def _kept_there(url: str, client_id: str) -> list[dict[str, str]]:
    asked = {"userName": SECRETS["BANK_USER"], "password": SECRETS["BANK_PASSWORD"], "clientId": client_id}
    reply = httpx.post(f"{url}/ecomm/gw/partner/api/v1/getBindings.do", json=asked, trust_env=False)
    return reply.json().get("bindings", [])
