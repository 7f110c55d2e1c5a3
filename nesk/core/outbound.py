"""The only door to the outside world over HTTP: named origins, checked addresses, bounded time and size."""

from __future__ import annotations

import ipaddress
import json
import logging
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

import httpcore
import httpx

from nesk.core.errors import Unavailable

log = logging.getLogger(__name__)
# Their debug lines carry whole addresses with queries and headers; what may be known of a call is logged here.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)

_DEFAULT_PORTS = {"https": 443, "http": 80}
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_deadline: ContextVar[float] = ContextVar("deadline")


class OutboundForbidden(Unavailable):
    """The address is not among the configured ones, or its name leads into a private network: nothing was sent."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much we listen. `total_seconds` bounds the whole call: a dripping server cannot hold it."""

    connect_seconds: float = 5.0
    read_seconds: float = 10.0
    total_seconds: float = 20.0
    body_bytes: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer of another server. Redirects and 5xx never get here; 4xx do."""

    origin: str
    status: int
    media_type: str
    charset: str | None
    body: bytes

    @property
    def text(self) -> str:
        """The body as text: UTF-8 if it is that, else as declared, else Windows-1251, as old gateways write."""
        for encoding in ("utf-8-sig", self.charset or "cp1251"):
            try:
                return self.body.decode(encoding)
            except (UnicodeDecodeError, LookupError):
                continue
        return self.body.decode("cp1251", errors="replace")

    def json(self) -> Any:
        """The body as JSON, numbers with a fraction as Decimal. Raises Unavailable when it is something else."""
        try:
            return json.loads(self.text, parse_float=Decimal, parse_constant=_no_number)
        except (ValueError, ArithmeticError, RecursionError):
            raise Unavailable(f"{self.origin} answered {self.status} with something that is no JSON") from None


def origin(url: str) -> str:
    """`scheme://host[:port]` of an address, as browsers write it. Raises ValueError when there is none."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as invalid:
        raise ValueError(f"not an address: {invalid}") from None
    if parsed.scheme not in _DEFAULT_PORTS or not parsed.host:
        raise ValueError("not an http(s) address")
    host = f"[{parsed.host}]" if ":" in parsed.host else parsed.raw_host.decode("ascii")
    port = "" if parsed.port is None or parsed.port == _DEFAULT_PORTS[parsed.scheme] else f":{parsed.port}"
    return f"{parsed.scheme}://{host}{port}"


class Outbound:
    """A client that calls only the given origins, follows no redirects, keeps no cookies and reads no proxy settings.

    The addresses behind a name are looked up and judged here, and the very address judged is the one connected to:
    a name that changes its mind between the two gains nothing. `loopback_allowed` (demo and tests, where the stand-ins
    of the outside world live) opens loopback and plain http on it; other private networks stay closed. `ca_file` adds
    a root certificate to the usual ones (Russian banks use the one of Минцифры).

    Every call has a connection of its own: a kept one may be closed by the other side just as a request leaves, and
    then nobody could tell whether, say, a refund was made. Safe to share between threads and over a fork.
    """

    def __init__(
        self,
        origins: Iterable[str],
        *,
        loopback_allowed: bool = False,
        ca_file: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.origins = frozenset(origin(url) for url in origins)
        self.limits = limits or Limits()
        for allowed in self.origins:
            if allowed.startswith("http:") and not (loopback_allowed and _names_loopback(httpx.URL(allowed).host)):
                raise ValueError(f"{allowed}: plain http is for the sandbox on loopback only")
        tls = httpx.create_ssl_context(trust_env=False)
        if ca_file:
            tls.load_verify_locations(ca_file)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, network_backend=_Guard(loopback_allowed), max_connections=None, max_keepalive_connections=0
        )

    def get(self, url: str, *, params: Mapping[str, str] | None = None) -> Answer:
        """Ask. Raises Unavailable."""
        return self._call(httpx.Request("GET", self._checked(url), params=params, headers=_HEADERS))

    def post(self, url: str, *, form: Mapping[str, str] | None = None, json: object | None = None) -> Answer:
        """Send a form or a JSON document. Raises Unavailable, after which the other side may or may not have acted."""
        if form is not None:
            return self._call(httpx.Request("POST", self._checked(url), data=dict(form), headers=_HEADERS))
        return self._call(httpx.Request("POST", self._checked(url), json=json, headers=_HEADERS))

    def _checked(self, url: str) -> httpx.URL:
        try:
            ours = origin(url) in self.origins
        except ValueError:
            ours = False
        if not ours or httpx.URL(url).userinfo:
            raise OutboundForbidden("the address is not among the configured ones")
        return httpx.URL(url)

    def _call(self, request: httpx.Request) -> Answer:
        where = origin(str(request.url))
        started = time.monotonic()
        token = _deadline.set(started + self.limits.total_seconds)
        try:
            answer = self._exchange(request, where)
        except httpcore.TimeoutException:
            raise _failed(request, where, "did not answer in time") from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as broken:
            raise _failed(request, where, f"broke the exchange: {type(broken).__name__}") from None
        finally:
            _deadline.reset(token)
        seconds = time.monotonic() - started
        log.info("%s %s%s: %s in %.2f s", request.method, where, request.url.path, answer.status, seconds)
        return answer

    def _exchange(self, request: httpx.Request, where: str) -> Answer:
        limits = self.limits
        seconds = {"connect": limits.connect_seconds, "read": limits.read_seconds}
        response = self._pool.handle_request(
            httpcore.Request(
                request.method,
                str(request.url),
                headers=request.headers.raw,
                content=request.read(),
                extensions={"timeout": seconds | {"write": limits.read_seconds, "pool": limits.connect_seconds}},
            )
        )
        try:
            headers = httpx.Headers(response.headers)
            if 300 <= response.status < 400:
                raise _failed(request, where, f"redirects ({response.status}), which is not followed")
            if response.status >= 500:
                raise _failed(request, where, f"answered {response.status}")
            if headers.get("content-encoding", "identity") != "identity":
                raise _failed(request, where, "compressed an answer that was asked for as it is")
            body = bytearray()
            for chunk in response.iter_stream():
                body += chunk
                if len(body) > limits.body_bytes:
                    raise _failed(request, where, f"answered more than {limits.body_bytes} bytes")
        finally:
            response.close()
        described = httpx.Response(response.status, headers=headers)
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        return Answer(where, response.status, media_type, described.charset_encoding, bytes(body))


_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close", "User-Agent": "nesk"}


class _Guard(httpcore.NetworkBackend):
    """Looks a name up, refuses what must not be reached, and connects to an address it has judged."""

    def __init__(self, loopback_allowed: bool) -> None:
        self._loopback_allowed = loopback_allowed
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        refused: httpcore.NetworkError | httpcore.TimeoutException = httpcore.ConnectError("the name has no addresses")
        for address in self._judged(host, port):
            try:
                return _Bounded(self._plain.connect_tcp(address, port, _left(timeout), local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                refused = failed
        raise refused

    def _judged(self, host: str, port: int) -> Iterator[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            raise httpcore.ConnectError("the name is not known") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            if not may_reach(address, loopback_allowed=self._loopback_allowed):
                log.error("%s leads to %s, which must not be reached", host, address)
                raise OutboundForbidden(f"{host} leads into a network that is closed to us")
        return iter(addresses)


def may_reach(address: str, *, loopback_allowed: bool) -> bool:
    """Whether an IP address belongs to the public internet (or to loopback, when that is allowed)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if ip.is_loopback:
        return loopback_allowed
    if isinstance(ip, ipaddress.IPv6Address) and (ip not in _GLOBAL_UNICAST or ip.sixtofour):
        return False  # NAT64, 6to4 and their kin wrap an IPv4 address that may be anything
    return ip.is_global and not ip.is_multicast


class _Bounded(httpcore.NetworkStream):
    """A connection whose every wait also ends with the call it serves."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Bounded(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None) -> float:
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for the whole call is over")
    return left if timeout is None else min(left, timeout)


def _names_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _failed(request: httpx.Request, where: str, what: str) -> Unavailable:
    """Path and outcome only: bodies and queries carry passwords, telephones and texts of messages."""
    log.warning("%s %s%s: %s", request.method, where, request.url.path, what)
    return Unavailable(f"{where} {what}")


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
