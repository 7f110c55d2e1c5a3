"""Letters, SMS and papers from the templates, without a request: one Jinja environment with the filters of the pages.

- `templates/email/<name>.txt`: the first line is the subject, the rest is the plain text; `<name>.html` is the same letter.
- `templates/sms/<name>.txt`: one line, as it is sent.
- `templates/pdf/…`: papers. What they print is capped and cleaned; `pdf()` draws them in a confined process.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from nesk.core import confined

TEMPLATES = Path(__file__).parents[2] / "templates"
FONTS = Path(__file__).parents[1] / "documents" / "fonts"
FONT = "PT Sans"
"""The one family of papers. Templates name it and need no @font-face: the drawing process has it registered."""

LONGEST = 500
SUBJECT_LONGEST = 200
RENDER_SECONDS = 5

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\uffff]"
)
"""Controls, zero-width marks and direction overrides: invisible on paper, or able to make it read otherwise."""
_MARKS = re.compile("([\u0300-\u036f\u0483-\u0489]{3})[\u0300-\u036f\u0483-\u0489]+")


def capped(value: object) -> object:
    """A text as it may stand on a paper: at most 500 characters, none of them invisible. Anything else is left alone.

    It is the `finalize` of the papers' environment, so that no field of a template can be forgotten.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    text = _MARKS.sub(r"\1", _UNPRINTABLE.sub("", value[: 2 * LONGEST]))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


class Templates:
    """The templates of a directory, as texts."""

    def __init__(self, directory: Path) -> None:
        from nesk.core.formatting import FILTERS

        self._pages = jinja2.Environment(
            loader=jinja2.FileSystemLoader(directory),
            autoescape=lambda name: not (name or "").endswith(".txt"),  # noqa: S701 - on for all but plain texts
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._pages.filters.update(FILTERS)
        self._papers = self._pages.overlay(finalize=capped)

    def render(self, template: str, **facts: object) -> str:
        """A template with its facts; an unknown name in it is an error."""
        environment = self._papers if template.startswith("pdf/") else self._pages
        return environment.get_template(template).render(facts)

    def render_email(self, name: str, **facts: object) -> tuple[str, str, str]:
        """A letter as (subject, text, html)."""
        subject, _, text = self.render(f"email/{name}.txt", **facts).lstrip().partition("\n")
        return _one_line(subject)[:SUBJECT_LONGEST], text.strip() + "\n", self.render(f"email/{name}.html", **facts)

    def render_sms(self, name: str, **facts: object) -> str:
        """An SMS: one line, broken only where the template itself says so, by a form feed."""
        return re.sub(" ?\f ?", "\n", _one_line(self.render(f"sms/{name}.txt", **facts)))


def _one_line(text: str) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


@lru_cache(maxsize=1)
def _templates() -> Templates:
    return Templates(TEMPLATES)


def render(template: str, **facts: object) -> str:
    """A template of `templates/` with its facts, as on the pages but without a request."""
    return _templates().render(template, **facts)


def render_email(name: str, **facts: object) -> tuple[str, str, str]:
    """A letter of `templates/email/` as (subject, text, html). The subject is the first line of the .txt."""
    return _templates().render_email(name, **facts)


def render_sms(name: str, **facts: object) -> str:
    """An SMS of `templates/sms/`, one line."""
    return _templates().render_sms(name, **facts)


def pdf(html: str, *, max_seconds: float = RENDER_SECONDS) -> bytes:
    """Draw HTML as a PDF in a confined process: no network, no files, at most `max_seconds` and 512 MB.

    Raises confined.JobFailed («time», «memory», «crash», «error») when it cannot be drawn.
    """
    # The child's own limit speaks first, between elements; a second later it is killed wherever it is.
    _, drawn = confined.run("pdf", html.encode("utf-8", "replace"), seconds=max_seconds + 1, max_seconds=max_seconds)
    return drawn


# ---- the child's side: xhtml2pdf is imported there only


def drawing() -> Callable[..., tuple[dict[str, Any], bytes]]:
    """Load the renderer, register the fonts once and draw a page, so that the first paper is as quick as the others."""
    import logging

    from reportlab import rl_config
    from reportlab.lib.fonts import addMapping
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from xhtml2pdf.default import DEFAULT_FONT

    logging.getLogger("xhtml2pdf").setLevel(logging.CRITICAL)  # it quotes the paper, and papers are personal
    rl_config.useA85 = 0
    for is_bold, (face, file) in enumerate((("PTSans", "Regular"), ("PTSans-Bold", "Bold"))):
        pdfmetrics.registerFont(TTFont(face, str(FONTS / f"PT_Sans-Web-{file}.ttf")))
        for is_italic in (0, 1):
            addMapping("PTSans", is_bold, is_italic, face)
    DEFAULT_FONT[FONT.lower()] = "PTSans"
    draw(f"<p style='font-family: {FONT}'>Счёт <b>№ 1</b></p>".encode())
    return draw


def draw(html: bytes, *, max_seconds: float = RENDER_SECONDS) -> tuple[dict[str, Any], bytes]:
    """Draw in this very process (the child's)."""
    from xhtml2pdf import pisa
    from xhtml2pdf.config.resources import RenderLimitError, ResourceAccessPolicy

    policy = ResourceAccessPolicy.server(base_dir=FONTS, allow_remote=False, max_render_seconds=max_seconds)
    drawn = io.BytesIO()
    try:
        status = pisa.CreatePDF(html, dest=drawn, encoding="utf-8", resource_policy=policy)
    except RenderLimitError as over:
        raise confined.JobFailed("time" if "second" in str(over) else "error", str(over)) from over
    if status.err:
        problems = "; ".join(str(problem[2]) for problem in status.log if problem[0] == "error")
        raise confined.JobFailed("error", problems or "the renderer reports errors")
    return {}, drawn.getvalue()
