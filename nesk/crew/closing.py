"""Carrying a work out on the phone: old meter, new meter, seals, photos, signature, and «Завершить»."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.datastructures import FileStorage
from wtforms import FileField, HiddenField, MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from nesk.core import clock
from nesk.core.errors import Refused
from nesk.core.pictures import clean_picture
from nesk.fieldwork import queries, rules, visits
from nesk.fieldwork.models import Visit
from nesk.fieldwork.operations import Attachment
from nesk.metering.queries import last_reading
from nesk.metering.register import NewMeter
from nesk.metering.rules import ZONE_NAMES, ZONES, parse_value
from nesk.web.forms import AtMost, DayField, Form, KeyField, number_of
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, viewer
from nesk.web.uploads import checked

bp = Blueprint("closing", __name__)

MOST_PHOTOS = 8
SEAL_PLACES = ("Клеммная крышка", "Вводной автомат", "Дверца щита", "Корпус")
REGISTERS = (1, 2, 3)


class ClosingForm(Form):
    key = KeyField()
    old_serial = StringField("Номер снятого счётчика", [AtMost(40)])
    final_1 = StringField("Конечное показание")
    final_2 = StringField("Конечное показание Т2")
    final_3 = StringField("Конечное показание Т3")
    old_state = StringField("Состояние снятого счётчика", [AtMost(200)])
    type = SelectField("Тип нового счётчика", coerce=str, validate_choice=False)
    serial = StringField("Заводской номер", [AtMost(40)])
    year = StringField("Год выпуска", [AtMost(4)])
    verified_on = DayField("Дата поверки", [Optional()])
    value_1 = StringField("Начальное показание")
    value_2 = StringField("Начальное показание Т2")
    value_3 = StringField("Начальное показание Т3")
    place = StringField("Место установки", [AtMost(100)])
    seal_1 = StringField("Пломба 1", [AtMost(40)])
    seal_1_place = SelectField(
        "Место пломбы 1", choices=[(place, place) for place in SEAL_PLACES], validate_choice=False
    )
    seal_2 = StringField("Пломба 2", [AtMost(40)])
    seal_2_place = SelectField(
        "Место пломбы 2", choices=[(place, place) for place in SEAL_PLACES], validate_choice=False
    )
    photos = MultipleFileField("Фотографии")
    remark = TextAreaField("Замечания", [AtMost(300)])
    signed_by = StringField("Кто подписал", [AtMost(160)])
    signature = HiddenField()
    signature_photo = FileField("Снимок подписи на бумаге")


@bp.route("/visits/<int:visit_id>", methods=["GET", "POST"])
def show(visit_id: int) -> Any:
    """The job: what it is about, and its steps as one form that the phone keeps until it is sent."""
    visit = queries.visit_of(viewer().subject.id, visit_id)
    types = queries.meter_types()
    installation = visit.order.installation
    form = ClosingForm(signed_by=visit.order.contact_name, type=str(installation.meter.type_id) if installation else "")
    form.type.choices = [(str(each.id), each.name) for each in types]
    if form.validate_on_submit():
        try:
            act = _close(visit, form, {each.id: each.zones for each in types}, {each.id: each.digits for each in types})
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for("crew.visits.index"), f"Работа завершена, акт {act.number}.")
    context = {
        "visit": visit,
        "order": visit.order,
        "form": form,
        "last": last_reading(visit.order.installation_id) if installation else None,
        "types": types,
        "zones": ZONES[installation.zones] if installation else (),
        "zone_names": ZONE_NAMES,
        "rules": rules,
        "act": queries.act_of(visit.order_id) if visit.state == "done" else None,
        "is_replacement": visit.order.service.work == "replacement",
    }
    return page("crew/closing/show.html", "crew/closing/_form.html", **context)


def _close(visit: Visit, form: ClosingForm, zones: dict[int, int], digits: dict[int, int]) -> Any:
    new, finals = None, ()
    if visit.order.service.work == "replacement":
        installation = visit.order.installation
        finals = tuple(
            _dial(form, f"final_{n}", installation.meter.type.digits) for n in REGISTERS[: installation.zones]
        )
        new = _new_meter(form, zones, digits)
    photos = [
        Attachment(each.data, each.media_type, each.name)
        for each in checked(request.files.getlist("photos"), field="photos", most=MOST_PHOTOS, pdf_allowed=False)
    ]
    closing = visits.Closing(
        signed_by=(form.signed_by.data or "").strip(),
        finals=finals,
        old_serial=(form.old_serial.data or "").strip(),
        old_state=(form.old_state.data or "").strip(),
        new=new,
        remark=(form.remark.data or "").strip(),
    )
    return visits.close_work(
        viewer().subject.id,
        visit.id,
        closing,
        photos=photos,
        signature=_signature(form),
        key=form.key.data,
        by=current_actor(),
    )


def _new_meter(form: ClosingForm, zones: dict[int, int], digits: dict[int, int]) -> NewMeter:
    kind = number_of(form.type.data)
    if kind not in zones:
        raise Refused("Выберите тип нового счётчика.", field="type")
    if form.verified_on.data is None:
        raise Refused("Введите дату поверки из паспорта счётчика.", field="verified_on")
    year = form.year.data or ""
    if not (year.isascii() and year.isdigit() and 1990 <= int(year) <= clock.today().year):
        raise Refused("Введите год выпуска четырьмя цифрами.", field="year")
    seals = [
        (number, form[f"seal_{n}_place"].data or SEAL_PLACES[0])
        for n in (1, 2)
        if (number := (form[f"seal_{n}"].data or "").strip())
    ]
    if not seals:
        raise Refused("Запишите номер хотя бы одной пломбы.", field="seal_1")
    return NewMeter(
        type_id=kind,
        serial=(form.serial.data or "").strip(),
        year=int(year),
        verified_on=form.verified_on.data,
        values=tuple(_dial(form, f"value_{n}", digits[kind]) for n in REGISTERS[: zones[kind]]),
        place=(form.place.data or "").strip(),
        seals=tuple(seals),
    )


def _dial(form: ClosingForm, name: str, digits: int) -> int:
    parsed = parse_value(form[name].data or "", digits=digits)
    if parsed.problem:
        raise Refused(parsed.problem, field=name)
    return parsed.value


def _signature(form: ClosingForm) -> Attachment | None:
    """The drawn signature, or a photograph of one on paper where the phone has no scripts."""
    photo = form.signature_photo.data
    if isinstance(photo, FileStorage) and photo.filename:
        taken = checked([photo], field="signature_photo", most=1, pdf_allowed=False)[0]
        return Attachment(taken.data, taken.media_type, taken.name)
    head, comma, body = (form.signature.data or "").partition(",")
    if not comma or head != "data:image/png;base64":
        return None
    try:
        drawn = clean_picture(base64.b64decode(body, validate=True))
    except (binascii.Error, Refused):
        raise Refused("Подпись не прочиталась. Очистите поле и подпишите ещё раз.", field="signature_photo") from None
    return Attachment(drawn.data, drawn.media_type, "подпись.jpg")
