"""Running the product: everything at once for a newcomer, or one process at a time under a supervisor."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click
import waitress

from nesk import tasks
from nesk.commands.supervisor import Child, Supervisor
from nesk.core import broker as brokers
from nesk.core import config, db, events, logs, schedule

log = logging.getLogger(__name__)

SIGN_INS = """
  Абонент          abonent@demo.nesk или +7 900 000-00-01
  Сотрудники       operator, dispatcher, billing, armavir, admin   {base}/staff/login
  Бригада          crew                                            {base}/crew/login
  Юридическое лицо romashka                                        {base}/business/login
  Пароль у всех    demo-2026
  Письма, SMS и банк (песочница)                                   {base}/sandbox/
"""


@click.command()
def serve() -> None:
    """Запустить всё сразу: сайт, работник, песочница внешнего мира. Ctrl-C останавливает."""
    os.environ.setdefault("NESK_ENV", "demo")
    settings = config.current()
    db.init(settings.database_url)
    db.migrate()
    if settings.env == "demo":
        from nesk.demo import build

        tasks.load()
        build.once(progress=True)
    python = sys.executable
    sandbox = [python, "-m", "nesk.sandbox", "--home", str(settings.home)]
    for name, offset in (("bank", 10), ("sms", 11), ("smtp", 12)):
        sandbox += [f"--{name}-port", str(settings.port + offset)]
    sandbox += ["--callback-url", f"http://127.0.0.1:{settings.port}/callbacks/bank"]
    secrets = {name: getattr(settings, name.lower()) for name in ("BANK_USER", "BANK_PASSWORD", "BANK_CALLBACK_KEY")}
    children = [Child("web", [python, "-m", "nesk", "web"], {})]
    if settings.outside_is_sandbox:
        children.append(Child("sandbox", sandbox, secrets))
    click.echo(f"\nНЭСК работает: {settings.base_url}\n{SIGN_INS.format(base=settings.base_url)}")
    Supervisor(children).run()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
def web(host: str) -> None:
    """Сайт на waitress; с брокером memory:// — вместе с работником и часами."""
    _stop_on_sigterm()
    from nesk import create_app

    app = create_app()
    with in_process_worker():
        waitress.serve(app, host=host, port=config.current().port, threads=16, ident="", channel_timeout=60)


@contextmanager
def in_process_worker() -> Iterator[None]:
    """Worker and clock as threads of this process, when the broker lives in its memory."""
    if not config.current().broker_in_process:
        yield
        return
    import dramatiq

    worker = brokers.start_worker(dramatiq.get_broker())
    stop = threading.Event()
    ticking = threading.Thread(target=tick_until, args=(stop,), name="clock", daemon=True)
    ticking.start()
    try:
        yield
    finally:
        stop.set()
        worker.stop(timeout=10_000)
        ticking.join(timeout=5)


@click.command()
@click.option("--processes", default=2, show_default=True)
@click.option("--threads", default=4, show_default=True)
def worker(processes: int, threads: int) -> None:
    """Работник: выполняет доставки и задания из брокера."""
    if config.current().broker_in_process:
        raise click.ClickException("BROKER_URL=memory://: работник живёт внутри процесса web")
    arguments = ["dramatiq", "nesk.worker", "--processes", str(processes), "--threads", str(threads), "--skip-logging"]
    os.execv(sys.executable, [sys.executable, "-m", *arguments])  # noqa: S606 - our own interpreter


@click.command()
def clock() -> None:
    """Часы: будят задания по расписанию и доставки, которые задержались."""
    logs.setup()
    import nesk.worker  # noqa: F401 - its import is the set-up

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    tick_until(stop)


def tick_until(stop: threading.Event) -> None:
    """Tick and sweep until told to stop; a database that is away is only waited for."""
    while not stop.wait(config.current().sweep_seconds):
        try:
            with db.connection():
                schedule.tick()
                events.sweep()
        except Exception:
            log.exception("the clock missed a tick")


def _stop_on_sigterm() -> None:
    def stop(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)


COMMANDS = (serve, web, worker, clock)
