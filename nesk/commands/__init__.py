"""The command line: `nesk --help` lists everything."""

import click

from nesk.commands import backup, data, people, processes
from nesk.commands.staff import staff


@click.group()
def main() -> None:
    """НЭСК: процессы и работы по данным. Переменные окружения описаны в README.md."""


for command in (*processes.COMMANDS, *data.COMMANDS, staff, backup.backup, backup.restore):
    main.add_command(command)
data.import_.add_command(people.people)
