"""A drawn signature for the acts of the demo town."""

import io
from functools import lru_cache

from PIL import Image, ImageDraw


@lru_cache(maxsize=1)
def signature() -> bytes:
    """A PNG of a pen's stroke."""
    picture = Image.new("RGB", (360, 120), "white")
    points = [(20, 80), (60, 30), (85, 95), (120, 40), (150, 90), (200, 55), (240, 75), (330, 50)]
    ImageDraw.Draw(picture).line(points, fill="#0b1f4a", width=4, joint="curve")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
