"""Commands over people: taking the subscribers of the previous cabinet over."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from nesk.commands.data import BY, opened, told
from nesk.enrolment import legacy


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def people(file: Path) -> None:
    """Абоненты прежнего кабинета из CSV: kind, value, name, scheme, salt, hash, accounts.

    kind — phone, email или account; scheme — md5, sha1 или sha256 от соли и пароля подряд; accounts — лицевые счета через
    пробел. Пароль подходит для первого входа и тогда же хешируется заново.
    """
    became: Counter[str] = Counter()
    with opened():
        lines = legacy.read_lines(file.read_bytes())
        with told("Абоненты", len(lines)) as progress:
            for step in legacy.take_people(lines, by=BY):
                became.update(verdict.state for verdict in step)
                for verdict in step:
                    if verdict.reason:
                        click.echo(f"строка {verdict.number}: {verdict.reason}", err=True)
                progress(len(step))
    click.echo(f"Принято: {became['taken']}, уже были: {became['known']}, отклонено: {became['refused']}")
    if became["refused"]:
        raise SystemExit(1)
