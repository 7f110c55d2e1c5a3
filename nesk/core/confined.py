"""Work on what strangers sent, done in a process apart: little memory, little time, no network, no secrets.

Pictures are decoded and papers are drawn there: a bomb ends the child, and the caller gets an error. A child serves one
kind of job and stays warm between calls; bytes and JSON cross the border, never pickles, for a child may be conquered.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from nesk.core.errors import NeskError, Refused, Unavailable

JOBS = {"pdf": "nesk.core.rendering:drawing", "picture": "nesk.core.pictures:redrawing"}
"""Kind of job → what the child calls once: it warms up and gives the function of (data, **options) that does the work.

That one gives (facts for JSON, bytes).
"""

MEMORY = 512 * 1024 * 1024
AT_ONCE = max(2, os.cpu_count() or 2)
"""Children of a kind: more calls than that wait for their turn."""
QUEUE_SECONDS = 30
START_SECONDS = 30
IDLE_SECONDS = 300
JOBS_OF_A_CHILD = 500
LARGEST_REPLY = 64 * 1024 * 1024
ROOT = Path(__file__).parents[2]
_CHILD = "import sys; from nesk.core.confined import serve; serve(sys.argv[1], int(sys.argv[2]))"

Work = Callable[..., tuple[dict[str, Any], bytes]]


class JobFailed(NeskError):
    """The child could not do it. `reason`: «time», «memory», «crash» or «error» (then the text says more)."""

    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__(f"{reason}: {text}" if text else reason)
        self.reason = reason


def run(job: str, data: bytes, *, seconds: float, **options: object) -> tuple[dict[str, Any], bytes]:
    """Do a job of `JOBS` in a child, in at most `seconds` of work. Gives what its function gave.

    Raises Refused when the job refused, JobFailed when it could not be done, Unavailable when too many wait.
    """
    return _crew(job).run(data, seconds, options)


class _Child:
    """One warm process and the wire to it."""

    def __init__(self, job: str) -> None:
        ours, theirs = socket.socketpair()
        # Its scratch outlives a killed child, so the parent is the one to remove it.
        self._scratch = tempfile.mkdtemp(prefix="nesk-")
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _CHILD, job, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                env={"PYTHONPATH": str(ROOT), "TMPDIR": self._scratch, "LANG": "C.UTF-8"},
            )
        self._wire = Connection(ours.detach())
        self.jobs = 0
        with self._deadline(START_SECONDS):
            self._wire.recv_bytes(16)

    @contextlib.contextmanager
    def _deadline(self, seconds: float) -> Any:
        """Kill the child when the time is up, whatever it is doing: the wire then breaks and the caller wakes."""
        late = threading.Event()

        def kill() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, kill)
        timer.start()
        try:
            yield
        except (EOFError, OSError) as broken:
            raise JobFailed("time" if late.is_set() else "crash") from broken
        finally:
            timer.cancel()

    def run(self, data: bytes, seconds: float, options: dict[str, object]) -> tuple[dict[str, Any], bytes]:
        self.jobs += 1
        with self._deadline(seconds):
            self._wire.send_bytes(json.dumps(options).encode())
            self._wire.send_bytes(data)
            told = json.loads(self._wire.recv_bytes(LARGEST_REPLY))
            return told, self._wire.recv_bytes(LARGEST_REPLY)

    @property
    def is_fresh(self) -> bool:
        return self._process.poll() is None and self.jobs < JOBS_OF_A_CHILD

    @property
    def went_home(self) -> bool:
        """It had waited long enough and left of itself, just when it was called."""
        return self._process.wait() == 0

    def end(self) -> None:
        self._wire.close()
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)


class _Crew:
    """The children of one kind of job."""

    def __init__(self, job: str) -> None:
        self._job = job
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._idle: list[_Child] = []

    def run(self, data: bytes, seconds: float, options: dict[str, object]) -> tuple[dict[str, Any], bytes]:
        if not self._turns.acquire(timeout=QUEUE_SECONDS):
            raise Unavailable(f"too many wait for {self._job}")
        try:
            told, result = self._work(data, seconds, options)
        finally:
            self._turns.release()
        if "refused" in told:
            raise Refused(told["refused"])
        if "failed" in told:
            raise JobFailed(*told["failed"])
        return told, result

    def _work(self, data: bytes, seconds: float, options: dict[str, object]) -> tuple[dict[str, Any], bytes]:
        child = self._take()
        try:
            answer = child.run(data, seconds, options)
        except JobFailed as failed:
            is_again = failed.reason == "crash" and child.jobs > 1 and child.went_home
            child.end()
            if is_again:
                return self._work(data, seconds, options)
            raise
        except BaseException:
            child.end()
            raise
        if "failed" in answer[0]:  # what is left of its memory is nobody's to trust
            child.end()
        else:
            self._idle.append(child)
        return answer

    def _take(self) -> _Child:
        while self._idle:
            try:
                child = self._idle.pop()
            except IndexError:  # another thread was quicker
                break
            if child.is_fresh:
                return child
            child.end()
        return _Child(self._job)

    def end(self) -> None:
        while self._idle:
            self._idle.pop().end()


_crews: dict[str, _Crew] = {}
_lock = threading.Lock()


def _crew(job: str) -> _Crew:
    with _lock:
        if job not in _crews:
            _crews[job] = _Crew(job)
        return _crews[job]


def end_all() -> None:
    """Send every idle child home (at exit; the next job starts a new one)."""
    for crew in list(_crews.values()):
        crew.end()


atexit.register(end_all)
# A forked server process must not talk over the wires of its parent.
os.register_at_fork(after_in_child=_crews.clear)


# ---- the child's side


def serve(job: str, fd: int) -> None:
    """The child's life: warm up, shut the doors, work until nobody asks."""
    wire = Connection(fd)
    _limit()
    module, _, name = JOBS[job].partition(":")
    work: Work = getattr(import_module(module), name)()
    sys.addaudithook(_Doors())
    wire.send_bytes(b"ready")
    while wire.poll(IDLE_SECONDS):
        try:
            options = json.loads(wire.recv_bytes())
            data = wire.recv_bytes()
        except EOFError:
            return
        told, result = _done(work, data, options)
        wire.send_bytes(json.dumps(told).encode())
        wire.send_bytes(result)


def _done(work: Work, data: bytes, options: dict[str, object]) -> tuple[dict[str, Any], bytes]:
    try:
        return work(data, **options)
    except Refused as refused:
        return {"refused": refused.message}, b""
    except JobFailed as failed:
        return {"failed": [failed.reason, str(failed)[:300]]}, b""
    except MemoryError:
        return {"failed": ["memory"]}, b""
    except Exception as failure:
        return {"failed": ["error", f"{type(failure).__name__}: {failure}"[:300]]}, b""


def _limit() -> None:
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_FSIZE, LARGEST_REPLY),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS knows RLIMIT_AS by name only
            resource.setrlimit(limit, (most, most))


class _Doors:
    """An audit hook under which no network, no program and no file outside the code and its own scratch is opened.

    The second lock behind the renderer's own policy: a library's forgotten path does not lead out.
    """

    _SHUT = (
        "socket.",
        "subprocess.",
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.fork",
        "ctypes.",
        "shutil.",
    )

    def __init__(self) -> None:
        roots = {sys.prefix, sys.base_prefix, str(ROOT / "nesk"), tempfile.gettempdir()}
        self._roots = tuple(os.path.realpath(root) + os.sep for root in roots)

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path = args[0]
            if not isinstance(path, int) and not os.path.realpath(os.fsdecode(path)).startswith(self._roots):
                raise PermissionError("this file is not for a confined process")
        elif event.startswith(self._SHUT):
            raise PermissionError(f"{event} is not for a confined process")
