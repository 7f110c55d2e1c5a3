"""Files that people and the product keep: content-addressed, named at random for the outside, served by views only."""

from __future__ import annotations

import contextlib
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
from nesk.core.db import Model, MomentField, transaction
from nesk.core.errors import NotFound
from nesk.core.schedule import scheduled


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
    forgotten_at = MomentField(null=True)
    """Nobody may read it any more; its bytes and this row go with the next round of `remove_forgotten`."""

    class Meta:
        table_name = "core_file"
        constraints = [peewee.Check("size > 0")]


File.add_index(File.index(File.forgotten_at, where=File.forgotten_at.is_null(False), name="core_file_forgotten"))


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
    obstore.put(_store(config.current().files_url), _key(hashlib.sha256(data).hexdigest()), data)
    return announce(data, media_type, name, by=by)


def announce(data: bytes, media_type: str, name: str, *, by: Actor) -> File:
    """A row for bytes that `write` brings later: whoever dies in between leaves something that can be found and removed."""
    sha256 = hashlib.sha256(data).hexdigest()
    return File.create(
        sha256=sha256, size=len(data), media_type=media_type, name=name[:200], at=clock.now(), by=str(by)
    )


def write(file: File, data: bytes) -> None:
    """Bring the bytes of an announced file; they are taken back when it was let go meanwhile."""
    store = _store(config.current().files_url)
    obstore.put(store, _key(file.sha256), data)
    if not File.select().where(File.sha256 == file.sha256).exists():
        obstore.delete(store, _key(file.sha256))


def read(file: File) -> bytes:
    """The bytes of a stored file. Raises NotFound when they are to go or the store has lost them."""
    if file.forgotten_at is not None:
        raise NotFound
    try:
        return bytes(obstore.get(_store(config.current().files_url), _key(file.sha256)).bytes())
    except FileNotFoundError:
        raise NotFound from None


def forget(file_id: int) -> None:
    """Let a file go, in the transaction of whatever let it go: bytes cannot be rolled back, so they follow later."""
    File.update(forgotten_at=clock.now()).where(File.id == file_id, File.forgotten_at.is_null()).execute()


@scheduled("core.remove_forgotten_files", every=600)
def remove_forgotten() -> int:
    """Delete forgotten files: the bytes unless another file has the same, then the row. Gives how many.

    A row that something still refers to stays for the next round, its bytes with it.
    """
    removed = 0
    for file in File.select().where(File.forgotten_at.is_null(False)).order_by(File.id):
        same = File.select().where(File.sha256 == file.sha256, File.id != file.id, File.forgotten_at.is_null())
        with contextlib.suppress(peewee.IntegrityError), transaction():
            removed += File.delete().where(File.id == file.id).execute()
            if not same.exists():
                # Killed before the commit, the next round finds the row again and no bytes.
                with contextlib.suppress(FileNotFoundError):
                    obstore.delete(_store(config.current().files_url), _key(file.sha256))
    return removed


def check() -> None:
    """Raise unless the store answers (for /readyz)."""
    obstore.put(_store(config.current().files_url), "ready", b"1")
