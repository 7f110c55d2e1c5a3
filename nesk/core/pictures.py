"""Pictures that people send: taken by what they contain, drawn anew, and kept without anything but the picture."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nesk.core import confined
from nesk.core.errors import Refused

LARGEST = 10 * 1024 * 1024
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 1600
SECONDS = 10

NOT_A_PICTURE = "Файл не похож на фотографию. Приложите снимок JPEG, PNG или WebP до 10 МБ."
TOO_MANY_PIXELS = "Снимок слишком большой. Уменьшите его до 25 мегапикселей и приложите снова."
NOT_A_PDF = "Файл не похож на PDF. Приложите документ PDF или снимок JPEG, PNG, WebP до 10 МБ."
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture drawn anew as JPEG: no EXIF, no place, no comment, no tail."""

    data: bytes
    media_type: str
    width: int
    height: int


def clean_picture(data: bytes) -> CleanPicture:
    """Draw a JPEG, PNG or WebP anew in a confined process. Raises Refused with words for the person."""
    if not data or len(data) > LARGEST or not data.startswith(_SIGNATURES):
        raise Refused(NOT_A_PICTURE)
    try:
        told, drawn = confined.run("picture", data, seconds=SECONDS)
    except confined.JobFailed as failed:
        raise Refused(NOT_A_PICTURE) from failed
    return CleanPicture(drawn, "image/jpeg", told["width"], told["height"])


def portrait(data: bytes, *, side: int) -> CleanPicture:
    """A square of a clean picture, cut from its middle. Raises Refused with words for the person."""
    try:
        told, drawn = confined.run("picture", data, seconds=SECONDS, square=side)
    except confined.JobFailed as failed:
        raise Refused(NOT_A_PICTURE) from failed
    return CleanPicture(drawn, "image/jpeg", told["width"], told["height"])


def check_pdf(data: bytes) -> None:
    """Refuse what does not begin and end as a PDF, or is too large. It is kept as it is and served as a download only."""
    if len(data) > LARGEST or not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        raise Refused(NOT_A_PDF)


# ---- the child's side


def redrawing() -> Callable[..., tuple[dict[str, Any], bytes]]:
    """Load the decoders before the doors are shut."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    for kind in ("JPEG", "PNG", "WEBP"):
        buffer = io.BytesIO()
        Image.new("RGB", (8, 8)).save(buffer, kind)
        redraw(buffer.getvalue())
    return redraw


def redraw(data: bytes, square: int = 0) -> tuple[dict[str, Any], bytes]:
    """Decode, turn upright, and paste into a new picture: a comment survives a mere save. `square` cuts a side long."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as given:
            if given.width * given.height > MOST_PIXELS:
                raise Refused(TOO_MANY_PIXELS)
            given.load()
            upright = ImageOps.exif_transpose(given)
            if square:
                upright = ImageOps.fit(upright, (square, square))
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            fresh = Image.new("RGB", upright.size, "white")
            mask = upright.getchannel("A") if upright.mode in ("RGBA", "LA") else None
            fresh.paste(upright.convert("RGB"), mask=mask)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise Refused(TOO_MANY_PIXELS) from bomb
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as broken:
        raise Refused(NOT_A_PICTURE) from broken
    buffer = io.BytesIO()
    fresh.save(buffer, "JPEG", quality=85, optimize=True)
    return {"width": fresh.width, "height": fresh.height}, buffer.getvalue()
