"""«Услуги»: ordering a replacement with attachments, following it, cancelling it."""

import io

import pytest
from PIL import Image

from nesk.fieldwork.models import Order, OrderFile, OrderMessage
from nesk.metering.models import Installation
from tests.browser import Browser

NEW = "/cabinet/services/new/RPL"
ANY = {"contact_name": "Ковальчук Марина", "contact_phone": "+7 900 000-00-01"}


def picture(kind: str = "JPEG") -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "#8899aa").save(buffer, kind)
    buffer.seek(0)
    return buffer


def counted() -> tuple[int, int, int]:
    return Order.select().count(), OrderFile.select().count(), OrderMessage.select().count()


@pytest.fixture
def form(marina: Browser) -> Browser:
    marina.open(NEW)
    return marina


def test_an_order_with_a_photo_is_placed_and_followed(form: Browser, account):
    orders, files, _ = counted()
    page = form.submit(NEW, {**ANY, "comment": "3 этаж", "files": (picture(), "щит.jpg")})
    order = Order.select().order_by(Order.id.desc()).first()
    assert counted()[:2] == (orders + 1, files + 1)
    assert page.notice == f"Заявка {order.number} принята. Сообщим о времени выезда."
    assert (order.account_id, order.state, order.comment) == (account.id, "new", "3 этаж")
    assert "щит.jpg" in page.text
    kept = OrderFile.get(OrderFile.order == order)
    reply = form.client.get(f"/cabinet/services/{order.id}/files/{kept.file_id}")
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("счётчик.jpg", b"<?php system($_GET['c']); ?>"),
        ("счётчик.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 200),
        ("счётчик.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("счётчик.pdf", b"MZ\x90\x00" + b"\0" * 100),
        ("пусто.png", b""),
    ],
)
def test_what_is_no_picture_is_refused_and_nothing_is_left_behind(form: Browser, name, body):
    moved = counted()
    page = form.submit(NEW, {**ANY, "comment": "3 этаж", "files": (io.BytesIO(body), name)}, status=422)
    assert page.errors
    (comment,) = page.find("textarea", name="comment")
    assert "3 этаж" in (comment.text or "")
    assert counted() == moved


@pytest.mark.parametrize("installation", ["²", "١", "99999999999999999999", "x"])
def test_a_meter_that_is_no_number_of_ours_orders_nothing(form: Browser, installation):
    moved = counted()
    page = form.post(NEW, {**ANY, "installation": installation}, status=422)
    assert page.errors == ["Выберите счётчик, с которым нужны работы."]
    assert counted() == moved


def test_a_time_of_blanks_is_no_wish(form: Browser):
    fields = next(each.fields for each in form.page.forms if each.action.startswith(NEW))
    form.post(NEW, {**{name: values[0] for name, values in fields.items()}, **ANY, "wish_slot": " "})
    assert Order.select().order_by(Order.id.desc()).first().wish_slot is None


def test_a_day_that_is_none_is_refused_in_words(form: Browser):
    moved = counted()
    page = form.submit(NEW, {**ANY, "wish_on": "завтра"}, status=422)
    assert page.errors == ["Дата не распознана. Выберите день в календаре."]
    assert counted() == moved


def test_fifty_megabytes_are_refused_in_words(form: Browser):
    moved = counted()
    page = form.submit(
        NEW, {**ANY, "files": (io.BytesIO(b"\xff\xd8\xff" + b"\0" * 50_000_000), "фото.jpg")}, status=422
    )
    assert any("10 МБ" in said for said in page.errors)
    assert counted() == moved


def test_the_same_form_sent_twice_is_one_order(form: Browser):
    sheet = next(each for each in form.page.forms if each.action.startswith(NEW))
    fields = {name: values[0] for name, values in sheet.fields.items()} | ANY
    form.post(NEW, fields)
    after = counted()
    form.post(NEW, fields)
    assert counted() == after


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("contact_name", "", "Напишите, кто встретит мастера."),
        ("contact_phone", "", "Введите телефон, по которому позвонит бригада."),
        ("contact_phone", "123", None),
        ("wish_on", "2020-01-01", None),
        ("comment", "ы" * 501, None),
    ],
)
def test_a_wrong_field_is_refused_beside_it(form: Browser, field, typed, said):
    moved = counted()
    page = form.submit(NEW, {**ANY, field: typed}, status=422)
    assert page.errors if said is None else said in page.errors
    assert counted() == moved


def test_a_meter_of_another_cannot_be_ordered_for(form: Browser, stranger):
    foreign = Installation.get(Installation.account == stranger)
    moved = counted()
    form.post(NEW, {**ANY, "installation": str(foreign.id), "key": "foreign"}, status=404)
    assert counted() == moved


def test_a_strangers_order_does_not_exist(marina: Browser, account):
    foreign = Order.select().where(Order.account.not_in([account.id]), Order.account.is_null(False)).first()
    for tail in ("", "/files/1"):
        marina.open(f"/cabinet/services/{foreign.id}{tail}", status=404)
    before = foreign.state
    marina.post(f"/cabinet/services/{foreign.id}/cancellation", status=404)
    assert Order.get_by_id(foreign.id).state == before


def test_an_order_is_cancelled_while_nobody_has_left(form: Browser):
    form.submit(NEW, ANY)
    order = Order.select().order_by(Order.id.desc()).first()
    form.submit(f"/cabinet/services/{order.id}/cancellation", {"reason": "Передумала"})
    assert Order.get_by_id(order.id).state == "cancelled"
