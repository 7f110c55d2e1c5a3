"""Pictures inside a paper or a page: carried by the HTML itself, for the process that draws a paper opens no files."""

from base64 import b64encode

from markupsafe import Markup

from nesk.documents.qr import svg

_SIGNATURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def image(data: bytes, *, css: str, alt: str = "") -> Markup:
    """An <img> of our own PNG or cleaned JPEG as a data: URI. Raises ValueError for any other bytes."""
    media_type = next((kind for signature, kind in _SIGNATURES.items() if data.startswith(signature)), None)
    if media_type is None:
        raise ValueError("neither PNG nor JPEG")
    return Markup('<img class="{}" alt="{}" src="data:{};base64,{}">').format(
        css, alt, media_type, b64encode(data).decode()
    )


def qr_code(text: str, *, title: str) -> Markup:
    """A text as a QR code inside a page: an SVG of our own making; `title` is ours too and never what a person typed."""
    return Markup(svg(text, title=title))
