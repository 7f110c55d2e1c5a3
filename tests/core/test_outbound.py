"""What the door to the outside world lets through, and what it does with rude servers."""

import logging
import socket
import threading
from contextlib import suppress
from decimal import Decimal

import pytest

from nesk.core.errors import Unavailable
from nesk.core.outbound import Limits, Outbound, OutboundForbidden, may_reach, origin
from tests.wire import answer, http_server, make_certificate

QUICK = Limits(connect_seconds=1, read_seconds=0.3, total_seconds=0.6)


def to(server, **options):
    return Outbound([server.url], loopback_allowed=True, **options)


def test_a_json_document_goes_out_and_an_answer_comes_back():
    with http_server(answer({"сумма": 12345, "доля": 0.5})) as server:
        outbound = to(server)
        got = outbound.post(server.url + "/register.do", json={"имя": "Марина"})

        assert (got.status, got.media_type) == (200, "application/json")
        assert got.json() == {"сумма": 12345, "доля": Decimal("0.5")}
        (seen,) = server.seen
        assert (seen.method, seen.target, seen.json) == ("POST", "/register.do", {"имя": "Марина"})
        assert seen.headers["content-type"] == "application/json"
        assert seen.headers["accept-encoding"] == "identity"


def test_a_form_goes_out_in_utf8():
    with http_server(answer({})) as server:
        outbound = to(server)
        outbound.post(server.url + "/send.php", form={"mes": "Код & слово", "phones": "+79000000001"})

        (seen,) = server.seen
        assert seen.form == {"mes": "Код & слово", "phones": "+79000000001"}
        assert seen.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}.evil.example/",
        "http://evil.example@127.0.0.1:{port}/",
        "http://user:password@127.0.0.1:{port}/",
        "http://127.0.0.1:{other}/",
        "http://localhost:{port}/",
        "http://127.1:{port}/",
        "https://127.0.0.1:{port}/",
        "ftp://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "/path",
        "",
        "http://[::1/",
    ],
)
def test_only_the_exact_origins_are_called(url):
    with http_server(answer({})) as server:
        outbound = to(server)
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(OutboundForbidden):
            outbound.get(url.format(port=port, other=port + 1))
        assert server.connections == 0


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(status):
    reply = f"HTTP/1.1 {status}\r\nLocation: /latest/meta-data\r\nContent-Length: 0\r\n\r\n".encode()
    with http_server(reply) as server:
        outbound = to(server)
        with pytest.raises(Unavailable, match="redirects"):
            outbound.post(server.url + "/", form={"a": "1"})
        assert [seen.path for seen in server.seen] == ["/"]


@pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway", "503 Busy"])
def test_a_broken_server_is_unavailable(status):
    with http_server(answer("ой", status=status)) as server:
        outbound = to(server)
        with pytest.raises(Unavailable, match=f"answered {status[:3]}"):
            outbound.get(server.url + "/")


def test_a_refusal_of_the_server_is_an_answer():
    with http_server(answer("нет", status="404 Not Found", content_type="text/plain")) as server:
        outbound = to(server)
        got = outbound.get(server.url + "/", params={"q": "а б"})
        assert (got.status, got.text) == (404, "нет")
        assert server.seen[0].target == "/?q=%D0%B0+%D0%B1"


def _silent(connection):
    connection.recv(1)


def _drip(head):
    """A byte at a time, always before the read timeout: only the limit of the whole call ends it."""

    def say(connection):
        done = threading.Event()
        connection.sendall(head)
        with suppress(OSError):
            while not done.wait(0.05):
                connection.sendall(b"x")

    return say


@pytest.mark.parametrize(
    "rude",
    [
        _silent,
        _drip(b"HTTP/1.1 200 OK\r\nX-Long: "),
        _drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"),
        b"",
        b"\x00\xff garbage without end",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
    ],
    ids=[
        "silent",
        "drips a header",
        "drips a body",
        "hangs up",
        "garbage",
        "short",
        "two lengths",
        "bad chunk",
        "long",
    ],
)
def test_a_rude_server_is_unavailable_and_cannot_hold_the_call(rude):
    with http_server(rude) as server:
        outbound = to(server, limits=QUICK)
        with pytest.raises(Unavailable):
            outbound.post(server.url + "/", json={})
        assert len(server.seen) <= 1


@pytest.mark.parametrize(
    "head", [b"Content-Length: 50000000\r\n\r\n", b"\r\n", b"Transfer-Encoding: chunked\r\n\r\nffffff\r\n"]
)
def test_no_more_is_read_than_the_limit(head):
    def flood(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head)
        with suppress(OSError):
            for _ in range(50):
                connection.sendall(b"x" * 1_000_000)

    with http_server(flood) as server:
        outbound = to(server, limits=Limits(body_bytes=10_000))
        with pytest.raises(Unavailable, match="more than 10000 bytes"):
            outbound.get(server.url + "/")


def test_a_compressed_answer_is_not_unpacked():
    reply = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b"
    with http_server(reply) as server:
        outbound = to(server)
        with pytest.raises(Unavailable, match="compressed"):
            outbound.get(server.url + "/")


def test_nobody_listening_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(Unavailable, match="ConnectError"):
        Outbound([url], loopback_allowed=True).get(url)


def test_cookies_are_neither_kept_nor_sent():
    reply = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nContent-Length: 0\r\n\r\n"
    with http_server(reply) as server:
        outbound = to(server)
        outbound.get(server.url + "/")
        outbound.get(server.url + "/")
        assert ["cookie" in seen.headers for seen in server.seen] == [False, False]


def test_every_call_has_a_connection_of_its_own():
    with http_server(b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n") as server:
        outbound = to(server)
        assert [outbound.get(server.url + "/").status for _ in range(3)] == [200, 200, 200]
        assert server.connections == 3


def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with http_server(answer({})) as server:
        outbound = to(server)
        assert outbound.get(server.url + "/").status == 200


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "10.0.0.7", "169.254.169.254", "[fd00:ec2::254]"])
def test_private_addresses_are_refused_after_the_name_is_looked_up(host):
    outbound = Outbound([f"https://{host}:8443"])
    with pytest.raises(OutboundForbidden):
        outbound.get(f"https://{host}:8443/")


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    def lookup(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("93.184.216.34", "192.168.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    outbound = Outbound(["https://bank.example"])
    with pytest.raises(OutboundForbidden):
        outbound.get("https://bank.example/")


@pytest.mark.parametrize(
    ("address", "reachable"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.100.100.200", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:a9fe:a9fe::1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("2001:db8::1", False),
    ],
)
def test_which_addresses_may_be_reached(address, reachable):
    assert may_reach(address, loopback_allowed=False) is reachable


@pytest.mark.parametrize(("address", "reachable"), [("127.0.0.1", True), ("::1", True), ("10.0.0.1", False)])
def test_the_sandbox_opens_loopback_and_nothing_else(address, reachable):
    assert may_reach(address, loopback_allowed=True) is reachable


@pytest.mark.parametrize("url", ["http://bank.example", "http://10.0.0.1"])
def test_plain_http_is_for_loopback_only(url):
    with pytest.raises(ValueError, match="plain http"):
        Outbound([url], loopback_allowed=True)


def test_plain_http_is_refused_altogether_outside_the_sandbox():
    with pytest.raises(ValueError, match="plain http"):
        Outbound(["http://127.0.0.1:8000"])


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


def test_a_certificate_nobody_vouches_for_is_refused(certificate):
    context, _ = certificate
    with http_server(answer({}), tls=context) as server:
        outbound = to(server)
        with pytest.raises(Unavailable):
            outbound.post(server.url + "/", json={"password": "secret"})
        assert server.seen == []


def test_an_added_root_certificate_is_trusted(certificate):
    context, root = certificate
    with http_server(answer({}), tls=context) as server:
        outbound = to(server, ca_file=root)
        assert outbound.get(server.url + "/").status == 200


def test_nothing_but_address_and_outcome_is_logged(caplog):
    caplog.set_level(logging.DEBUG)
    with http_server(answer("Ковальчук"), answer("Ковальчук", status="500 Oops")) as server:
        outbound = to(server)
        outbound.post(server.url + "/send.php?psw=secret", form={"mes": "Код 123456"})
        with pytest.raises(Unavailable) as failed:
            outbound.get(server.url + "/send.php", params={"phones": "+79000000001"})

    written = caplog.text + str(failed.value)
    assert "/send.php" in written
    for private in ("secret", "123456", "79000000001", "Ковальчук"):
        assert private not in written


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("Заказ".encode(), "application/json", "Заказ"),
        ("Заказ".encode(), "text/html; charset=ISO-8859-1", "Заказ"),
        (b"\xef\xbb\xbf" + "Заказ".encode(), "text/plain", "Заказ"),
        ("Заказ".encode("cp1251"), "text/plain", "Заказ"),
        ("Заказ".encode("cp1251"), "text/plain; charset=UTF-8", "Заказ"),
        ("Заказ".encode("koi8-r"), "text/plain; charset=koi8-r", "Заказ"),
        ("Заказ".encode("cp1251"), "text/plain; charset=nonsense", "Заказ"),
    ],
)
def test_text_is_read_in_whatever_encoding_it_came(body, content_type, text):
    with http_server(answer(body, content_type=content_type)) as server:
        outbound = to(server)
        assert outbound.get(server.url + "/").text == text


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Malformed json!",
        "{",
        "[" * 100_000,
        '{"a": NaN}',
        '{"a": ' + "9" * 5000 + "}",
        '{"a": 1e99999999999999999999}',
    ],
)
def test_what_is_no_json_is_unavailable(body):
    with http_server(answer(body)) as server:
        outbound = to(server)
        got = outbound.get(server.url + "/")
        with pytest.raises(Unavailable, match="no JSON"):
            got.json()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Bank.Example/path?x=1", "https://bank.example"),
        ("https://bank.example:443/", "https://bank.example"),
        ("https://bank.example:8443/", "https://bank.example:8443"),
        ("http://user:password@127.0.0.1:8011/sys/send.php", "http://127.0.0.1:8011"),
        ("http://[::1]:80/", "http://[::1]"),
        ("https://пример.рф/", "https://xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_the_origin_of_an_address(url, expected):
    assert origin(url) == expected


@pytest.mark.parametrize(
    "url", ["", "bank.example", "javascript:alert(1)", "file:///etc/passwd", "https://", "http://[::1"]
)
def test_what_has_no_origin_is_said_to_have_none(url):
    with pytest.raises(ValueError, match="address"):
        origin(url)
