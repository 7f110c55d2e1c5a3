"""Flask-Admin under /staff/registers: the reference tables and registers of the back office."""

from __future__ import annotations

from flask import Flask, redirect
from flask_admin import Admin, AdminIndexView, expose
from flask_admin.theme import Bootstrap4Theme
from flask_babel import Babel

from nesk.accounts.models import Account, Organization
from nesk.backoffice.registers import views
from nesk.backoffice.registers.organizations import Organizations
from nesk.branches.models import Branch
from nesk.fieldwork.models import Order
from nesk.metering.models import Installation
from nesk.payments.models import Payment
from nesk.people.models import Person
from nesk.web.headers import nonce

PREFIX = "/staff/registers"


class Index(AdminIndexView):
    """There is no dashboard of its own: the registers stand in the menu of the back office."""

    @expose("/")
    def index(self) -> object:
        return redirect("/staff/", 303)


def init_registers(app: Flask) -> None:
    """Mount the registers; every one of them is closed unless the viewer has its permission."""
    Babel(app, locale_selector=lambda: "ru")
    admin = Admin(
        app,
        name="Бэк-офис",
        url=PREFIX,
        index_view=Index(url=PREFIX, endpoint="registers"),
        theme=Bootstrap4Theme(),
        csp_nonce_generator=nonce,
    )
    for view, model, name, endpoint in (
        (views.People, Person, "Абоненты", "people"),
        (views.Accounts, Account, "Лицевые счета", "accounts"),
        (Organizations, Organization, "Организации", "organizations"),
        (views.Meters, Installation, "Приборы учёта", "meters"),
        (views.Orders, Order, "Заявки на услуги", "orders"),
        (views.Payments, Payment, "Платежи", "payments"),
        (views.Branches, Branch, "Филиалы", "branches"),
    ):
        admin.add_view(
            view(model, name=name, endpoint=f"registers.{endpoint}".replace(".", "_"), url=f"{PREFIX}/{endpoint}")
        )
