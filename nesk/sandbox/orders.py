"""The bank's own books: orders, cards, refunds, and the callbacks it owes the shop."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import threading
import time
from dataclasses import dataclass
from uuid import uuid4

import httpx

from nesk.sandbox.store import Store

NEW, PAID, REVERSED, REFUNDED, ACS, DECLINED = 0, 2, 3, 4, 5, 6
CARDS = {
    "4111111111111111": "pays",
    "4000000000000002": "declined",
    "4000000000000119": "slow",
    "4000000000000259": "loses the callback",
}
CODE = "123456"
SLOW_SECONDS = 30
TRIES = 3


@dataclass(frozen=True)
class Shop:
    """How the shop signs in and where it is called."""

    user: str
    password: str
    callback_url: str
    callback_key: str
    callback_seconds: float = 30


class Bank:
    """Orders and what may be done with them; every change is one transaction of the store."""

    def __init__(self, store: Store, shop: Shop) -> None:
        self.store, self.shop = store, shop

    def register(
        self,
        number: str,
        amount: int,
        return_url: str,
        fail_url: str,
        description: str,
        email: str,
        seconds: int,
        client_id: str = "",
    ) -> str | None:
        """A new order's id; None when the number is taken. A client of the shop may have their card kept."""
        id, now = str(uuid4()), time.time()
        try:
            with self.store.write() as db:
                db.execute(
                    "INSERT INTO bank_order (id, number, amount, return_url, fail_url, description, email, created_at, expires_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (id, number, amount, return_url, fail_url, description, email, now, now + seconds),
                )
                if client_id:
                    db.execute("INSERT INTO bank_client (order_id, client_id) VALUES (?, ?)", (id, client_id))
        except sqlite3.IntegrityError:
            return None
        return id

    def order(self, id: str = "", number: str = "") -> sqlite3.Row | None:
        """An order by either number, with a slow card's answer and the session's end taken into account."""
        column, value = ("id", id) if id else ("number", number)
        row = self.store.one(f"SELECT * FROM bank_order WHERE {column} = ?", value)  # noqa: S608 - one of two names
        if row is not None and self._ripen(row):
            row = self.store.one(f"SELECT * FROM bank_order WHERE {column} = ?", value)  # noqa: S608 - one of two names
        return row

    def _ripen(self, row: sqlite3.Row) -> bool:
        if row["answer_at"] and row["answer_at"] <= time.time() and row["state"] == ACS:
            return self.pay(row["id"])
        if row["expires_at"] <= time.time() and row["state"] in (NEW, ACS) and row["answer_at"] is None:
            with self.store.write() as db:
                changed = db.execute(
                    "UPDATE bank_order SET state = ?, action_code = -2007 WHERE id = ? AND state IN (?, ?)",
                    (DECLINED, row["id"], NEW, ACS),
                ).rowcount
                if changed:
                    self._owe_callback(db, row["id"], "declinedByTimeout", 0)
            return bool(changed)
        return False

    def start(self, id: str, pan: str, expiry: str, *, keeps_card: bool = False) -> None:
        """A card was typed: the order waits for the code of 3-D Secure. Only the masked number is kept."""
        masked = f"{pan[:4]}**{'*' * (len(pan) - 10)}{pan[-4:]}"
        kind = CARDS.get(pan, "unknown")
        with self.store.write() as db:
            db.execute(
                "UPDATE bank_order SET state = ?, pan = ?, expiry = ?, tries = 0, loses_callback = ? WHERE id = ? AND state IN (?, ?, ?)",
                (ACS, masked, expiry, kind == "loses the callback", id, NEW, ACS, DECLINED),
            )
            db.execute("UPDATE bank_client SET keeps_card = ? WHERE order_id = ?", (keeps_card, id))

    def pay(self, id: str) -> bool:
        """The money is taken, once, and the shop is owed a callback."""
        with self.store.write() as db:
            row = db.execute("SELECT * FROM bank_order WHERE id = ?", (id,)).fetchone()
            changed = db.execute(
                "UPDATE bank_order SET state = ?, action_code = 0, answer_at = NULL WHERE id = ? AND state = ?",
                (PAID, id, ACS),
            ).rowcount
            if changed:
                db.execute(
                    "INSERT INTO bank_binding (id, client_id, order_id, pan, expiry)"
                    " SELECT ?, client_id, order_id, ?, ? FROM bank_client WHERE order_id = ? AND keeps_card",
                    (str(uuid4()), row["pan"], row["expiry"], id),
                )
            if changed and not row["loses_callback"]:
                self._owe_callback(db, id, "deposited", 1)
        return bool(changed)

    def pay_later(self, id: str) -> None:
        with self.store.write() as db:
            db.execute(
                "UPDATE bank_order SET answer_at = ? WHERE id = ? AND state = ?", (time.time() + SLOW_SECONDS, id, ACS)
            )

    def decline(self, id: str, action_code: int) -> None:
        with self.store.write() as db:
            changed = db.execute(
                "UPDATE bank_order SET state = ?, action_code = ?, answer_at = NULL WHERE id = ? AND state IN (?, ?)",
                (DECLINED, action_code, id, NEW, ACS),
            ).rowcount
            if changed:
                self._owe_callback(db, id, "deposited", 0)

    def count_try(self, id: str) -> int:
        """One more wrong code; gives how many there were."""
        with self.store.write() as db:
            db.execute("UPDATE bank_order SET tries = tries + 1 WHERE id = ?", (id,))
            return int(db.execute("SELECT tries FROM bank_order WHERE id = ?", (id,)).fetchone()[0])

    def refund(self, id: str, amount: int, key: str, *, whole: bool = False) -> str:
        """Give money back. Empty when done (or done before under the same key), else the bank's words."""
        with self.store.write() as db:
            if db.execute("SELECT 1 FROM bank_refund WHERE key = ?", (key,)).fetchone():
                return ""
            row = db.execute("SELECT * FROM bank_order WHERE id = ?", (id,)).fetchone()
            if row["state"] not in (PAID, REFUNDED):
                return "Платёж должен быть в корректном состоянии"
            if row["refunded"] + amount > row["amount"]:
                return "Сумма возврата превышает сумму списания"
            db.execute("INSERT INTO bank_refund VALUES (?, ?, ?, ?)", (key, id, amount, time.time()))
            state = REVERSED if whole else REFUNDED
            db.execute("UPDATE bank_order SET refunded = refunded + ?, state = ? WHERE id = ?", (amount, state, id))
            self._owe_callback(db, id, "reversed" if whole else "refunded", 1)
        return ""

    # --- cards that are kept

    def client(self, order_id: str) -> str:
        """The client of the shop whom an order names; empty when none."""
        row = self.store.one("SELECT client_id FROM bank_client WHERE order_id = ?", order_id)
        return row["client_id"] if row else ""

    def binding(self, order_id: str) -> sqlite3.Row | None:
        """The card that was kept at an order."""
        return self.store.one("SELECT * FROM bank_binding WHERE order_id = ?", order_id)

    def bindings(self, client_id: str) -> list[sqlite3.Row]:
        """The cards of a client that may be paid by."""
        return self.store.all("SELECT * FROM bank_binding WHERE client_id = ? AND active", client_id)

    def unbind(self, id: str) -> str:
        """Forget a card. Empty when done, else the bank's words."""
        with self.store.write() as db:
            if db.execute("UPDATE bank_binding SET active = 0 WHERE id = ? AND active", (id,)).rowcount:
                return ""
            known = db.execute("SELECT 1 FROM bank_binding WHERE id = ?", (id,)).fetchone()
        return "Связка неактивна" if known else "Связка не найдена"

    # --- callbacks

    @staticmethod
    def _owe_callback(db: sqlite3.Connection, id: str, operation: str, status: int) -> None:
        db.execute(
            "INSERT INTO bank_callback (order_id, operation, status, due_at) VALUES (?, ?, ?, ?)",
            (id, operation, status, time.time()),
        )

    def call_shop(self) -> None:
        """Make the calls that are due: until 200, three times at most."""
        for row in self.store.all(
            "SELECT * FROM bank_callback WHERE NOT done AND due_at <= ? ORDER BY id LIMIT 50", time.time()
        ):
            order = self.store.one("SELECT * FROM bank_order WHERE id = ?", row["order_id"])
            assert order is not None
            answered = self._call(order, row)
            with self.store.write() as db:
                done = answered or row["tries"] + 1 >= TRIES
                db.execute(
                    "UPDATE bank_callback SET tries = tries + 1, done = ?, due_at = ? WHERE id = ?",
                    (done, time.time() + self.shop.callback_seconds, row["id"]),
                )

    def _call(self, order: sqlite3.Row, row: sqlite3.Row) -> bool:
        facts = {
            "mdOrder": order["id"],
            "orderNumber": order["number"],
            "operation": row["operation"],
            "status": str(row["status"]),
            "amount": str(order["amount"]),
        }
        signed = "".join(f"{name};{facts[name]};" for name in sorted(facts))
        digest = hmac.new(self.shop.callback_key.encode(), signed.encode(), hashlib.sha256).hexdigest().upper()
        try:
            with httpx.Client(trust_env=False, timeout=10) as client:
                return client.get(self.shop.callback_url, params={**facts, "checksum": digest}).status_code == 200
        except httpx.HTTPError:
            return False

    def call_until(self, stop: threading.Event) -> None:
        """Look for due calls and ripe answers until told to stop."""
        while not stop.wait(0.2):
            for row in self.store.all("SELECT * FROM bank_order WHERE state IN (?, ?)", NEW, ACS):
                self._ripen(row)
            self.call_shop()
