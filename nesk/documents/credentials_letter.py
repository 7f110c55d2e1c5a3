"""«Сопроводительное письмо»: the paper that carries login and password to a legal entity (S2-04). Kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from nesk.core.rendering import pdf, render
from nesk.documents.embedded import image
from nesk.documents.qr import png


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialsLetterFacts:
    """Everything the letter prints."""

    made_on: date
    supplier: str
    branch: str
    branch_address: str
    branch_phone: str
    branch_hours: str
    organization: str
    inn: str
    contract_number: str
    holder: str
    address: str
    """Where one signs in."""
    login: str
    password: str
    until: datetime
    statement_number: str = ""
    statement_on: date | None = None
    by_post: bool = False
    issued_by: str = ""
    demo: bool = False


def credentials_letter_pdf(facts: CredentialsLetterFacts) -> bytes:
    """The letter as PDF. Raises confined.JobFailed when it cannot be drawn."""
    return pdf(render("pdf/credentials_letter.html", facts=facts, qr_image=image(png(facts.address), css="paper-qr")))
