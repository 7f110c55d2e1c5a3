"""What an address asks for, read forgivingly: nonsense becomes the default, never an error."""

from __future__ import annotations

from datetime import date

from flask import request

from nesk.core.period import Month


def month_asked(name: str, default: Month) -> Month:
    """A month of the address, «2026-10»."""
    try:
        return Month.parse(request.args.get(name, ""))
    except ValueError:
        return default


def day_asked(name: str) -> date | None:
    """A day of the address, «2026-10-31»."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def page_asked() -> int:
    """The number of a page, from 1."""
    text = request.args.get("page", "")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def words_asked(name: str = "search") -> str:
    """Words to search for, cut to a sane length."""
    return request.args.get(name, "").replace("\0", "").strip()[:80]
