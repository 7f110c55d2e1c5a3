"""A small supervisor for the one-command start: starts its children, restarts a dead one, stops them all with itself."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

RESTART_PAUSE = (0.2, 1.0, 3.0, 10.0)
"""Seconds before a restart; a child that lived for a minute starts from the first again."""
GRACE_SECONDS = 12


@dataclass
class Child:
    """One process to keep alive."""

    name: str
    command: list[str]
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    falls: int = 0
    due: float = field(default=0.0)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command, env={**os.environ, **self.env}, preexec_fn=_die_with_parent)

    def watch(self) -> None:
        """Start the child when it is due, note when it has died."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start()
        elif (status := self.process.poll()) is not None:
            self.falls = 0 if time.monotonic() - self.started > 60 else self.falls
            pause = RESTART_PAUSE[min(self.falls, len(RESTART_PAUSE) - 1)]
            print(f"{self.name}: процесс завершился ({status}), запускаю снова", file=sys.stderr, flush=True)  # noqa: T201
            self.process, self.falls, self.due = None, self.falls + 1, time.monotonic() + pause


class Supervisor:
    """Keeps its children alive until SIGINT or SIGTERM."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.stopping = threading.Event()

    def run(self) -> None:
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: self.stopping.set())
        try:
            while not self.stopping.is_set():
                for child in self.children:
                    child.watch()
                self.stopping.wait(0.2)
        finally:
            self.stop()

    def stop(self) -> None:
        alive = [child.process for child in self.children if child.process is not None]
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in alive:
            try:
                process.wait(timeout=max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()


def _die_with_parent() -> None:
    """Where the kernel can (Linux): a killed supervisor takes its children with it, so that ports are free again."""
    os.setpgid(0, 0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
