"""The command line: `nesk --help` lists everything."""

import click

from nesk.commands import backup, data, people, processes


@click.group()
def main() -> None:
    """НЭСК: процессы и работы по данным. Переменные окружения описаны в README.md."""


for command in (*processes.COMMANDS, *data.COMMANDS, backup.backup, backup.restore):
    main.add_command(command)
data.import_.add_command(people.people)
