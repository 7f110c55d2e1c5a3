"""Structured logs: one JSON object a line, with the request's id and without anybody's personal data."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")

_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|\+?[78][\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}|\b\d{9,20}\b")


def masked(text: str) -> str:
    """The text with e-mails, phones, account and card numbers replaced: what may stand in a log."""
    return _PERSONAL.sub("[скрыто]", text)


class JsonLines(logging.Formatter):
    """A log record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if id := request_id.get():
            line["request"] = id
        line.update(getattr(record, "facts", {}))
        if record.exc_info and record.exc_info[0]:
            frames = traceback.extract_tb(record.exc_info[2])
            # The exception's own text may quote what a person typed; its class and the places do not.
            line["error"] = record.exc_info[0].__name__
            line["trace"] = [
                f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames[-12:]
            ]
        return json.dumps(line, ensure_ascii=False)


def setup(level: str = "INFO") -> None:
    """Send the logs of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("httpx", "httpcore", "apscheduler", "xhtml2pdf", "reportlab", "PIL", "mail.log", "waitress.queue"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
