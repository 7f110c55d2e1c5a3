"""Pictures that people send: taken by what they contain, kept as nothing but the picture."""

import io
import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from nesk.core.errors import Refused
from nesk.core.pictures import LARGEST, NOT_A_PDF, NOT_A_PICTURE, TOO_MANY_PIXELS, check_pdf, clean_picture

SECRET = b"<script>alert(1)</script>"


def jpeg(size=(640, 480), **options) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "#8899aa").save(buffer, "JPEG", **options)
    return buffer.getvalue()


def png(size=(64, 48), mode="RGB", **options) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, "PNG", **options)
    return buffer.getvalue()


def exif(**tags) -> bytes:
    given = Image.Exif()
    given[0x0112] = tags.get("orientation", 1)
    given[0x010E] = "КАНАРЕЙКА"
    given.get_ifd(0x8825)[1] = "N"
    return given.tobytes()


def drawn(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(clean_picture(data).data))


def test_what_a_camera_writes_beside_the_picture_does_not_stay():
    """F2: no EXIF, no place, no comment, no tail."""
    dirty = jpeg(exif=exif(), comment=SECRET) + SECRET
    kept = clean_picture(dirty)
    assert SECRET in dirty
    assert SECRET not in kept.data
    assert not dict(Image.open(io.BytesIO(kept.data)).getexif())
    assert kept.media_type == "image/jpeg"


def test_a_text_chunk_of_a_png_does_not_stay():
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Comment", SECRET.decode())
    assert SECRET not in clean_picture(png(pnginfo=chunks)).data


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_picture_stands_upright(orientation):
    kept = clean_picture(jpeg((400, 200), exif=exif(orientation=orientation)))
    assert (kept.width, kept.height) == ((400, 200) if orientation == 3 else (200, 400))


@pytest.mark.parametrize("mode", ["RGBA", "L", "P", "1", "LA", "I;16"])
def test_every_kind_of_colours_becomes_a_plain_picture(mode):
    assert drawn(png(mode=mode)).mode == "RGB"


def test_a_large_picture_is_made_as_large_as_it_is_looked_at():
    assert max(drawn(jpeg((4000, 3000))).size) == 1600


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that opens as a wall."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(b"\0" * 1000)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", NOT_A_PICTURE),
        (b"MZ\x90\x00 not a picture", NOT_A_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", NOT_A_PICTURE),
        (b"GIF89a" + b"\0" * 50, NOT_A_PICTURE),
        (b"\xff\xd8\xff" + SECRET, NOT_A_PICTURE),
        (jpeg()[:900], NOT_A_PICTURE),
        (b"\xff\xd8\xff" + b"\0" * LARGEST, NOT_A_PICTURE),
        (bomb(20_000, 20_000), TOO_MANY_PIXELS),
    ],
    ids=["empty", "program", "svg", "gif", "html", "cut", "huge", "wall"],
)
def test_what_is_no_picture_is_refused_in_words(data, said):
    with pytest.raises(Refused) as refused:
        clean_picture(data)
    assert refused.value.message == said
    assert clean_picture(jpeg()).width == 640  # whoever decodes them is alive


@pytest.mark.parametrize(
    "name", ["mvg_text_named.jpg", "php_in_exif.jpg", "phpinfo.jpg.php", "png_profile_etc_passwd.png", "xss.html"]
)
def test_the_uploads_of_others_are_refused_or_made_harmless(name):
    folder = os.environ.get("NESK_MATERIAL")
    if not folder:
        pytest.skip("no material of others: NESK_MATERIAL is not set")
    data = (Path(folder) / "adversarial" / "uploads" / name).read_bytes()
    with suppress(Refused):
        data = clean_picture(data).data
        assert b"<?php" not in data
        assert b"passwd" not in data
    assert clean_picture(jpeg()).width == 640


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n", b"PK\x03\x04%%EOF", b"%PDF-1.7" + b"\0" * LARGEST + b"%%EOF"], ids=["open", "zip", "huge"]
)
def test_what_is_no_paper_is_refused_in_words(data):
    with pytest.raises(Refused) as refused:
        check_pdf(data)
    assert refused.value.message == NOT_A_PDF
    assert check_pdf(b"%PDF-1.7\n%%EOF") is None
