"""The documents that anybody may read: policies and the texts of consents, every version, as a page and as a PDF."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request

from nesk.consents import queries
from nesk.consents.models import Document, Policy
from nesk.consents.rules import blocks
from nesk.core.confined import JobFailed
from nesk.core.errors import NotFound, Unavailable
from nesk.documents.consent_paper import document_pdf
from nesk.web.downloads import made

bp = Blueprint("documents", __name__)


@bp.get("/documents/")
def index() -> str:
    rows = queries.in_force()
    policies = [row for row in rows if queries.is_policy(row.purpose)]
    return render_template(
        "public/documents/index.html", policies=policies, consents=[row for row in rows if row not in policies]
    )


@bp.get("/documents/<purpose>")
def show(purpose: str) -> str:
    """The version in force; an older one by `?version=`."""
    row = _asked(purpose)
    return render_template(
        "public/documents/show.html",
        document=row,
        parts=blocks(row.text),
        versions=queries.versions(purpose),
        is_consent=not queries.is_policy(purpose),
    )


@bp.get("/documents/<purpose>.pdf")
def download(purpose: str) -> Response:
    return _pdf(_asked(purpose))


@bp.get("/download/personal-data-agreement.pdf")
def agreement() -> Response:
    """The address that the manual gives for the consent (S0-14)."""
    return _pdf(queries.text_of("personal_data"))


def _asked(purpose: str) -> Document | Policy:
    version = request.args.get("version", "")
    if version and not (version.isascii() and version.isdigit() and len(version) < 5):
        raise NotFound
    return queries.text_of(purpose, int(version) if version else None)


def _pdf(row: Document | Policy) -> Any:
    try:
        body = document_pdf(row)
    except JobFailed as failed:
        raise Unavailable from failed
    return made(body, "application/pdf", f"{row.title}, редакция {row.version}.pdf")
