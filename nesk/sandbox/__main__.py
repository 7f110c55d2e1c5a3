"""`python -m nesk.sandbox`: the bank, the SMS centre and the mail server until SIGTERM."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

import waitress
from aiosmtpd.controller import Controller

from nesk.core import logs
from nesk.sandbox import bank, messages
from nesk.sandbox.orders import Bank, Shop
from nesk.sandbox.store import Store

ROOT = Path(__file__).parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(prog="nesk.sandbox", description="Стенд внешнего мира: банк, SMS-центр, почта.")
    parser.add_argument("--home", type=Path, required=True)
    for name in ("bank", "sms", "smtp"):
        parser.add_argument(f"--{name}-port", type=int, required=True)
    parser.add_argument("--callback-url", required=True)
    asked = parser.parse_args()
    logs.setup()
    store = Store(asked.home)
    shop = Shop(
        os.environ.get("BANK_USER", "nesk-api"),
        os.environ["BANK_PASSWORD"],
        asked.callback_url,
        os.environ["BANK_CALLBACK_KEY"],
        float(os.environ.get("SANDBOX_CALLBACK_SECONDS", "30")),
    )
    books, stop = Bank(store, shop), threading.Event()
    mail = Controller(messages.MailServer(store), hostname="127.0.0.1", port=asked.smtp_port)
    mail.start()
    threading.Thread(target=books.call_until, args=(stop,), name="callbacks", daemon=True).start()
    for app, port in (
        (bank.make_app(books, str(ROOT / "templates")), asked.bank_port),
        (messages.sms_app(store), asked.sms_port),
    ):
        serving = {"host": "127.0.0.1", "port": port, "threads": 8, "ident": ""}
        threading.Thread(target=waitress.serve, args=(app,), kwargs=serving, daemon=True).start()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    while not stop.wait(1):
        pass
    mail.stop()
    sys.exit(0)


if __name__ == "__main__":
    main()
