"""Files for spreadsheets: text stays text, and nothing in them is a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from nesk.core.sheets import csv_bytes, harmless
from nesk.web.downloads import made


def as_csv(name: str, titles: list[str], lines: Iterable[list[str]]) -> Response:
    """The rows as CSV."""
    return made(csv_bytes(titles, lines), "text/csv; charset=utf-8", name)


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
