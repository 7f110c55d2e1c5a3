"""Redis has died: doors count on (A3), what is accepted is kept, and it is told of when Redis is back (fault table)."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests import servers
from tests.journeys.live import Stack
from tests.journeys.test_killed import PASSWORD, Person, fields, installation
from tests.wire import free_port

EMAIL = "abonent@demo.nesk"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def redis_server(port: int) -> object:
    try:
        return servers.start_redis(port)
    except servers.Missing as why:
        pytest.skip(str(why))


@pytest.fixture
def stack(redis_server, port: int, towns) -> Iterator[Stack]:
    """Production's processes whose broker dies before the test begins."""
    home, url = towns.copy("postgresql")
    servers.used["with the product running apart"] += 1
    with Stack("apart", home, url, f"redis://127.0.0.1:{port}/0") as running:
        redis_server.kill()
        redis_server.wait()
        yield running


def knock(stack: Stack, password: str) -> httpx.Response:
    """A try from a browser of its own, with the word on the picture where it is asked for."""
    with httpx.Client(base_url=stack.url, timeout=30) as client:
        form = fields(client.get("/login?by=email").text)
        if form.get("captcha_id"):
            form["captcha"] = stack.captcha()[0]["answer"]
        return client.post("/login?by=email", data={**form, "email": EMAIL, "password": password})


def test_tries_are_counted_without_the_broker(stack):
    """A3: the counters are the database's, and nothing fails open."""
    asked = []
    for _ in range(10):
        reply = knock(stack, "не тот")
        assert reply.status_code == 422
        asked.append("Введите слово на картинке" in reply.text)
    assert asked == [False] * 2 + [True] * 8
    reply = knock(stack, PASSWORD)
    assert (reply.status_code, int(reply.headers["Retry-After"]) > 0) == (429, True)
    assert stack.sql("SELECT count(*) FROM people_session WHERE kind = 'person' AND ended_at IS NULL") == [(0,)]


def test_what_was_accepted_without_the_broker_is_told_of_when_it_is_back(stack, port):
    client = Person(stack, "/login?by=email", email=EMAIL)
    where = "/cabinet/services/new/SEAL?ls=230000000017"
    reply = client.post(where, {**client.form(where), "installation": installation(stack)})
    assert reply is not None
    assert reply.status_code == 303, reply.text[:500]
    (number,) = stack.sql("SELECT number FROM fieldwork_order ORDER BY id DESC LIMIT 1")[0]
    told = "SELECT count(*) FROM notifications_message WHERE channel = 'email' AND state = 'sent' AND text LIKE ?"
    assert stack.sql(told, f"%{number}%") == [(0,)]
    servers.start_redis(port)
    for name in ("worker", "clock"):
        stack.kill_and_revive(name)  # as a supervisor does with what has ended
    stack.settle(seconds=90)
    stack.wait_for_message(EMAIL, text=str(number))
    assert stack.sql(told, f"%{number}%") == [(1,)]
