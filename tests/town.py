"""The demo town for tests: built once a run on each engine by the product's own builder, copied for whoever asks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from nesk.core import config, settings
from nesk.core import db as core_db
from nesk.demo import build
from tests import servers
from tests.databases import Databases, Engine


class Towns:
    """`copy` gives a town of one's own: a folder of files and the address of a database."""

    def __init__(self, folder: Path, databases: Databases, base: config.Config) -> None:
        self.folder, self._databases, self._base = folder, databases, base
        self._copies = 0

    def copy(self, engine: Engine) -> tuple[Path, str]:
        """The home and the database of a new copy. Raises Missing when there is no PostgreSQL."""
        original = self._original(engine)
        self._copies += 1
        home = self.folder / f"{engine}-{self._copies}"
        shutil.copytree(self._home(engine), home)
        if engine == "sqlite":
            return home, f"sqlite:///{home / 'nesk.sqlite3'}"
        server = servers.postgres()
        name = urlsplit(original).path.lstrip("/")
        return home, server.url(server.create(f"town_{self._copies}", template=name))

    @contextmanager
    def lived_in(self, engine: Engine) -> Iterator[config.Config]:
        """The models and the configuration of this process on a copy, for as long as the block lasts."""
        home, url = self.copy(engine)
        before = config.current()
        inside = replace(self._base, home=home, files_url=f"file://{home / 'files'}", database_url=url)
        settings.forget()
        try:
            with self._databases.elsewhere(url, migrate=False):
                core_db.db.connect()
                yield config.use(inside)
        finally:
            config.use(before)
            settings.forget()
            shutil.rmtree(home)
            if engine == "postgresql":
                servers.postgres().drop(urlsplit(url).path.lstrip("/"))

    def _original(self, engine: Engine) -> str:
        """The address of the town that all copies are made of, built by the first process of the run that needs it."""
        home, note = self._home(engine), self._home(engine).with_suffix(".url")
        with servers.alone(f"town on {engine}"):
            if not note.exists():
                home.mkdir()
                note.write_text(self._build(engine, home))
        return note.read_text()

    def _home(self, engine: Engine) -> Path:
        return servers.shared() / engine

    def _build(self, engine: Engine, home: Path) -> str:
        url = f"sqlite:///{home / 'nesk.sqlite3'}"
        if engine == "postgresql":
            server = servers.postgres()
            url = server.url(server.create("town", is_shared=True))
        config.use(replace(self._base, env="demo", home=home, files_url=f"file://{home / 'files'}", database_url=url))
        settings.forget()
        try:
            with self._databases.elsewhere(url):
                build.once()
        finally:
            config.use(self._base)
            settings.forget()
        return url
