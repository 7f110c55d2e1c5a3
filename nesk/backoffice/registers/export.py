"""Files for spreadsheets: text stays text, and nothing in them is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from nesk.web.downloads import made

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\0")


def harmless(text: str) -> str:
    """The text with an apostrophe before anything a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def as_csv(name: str, titles: list[str], lines: Iterable[list[str]]) -> Response:
    """UTF-8 with a mark that Excel reads, semicolons as Russian Excel expects."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow([harmless(title) for title in titles])
    writer.writerows([harmless(value) for value in line] for line in lines)
    return made(("\ufeff" + buffer.getvalue()).encode(), "text/csv; charset=utf-8", name)


def as_xlsx(name: str, titles: list[str], lines: Iterable[list[str]]) -> Response:
    """A workbook of strings: account numbers keep their zeros, formulas stay words."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Реестр")
    for line in (titles, *lines):
        cells = []
        for value in line:
            cell = WriteOnlyCell(sheet, value=harmless(value))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return made(buffer.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name)
