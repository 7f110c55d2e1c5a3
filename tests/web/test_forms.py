"""What every form does with what nobody types: controls, halves of letters, overrides of direction; numbers of our own."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import PasswordField, StringField
from wtforms.validators import Optional

from nesk.web.forms import DayField, Form, number_of

UNTYPED = "\x00\x01\x1f\x7f\u202e\u2066\ufffe"


class Names(Form):
    name = StringField()
    secret = PasswordField()
    on = DayField(validators=[Optional()])


def sent(app, **fields) -> Names:
    with app.test_request_context(method="POST"):
        return Names(formdata=MultiDict(fields))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters=UNTYPED), max_size=40))
def test_what_people_type_stays_as_it_was(app, text):
    assert sent(app, name=text).name.data == text


@pytest.mark.parametrize("mark", UNTYPED)
def test_what_nobody_types_goes(app, mark):
    assert sent(app, name=f"Ковальчук{mark} М.").name.data == "Ковальчук М."


def test_a_password_stays_exactly_as_it_was_typed(app):
    assert sent(app, name="\x00", secret="сек\x00рет\u202e").secret.data == "сек\x00рет\u202e"
    assert sent(app, name="\x00", secret="x").name.data == ""


def test_lines_of_a_text_stay_lines(app):
    assert sent(app, name="одна\r\nдве\tи").name.data == "одна\r\nдве\tи"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("17", 17),
        ("007", 7),
        ("99999999", 99999999),
        ("100000000", 0),
        ("", 0),
        (None, 0),
        ("-1", 0),
        (" 1", 0),
        ("1.0", 0),
        ("²", 0),  # str.isdigit() says yes, int() says no
        ("١٢٣", 0),
        ("nan", 0),
    ],
)
def test_a_number_of_our_own_is_digits_or_nothing(text, number):
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("typed", "day", "errors"),
    [
        ("1980-11-24", date(1980, 11, 24), ()),
        ("24.11.1980", date(1980, 11, 24), ()),
        ("", None, ()),
        ("31.02.1980", None, ["Дата не распознана. Выберите день в календаре."]),
        ("завтра", None, ["Дата не распознана. Выберите день в календаре."]),
    ],
)
def test_a_day_is_read_as_a_calendar_or_a_person_writes_it(app, typed, day, errors):
    with app.test_request_context(method="POST"):
        form = Names(formdata=MultiDict({"on": typed}), meta={"csrf": False})
        form.validate()
    assert (form.on.data, form.on.errors or ()) == (day, errors)
