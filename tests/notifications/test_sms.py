"""SMS: what a text costs in parts, and what the gateway's answers mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.core.errors import Unavailable
from nesk.core.outbound import Limits, Outbound
from nesk.notifications.channels import Malformed, SmsGateway, SmsResult, Undeliverable, sms_parts
from tests.wire import answer, http_server

PHONE = "+79000000001"
CODE = "Код НЭСК: 123456. Никому не сообщайте."


@pytest.fixture
def server():
    with http_server(answer({"id": 17, "cnt": 1})) as running:
        yield running


def gateway(server, sender="NESK", limits=None):
    client = Outbound([server.url], loopback_allowed=True, limits=limits)
    return SmsGateway(server.url + "/sys/send.php", "nesk", "тайна", sender, client)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("a" * 152 + "[" + "a" * 152, 3),  # the bracket is not torn: it opens the second part
        ("a" * 151 + "[" + "a" * 153, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("💡" * 35, 1),
        ("💡" * 36, 2),
        ("я" * 66 + "💡" + "я" * 66, 3),  # nor is the emoji
        ("a" * 69 + "№", 1),
        ("a" * 70 + "№", 2),
        (CODE, 1),
    ],
)
def test_how_many_parts_a_text_takes(text, parts):
    assert sms_parts(text) == parts


@given(st.text(min_size=1, max_size=500), st.text(max_size=50))
def test_a_longer_text_never_takes_fewer_parts(text, more):
    assert 1 <= sms_parts(text) <= sms_parts(text + more)


def test_a_message_is_handed_over(server):
    assert gateway(server).send(PHONE, CODE, 17) == SmsResult("17", 1)

    (seen,) = server.seen
    assert (seen.method, seen.target) == ("POST", "/sys/send.php")
    assert seen.form == {
        "login": "nesk",
        "psw": "тайна",
        "phones": PHONE,
        "mes": CODE,
        "sender": "NESK",
        "id": "17",
        "charset": "utf-8",
        "fmt": "3",
    }


def test_without_a_name_of_its_own_the_gateway_s_is_used(server):
    gateway(server, sender="").send(PHONE, CODE, 17)
    assert "sender" not in server.seen[0].form


def test_login_and_password_may_come_in_the_address(server):
    client = Outbound([server.url], loopback_allowed=True)
    url = server.url.replace("://", "://nesk:%D1%82%D0%B0%D0%B9%D0%BD%D0%B0@")
    SmsGateway.at(url, sender="NESK", client=client).send(PHONE, CODE, 17)
    SmsGateway.at(url + "/other.php", sender="NESK", client=client).send(PHONE, CODE, 17)

    assert [seen.target for seen in server.seen] == ["/sys/send.php", "/other.php"]
    assert (server.seen[0].form["login"], server.seen[0].form["psw"]) == ("nesk", "тайна")


def test_parts_are_counted_here_when_the_gateway_does_not_say(server):
    server.says(answer({"id": "17"}))
    assert gateway(server).send(PHONE, "я" * 71, 17) == SmsResult("17", 2)


@pytest.mark.parametrize("code", [1, 5, 6, 7, 8])
@pytest.mark.parametrize("as_text", [False, True])
def test_a_message_refused_for_good(server, code, as_text):
    server.says(answer({"error": "refused", "error_code": str(code) if as_text else code, "id": 17}))
    with pytest.raises(Undeliverable) as refused:
        gateway(server).send(PHONE, CODE, 17)
    assert refused.value.code == code
    assert PHONE not in str(refused.value)


@pytest.mark.parametrize("code", [2, 3, 4, 9, 77, None, "?"])
def test_a_message_refused_for_now(server, code):
    server.says(answer({"error": "refused", "error_code": code}))
    with pytest.raises(Unavailable):
        gateway(server).send(PHONE, CODE, 17)


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        lambda connection: connection.recv(1),
        answer("OK - 1 SMS, ID - 17", content_type="text/plain"),
        answer({}),
        answer([17]),
        answer({"id": None}),
        answer({"id": "<b>"}),
        answer({"id": 17}, status="403 Forbidden"),
        answer({"id": 17}, status="503 Busy"),
    ],
    ids=["hangs up", "silent", "text", "empty", "list", "no id", "odd id", "403", "503"],
)
def test_a_broken_gateway_is_unavailable(server, reply):
    server.says(reply)
    with pytest.raises(Unavailable):
        gateway(server, limits=Limits(read_seconds=0.5)).send(PHONE, CODE, 17)


@pytest.mark.parametrize(
    ("phone", "text", "message_id"),
    [
        ("89000000001", CODE, 17),
        (PHONE + ",+79000000002", CODE, 17),
        (PHONE + "\n", CODE, 17),
        ("", CODE, 17),
        (PHONE, "", 17),
        (PHONE, "Код \ud83d", 17),
        (PHONE, CODE, 0),
        (PHONE, CODE, 2**31),
    ],
)
def test_a_malformed_message_is_not_sent(server, phone, text, message_id):
    with pytest.raises(Malformed):
        gateway(server).send(phone, text, message_id)
    assert server.seen == []
