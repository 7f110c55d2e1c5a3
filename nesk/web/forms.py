"""The base of every form and the fields with our own words: what was typed is kept, and the sentence says what to do."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import DateField, HiddenField, IntegerField, PasswordField, StringField
from wtforms.validators import ValidationError

from nesk.core.emails import parse_email
from nesk.core.errors import Conflict, Refused, TooOften
from nesk.core.money import parse_amount
from nesk.core.phones import parse_phone

DIFFERENT = "Пароли не совпали. Введите один и тот же пароль дважды."
"""Of a password that is typed twice."""
_UNTYPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Controls, halves of letters, overrides of direction: no database takes the first two, and the last make a name read
otherwise than it is stored."""


def number_of(text: str | None) -> int:
    """A number of our own as a form sends it back; 0, which nothing has, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _texts(sent: Any) -> list[str]:
    return [value for _, value in sent.items(multi=True) if isinstance(value, str)]


class Form(FlaskForm):
    """A form whose refusals from the rules stand beside their field, or on top when no field is at fault."""

    status = 422
    """What a page that shows the refused form answers with."""
    retry_after = 0
    """Seconds to wait, of a form that was sent too often."""

    class Meta(FlaskForm.Meta):
        """How what was sent is read."""

        def wrap_formdata(self, form: Form, formdata: Any) -> Any:
            """What was sent, without signs that nobody types; a password stays exactly as it was typed."""
            sent = super().wrap_formdata(form, formdata)
            if sent is None or not any(_UNTYPED.search(value) for value in _texts(sent)):
                return sent
            exact = {name for name, field in form._fields.items() if isinstance(field, PasswordField)}
            return MultiDict(
                (name, value if name in exact or not isinstance(value, str) else _UNTYPED.sub("", value))
                for name, value in sent.items(multi=True)
            )

    def show(self, refused: Refused) -> None:
        """Put a refusal of the rules where it belongs and keep what was typed."""
        self.status = 429 if isinstance(refused, TooOften) else 409 if isinstance(refused, Conflict) else 422
        self.retry_after = refused.retry_after if isinstance(refused, TooOften) else 0
        field = self._fields.get(refused.field or "")
        if field is None or isinstance(field, HiddenField):  # what cannot be seen has no place for words
            self.form_errors.append(refused.message)
        else:
            field.errors = [*field.errors, refused.message]


class Said(ValidationError):
    """A refusal of a field in our own words."""


class Required:
    """The field must not be empty; `message` says what to enter."""

    field_flags = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        if not field.data or (isinstance(field.data, str) and not field.data.strip()):
            raise Said(self.message)


class AtMost:
    """No more characters than that."""

    def __init__(self, characters: int) -> None:
        self.characters = characters
        self.field_flags = {"maxlength": characters}

    def __call__(self, form: Any, field: Any) -> None:
        if len(field.data or "") > self.characters:
            raise Said(f"Слишком длинно. Оставьте не больше {self.characters} знаков.")


class PhoneField(StringField):
    """A Russian mobile phone; `value` is +7XXXXXXXXXX after validation. `example`: how its page writes one."""

    value: str | None = None

    def __init__(self, *args: Any, example: str = "+7 (900) 000-00-00", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data.strip():
            self.value = parse_phone(self.data)
            if self.value is None:
                raise Said(f"Номер телефона не распознан. Введите его так: {self.example}.")


class EmailField(StringField):
    """An e-mail; `value` is its normal form after validation."""

    value: str | None = None

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data.strip():
            self.value = parse_email(self.data)
            if self.value is None:
                raise Said("Адрес почты не распознан. Введите его так: name@domain.ru.")


class ContactField(StringField):
    """An e-mail or a mobile phone; `value` is its normal form after validation, empty for an empty field."""

    value = ""

    @property
    def kind(self) -> str:
        return "email" if "@" in self.value else "phone"

    def pre_validate(self, form: Any) -> None:
        typed = (self.data or "").strip()
        if not typed:
            return
        self.value = (parse_email(typed) if "@" in typed else parse_phone(typed, mobile=True)) or ""
        if not self.value:
            raise Said("Адрес не распознан. Введите почту (name@domain.ru) или мобильный телефон (+7 (900) 000-00-00).")


class AccountNumberField(StringField):
    """The number of a лицевой счёт; `value` is its digits after validation, leading zeros too."""

    value: str | None = None

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data.strip():
            self.value = "".join(self.data.split())
            if not (self.value.isascii() and self.value.isdigit() and len(self.value) <= 20):
                self.value = None
                raise Said("Номер лицевого счёта не распознан. Введите цифры из квитанции: их от 9 до 13.")


class InOurWords:
    """Mixed into a field of the library: what it cannot read is told in `words`, not in its own."""

    words: str

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)  # type: ignore[misc]
        except ValueError:
            raise ValueError(self.words) from None


class DayField(InOurWords, DateField):
    """A day as the calendar of a browser or a person writes it."""

    words = "Дата не распознана. Выберите день в календаре."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, format=["%Y-%m-%d", "%d.%m.%Y"], **kwargs)


class WholeField(InOurWords, IntegerField):
    """A whole number."""

    words = "Это не целое число. Введите его цифрами, например 12."


class MoneyField(StringField):
    """A sum as a person types it; `value` is kopecks after validation."""

    value: int | None = None

    def pre_validate(self, form: Any) -> None:
        if not self.data or not self.data.strip():
            self.value = 0
            return
        self.value = parse_amount(self.data)
        if self.value is None:
            raise Said("Сумма не распознана. Введите рубли и копейки цифрами, например 1284,56.")


class KeyField(HiddenField):
    """The form's own number: sent twice, it is one request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, default=lambda: uuid4().hex, **kwargs)
