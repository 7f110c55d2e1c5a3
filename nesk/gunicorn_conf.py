"""Gunicorn in production: threads, no control socket, the in-process worker only where the broker is in memory."""

import multiprocessing
import os
from contextlib import ExitStack

bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104 - a container's own address
workers = int(os.environ.setdefault("WEB_CONCURRENCY", str(multiprocessing.cpu_count())))  # each shares the cores
worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 20
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
accesslog = None

_background = ExitStack()


def post_worker_init(worker: object) -> None:
    """After the fork: threads started before it would not live in the worker."""
    from nesk.commands.processes import in_process_worker

    _background.enter_context(in_process_worker())


def worker_exit(server: object, worker: object) -> None:
    _background.close()
