"""«Завершить»: the register changes in one transaction, once; a wrong entry is told beside its field and kept."""

import base64
import io

import pytest
from PIL import Image, ImageDraw

from nesk.core import clock
from nesk.core.actor import system
from nesk.fieldwork.models import Act, Crew, Order, OrderFile, Visit
from nesk.fieldwork.operations import assign_visit
from nesk.metering.models import Installation, Meter, MeterType, Reading
from nesk.metering.queries import last_reading
from nesk.people.models import Staff
from tests.browser import Browser


def picture(kind: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    image = Image.new("RGB", (200, 90), "#ffffff")
    ImageDraw.Draw(image).line([(10, 40), (90, 70), (180, 20)], fill="#111111", width=4)
    image.save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def visit(town) -> Visit:
    """A replacement of a one-rate meter, put on the first crew today."""
    crew = Crew.get(Crew.name == "Бригада № 1")
    by = system("test")
    orders = Order.select().where(Order.branch == crew.branch_id, Order.state == "accepted")
    order = next(each for each in orders if each.service.work == "replacement" and each.installation.zones == 1)
    return assign_visit(order.id, crew.id, clock.today(), 3, by=by)


@pytest.fixture
def phone(browser: Browser, visit) -> Browser:
    browser.sign_in_as(Staff.get(Staff.login == "crew"))
    browser.open(f"/crew/visits/{visit.id}")
    browser.submit(f"/crew/visits/{visit.id}/arrival")
    browser.open(f"/crew/visits/{visit.id}")
    return browser


@pytest.fixture
def written(visit) -> dict[str, object]:
    installation = visit.order.installation
    return {
        "old_serial": installation.meter.serial,
        "final_1": str(last_reading(installation.id).values[0] + 5),
        "type": str(MeterType.get(MeterType.name == "Нева 103 1S0").id),
        "serial": "90210001",
        "year": "2026",
        "verified_on": "2026-02-10",
        "value_1": "3",
        "seal_1": "Ж90210001",
        "signed_by": "Ковальчук Марина",
        "signature": "data:image/png;base64," + base64.b64encode(picture("PNG")).decode(),
    }


def counted() -> tuple[int, ...]:
    return tuple(model.select().count() for model in (Meter, Installation, Reading, Act, OrderFile))


def test_a_replacement_changes_the_register_and_closes_the_order(phone: Browser, visit, written):
    old = visit.order.installation
    meters, installations, readings, acts, _ = counted()
    photo = (io.BytesIO(picture()), "новый.jpg")
    page = phone.submit(f"/crew/visits/{visit.id}", {**written, "photos": photo})
    act = Act.get(Act.order == visit.order)
    assert page.notice == f"Работа завершена, акт {act.number}."
    assert counted()[:4] == (meters + 1, installations + 1, readings + 2, acts + 1)
    assert Installation.get_by_id(old.id).removed_on == clock.today()
    new = Installation.get(Installation.account == old.account_id, Installation.removed_on.is_null())
    assert (new.meter.serial, new.meter.verified_on.isoformat()) == ("90210001", "2026-02-10")
    final = Reading.get(Reading.installation == old, Reading.role == "final")
    assert (final.values, final.used) == ((int(written["final_1"]),), (5,))
    assert Reading.get(Reading.installation == new, Reading.role == "initial").values == (3,)
    assert Order.get_by_id(visit.order_id).state == "closed"


def test_sent_twice_it_is_done_once(phone: Browser, visit, written):
    sheet = next(form for form in phone.page.forms if form.action == f"/crew/visits/{visit.id}")
    fields = {name: values[0] for name, values in sheet.fields.items()} | written
    phone.post(f"/crew/visits/{visit.id}", fields)
    after = counted()
    page = phone.post(f"/crew/visits/{visit.id}", fields)
    assert page.status == 200
    assert counted() == after


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("final_1", "1", None),
        ("final_1", "двести", "Введите показание цифрами, например 4350. Буквы и знаки не подходят."),
        ("value_1", "", "Введите показание счётчика."),
        ("old_serial", "00000000", None),
        ("serial", "", None),
        ("year", "26", "Введите год выпуска четырьмя цифрами."),
        ("verified_on", "", "Введите дату поверки из паспорта счётчика."),
        ("seal_1", "", "Запишите номер хотя бы одной пломбы."),
        ("signature", "", None),
        ("signature", "data:image/png;base64,AAAA", "Подпись не прочиталась. Очистите поле и подпишите ещё раз."),
    ],
)
def test_a_wrong_entry_is_refused_kept_and_moves_nothing(phone: Browser, visit, written, field, typed, said):
    before = counted()
    page = phone.submit(f"/crew/visits/{visit.id}", {**written, field: typed}, status=422)
    assert page.errors if said is None else said in page.errors
    (kept,) = page.find("input", name="seal_2") and page.find("input", name="signed_by")
    assert kept.get("value") == "Ковальчук Марина"
    assert counted() == before
    assert Order.get_by_id(visit.order_id).state == "on_site"


@pytest.mark.parametrize("kind", ["", "²", "99999999999999999999"])
def test_a_type_that_is_not_in_the_list_is_refused(phone: Browser, visit, written, kind):
    before = counted()
    fields = next(each.fields for each in phone.page.forms if each.action == f"/crew/visits/{visit.id}")
    typed = {name: values[0] for name, values in fields.items() if values} | written | {"type": kind}
    page = phone.post(f"/crew/visits/{visit.id}", typed, status=422)
    assert page.errors == ["Выберите тип нового счётчика."]
    assert counted() == before


def test_a_serial_that_stands_somewhere_else_is_refused(phone: Browser, visit, written):
    taken = Meter.get(Meter.type == int(str(written["type"])), Meter.id != visit.order.installation.meter_id).serial
    before = counted()
    page = phone.submit(f"/crew/visits/{visit.id}", {**written, "serial": taken}, status=422)
    assert page.errors
    assert counted() == before


def test_another_crews_visit_does_not_exist(browser: Browser, visit):
    browser.sign_in_as(Staff.get(Staff.login == "crew3"))
    browser.open(f"/crew/visits/{visit.id}", status=404)
    browser.open("/crew/")
    browser.post(f"/crew/visits/{visit.id}/departure", status=404)
    assert Visit.get_by_id(visit.id).state == "assigned"
