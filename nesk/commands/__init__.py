"""The command line: `nesk --help` lists everything."""

import click

from nesk.commands import backup, data, processes


@click.group()
def main() -> None:
    """НЭСК: процессы и работы по данным. Переменные окружения описаны в README.md."""


for command in (*processes.COMMANDS, *data.COMMANDS, backup.backup, backup.restore):
    main.add_command(command)
