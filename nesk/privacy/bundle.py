"""The archive as a ZIP: one JSON of everything, a table for each part, the papers of consents, the files of orders."""

from __future__ import annotations

import io
import json
import re
from zipfile import ZIP_DEFLATED, ZipFile

from nesk.consents.models import Consent
from nesk.consents.queries import journal
from nesk.core import clock, files
from nesk.core.errors import NotFound
from nesk.core.files import File
from nesk.core.sheets import csv_bytes
from nesk.documents.consent_paper import consent_pdf
from nesk.fieldwork.models import Order, OrderFile
from nesk.people.models import Person
from nesk.privacy.sections import Section, sections

MOST_BYTES = 200 * 1024 * 1024
"""Files of orders beyond that stay on the pages of their orders; the archive says so."""


def bundle(person_id: int) -> bytes:
    """Everything that the product knows of a person, packed."""
    parts = sections(person_id)
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        left_out = _orders(archive, person_id)
        archive.writestr("README.txt", _readme(parts, left_out))
        told = {part.title: part.records() for part in parts}
        archive.writestr("data.json", json.dumps(told, ensure_ascii=False, indent=1))
        for part in parts:
            archive.writestr(f"tables/{part.name}.csv", csv_bytes(part.columns, part.rows))
        _consents(archive, person_id)
    return packed.getvalue()


def _readme(parts: list[Section], left_out: list[str]) -> str:
    lines = [
        f"Ваши данные в личном кабинете АО «НЭСК» на {clock.local_now():%d.%m.%Y %H:%M}.",
        "",
        "data.json — всё вместе. tables — то же таблицами, их открывает Excel. consents — документы согласий.",
        "orders — файлы ваших заявок.",
        "",
        *(f"tables/{part.name}.csv — {part.title}, строк: {len(part.rows)}" for part in parts),
    ]
    if left_out:
        lines += ["", "Не поместились и остались на страницах заявок:", *left_out]
    return "\r\n".join(lines) + "\r\n"


def _consents(archive: ZipFile, person_id: int) -> None:
    name = Person.get_by_id(person_id).full_name
    for consent in reversed(journal(person_id, with_texts=True)):
        archive.writestr(f"consents/{paper_name(consent)}", consent_pdf(consent, name))


def paper_name(consent: Consent) -> str:
    """What the paper of an entry of the journal is called."""
    return f"{clock.local(consent.at):%Y-%m-%d}-{consent.purpose}-{consent.action}-{consent.id}.pdf"


def _orders(archive: ZipFile, person_id: int) -> list[str]:
    """Put in the files of the person's own orders; gives the names of those that had no room or are lost."""
    rows = OrderFile.select(OrderFile, File, Order).join_from(OrderFile, File).join_from(OrderFile, Order)
    left_out, total = [], 0
    for row in rows.where(Order.person == person_id).order_by(OrderFile.id):
        name = f"orders/{_safe(row.order.number)}/{row.id}-{_safe(row.file.name)}"
        total += row.file.size
        try:
            if total > MOST_BYTES:
                raise NotFound
            archive.writestr(name, files.read(row.file))
        except NotFound:
            left_out.append(f"заявка № {row.order.number}: {row.file.name}")
    return left_out


def _safe(name: str) -> str:
    """A name that is a name on every system, and leads to no other folder."""
    return re.sub(r"\.{2,}|[^\w.\- №]", "_", name).strip(". ")[:100] or "file"
