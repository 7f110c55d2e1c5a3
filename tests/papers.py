"""A PDF as a person has it in hand: its words, its fonts, its pages as pictures, by the tools of poppler."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PIL import Image

from tests import servers


def _poppler(name: str) -> str:
    try:
        return servers.program(name, package="poppler-utils")
    except servers.Missing as why:
        pytest.skip(str(why))


def words_of(pdf: bytes) -> str:
    """All the text, with every run of spaces as one."""
    done = subprocess.run([_poppler("pdftotext"), "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def fonts_of(pdf: Path) -> set[str]:
    """Names of the fonts that the paper carries itself; ReportLab names Helvetica on every page and sets nothing in it."""
    rows = subprocess.run([_poppler("pdffonts"), pdf], check=True, capture_output=True, text=True).stdout.splitlines()
    return {row.split()[0].partition("+")[2] for row in rows[2:] if row.split()[-5] == "yes"}


def pages_of(pdf: Path) -> list[Image.Image]:
    """Each page as it is printed, at 200 dots an inch."""
    subprocess.run([_poppler("pdftoppm"), "-r", "200", "-png", pdf, pdf.with_suffix("")], check=True)
    return [Image.open(page) for page in sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))]
