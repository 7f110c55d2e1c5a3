"""The SMS centre and the mail server: what they take goes into the store before they say yes."""

from __future__ import annotations

import email
import email.policy
import re
from typing import Any

from flask import Flask, jsonify, request

from nesk.core.clock import now
from nesk.sandbox.store import Store

SMS_LOGIN = ("nesk", "nesk")
UNDELIVERABLE = "79000009907"
"""A number the SMS centre refuses for good (error 7)."""
BROKEN_ONCE = "79000009950"
"""A number at which it breaks down the first time each message comes (HTTP 500)."""


def sms_app(store: Store) -> Flask:
    """The gateway: `/sys/send.php` and `/sys/status.php`."""
    app = Flask("sms", static_folder=None)
    broken: set[str] = set()

    @app.route("/sys/send.php", methods=["GET", "POST"])
    def send() -> Any:
        asked = request.values
        if (asked.get("login"), asked.get("psw")) != SMS_LOGIN:
            return jsonify(error="authorise error", error_code=2)
        phone, text, id = re.sub(r"\D", "", asked.get("phones", "")), asked.get("mes", ""), asked.get("id", "")
        if not phone or not text or not (id.isascii() and id.isdigit()):
            return jsonify(error="parameters error", error_code=1)
        if phone == UNDELIVERABLE:
            return jsonify(error="invalid number", error_code=7, id=int(id))
        if phone == BROKEN_ONCE and id not in broken:
            broken.add(id)
            return "broken", 500
        count = _parts(text)
        with store.write() as db:
            known = db.execute(
                "SELECT 1 FROM message WHERE channel = 'sms' AND outer_id = ? AND recipient = ?", (id, phone)
            ).fetchone()
            if not known:
                db.execute(
                    "INSERT INTO message (channel, outer_id, sender, recipient, text, at) VALUES ('sms', ?, ?, ?, ?, ?)",
                    (id, asked.get("sender", ""), phone, text, now().isoformat()),
                )
        return jsonify(id=int(id), cnt=count)

    @app.route("/sys/status.php", methods=["GET", "POST"])
    def status() -> Any:
        row = store.one("SELECT at FROM message WHERE channel = 'sms' AND outer_id = ?", request.values.get("id", ""))
        return jsonify(status=1, last_date=row["at"]) if row else jsonify(error="message not found", error_code=3)

    return app


def _parts(text: str) -> int:
    single, joined = (160, 153) if text.isascii() else (70, 67)
    return 1 if len(text) <= single else -(-len(text) // joined)


class MailServer:
    """The handler of the mail server: it keeps each letter with its attachments."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
        with self.store.write() as db:
            for recipient in envelope.rcpt_tos:
                row = db.execute(
                    "INSERT INTO message (channel, outer_id, sender, recipient, subject, text, html, at)"
                    " VALUES ('email', ?, ?, ?, ?, ?, ?, ?)",
                    (
                        letter.get("Message-ID", ""),
                        envelope.mail_from or "",
                        recipient.lower(),
                        letter.get("Subject", ""),
                        plain.get_content() if plain else "",
                        html.get_content() if html else "",
                        now().isoformat(),
                    ),
                )
                for part in letter.iter_attachments():
                    db.execute(
                        "INSERT INTO attachment (message, name, media_type, body) VALUES (?, ?, ?, ?)",
                        (
                            row.lastrowid,
                            part.get_filename() or "файл",
                            part.get_content_type(),
                            part.get_payload(decode=True) or b"",
                        ),
                    )
        return "250 Message accepted for delivery"
