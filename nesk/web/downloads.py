"""Files on their way out: always a download, in a sandbox, whatever they contain."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

from nesk.core import files
from nesk.core.files import File


def stored(file: File) -> Response:
    """A stored file. The caller has looked it up for the viewer."""
    return made(files.read(file), file.media_type, file.name)


def made(body: bytes, media_type: str, name: str) -> Response:
    """Bytes just made, under a name for people."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(body, content_type=media_type, headers=headers)
