"""kill −9 at every named place of a payment, a crew's closing, a message, a recovery: afterwards each stands once."""

import base64
import io
import re
import sqlite3
from contextlib import suppress

import html5lib
import httpx
import pytest
from PIL import Image

from nesk.core.faults import PLACES
from nesk.people.passwords import matches
from tests.journeys.conftest import running
from tests.journeys.live import KINDS
from tests.servers import poll

PASSWORD = "demo-2026"
PAY = [place for place in PLACES if place.startswith("pay.")]
CLOSE = [place for place in PLACES if place.startswith("close.")]
MESSAGE = [place for place in PLACES if place.startswith("message.")]
RECOVER = [place for place in PLACES if place.startswith(("link.", "recover."))]
ELSEWHERE = [place for place in PLACES if place.startswith("privacy.")]
"""Of closings and archives: killed in processes of their own, in tests/privacy."""


@pytest.fixture(scope="module", params=KINDS)
def stack(request, towns):
    """One running copy for every place: what dies is started again, as it would be."""
    with running(request.param, towns) as one:
        yield one


class Person:
    """Somebody with a session, over plain HTTP: what was sent may be sent again."""

    def __init__(self, stack, door: str, **login: str) -> None:
        self.stack, self.client = stack, httpx.Client(base_url=stack.url, follow_redirects=False, timeout=30)
        reply = self.client.get(door)
        reply = self.client.post(door, data={**fields(reply.text), **login, "password": PASSWORD})
        assert reply.status_code == 303, reply.text[:500]

    def form(self, path: str) -> dict[str, str]:
        return fields(self.client.get(path).text)

    def post(self, path: str, data, **options) -> httpx.Response | None:
        """None when the server died under the request."""
        with suppress(httpx.TransportError):
            return self.client.post(path, data=data, **options)
        return None


def fields(html: str) -> dict[str, str]:
    """The values of every input of a page: the forms here have the ones that are needed."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return {
        each.get("name"): each.get("value", "")
        for each in tree.iter("input")
        if each.get("name") and each.get("type") not in ("radio", "checkbox", "file")
    }


def arm(stack, place: str) -> None:
    (stack.home / "fault").write_text(place)


def survive(stack, place: str) -> None:
    """The process met its place, and whatever died of it serves again."""
    poll(lambda: not (stack.home / "fault").exists(), seconds=40, what=f"a death at {place}")
    for name, process in list(stack._processes.items()):
        with suppress(AssertionError):
            poll(lambda process=process: process.poll() is not None, seconds=2, what="its end")
        if process.poll() is not None:
            stack.start(name)
    stack.wait_until_ready()


def at_the_bank(form_url: str) -> str:
    """Pay by the good card; gives where the bank sends the payer back to."""
    with httpx.Client(timeout=30) as bank:
        page = bank.get(form_url)
        typed = {**fields(page.text), "pan": "4111 1111 1111 1111", "expiry": "12/29", "cvc": "123"}
        page = bank.post(page.url.join("/pp/pay_ru"), data=typed, follow_redirects=True)
        reply = bank.post(page.url.join("/pp/acs"), data={**fields(page.text), "code": "123456"})
        assert reply.status_code == 303, reply.text
        return reply.headers["location"]


@pytest.mark.parametrize("place", PAY)
def test_a_payment_stands_once_wherever_the_process_was_killed(stack, place):
    payer = Person(stack, "/login?by=email", email="abonent@demo.nesk")
    data = {
        **payer.form("/cabinet/payment/?ls=230000000017"),
        "principal": "12,34",
        "penalty": "0",
        "confirmed": "y",
    }
    arm(stack, place)
    reply = payer.post("/cabinet/payment/?ls=230000000017", data)
    if reply is None or reply.status_code != 303:
        survive(stack, place)
        # A dead process holds its claim for half a minute: until then the page says that the bank does not answer.
        reply = poll(lambda: pressed_again(payer, data), seconds=60, what=f"the bank's page after {place}")
    assert reply is not None
    assert reply.status_code == 303, reply.text[:800]
    back = at_the_bank(reply.headers["location"])
    with suppress(httpx.TransportError):
        payer.client.get(back)
    survive(stack, place)

    payment = stack.sql("SELECT id FROM payments_payment WHERE key = ?", data["key"])
    assert len(payment) == 1
    poll(
        lambda id=payment[0][0]: stack.sql("SELECT 1 FROM payments_payment WHERE id = ? AND state = 'paid'", id),
        seconds=60,
        what=f"the payment after {place}",
    )
    entries = stack.sql(
        "SELECT amount_kop FROM billing_entry WHERE source = 'payment' AND source_id = ?", payment[0][0]
    )
    assert entries == [(-1234,)], place
    assert paid_orders(stack, payment[0][0]) == 1, place
    assert_balances_add_up(stack)
    stack.settle()
    assert_messages_stand_once(stack)


def pressed_again(payer, data) -> httpx.Response | None:
    reply = payer.post("/cabinet/payment/?ls=230000000017", data)
    assert reply is not None
    assert reply.status_code in (303, 422), reply.text[:800]
    return reply if reply.status_code == 303 else None


def paid_orders(stack, payment_id: int) -> int:
    """How many of the payment's orders the bank has taken money for."""
    numbers = [
        number for (number,) in stack.sql("SELECT order_number FROM payments_attempt WHERE payment_id = ?", payment_id)
    ]
    with sqlite3.connect(f"file:{stack.home / 'sandbox.sqlite3'}?mode=ro", uri=True) as books:
        marks = ",".join("?" * len(numbers))
        return books.execute(
            f"SELECT count(*) FROM bank_order WHERE state = 2 AND number IN ({marks})", numbers
        ).fetchone()[0]


def assert_balances_add_up(stack) -> None:
    """Every balance is the sum of its entries."""
    wrong = stack.sql(
        "SELECT b.account_id FROM billing_balance b JOIN (SELECT account_id, sum(amount_kop) AS owed FROM billing_entry GROUP BY account_id) e"
        " ON e.account_id = b.account_id WHERE e.owed <> b.principal_kop + b.penalty_kop"
    )
    assert wrong == []


def assert_messages_stand_once(stack) -> None:
    """No message is missing, and none stands twice under one id."""
    sent = stack.sql("SELECT id, channel FROM notifications_message WHERE channel <> 'cabinet' AND state = 'sent'")
    waiting = stack.sql(
        "SELECT id, state FROM notifications_message WHERE channel <> 'cabinet' AND state IN ('queued', 'sending', 'failed')"
    )
    assert waiting == []
    with sqlite3.connect(f"file:{stack.home / 'sandbox.sqlite3'}?mode=ro", uri=True) as books:
        arrived = {outer for (outer,) in books.execute("SELECT DISTINCT outer_id FROM message")}
        sms = books.execute(
            "SELECT outer_id, count(*) FROM message WHERE channel = 'sms' GROUP BY outer_id HAVING count(*) > 1"
        ).fetchall()
    told = {str(id) if channel == "sms" else id for id, channel in sent}
    met = {outer if outer.isdigit() else int(re.sub(r"\D", "", outer.partition("@")[0])) for outer in arrived}
    assert told - met == set()
    assert sms == []


@pytest.mark.parametrize("place", CLOSE)
def test_a_closing_stands_once_wherever_the_process_was_killed(stack, place):
    visit_id, serial, final = ready_visit(stack)
    new, seal = f"6600000{CLOSE.index(place)}", f"К{CLOSE.index(place)}"
    crew = Person(stack, "/crew/login", login="crew")
    for step in ("departure", "arrival"):
        crew.post(f"/crew/visits/{visit_id}/{step}", crew.form("/crew/"))
    data = {
        **crew.form(f"/crew/visits/{visit_id}"),
        "old_serial": serial, "final_1": str(final), "type": meter_type(stack), "serial": new, "year": "2026",
        "verified_on": "2026-02-10", "value_1": "1", "seal_1": seal, "seal_1_place": "Клеммная крышка",
        "signed_by": "Демо", "signature": signature(),
    }  # fmt: skip
    arm(stack, place)
    reply = crew.post(f"/crew/visits/{visit_id}", data)
    assert reply is None or reply.status_code >= 500, re.findall(r'class="err".*?</p>', reply.text)
    survive(stack, place)
    reply = crew.post(f"/crew/visits/{visit_id}", data)
    assert reply is not None
    assert reply.status_code in (303, 200), reply.text[:800]
    assert stack.sql("SELECT count(*) FROM fieldwork_act WHERE visit_id = ?", visit_id) == [(1,)], place
    assert stack.sql("SELECT count(*) FROM metering_meter WHERE serial = ?", new) == [(1,)], place
    assert stack.sql(
        "SELECT o.state FROM fieldwork_order o JOIN fieldwork_visit v ON v.order_id = o.id WHERE v.id = ?", visit_id
    ) == [("closed",)]
    stack.settle()
    papers = "SELECT count(*) FROM fieldwork_order_file f JOIN fieldwork_visit v ON v.order_id = f.order_id WHERE v.id = ? AND purpose = 'act'"
    assert stack.sql(papers, visit_id) == [(1,)], place
    assert_balances_add_up(stack)
    assert_messages_stand_once(stack)


@pytest.mark.parametrize("place", MESSAGE)
def test_a_message_arrives_once_under_its_id_wherever_the_worker_was_killed(stack, place):
    client = Person(stack, "/login?by=email", email="abonent@demo.nesk")
    arm(stack, place)
    form = client.form("/cabinet/services/new/SEAL?ls=230000000017")
    reply = client.post("/cabinet/services/new/SEAL?ls=230000000017", {**form, "installation": installation(stack)})
    survive(stack, place)
    assert reply is None or reply.status_code == 303
    stack.settle(seconds=90)
    assert_messages_stand_once(stack)


@pytest.mark.parametrize("place", RECOVER)
def test_a_recovery_leaves_the_old_password_or_the_new_one_wherever_the_process_was_killed(stack, place):
    """Fault table, «Recover: …»: the letter comes all the same, and no old session lives beside the new password."""
    number = RECOVER.index(place) + 2
    email, new = f"abonent{number}@demo.nesk", f"Новый-зонтик-{number}"
    inside = Person(stack, "/login?by=email", email=email)

    def is_in() -> bool:
        return inside.client.get("/cabinet/").status_code == 200

    if place in ("link.writing", "recover.asked"):
        arm(stack, place)
    ask_for_link(stack, email)
    if place in ("link.writing", "recover.asked"):
        survive(stack, place)
    found = re.search(
        r"/recover/link/\S+", stack.wait_for_message(email, text="Восстановление пароля", seconds=120)["text"]
    )
    assert found
    assert (lets_in(stack, email, PASSWORD), is_in()) == (True, True), place

    if place in ("recover.changing", "recover.changed"):
        arm(stack, place)
        assert set_password(stack, found[0], new) is None, place
        survive(stack, place)
        happened = place == "recover.changed"
        assert (lets_in(stack, email, new), lets_in(stack, email, PASSWORD), is_in()) == (
            (True, False, False) if happened else (False, True, True)
        ), place
        assert httpx.get(stack.url + found[0]).status_code == (410 if happened else 200)
    if place != "recover.changed":
        reply = set_password(stack, found[0], new)
        assert reply is not None
        assert (reply.status_code, reply.headers.get("location")) == (303, "/login?by=email"), reply.text[:500]
    assert (lets_in(stack, email, new), lets_in(stack, email, PASSWORD), is_in()) == (True, False, False), place
    stack.wait_for_message(email, text="изменён", seconds=120)
    stack.settle(seconds=90)
    assert_messages_stand_once(stack)


def ask_for_link(stack, email: str) -> None:
    """Somebody without a session asks for the letter; the server may die of it."""
    with httpx.Client(base_url=stack.url, timeout=30) as client, suppress(httpx.TransportError):
        form = fields(client.get("/recover").text)
        client.post("/recover?by=email", data={**form, "email": email, "captcha": stack.captcha()[0]["answer"]})


def set_password(stack, link: str, password: str) -> httpx.Response | None:
    """None when the server died under the request."""
    with httpx.Client(base_url=stack.url, timeout=30) as client, suppress(httpx.TransportError):
        return client.post(link, data={**fields(client.get(link).text), "password": password})
    return None


def lets_in(stack, email: str, password: str) -> bool:
    """Whether the password is the one that stands in the database now."""
    stored = stack.sql(
        "SELECT p.password_hash FROM people_person p JOIN people_identity i ON i.person_id = p.id WHERE i.value = ?",
        email,
    )
    return matches(stored[0][0], password)


def ready_visit(stack) -> tuple[int, str, int]:
    """A replacement with a one-zone meter that stands on the first crew: its visit, the meter, the last value."""
    rows = stack.sql(
        "SELECT v.id, m.serial, (SELECT max(t1) FROM metering_reading r WHERE r.installation_id = i.id)"
        " FROM fieldwork_visit v JOIN fieldwork_order o ON o.id = v.order_id JOIN fieldwork_service s ON s.id = o.service_id"
        " JOIN metering_installation i ON i.id = o.installation_id JOIN metering_meter m ON m.id = i.meter_id"
        " JOIN fieldwork_crew c ON c.id = v.crew_id"
        " WHERE v.state = 'assigned' AND s.work = 'replacement' AND i.zones = 1 AND c.name = 'Бригада № 1' AND i.removed_on IS NULL ORDER BY v.id"
    )
    if rows:
        return rows[0]
    dispatcher = Person(stack, "/staff/login", login="dispatcher")
    order_id = stack.sql(
        "SELECT o.id FROM fieldwork_order o JOIN fieldwork_service s ON s.id = o.service_id JOIN metering_installation i ON i.id = o.installation_id"
        " WHERE o.state IN ('new', 'accepted') AND s.work = 'replacement' AND i.zones = 1 AND i.removed_on IS NULL ORDER BY o.id"
    )[0][0]
    form = dispatcher.form(f"/staff/dispatch/orders/{order_id}/assignment")
    crew_id = stack.sql("SELECT id FROM fieldwork_crew WHERE name = 'Бригада № 1'")[0][0]
    dispatcher.post(f"/staff/dispatch/orders/{order_id}/assignment", {**form, "crew": str(crew_id), "slot": "2"})
    return ready_visit(stack)


def meter_type(stack) -> str:
    return str(stack.sql("SELECT id FROM metering_meter_type WHERE name = 'Нева 103 1S0'")[0][0])


def installation(stack) -> str:
    rows = stack.sql(
        "SELECT i.id FROM metering_installation i JOIN accounts_account a ON a.id = i.account_id WHERE a.number = '230000000017' AND i.removed_on IS NULL"
    )
    return str(rows[0][0])


def signature() -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (80, 40), "white").save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def test_every_place_is_gone_through():
    assert sorted(PAY + CLOSE + MESSAGE + RECOVER + ELSEWHERE) == sorted(PLACES)
