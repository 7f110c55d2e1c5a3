"""Commands over employees: the first administrator has nobody else to be let in by."""

from __future__ import annotations

import click

from nesk.branches.models import Branch
from nesk.commands.data import BY, opened
from nesk.core import formatting
from nesk.core.emails import parse_email
from nesk.credentials import factors, issuing
from nesk.credentials.factors import Holder
from nesk.credentials.passwords import random_password
from nesk.people import operations as people
from nesk.people.models import Staff
from nesk.people.permissions import ROLES
from nesk.people.queries import staff_by_login


@click.group()
def staff() -> None:
    """Сотрудники."""


@staff.command()
@click.argument("login")
@click.option("--name", required=True, help="ФИО.")
@click.option("--role", "roles", multiple=True, type=click.Choice(sorted(ROLES)), help="Роль; можно несколько.")
@click.option("--branch", "code", default=None, help="Код филиала; без него видны все.")
@click.option("--crew", is_flag=True, help="Сотрудник бригады: входит на /crew.")
@click.option("--email", default="", help="Почта для писем об изменении защиты входа.")
def create(login: str, name: str, roles: tuple[str, ...], code: str | None, crew: bool, email: str) -> None:
    """Завести сотрудника. Пароль составит программа и напечатает один раз: при входе его меняют."""
    with opened():
        branch = Branch.get_or_none(Branch.code == code) if code else None
        if code and branch is None:
            raise click.ClickException(f"Филиала с кодом {code} нет.")
        mailbox = parse_email(email) if email else ""
        if mailbox is None:
            raise click.ClickException(f"Адрес почты {email} не распознан.")
        password, until = random_password(), issuing.good_until()
        people.create_staff(
            login,
            name,
            password,
            roles=roles,
            branch=branch,
            kind="crew" if crew else "office",
            email=mailbox,
            issued_until=until,
            by=BY,
        )
    click.echo(f"Сотрудник {login} заведён.")
    _tell(password, formatting.moment_number(until))


@staff.command()
@click.argument("login")
@click.option("--crew", is_flag=True, help="Сотрудник бригады.")
def password(login: str, crew: bool) -> None:
    """Выдать новый пароль вместо забытого; сеансы сотрудника завершатся."""
    with opened():
        who = _found(login, crew)
        secret, until = random_password(), issuing.good_until()
        issuing.issue_password(who, secret, until=until, by=BY)
    _tell(secret, formatting.moment_number(until))


@staff.command()
@click.argument("login")
@click.option("--crew", is_flag=True, help="Сотрудник бригады.")
def block(login: str, crew: bool) -> None:
    """Заблокировать сотрудника: его сеансы завершатся."""
    with opened():
        issuing.block(_found(login, crew), by=BY)
    click.echo(f"Доступ сотрудника {login} заблокирован.")


@staff.command()
@click.argument("login")
@click.option("--crew", is_flag=True, help="Сотрудник бригады.")
def unblock(login: str, crew: bool) -> None:
    """Снова открыть доступ сотруднику."""
    with opened():
        issuing.unblock(_found(login, crew), by=BY)
    click.echo(f"Доступ сотрудника {login} открыт.")


@staff.command("reset-factor")
@click.argument("login")
@click.option("--crew", is_flag=True, help="Сотрудник бригады.")
def reset_factor(login: str, crew: bool) -> None:
    """Сбросить потерянный второй шаг входа: сотрудник подключит его заново."""
    with opened():
        factors.reset(Holder("crew" if crew else "staff", _found(login, crew).id), by=BY)
    click.echo(f"Второй шаг входа сотрудника {login} сброшен.")


def _found(login: str, crew: bool) -> Staff:
    who = staff_by_login("crew" if crew else "office", login)
    if who is None:
        raise click.ClickException(f"Сотрудника {login} нет.")
    return who


def _tell(password: str, until: str) -> None:
    click.echo(f"Пароль: {password}")
    click.echo(f"Подходит до {until} и только для того, чтобы придумать свой. Больше он нигде не появится.")
