"""Placing orders, talking about them, and what the office and the client may do with them."""

from datetime import date

import pytest

from nesk.core import clock, files
from nesk.core.errors import Conflict, NotFound, Refused
from nesk.core.events import EventRecord
from nesk.fieldwork import operations
from nesk.fieldwork.catalogue import install_catalogue
from nesk.fieldwork.models import Order, OrderFile, OrderMessage, Service, Visit
from nesk.fieldwork.operations import Attachment, add_message, cancel_order, place_order
from nesk.fieldwork.queries import offered_services, steps
from tests.district import BY, TODAY, TOMORROW, make_home, make_person

pytestmark = pytest.mark.usefixtures("district")

PHOTO = Attachment(b"\xff\xd8\xff photo", "image/jpeg", "щиток.jpg")


def place(home, service="RPL", **changes):
    facts = {
        "account_id": home.account.id,
        "person_id": home.person.id,
        "contact_name": "Ковальчук Марина",
        "contact_phone": home.phone,
        "installation_id": home.installation.id,
        "by": home.actor,
    }
    return place_order(service, **facts | changes)


def told(order):
    return [(step.state, step.by) for step in steps(order.id)]


def events():
    return [row.name for row in EventRecord.select().order_by(EventRecord.id) if row.name.startswith("Order")]


# --- placing


@pytest.mark.both_engines
def test_an_order_is_placed_with_its_number_price_term_and_first_step(district):
    home = district.home
    order = place(home, wish_on=TOMORROW, wish_slot=2, comment="3 этаж", attachments=[PHOTO], key="once")
    kept = Order.get_by_id(order.id)
    assert (kept.number, kept.state, kept.version) == ("З-2026-000001", "new", 1)
    assert (kept.branch_id, kept.address) == (district.branch.id, "г Краснодар, ул Одесская, д.1")
    assert (kept.price_kop, kept.is_free_by_law, kept.due_on) == (250_000, False, date(2026, 12, 15))
    assert (kept.wish_on, kept.wish_slot, kept.comment) == (TOMORROW, 2, "3 этаж")
    assert told(order) == [("new", f"person:{home.person.id}")]
    (attached,) = OrderFile.select().where(OrderFile.order == order)
    assert (attached.purpose, attached.file.name, files.read(attached.file)) == ("attachment", "щиток.jpg", PHOTO.data)
    assert events() == ["OrderPlaced"]


def test_numbers_go_on_within_a_year_and_start_anew_with_the_next(district):
    assert [place(district.home).number for _ in range(3)] == ["З-2026-000001", "З-2026-000002", "З-2026-000003"]
    with clock.stopped_at("2027-01-01 00:00:00"):
        assert place(district.home).number == "З-2027-000001"
    with clock.stopped_at("2026-12-31 23:59:59"):
        assert place(district.home).number == "З-2026-000004"
    Order.update(number="З-2026-999999").where(Order.number == "З-2026-000004").execute()
    assert place(district.home).number == "З-2026-1000000"
    assert place(district.home).number == "З-2026-1000001"


def test_replacing_a_meter_whose_verification_is_over_costs_nothing_in_an_apartment_house(district):
    flat = make_home(district.branch, 2, verification_ends=date(2026, 11, 23))
    house = make_home(district.branch, 3, verification_ends=date(2026, 11, 23), premises="house")
    free, paid = place(flat), place(house)
    assert (free.price_kop, free.is_free_by_law) == (0, True)
    assert (paid.price_kop, paid.is_free_by_law) == (250_000, False)


def test_the_same_form_sent_twice_is_one_order(district):
    first = place(district.home, key="once", attachments=[PHOTO])
    assert place(district.home, key="once", attachments=[PHOTO]).id == first.id
    assert (Order.select().count(), OrderFile.select().count(), events()) == (1, 1, ["OrderPlaced"])


def test_the_key_of_somebody_elses_order_shows_nothing_of_it(district):
    place(district.home, key="once")
    stranger = make_home(district.branch, 2)
    with pytest.raises(Conflict):
        place(stranger, key="once")
    assert Order.select().count() == 1


@pytest.mark.parametrize(
    ("service", "changes", "field"),
    [
        ("NONE", {}, "service"),
        ("TEST", {}, "service"),  # in development: not offered
        ("RPL", {"installation_id": None}, "installation"),
        ("PROG", {"installation_id": None}, "installation"),
        ("SEAL", {"wish_on": TODAY}, "wish_on"),
        ("SEAL", {"wish_slot": 4}, "wish_slot"),
        ("SEAL", {"contact_name": "  "}, "contact_name"),
        ("RPL", {"account_id": None, "installation_id": None}, "service"),
        ("SEAL-NA", {"account_id": None, "installation_id": None, "address": "ул Новая, д.1"}, "branch"),
    ],
)
def test_what_cannot_be_ordered_is_refused_beside_its_field_and_leaves_nothing(district, service, changes, field):
    with pytest.raises(Refused) as refused:
        place(district.home, service, **changes)
    assert refused.value.field == field
    assert (Order.select().count(), EventRecord.select().where(EventRecord.name == "OrderPlaced").count()) == (0, 0)


def test_a_meter_of_another_account_does_not_exist_for_the_order(district):
    other = make_home(district.branch, 2)
    with pytest.raises(NotFound):
        place(district.home, installation_id=other.installation.id)
    assert Order.select().count() == 0


def test_an_order_without_an_account_names_its_branch_and_address(district):
    person, phone, _ = make_person(7)
    order = place_order(
        "SEAL-NA",
        account_id=None,
        person_id=person.id,
        branch_id=district.branch.id,
        address="г Краснодар, ул Новая, участок 5",
        contact_name="Гончар Олег",
        contact_phone=phone,
        by=BY,
    )
    assert (order.account_id, order.branch_id, order.address) == (
        None,
        district.branch.id,
        "г Краснодар, ул Новая, участок 5",
    )
    assert order.price_kop == 110_000
    with pytest.raises(Refused) as refused:
        place_order(
            "SEAL-NA", account_id=None, person_id=None, branch_id=district.branch.id, contact_name="А",
            contact_phone="+79000000007", by=BY,
        )  # fmt: skip
    assert refused.value.field == "address"


def test_the_catalogue_is_the_list_of_the_seed_and_staff_changes_outlive_an_installation():
    Service.update(price_kop=300_000).where(Service.code == "RPL").execute()
    install_catalogue()
    assert Service.get(Service.code == "RPL").price_kop == 300_000
    assert [service.title for service in offered_services()] == [
        "Замена электросчетчика",
        "Замена электросчетчика по срочной процедуре",
        "Проверка схемы подключения электросчетчика с целью опломбировки",
        "Программирование многотарифного электросчетчика",
        "Распломбировка",
        "Распломбировка по срочной процедуре",
        "Электромонтажные работы",
        "Прочие услуги",
    ]
    hidden = {service.title for service in Service.select()} - {service.title for service in offered_services()}
    assert hidden == {
        "Проверка схемы подключения электросчетчика с целью опломбировки без л/с",
        "(Тест) Новая услуга (В разработке)",
    }


# --- the office and the client


def test_the_office_accepts_an_order_and_the_step_says_who(district):
    order = place(district.home)
    accepted = operations.accept_order(order.id, version=1, by=BY)
    assert (accepted.state, accepted.version) == ("accepted", 2)
    assert told(order)[-1] == ("accepted", "system:test")
    assert events() == ["OrderPlaced", "OrderAccepted"]


def test_of_two_who_looked_at_one_version_the_second_is_told_so_and_changes_nothing(district):
    order = place(district.home)
    operations.accept_order(order.id, version=1, by=BY)
    with pytest.raises(Conflict) as refused:
        operations.reject_order(order.id, reason="Не наш адрес", version=1, by=BY)
    assert refused.value.message == "Заявку уже изменил другой сотрудник. Обновите страницу."
    kept = Order.get_by_id(order.id)
    assert (kept.state, kept.version, events()) == ("accepted", 2, ["OrderPlaced", "OrderAccepted"])


def test_an_order_that_was_read_before_a_change_cannot_be_moved(district):
    stale = place(district.home)
    operations.accept_order(stale.id, by=BY)
    with pytest.raises(Conflict):
        operations.move(stale, "rejected", by=BY)
    assert Order.get_by_id(stale.id).state == "accepted"


def test_a_move_that_the_table_lacks_is_refused_in_the_words_of_the_states(district):
    order = place(district.home)
    operations.cancel_order(order.id, by=district.home.actor)
    with pytest.raises(Refused) as refused:
        operations.accept_order(order.id, by=BY)
    assert refused.value.message == "Заявка в статусе «Отменена клиентом», перевести её в «Принята» нельзя."
    assert Order.get_by_id(order.id).state == "cancelled"


def test_a_rejection_needs_a_reason_which_stands_in_the_history(district):
    order = place(district.home)
    with pytest.raises(Refused) as refused:
        operations.reject_order(order.id, reason=" ", by=BY)
    assert (refused.value.field, Order.get_by_id(order.id).state) == ("reason", "new")
    operations.reject_order(order.id, reason="Дом обслуживает сетевая компания.", by=BY)
    assert [step.comment for step in steps(order.id)] == ["", "Дом обслуживает сетевая компания."]
    assert Order.get_by_id(order.id).closed_at == clock.now()


def test_the_client_cancels_once_and_the_planned_visit_goes_with_it(district):
    order = place(district.home)
    visit = operations.assign_visit(order.id, district.crew.id, TOMORROW, 1, by=BY)
    cancel_order(order.id, comment="Передумали", by=district.home.actor)
    cancel_order(order.id, by=district.home.actor)
    assert (Order.get_by_id(order.id).state, Visit.get_by_id(visit.id).state) == ("cancelled", "cancelled")
    assert [state for state, _ in told(order)] == ["new", "assigned", "cancelled"]


# --- the talk


@pytest.mark.both_engines
def test_both_sides_talk_about_an_order_with_files(district):
    order = place(district.home)
    add_message(order.id, " Пришлите фото щитка ", is_ours=True, by=BY)
    add_message(order.id, "", is_ours=False, attachments=[PHOTO], key="photo", by=district.home.actor)
    assert [(m.text, m.is_ours) for m in OrderMessage.select().order_by(OrderMessage.id)] == [
        ("Пришлите фото щитка", True),
        ("", False),
    ]
    (attached,) = OrderFile.select()
    assert attached.message.text == ""
    assert events() == ["OrderPlaced", "OrderMessageAdded", "OrderMessageAdded"]


def test_a_message_sent_twice_stands_once_and_its_key_opens_no_other_talk(district):
    order, other = place(district.home), place(district.home)
    first = add_message(order.id, "Когда приедете?", is_ours=False, key="once", by=district.home.actor)
    assert add_message(order.id, "Когда приедете?", is_ours=False, key="once", by=district.home.actor).id == first.id
    with pytest.raises(Conflict):
        add_message(other.id, "Когда приедете?", is_ours=False, key="once", by=district.home.actor)
    assert OrderMessage.select().count() == 1


def test_an_empty_message_is_refused(district):
    order = place(district.home)
    with pytest.raises(Refused) as refused:
        add_message(order.id, " \n ", is_ours=False, by=district.home.actor)
    assert (refused.value.field, OrderMessage.select().count()) == ("text", 0)
