"""A server on loopback that says exactly what a test tells it to, however rude; shared by the tests of our clients."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

Say = Callable[[socket.socket], None]


@dataclass(frozen=True)
class Seen:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def form(self) -> dict[str, str]:
        fields = parse_qs(self.body.decode(), keep_blank_values=True, strict_parsing=True)
        assert all(len(values) == 1 for values in fields.values())
        return {name: values[0] for name, values in fields.items()}

    @property
    def json(self) -> dict[str, object]:
        return json.loads(self.body)  # type: ignore[no-any-return]


@dataclass
class Server:
    """Says the replies one after another, the last of them for ever; `seen` are the requests."""

    url: str
    replies: list[bytes | Say]
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0

    def says(self, *replies: bytes | Say) -> None:
        self.replies[:] = replies


@contextmanager
def http_server(*replies: bytes | Say, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = Server(f"{'https' if tls else 'http'}://127.0.0.1:{port}", list(replies))
    thread = threading.Thread(target=_accept, args=(listener, server, tls), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)


def answer(body: bytes | str | object, *, status: str = "200 OK", content_type: str = "application/json") -> bytes:
    """A well-formed reply; anything but text and bytes becomes JSON."""
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body


def make_certificate(folder: Path) -> tuple[ssl.SSLContext, str]:
    """TLS of a server at 127.0.0.1 and the file of its self-signed certificate; skips the test without openssl."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl on PATH to make a certificate with")
    asked = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test"
    asked += " -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem"
    subprocess.run(["openssl", *asked.split()], cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context, str(folder / "cert.pem")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def sandbox(home: Path, *, callback_url: str, secrets: dict[str, str]) -> Iterator[dict[str, int]]:
    """The stand-ins of the outside world as a process of their own; gives the ports of `bank`, `sms` and `smtp`."""
    ports = {name: free_port() for name in ("bank", "sms", "smtp")}
    command = [sys.executable, "-m", "nesk.sandbox", "--home", str(home), "--callback-url", callback_url]
    command += [word for name, port in ports.items() for word in (f"--{name}-port", str(port))]
    environment = {**os.environ, **secrets, "NESK_ENV": "test", "NESK_HOME": str(home)}
    with (home / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        for port in ports.values():
            _wait_for(port, process, home / "sandbox.log")
        yield ports
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    pause = threading.Event()
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert process.poll() is None, log.read_text(errors="replace")
        pause.wait(0.1)
    raise AssertionError(f"the sandbox does not listen on {port}: " + log.read_text(errors="replace"))


def _accept(listener: socket.socket, server: Server, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        server.connections += 1
        threading.Thread(target=_serve, args=(connection, server, tls), daemon=True).start()


def _serve(connection: socket.socket, server: Server, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError), connection:
        connection.settimeout(10)
        if tls:
            with tls.wrap_socket(connection, server_side=True) as wrapped:
                _reply(wrapped, server)
        else:
            _reply(connection, server)


def _reply(connection: socket.socket, server: Server) -> None:
    if (seen := _read(connection)) is None:
        return
    server.seen.append(seen)
    reply = server.replies.pop(0) if len(server.replies) > 1 else server.replies[0]
    if callable(reply):
        reply(connection)
    else:
        connection.sendall(reply)


def _read(connection: socket.socket) -> Seen | None:
    raw = b""
    while b"\r\n\r\n" not in raw:
        if not (part := connection.recv(65536)):
            return None
        raw += part
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    method, target, _ = first.split(" ")
    return Seen(method, target, headers, body)
