"""The forms of registration: what is typed, with the labels that the documents fix."""

from __future__ import annotations

import re
from typing import Any

from wtforms import BooleanField, PasswordField, SelectField, StringField

from nesk.branches.queries import branches_with_offices
from nesk.core import settings
from nesk.core.errors import Refused
from nesk.core.formatting import counted
from nesk.core.phones import parse_phone
from nesk.credentials.captcha import EMPTY
from nesk.credentials.settings import CredentialSettings
from nesk.enrolment.by_account import Place
from nesk.enrolment.registration import refuse_weak
from nesk.enrolment.rules import parse_account_number
from nesk.web.captcha import CaptchaForm
from nesk.web.forms import DIFFERENT, AtMost, EmailField, Form, PhoneField, Required, Said


class MobileField(PhoneField):
    """A phone that a code can be sent to: a Russian mobile (A8)."""

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.value and parse_phone(self.value, mobile=True) is None:
            self.value = None
            raise Said("Это не мобильный номер: SMS на него не придёт. Введите номер, который начинается с +7 (9…).")


class ConsentForm(CaptchaForm):
    """The first page of every way: the word on the picture and one box a purpose, none of them ticked (152-ФЗ ст. 9)."""

    agree = BooleanField("Согласие на обработку персональных данных")
    messages = BooleanField("Согласие на сообщения по SMS и e-mail")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("captcha", "agree", "messages"):  # they stand last on the page, and so do their faults
            self._fields[name] = self._fields.pop(name)

    def validate_captcha(self, field: StringField) -> None:
        if not field.data or not field.data.strip():
            raise Said(EMPTY)

    def validate_agree(self, field: BooleanField) -> None:
        if not field.data:
            raise Said("Отметьте согласие: без него мы не можем вас зарегистрировать.")


class ChosenPasswords(Form):
    """A password typed twice."""

    password = PasswordField("Пароль", [Required("Придумайте пароль.")])
    confirmation = PasswordField("Подтверждение пароля", [Required("Введите пароль ещё раз.")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.description = (
            f"Не менее {counted(settings.load(CredentialSettings).password_min, 'символа', 'символов', 'символов')}"
        )

    def validate_confirmation(self, field: PasswordField) -> None:
        if field.data and self.password.data and field.data != self.password.data:
            raise Said(DIFFERENT)


class RegisterByPhoneForm(ConsentForm):
    phone = MobileField("Мобильный телефон", [Required("Введите номер мобильного телефона.")])


class SixDigits:
    """The digits of a code, without the spaces between them."""

    def __init__(self, source: str) -> None:
        self.source = source

    def __call__(self, form: Any, field: Any) -> None:
        field.data = "".join((field.data or "").split())
        if not field.data:
            raise Said(f"Введите код из {self.source}.")
        if not re.fullmatch("[0-9]{6}", field.data):
            raise Said(f"Код из {self.source} — шесть цифр. Введите их без других знаков.")


class CodeForm(Form):
    code = StringField("Код", [SixDigits("SMS")])


class LetterCodeForm(Form):
    code = StringField("Код из письма", [SixDigits("письма")])


class RegisterByEmailForm(ConsentForm, ChosenPasswords):
    email = EmailField("Электронная почта", [Required("Введите адрес электронной почты.")])

    def validate_password(self, field: PasswordField) -> None:
        try:
            refuse_weak(field.data or "", self.email.value or "")
        except Refused as weak:
            raise Said(weak.message) from None


class LinkForm(Form):
    """The page of a link: the password, in another browser than the one that asked for the letter."""

    password = PasswordField("Пароль")


class AccountNumberField(StringField):
    """The number of an account; `value` is its stored form after validation."""

    value: str | None = None

    def pre_validate(self, form: Any) -> None:
        if self.data:
            self.value = parse_account_number(self.data)
            if self.value is None:
                raise Said("Номер лицевого счёта не распознан. Введите цифры из квитанции: их от 9 до 13.")


class RegisterByAccountForm(ConsentForm):
    """ФИО, and the meter's number when the name does not fit (S4-02)."""

    number = AccountNumberField("Номер лицевого счёта", [Required("Введите номер лицевого счёта.")])
    name = StringField("Фамилия, имя и отчество", [Required("Введите фамилию, имя и отчество."), AtMost(200)])
    serial = StringField("Номер установленного счётчика", [AtMost(40)])
    captcha = StringField("Код с картинки")

    @property
    def asks_serial(self) -> bool:
        """Whether the name has failed before, or has just now."""
        return bool(self.serial.errors or self.serial.raw_data)


class ContactsForm(Form):
    phone = MobileField("Мобильный телефон", [Required("Введите номер мобильного телефона: на него придёт пароль.")])
    email = EmailField("Электронная почта")


class RegisterByAddressForm(ConsentForm):
    """The form of the old cabinet (S3-03)."""

    number = AccountNumberField("Номер лицевого счёта", [Required("Введите номер лицевого счёта.")])
    branch = SelectField("Филиал", coerce=str, validate_choice=False)
    town = StringField("Населённый пункт", [Required("Введите населённый пункт."), AtMost(80)])
    street = StringField("Улица", [Required("Введите улицу."), AtMost(100)])
    house = StringField("Номер дома", [Required("Введите номер дома."), AtMost(20)])
    building = StringField("Корпус", [AtMost(20)])
    flat = StringField("Квартира", [AtMost(20)])
    email = EmailField("E-mail", [Required("Введите адрес электронной почты.")])
    email_again = EmailField("Повтор e-mail", [Required("Введите адрес ещё раз.")])
    phone = MobileField("Номер мобильного", [Required("Введите номер мобильного телефона.")])
    captcha = StringField("Секретный код с картинки")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branches = branches_with_offices()
        self.branch.choices = [("", "Выбрать"), *((str(branch.id), branch.name) for branch in self.branches)]

    def validate_branch(self, field: SelectField) -> None:
        if field.data not in {str(branch.id) for branch in self.branches}:
            raise Said("Выберите филиал: он указан в квитанции.")

    def validate_email_again(self, field: EmailField) -> None:
        if field.value and self.email.value and field.value != self.email.value:
            raise Said("Адреса не совпадают. Введите одинаковые.")

    def place(self) -> Place:
        return Place(
            branch_id=int(self.branch.data),
            town=self.town.data,
            street=self.street.data,
            house=self.house.data,
            building=self.building.data or "",
            flat=self.flat.data or "",
        )
