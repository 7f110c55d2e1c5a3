"""Commands over the data: schema, demo town, billing, imports, staff."""

import click

from nesk.core import config, db


@click.command()
def migrate() -> None:
    """Применить новые миграции."""
    db.init(config.current().database_url)
    for name in db.migrate():
        click.echo(name)


COMMANDS = (migrate,)
