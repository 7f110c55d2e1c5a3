"""The act of a finished work: its facts as they stood when it was signed, and the PDF (§8.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from nesk.core.rendering import pdf, render
from nesk.documents.embedded import image

TITLES = {
    "replacement": "Акт замены прибора учёта",
    "sealing": "Акт проверки схемы подключения и опломбировки",
    "unsealing": "Акт распломбировки",
    "programming": "Акт программирования прибора учёта",
    "electrical": "Акт выполненных работ",
    "other": "Акт выполненных работ",
}


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """A meter as the act tells of it; `values` are the final readings of a removed one, the initial of a new one."""

    type: str
    serial: str
    year: int
    verified_on: date | None
    next_verification_on: date | None
    values: tuple[int, ...]
    state: str = ""
    place: str = ""
    seals: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFacts:
    """Everything an act prints."""

    kind: str
    number: str
    signed_at: datetime
    order_number: str
    branch: str
    supplier: str
    account_number: str
    address: str
    consumer: str
    signed_by: str
    crew: str
    executors: tuple[str, ...]
    service: str
    removed: DeviceFacts | None = None
    installed: DeviceFacts | None = None
    remark: str = ""
    price_kop: int | None = None
    signature: bytes = b""
    photos: int = 0
    demo: bool = False

    @property
    def title(self) -> str:
        return TITLES[self.kind]


def act_pdf(facts: ActFacts) -> bytes:
    """The act as PDF. Raises confined.JobFailed when it cannot be drawn."""
    signature = image(facts.signature, css="paper-signature") if facts.signature else ""
    return pdf(render("pdf/act.html", facts=facts, signature=signature))
