"""Documents of consents as PDF: the text as it is published, and what was shown to a person with their answer (S0-14)."""

from __future__ import annotations

from nesk.consents.models import Consent, Document, Policy
from nesk.consents.rules import Block, blocks, pieces
from nesk.core.rendering import pdf, render

CHANNELS = {"web": "в личном кабинете", "desk": "в офисе, на бумаге"}


def document_pdf(document: Document | Policy) -> bytes:
    """A version of a document. Raises confined.JobFailed when it cannot be drawn."""
    return pdf(render("pdf/consent.html", document=document, parts=_parts(document.text), consent=None))


def consent_pdf(consent: Consent, name: str) -> bytes:
    """The version that a person saw, with who answered, when, how and what. Raises confined.JobFailed."""
    return pdf(
        render(
            "pdf/consent.html",
            document=consent.document,
            parts=_parts(consent.document.text),
            consent=consent,
            name=name,
            channel=CHANNELS[consent.channel],
        )
    )


def _parts(text: str) -> list[tuple[str, list[list[str]]]]:
    return [_in_pieces(block) for block in blocks(text)]


def _in_pieces(block: Block) -> tuple[str, list[list[str]]]:
    return block.kind, [pieces(line) for line in block.lines]
