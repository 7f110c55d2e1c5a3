"""Rows for spreadsheets as CSV: text stays text, and nothing in them is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\0")


def harmless(text: str) -> str:
    """The text with an apostrophe before anything a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def csv_bytes(titles: Iterable[str], lines: Iterable[Iterable[str]]) -> bytes:
    """UTF-8 with a mark that Excel reads, semicolons as Russian Excel expects."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow([harmless(title) for title in titles])
    writer.writerows([harmless(value) for value in line] for line in lines)
    return ("\ufeff" + buffer.getvalue()).encode()
