"""Files from a form: named by what they contain, not by what they are called."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from werkzeug.datastructures import FileStorage

from nesk.core.errors import Refused
from nesk.core.pictures import check_pdf, clean_picture

LARGEST = 10 * 1024 * 1024
TOO_BIG = "Файл больше 10 МБ. Уменьшите его или приложите другой."


@dataclass(frozen=True, slots=True)
class Upload:
    """A checked file: a re-encoded picture or a PDF."""

    data: bytes
    media_type: str
    name: str


def checked(files: list[FileStorage], *, field: str, most: int, pdf_allowed: bool = True) -> list[Upload]:
    """The files of a field, each checked by content. Raises Refused with the field's name."""
    given = [file for file in files if file and file.filename]
    if len(given) > most:
        raise Refused(f"Можно приложить не больше {most} файлов. Уберите лишние.", field=field)
    return [_checked(file, field, pdf_allowed) for file in given]


def _checked(file: FileStorage, field: str, pdf_allowed: bool) -> Upload:
    data = file.stream.read(LARGEST + 1)
    name = PurePath((file.filename or "").replace("\\", "/")).name[:120] or "файл"
    if len(data) > LARGEST:
        raise Refused(TOO_BIG, field=field)
    try:
        if pdf_allowed and data.startswith(b"%PDF-"):
            check_pdf(data)
            return Upload(data, "application/pdf", name)
        picture = clean_picture(data)
    except Refused as refused:
        raise Refused(refused.message, field=field) from refused
    return Upload(picture.data, picture.media_type, f"{PurePath(name).stem}.jpg")
