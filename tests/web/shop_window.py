"""An application that shows every layout and component with invented values: for looking at, and for the tests beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, render_template, request
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)

from nesk.core.formatting import FILTERS
from nesk.core.period import Month
from nesk.web.assets import init_assets
from nesk.web.charts import Item, Series, money_chart, usage_chart
from nesk.web.forms import AtMost, EmailField, Form, KeyField, MoneyField, PhoneField, Required

ROOT = Path(__file__).parents[2]
PAGES = ("home", "components", "login", "staff", "desk", "crew")


class EveryField(Form):
    key = KeyField()
    phone = PhoneField("Мобильный телефон")
    email = EmailField("Электронная почта")
    password = PasswordField("Пароль", [Required("Введите пароль.")])
    total = MoneyField("Сумма из квитанции", description="«Всего к оплате» за любой из последних 12 месяцев")
    people = IntegerField("Проживает")
    visit_on = DateField("День визита")
    comment = TextAreaField("Сообщение", [AtMost(500)])
    branch = SelectField("Филиал", choices=[("1", "Краснодарэнергосбыт"), ("2", "Армавирэнергосбыт")])
    way = RadioField("Способ оплаты", choices=[("card", "Банковская карта"), ("sbp", "СБП")], default="card")
    bind = RadioField("Способ привязки", choices=[("sum", "По сумме"), ("meter", "По номеру счётчика")], default="sum")
    photo = FileField("Фото счётчика")
    agree = BooleanField("Согласие на обработку персональных данных", [Required("Отметьте согласие.")])
    code = StringField("Код из SMS")


def _refused() -> EveryField:
    form = EveryField(
        MultiDict({"phone": "12", "email": "a@b", "total": "12,345", "comment": "Щит на площадке", "code": "12"})
    )
    form.validate()
    form.form_errors.append("Лицевой счёт не найден или проверочные данные не совпадают.")
    return form


ACCOUNTS = [
    SimpleNamespace(
        number="230000000017",
        title="Одесская, 48, кв. 17",
        address="г. Краснодар, ул. Одесская, д. 48, кв. 17",
        debt_kop=128456,
    ),
    SimpleNamespace(
        number="230000000025", title="Псекупская, 94", address="г. Горячий Ключ, ул. Псекупская, д. 94", debt_kop=-31240
    ),
    SimpleNamespace(
        number="230000000033",
        title="Гараж в кооперативе с очень длинным названием, бокс 118",
        address="г. Краснодар",
        debt_kop=0,
    ),
]
_NAV = [
    ("home", "Главная", "/window/home"), ("meter", "Показания", "/window/components"), ("pay", "Оплата", "/window/pay"),
    ("charges", "Начисления и платежи", "/window/charges"), ("receipt", "Квитанции", "/window/receipts"),
    ("tools", "Услуги", "/window/services"), ("help", "Помощь", "/window/help"),
]  # fmt: skip
NAV_ITEMS = [
    SimpleNamespace(
        icon=icon, label=label, url=url, active=icon == "home", tab=icon in ("home", "meter", "pay", "tools")
    )
    for icon, label, url in _NAV
]
STAFF_ITEMS = [
    SimpleNamespace(icon="list", label="Заявки на услуги", url="#1", active=True, group="Работа", badge=14),
    SimpleNamespace(icon="board", label="Диспетчерская", url="#2", active=False, group="Работа"),
    SimpleNamespace(icon="users", label="Абоненты", url="#3", active=False, group="Абоненты"),
]
_DAY = [168, 186, 171, 149, 121, 108, 133, 192, 201, 138, 118, 127]
_NIGHT = [88, 97, 90, 80, 62, 57, 66, 91, 96, 70, 64, 64]
_AGO = [271, 290, 268, 241, 196, 170, 188, 262, 305, 221, 205, 214]
_CHARGED = [181040, 201230, 185890, 162620, 129070, 114650, 142290, 200120, 209800, 146650, 140280, 128460]
_PAID = [181040, 201230, 185890, 162620, 129070, 114650, 142290, 200120, 0, 356450, 0, 140280]


def context() -> dict[str, Any]:
    """What the pages of the window are given; the addresses choose theme and vision."""
    wish = request.args.get
    first = Month(2025, 12)
    use = [Item(first + i, (_DAY[i], _NIGHT[i]), _AGO[i], planned=i == 11, url=f"#m{i}") for i in range(12)]
    money = [Item(first + i, (_CHARGED[i], _PAID[i])) for i in range(12)]
    return {
        "display": SimpleNamespace(
            theme=wish("theme", ""),
            vision=wish("vision", ""),
            size=wish("size", "1"),
            spacing=wish("spacing", "1"),
            images="on",
        ),
        "here": request.full_path,
        "demo": True,
        "account": ACCOUNTS[0],
        "accounts": ACCOUNTS,
        "nav_items": NAV_ITEMS,
        "unread": 2,
        "links": {"accounts": "/a", "settings": "/s", "notices": "/n", "payment": "/p", "home": "/h"},
        "printed_on": date(2026, 11, 20),
        "refused": _refused(),
        "blank": EveryField(MultiDict()),
        "use": usage_chart(use, [Series("day", "День"), Series("night", "Ночь")], current=Month(2026, 10)),
        "money": money_chart(money, [Series("night", "Начислено"), Series("pay", "Оплачено")]),
        "moment": datetime(2026, 11, 18, 17, 14, tzinfo=UTC),
        "staff_items": STAFF_ITEMS,
        "pages_url": lambda n: f"?page={n}",
    }


def build() -> Flask:
    """The window: /window/<page> for each of PAGES, /error/<code>, /bare for a cabinet that knows nothing."""
    app = Flask("window", root_path=str(ROOT), static_folder=None, template_folder="templates")
    app.config.update(SECRET_KEY="window", TESTING=True, WTF_CSRF_CHECK_DEFAULT=False)
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    own = FileSystemLoader(str(Path(__file__).parent / "window"))
    app.jinja_env.loader = ChoiceLoader([app.jinja_loader, own])  # type: ignore[list-item]
    app.jinja_env.filters.update(FILTERS)
    CSRFProtect(app)
    init_assets(app)

    @app.get("/window/<page>")
    def window(page: str) -> str:
        return render_template(f"window_{page}.html", **context())

    @app.get("/error/<int:code>")
    def error(code: int) -> str:
        return render_template(f"errors/{code}.html", status=code, message="", reference="7f2041aa90bc")

    @app.get("/error/<int:code>/part")
    def part(code: int) -> str:
        return render_template("errors/_error.html", status=code, message="", reference="7f2041aa90bc")

    @app.get("/bare")
    def bare() -> str:
        return render_template("layouts/cabinet.html")

    @app.get("/offline")
    def offline() -> str:
        return render_template("public/front/offline.html")

    return app


if __name__ == "__main__":
    build().run(port=8123)
