"""What the outside world received, to look at and for checks: only in demo and test."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from nesk.core.errors import NotFound
from nesk.credentials.captcha import latest
from nesk.sandbox.store import read_only

STATES = {0: "ждёт оплаты", 2: "оплачен", 3: "отменён", 4: "возврат", 5: "ждёт код", 6: "отклонён"}


def make_blueprint(home: Path, facts: Callable[[], dict[str, Any]]) -> Blueprint:
    """The pages of `/sandbox/` over the store under `home`; `facts` tells what a person would read off a paper bill."""
    bp = Blueprint("sandbox", __name__, url_prefix="/sandbox")

    @bp.get("/")
    def index() -> str:
        rows = read_only(home, "SELECT * FROM message ORDER BY id DESC LIMIT 100")
        orders = read_only(home, "SELECT * FROM bank_order ORDER BY created_at DESC LIMIT 30")
        return render_template("sandbox/index.html", messages=rows, orders=orders, states=STATES, facts=facts())

    @bp.get("/messages/<int:id>")
    def message(id: int) -> str:
        rows = read_only(home, "SELECT * FROM message WHERE id = ?", id)
        if not rows:
            raise NotFound
        attached = read_only(home, "SELECT id, name FROM attachment WHERE message = ?", id)
        return render_template("sandbox/message.html", message=rows[0], attached=attached)

    @bp.get("/attachments/<int:id>")
    def attachment(id: int) -> Response:
        rows = read_only(home, "SELECT * FROM attachment WHERE id = ?", id)
        if not rows:
            raise NotFound
        headers = {"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox; default-src 'none'"}
        return Response(rows[0]["body"], content_type=rows[0]["media_type"], headers=headers)

    @bp.get("/messages.json")
    def messages_json() -> Response:
        rows = read_only(home, "SELECT * FROM message ORDER BY id DESC LIMIT 500")
        wanted = request.args.get("to", "")
        return jsonify([_told(row) for row in rows if not wanted or _same(row["recipient"], wanted)])

    def _told(row: Any) -> dict[str, Any]:
        attached = read_only(home, "SELECT id, name FROM attachment WHERE message = ?", row["id"])
        return {
            "channel": row["channel"],
            "to": f"+{row['recipient']}" if row["channel"] == "sms" else row["recipient"],
            "subject": row["subject"],
            "text": row["text"],
            "html": row["html"],
            "at": row["at"],
            "attachments": [
                {"name": each["name"], "url": url_for("sandbox.attachment", id=each["id"])} for each in attached
            ],
        }

    @bp.get("/captcha.json")
    def captcha() -> Response:
        """The answers of the newest words on pictures; each is still good once, and only in its own browser."""
        return jsonify([{"form": row.form, "answer": row.answer, "at": row.created_at.isoformat()} for row in latest()])

    @bp.get("/facts.json")
    def facts_json() -> Response:
        return jsonify(facts())

    return bp


def _same(recipient: str, wanted: str) -> bool:
    if "@" in wanted:
        return recipient == wanted.strip().lower()
    digits = re.sub(r"\D", "", wanted)
    return bool(digits) and recipient[-10:] == digits[-10:]
