"""The product running for real: its own commands as processes on free ports, with ways to kill them and look inside.

`together` is what `make run` starts: one supervisor with the site, its in-process worker and the sandbox, on SQLite.
`apart` is production's Procfile: gunicorn, worker and clock as processes of their own, on PostgreSQL and Redis, beside
the sandbox, which stands for the bank, the SMS centre and the mail server.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing, suppress
from itertools import cycle
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg

from tests.servers import WORKER, poll

Kind = Literal["together", "apart"]
KINDS: tuple[Kind, ...] = ("together", "apart")

ROOT = Path(__file__).parents[2]
SANDBOX = {"bank": 10, "sms": 11, "smtp": 12}
"""How far from the site's port those of the sandbox are, as `nesk serve` places them."""
SECRETS = ("BANK_PASSWORD", "BANK_CALLBACK_KEY", "SECRET_KEY")
START_SECONDS, STOP_SECONDS = 60, 20


class Stack:
    """A running copy of the product over a home folder and a database that are its own."""

    def __init__(
        self, kind: Kind, home: Path, database_url: str, broker_url: str = "memory://", **variables: str
    ) -> None:
        self.kind, self.home, self.database_url = kind, home, database_url
        self.port = _free_ports()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
        self.env = {
            **kept,
            "PYTHONUNBUFFERED": "1",
            "NESK_ENV": "demo",
            "NESK_HOME": str(home),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATABASE_URL": database_url,
            "BROKER_URL": broker_url,
            # What was lost on the way comes again soon, so that a test of a killed process need not wait a minute.
            "NESK_LEASE_SECONDS": "10",
            "NESK_SWEEP_SECONDS": "1",
            "SANDBOX_CALLBACK_SECONDS": "1",
            "WEB_CONCURRENCY": "1",
            **{name: f"{name.lower()}-of-this-test-0123456789-abcdefghijklmnopqrstuvwxyz" for name in SECRETS},
            **variables,
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._logs = ExitStack()

    def __enter__(self) -> Stack:
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        try:
            for name in self._commands():
                self.start(name)
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Processes

    def _commands(self) -> dict[str, list[str]]:
        python = sys.executable
        if self.kind == "together":
            return {"serve": [python, "-m", "nesk", "serve"]}
        sandbox = [
            python,
            "-m",
            "nesk.sandbox",
            "--home",
            str(self.home),
            "--callback-url",
            f"{self.url}/callbacks/bank",
        ]
        for name, offset in SANDBOX.items():
            sandbox += [f"--{name}-port", str(self.port + offset)]
        return {
            "sandbox": sandbox,
            "web": [python, "-m", "gunicorn", "-c", "nesk/gunicorn_conf.py", "app:app"],
            "worker": [python, "-m", "nesk", "worker", "--processes", "1", "--threads", "4"],
            "clock": [python, "-m", "nesk", "clock"],
        }

    def start(self, name: str) -> None:
        log = self._logs.enter_context((self.home / "logs" / f"{name}.log").open("ab"))
        self._processes[name] = subprocess.Popen(
            self._commands()[name],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def kill(self, name: str) -> None:
        """kill -9 of `web`, `worker`, `clock` or `sandbox`; of the process it lives in, where they live together."""
        if self.kind == "apart":
            process = self._processes[name]
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return
        child = poll(lambda: self._child("nesk.sandbox" if name == "sandbox" else "web"), what=f"the process of {name}")
        child.kill()
        poll(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, what=f"the end of {name}")

    def _child(self, word: str) -> psutil.Process | None:
        """The supervisor's living child with that word in its command."""
        for child in psutil.Process(self._processes["serve"].pid).children():
            with suppress(psutil.NoSuchProcess):  # a dead one that the supervisor has not buried yet
                if word in child.cmdline():
                    return child
        return None

    def revive(self, name: str) -> None:
        """Start what was killed (where they live together, the supervisor does) and wait until it serves."""
        if self.kind == "apart":
            self.start(name)
        self.wait_until_ready()

    def kill_and_revive(self, name: str) -> None:
        self.kill(name)
        self.revive(name)

    def wait_until_ready(self) -> None:
        try:
            poll(self._ready, seconds=START_SECONDS, what=f"{self.url}/readyz")
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.tail()}") from None

    def _ready(self) -> bool:
        for name, process in self._processes.items():
            if process.poll() is not None and self.kind == "apart":
                raise SystemExit(f"{name} ended with {process.returncode}\n{self.tail(name)}")
        for offset in SANDBOX.values():
            socket.create_connection(("127.0.0.1", self.port + offset), timeout=1).close()
        assert httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200
        return httpx.get(f"{self.url}/readyz", timeout=10).status_code == 200

    def stop(self) -> None:
        children = [child for p in self._processes.values() if p.poll() is None for child in _children(p.pid)]
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in self._processes.values():
            try:
                process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for child in children:  # of a parent that was killed: nobody else ends them
            with suppress(psutil.NoSuchProcess):
                child.kill()
        self._logs.close()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `nesk …` over the same data."""
        return subprocess.run(
            [sys.executable, "-m", "nesk", *words],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    # What can be seen from outside

    def tail(self, name: str = "") -> str:
        """The last lines of the logs."""
        files = sorted((self.home / "logs").glob(f"{name or '*'}.log"))
        return "\n".join(f"== {f.stem}\n" + "\n".join(f.read_text(errors="replace").splitlines()[-40:]) for f in files)

    def errors(self) -> list[str]:
        """Every line that a process logged as an error, and every traceback that is no log line."""
        found = []
        for file in sorted((self.home / "logs").glob("*.log")):
            for line in file.read_text(errors="replace").splitlines():
                with suppress(ValueError):
                    said = json.loads(line)
                    if isinstance(said, dict) and said.get("level") in ("error", "critical"):
                        found.append(f"{file.stem}: {line}")
                if line.startswith("Traceback"):
                    found.append(f"{file.stem}: {line}")
        return found

    def messages(self, to: str = "") -> list[dict[str, Any]]:
        """What the outside world received, newest first."""
        return self._sandbox_json("messages", {"to": to} if to else {})

    def captcha(self) -> list[dict[str, Any]]:
        return self._sandbox_json("captcha")

    def facts(self) -> dict[str, Any]:
        return self._sandbox_json("facts")

    def wait_for_message(self, to: str, *, text: str = "", seconds: float = 40) -> dict[str, Any]:
        """The newest message to an address with `text` in it or in its subject, as soon as it has arrived."""
        try:
            return poll(
                lambda: next((m for m in self.messages(to) if text in m["text"] or text in m["subject"]), None),
                seconds=seconds,
                what=f"a message to {to} with «{text}»",
            )  # type: ignore[return-value]
        except AssertionError as late:
            raise AssertionError(
                f"{late}\nthere are {[m['text'][:80] for m in self.messages(to)]}\n{self.tail()}"
            ) from None

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the database behind the product's back, only to look. Values stand for `?`."""
        if self.database_url.startswith("sqlite"):
            path = "/" + urlsplit(self.database_url).path.lstrip("/")
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
                return connection.execute(query, values).fetchall()
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            return connection.execute(query.replace("%", "%%").replace("?", "%s"), values).fetchall()  # type: ignore[arg-type]

    def settle(self, *, seconds: float = 40) -> None:
        """Wait until no reaction is owed any more and none has been given up."""
        open_ones = "SELECT reaction, attempts, error FROM core_delivery WHERE done_at IS NULL"
        try:
            poll(lambda: not self.sql(open_ones), seconds=seconds, what="the deliveries")
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.sql(open_ones)}\n{self.tail()}") from None

    def _sandbox_json(self, name: str, query: dict[str, str] | None = None) -> Any:
        reply = httpx.get(f"{self.url}/sandbox/{name}.json", params=query or {}, timeout=10)
        assert reply.status_code == 200, reply.text[:300]
        return reply.json()


def _children(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def _free_ports() -> int:
    """A port that is free together with those that the sandbox counts from it.

    Each worker of the run has a stretch of its own, below the ports that the system gives to whoever asks for any.
    """

    def next_free() -> int:
        port = next(_ports)
        with ExitStack() as held:
            for offset in (0, *SANDBOX.values()):
                held.enter_context(socket.create_server(("127.0.0.1", port + offset)))
        return port

    return poll(next_free, what="four free ports")


_number = int(WORKER.removeprefix("gw") or 0)
_ports = cycle(range(12_000 + 1_000 * (_number % 16), 12_980 + 1_000 * (_number % 16), 20))
