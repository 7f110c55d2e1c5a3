"""What the company may change without a programmer: every setting of every package on one page."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_type_hints

from flask import Blueprint, request, url_for
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from nesk.billing.settings import BillingSettings
from nesk.consents.settings import ConsentSettings
from nesk.core import settings
from nesk.core.db import transaction
from nesk.core.errors import NotFound, Refused
from nesk.credentials.settings import CredentialSettings
from nesk.enrolment.settings import EnrolmentSettings
from nesk.metering.settings import MeteringSettings
from nesk.notifications.settings import NotificationSettings
from nesk.payments.settings import PaymentSettings
from nesk.people.permissions import Permission
from nesk.people.settings import PeopleSettings
from nesk.privacy.settings import PrivacySettings
from nesk.web.access import allowed
from nesk.web.forms import Form, WholeField
from nesk.web.htmx import go, page
from nesk.web.login import current_actor

bp = Blueprint("settings", __name__, url_prefix="/settings")

KINDS = {
    "metering": MeteringSettings,
    "billing": BillingSettings,
    "payments": PaymentSettings,
    "notifications": NotificationSettings,
    "credentials": CredentialSettings,
    "consents": ConsentSettings,
    "privacy": PrivacySettings,
    "people": PeopleSettings,
    "enrolment": EnrolmentSettings,
}
TITLES = {
    "metering": "Показания",
    "billing": "Начисления",
    "payments": "Платежи",
    "notifications": "Сообщения",
    "credentials": "Вход и регистрация",
    "consents": "Согласия",
    "privacy": "Копии данных",
    "people": "Учётные записи",
    "enrolment": "Лицевые счета",
}
LABELS = {
    "window_from": "Показания ждём с числа",
    "window_to": "Показания ждём по число",
    "fraction": "Дробная часть показания",
    "average_months": "Среднее за сколько месяцев",
    "average_at_least": "Среднее не меньше чем по месяцам",
    "average_periods": "По среднему не больше месяцев подряд",
    "shift_weekend": "Срок оплаты с выходного переносится",
    "recalculation_includes_norm": "Перерасчёт учитывает норматив",
    "penalties_accrue": "Начислять пени",
    "least_kop": "Платёж не меньше, копеек",
    "most_kop": "Платёж не больше, копеек",
    "session_seconds": "Банк ждёт карту, секунд",
    "posting_words": "Срок зачисления словами",
    "energy_tax_type": "Код НДС энергии у банка",
    "penalty_tax_type": "Код НДС пеней у банка",
    "sms_sender": "Имя отправителя SMS",
    "mail_from": "Отправитель писем",
    "sms_about_orders": "SMS о заявках",
    "sms_about_payments": "SMS о платежах",
    "sms_quiet_hours": "Ночью не слать SMS, которые могут подождать",
    "quiet_from_hour": "По будням не слать с часа",
    "quiet_to_hour": "По будням не слать до часа",
    "weekend_quiet_from_hour": "По выходным не слать с часа",
    "weekend_quiet_to_hour": "По выходным не слать до часа",
    "register_by_phone": "Регистрация по телефону",
    "register_by_email": "Регистрация по электронной почте",
    "register_by_account": "Регистрация по лицевому счёту",
    "password_min": "Пароль не короче, символов",
    "code_minutes": "Код из SMS живёт, минут",
    "code_tries": "Попыток ввести код",
    "code_pause_seconds": "Новый код не чаще, секунд",
    "codes_a_day": "Кодов на номер в сутки",
    "codes_a_day_network": "Кодов из одной сети в сутки",
    "codes_a_day_in_all": "Кодов всего в сутки",
    "activation_days": "Ссылка регистрации живёт, дней",
    "recovery_minutes": "Ссылка восстановления живёт, минут",
    "issued_password_hours": "Выданный пароль живёт, часов",
    "issued_letter_days": "Пароль в заказном письме живёт, дней",
    "remember_days": "«Запомнить меня», дней",
    "captcha_after": "Слово с картинки после неудач, раз",
    "ask_again": "Новую редакцию согласия показывать при следующем посещении",
    "archive_hours": "Архив с данными хранить, часов",
    "archive_pause_hours": "Следующий архив не раньше чем через, часов",
    "closing_days": "Кабинет закрывается через, дней",
    "recovery_neutral": "Не говорить, зарегистрирован ли адрес",
    "mobile_notice_shown": "Показывать сообщение под формой привязки",
    "mobile_notice": "Сообщение под формой привязки",
    "breaker_refusals": "Неудачных привязок за 15 минут до слова с картинки",
    "breaker_percent": "Какая доля неудач для этого нужна, %",
}
CHOICES = {
    "fraction": {"truncate": "Отбросить", "ceil": "Округлить вверх", "reject": "Не принимать показание"},
}
"""What the words of a setting that is one of a few are called on its page."""
FIELDS = {int: WholeField, bool: BooleanField, str: StringField}
ONE_LINE = 80
"""A text whose default is longer is edited in a field of several lines."""


def _form(kind: type) -> type[Form]:
    """A form with a field for each setting of a package."""
    hints = get_type_hints(kind)
    made = {}
    for field in fields(kind):
        rules = [] if hints[field.name] is bool else [InputRequired("Заполните это поле.")]
        is_prose = hints[field.name] is str and len(field.default) > ONE_LINE
        label = LABELS.get(field.name, field.name)
        if field.name in CHOICES:
            made[field.name] = SelectField(label, choices=list(CHOICES[field.name].items()), validate_choice=False)
            continue
        kind_of_field = TextAreaField if is_prose else FIELDS[hints[field.name]]
        made[field.name] = kind_of_field(label, rules)
    return type("SettingsForm", (Form,), made)


@bp.route("", methods=["GET", "POST"])
@allowed(Permission.CHANGE_SETTINGS)
def index() -> Any:
    package = request.args.get("package", "metering")
    if package not in KINDS:
        raise NotFound
    kind = KINDS[package]
    current = settings.load(kind)
    form = _form(kind)(obj=current)
    if form.validate_on_submit():
        try:
            with transaction():  # one that is refused takes the others of its page with it
                for field in fields(kind):
                    if form[field.name].data != getattr(current, field.name):
                        settings.change(kind, field.name, form[field.name].data, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".index", package=package), "Настройки сохранены.")
    context = {"form": form, "package": package, "titles": TITLES, "names": [field.name for field in fields(kind)]}
    return page("backoffice/settings/index.html", "backoffice/settings/_form.html", **context)
