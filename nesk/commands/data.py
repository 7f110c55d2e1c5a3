"""Commands over the data: schema, demo town, billing, receipts, imports, benchmarks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from peewee import fn

from nesk import tasks
from nesk.accounts.models import Account
from nesk.billing import closing
from nesk.billing.models import Statement
from nesk.billing.operations import install_tariffs
from nesk.branches.models import Branch
from nesk.consents.operations import install_documents
from nesk.core import config, db, events
from nesk.core.actor import system
from nesk.core.confined import JobFailed
from nesk.core.errors import Refused
from nesk.core.period import Month
from nesk.documents.assembly import receipt_facts
from nesk.documents.receipt import receipt_pdf
from nesk.fieldwork.catalogue import install_catalogue
from nesk.payments import registry
from nesk.people import operations as people

BY = system("command")


class MonthType(click.ParamType):
    """A month as «2026-10»."""

    name = "ГГГГ-ММ"

    def convert(self, value: str | Month, param: object, ctx: object) -> Month:
        try:
            return value if isinstance(value, Month) else Month.parse(value)
        except ValueError:
            self.fail("Месяц пишется так: 2026-10.")


@contextmanager
def opened() -> Iterator[None]:
    """The database of this copy with every reaction known; refusals of the rules become one line and status 1."""
    db.init(config.current().database_url)
    tasks.load()
    try:
        with db.connection():
            yield
    except Refused as refused:
        raise click.ClickException(refused.message) from refused


@contextmanager
def told(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, plain lines elsewhere."""
    if sys.stderr.isatty():
        with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
            yield bar.update
        return
    done = 0

    def line(step: int) -> None:
        nonlocal done
        done += step
        click.echo(f"{label}: {done} из {length}", err=True)

    yield line


@click.command()
def migrate() -> None:
    """Применить новые миграции; на пустой базе завести роли, тарифы, услуги и согласия."""
    db.init(config.current().database_url)
    for name in db.migrate():
        click.echo(name)
    with db.connection():
        people.install_roles()
        install_tariffs()
        install_catalogue()
        install_documents()


@click.command()
@click.option("--again", is_flag=True, help="Удалить нынешнюю демо-базу SQLite и построить заново.")
def demo(again: bool) -> None:
    """Построить демо-город в пустой базе."""
    os.environ.setdefault("NESK_ENV", "demo")
    from nesk.demo import build

    settings = config.current()
    if settings.env == "production":
        raise click.ClickException("Демо-город не строится при NESK_ENV=production.")
    if again and settings.database_url.startswith("sqlite:"):
        for name in ("", "-wal", "-shm"):
            Path(settings.database_url.removeprefix("sqlite:///") + name).unlink(missing_ok=True)
    db.init(settings.database_url)
    db.migrate()
    tasks.load()
    click.echo(
        "Демо-город построен."
        if build.once(progress=sys.stderr.isatty())
        else "В базе уже есть данные, ничего не изменено."
    )


@click.command()
@click.option("--month", type=MonthType(), required=True)
@click.option("--branch", "code", default=None, help="Код филиала; по умолчанию все.")
def bill(month: Month, code: str | None) -> None:
    """Закрыть расчётный месяц: начислить недостающее, пени, составить сальдо."""
    with opened():
        branch = Branch.get_or_none(Branch.code == code) if code else None
        if code and branch is None:
            raise click.ClickException(f"Филиала с кодом {code} нет.")
        total = Account.select(fn.COUNT(Account.id)).where(Account.branch == branch if branch else True).scalar()
        with told(f"Закрытие {month}", total) as progress:
            closed = closing.close_month(month, by=BY, branch_id=branch.id if branch else None, progress=progress)
        events.drain(reraise=False)
    click.echo(f"Составлено квитанций: {closed}")


@click.command()
@click.option("--month", type=MonthType(), required=True)
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("receipts"), show_default=True
)
@click.option("--account", "numbers", multiple=True, help="Только эти лицевые счета.")
def receipts(month: Month, folder: Path, numbers: tuple[str, ...]) -> None:
    """Сформировать квитанции закрытого месяца в папку, по PDF на счёт."""
    failed = 0
    with opened():
        query = Account.select(Account.id, Account.number).join(Statement).where(Statement.month == month).distinct()
        rows = list((query.where(Account.number.in_(numbers)) if numbers else query).order_by(Account.number))
        if not rows:
            raise click.ClickException(f"За {month.title} квитанций нет: месяц не закрыт.")
        folder.mkdir(parents=True, exist_ok=True)
        with told("Квитанции", len(rows)) as progress:
            for account in rows:
                target = folder / f"{account.number}-{month}.pdf"
                try:
                    target.write_bytes(receipt_pdf(receipt_facts(account.id, month)))
                except JobFailed as error:
                    failed += 1
                    click.echo(f"{account.number}: {error}", err=True)
                progress(1)
    click.echo(f"Сформировано: {len(rows) - failed}, не получилось: {failed}")
    if failed:
        raise SystemExit(1)


@click.group("import")
def import_() -> None:
    """Принять файл от банка или расчётной системы."""


@import_.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--source", default="Реестр банка", show_default=True, help="Источник, каким его увидит абонент.")
def payments(file: Path, source: str) -> None:
    """Реестр платежей в формате «=»: каждая строка принята или названа с причиной."""
    with opened():
        taken = registry.import_registry(file.read_bytes(), name=file.name, source=source, by=BY)
        events.drain(reraise=False)
    if taken.is_repeated:
        click.echo("Этот файл уже принят раньше, ничего не изменено.")
    for row in taken.rejected:
        click.echo(f"строка {row.line}: {row.reason}", err=True)
    click.echo(f"Принято платежей: {taken.accepted}, отклонено: {len(taken.rejected)}")
    if taken.rejected:
        raise SystemExit(1)


@click.command()
@click.argument("name", required=False)
@click.option("--accounts", default=None, type=click.IntRange(min=50), help="Сколько лицевых счетов взять.")
def bench(name: str | None, accounts: int | None) -> None:
    """Замерить скорость: строка JSON на замер; без имени — все замеры."""
    os.environ.setdefault("NESK_ENV", "demo")
    from nesk.bench import BENCHES, run

    if name not in (None, "all", *BENCHES):
        raise click.ClickException(f"Такого замера нет. Есть: {', '.join(BENCHES)}.")
    for line in run(name, accounts):
        click.echo(line)


COMMANDS = (migrate, demo, bill, receipts, import_, bench)
