"""Files that people and the product keep: content-addressed, named at random for the outside, served by views only."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import obstore
import obstore.store
import peewee

from nesk.core import clock, config
from nesk.core.actor import Actor
from nesk.core.db import Model, MomentField, after_commit
from nesk.core.errors import NotFound


class File(Model):
    """What is known of a stored file. Access belongs to the thing it is attached to, never to the file."""

    id = peewee.BigAutoField()
    token = peewee.UUIDField(unique=True, default=uuid4)
    sha256 = peewee.CharField(64, index=True)
    size = peewee.IntegerField()
    media_type = peewee.CharField(64)
    name = peewee.CharField(200)
    at = MomentField()
    by = peewee.CharField(64)

    class Meta:
        table_name = "core_file"
        constraints = [peewee.Check("size > 0")]


@lru_cache(maxsize=4)
def _store(url: str) -> obstore.store.ObjectStore:
    if url.startswith("file:"):
        folder = Path(urlsplit(url).path)
        folder.mkdir(parents=True, exist_ok=True)
        return obstore.store.LocalStore(str(folder))
    return obstore.store.from_url(url)


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def store(data: bytes, media_type: str, name: str, *, by: Actor) -> File:
    """Keep the bytes and a row that tells of them. The bytes go first: a row never points at nothing."""
    sha256 = hashlib.sha256(data).hexdigest()
    obstore.put(_store(config.current().files_url), _key(sha256), data)
    return File.create(
        sha256=sha256, size=len(data), media_type=media_type, name=name[:200], at=clock.now(), by=str(by)
    )


def read(file: File) -> bytes:
    """The bytes of a stored file. Raises NotFound when the store has lost them."""
    try:
        return bytes(obstore.get(_store(config.current().files_url), _key(file.sha256)).bytes())
    except FileNotFoundError:
        raise NotFound from None


def remove(file_id: int) -> None:
    """Forget a stored file; its bytes go after the commit, unless another row keeps the same ones."""
    file = File.get_or_none(File.id == file_id)
    if file is None:
        return
    File.delete().where(File.id == file_id).execute()
    if not File.select().where(File.sha256 == file.sha256).exists():
        store_of_file = _store(config.current().files_url)
        after_commit(lambda: obstore.delete(store_of_file, _key(file.sha256)))


def check() -> None:
    """Raise unless the store answers (for /readyz)."""
    obstore.put(_store(config.current().files_url), "ready", b"1")
