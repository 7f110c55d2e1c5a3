"""Backup and restore of the database and the local files, in one archive."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import click

from nesk.core import config, db

DUMP = {"sqlite": "nesk.sqlite3", "postgresql": "nesk.dump"}


@click.command()
@click.argument("archive", type=click.Path(path_type=Path, dir_okay=False))
def backup(archive: Path) -> None:
    """Сохранить базу и файлы в архив .tar.gz; сайт при этом может работать."""
    settings = config.current()
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / DUMP[_kind(settings)]
        if _kind(settings) == "sqlite":
            db.init(settings.database_url)
            with db.connection():
                db.db.execute_sql("VACUUM INTO ?", (str(dump),))
        else:
            _run("pg_dump", "--format=custom", f"--file={dump}", settings.database_url)
        partial = archive.with_name(f"{archive.name}.partial")
        with tarfile.open(partial, "w:gz") as tar:
            tar.add(dump, arcname=dump.name)
            if files := _files_folder(settings):
                tar.add(files, arcname="files")
        partial.replace(archive)
    click.echo(f"Сохранено: {archive}")


@click.command()
@click.argument("archive", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Не спрашивать: нынешние данные будут заменены.")
def restore(archive: Path, yes: bool) -> None:
    """Восстановить базу и файлы из архива. Сайт и работник должны быть остановлены."""
    settings = config.current()
    if not yes:
        click.confirm("Нынешние база и файлы будут заменены. Продолжить?", abort=True)
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        dump = Path(folder) / DUMP[_kind(settings)]
        if not dump.exists():
            raise click.ClickException("Архив сделан с другой базой данных: проверьте DATABASE_URL.")
        if _kind(settings) == "sqlite":
            target = Path(urlsplit(settings.database_url).path)
            for leftover in (target, Path(f"{target}-wal"), Path(f"{target}-shm")):
                leftover.unlink(missing_ok=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(dump, target)
        else:
            _run("pg_restore", "--clean", "--if-exists", "--no-owner", f"--dbname={settings.database_url}", str(dump))
        files, kept = Path(folder) / "files", _files_folder(settings, must_exist=False)
        if files.exists() and kept:
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(files, kept)
    click.echo("Восстановлено.")


def _kind(settings: config.Config) -> str:
    return "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"


def _files_folder(settings: config.Config, *, must_exist: bool = True) -> Path | None:
    """The local folder of files; files in S3 have copies of their own there."""
    if not settings.files_url.startswith("file:"):
        return None
    folder = Path(urlsplit(settings.files_url).path)
    return folder if folder.exists() or not must_exist else None


def _run(program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise click.ClickException(f"Нет программы {program}: установите клиент PostgreSQL.")
    subprocess.run([path, *arguments], check=True)
