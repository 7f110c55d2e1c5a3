"""What the company changes by itself: settings and requisites, each change with its author, nonsense refused."""

from dataclasses import fields
from typing import get_type_hints

import pytest

from nesk.backoffice.settings import KINDS
from nesk.branches.models import Branch
from nesk.core import clock, settings
from nesk.core.actor import system
from nesk.core.events import Delivery, EventRecord
from nesk.metering.settings import MeteringSettings
from nesk.people.models import Staff
from tests.browser import Browser

PAGE = "/staff/settings?package=metering"


@pytest.fixture
def admin(browser: Browser, town) -> Browser:
    browser.sign_in_as(Staff.get(Staff.login == "admin"))
    return browser


def test_a_setting_is_changed_with_its_author_and_takes_effect(admin: Browser):
    page = admin.submit(PAGE, {"window_from": "20"})
    assert page.notice == "Настройки сохранены."
    assert settings.load(MeteringSettings).window_from == 20
    event = EventRecord.select().where(EventRecord.name == "SettingChanged").order_by(EventRecord.id.desc()).first()
    assert (event.facts, event.by) == (
        {"key": "metering.window_from", "value": 20},
        f"staff:{Staff.get(Staff.login == 'admin').id}",
    )


@pytest.mark.parametrize("typed", ["", "двадцать", "1.5", "\x00"])
def test_what_is_no_value_is_refused_and_nothing_changes(admin: Browser, typed):
    before = settings.load(MeteringSettings)
    assert admin.submit(PAGE, {"window_from": typed}, status=422).errors
    settings.forget()
    assert settings.load(MeteringSettings) == before


@pytest.mark.parametrize(
    ("package", "another", "name", "typed", "said"),
    [
        ("credentials", "password_min", "code_minutes", str(10**13), "Введите число от 1 до 60."),
        ("credentials", "code_minutes", "password_min", "0", "Введите число от 6 до 64."),
        ("credentials", "password_min", "codes_a_day_network", "-1", "Введите число от 1 до 100 000."),
        (
            "metering",
            "window_from",
            "average_months",
            "двенадцать",
            "Это не целое число. Введите его цифрами, например 12.",
        ),
        ("notifications", "sms_sender", "mail_from", "N" * 201, "Слишком длинно. Оставьте не больше 200 знаков."),
    ],
)
def test_what_is_out_of_bounds_is_told_beside_its_field_and_nothing_of_the_page_is_kept(
    admin: Browser, package, another, name, typed, said
):
    kind = KINDS[package]
    before = settings.load(kind)
    page = admin.submit(f"/staff/settings?package={package}", {another: "12", name: typed}, status=422)
    assert page.errors == [said]
    assert page.words_of("p", id=f"{name}-e") == [said]
    assert [each.get("value") for each in page.find("input", name=name)] == [typed]
    settings.forget()
    assert settings.load(kind) == before
    by = f"staff:{Staff.get(Staff.login == 'admin').id}"
    assert EventRecord.select().where(EventRecord.name == "SettingChanged", EventRecord.by == by).count() == 0


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_number_and_text_has_bounds_and_its_default_is_within_them(database, kind):
    hints = get_type_hints(kind)
    assert [each.name for each in fields(kind) if hints[each.name] is not bool and not each.metadata] == []
    settings.forget()
    for each in fields(kind):
        settings.change(kind, each.name, each.default, by=system("test"))
    assert settings.load(kind) == kind()
    settings.forget()


def test_what_becomes_of_a_decimal_part_is_chosen_by_its_name(admin: Browser):
    page = admin.open(PAGE)
    (chosen,) = page.find("select", name="fraction")
    assert [option.text for option in chosen] == ["Отбросить", "Округлить вверх", "Не принимать показание"]
    admin.submit(PAGE, {"fraction": "ceil"})
    assert settings.load(MeteringSettings).fraction == "ceil"
    assert admin.post(PAGE, {"fraction": "half"}, status=422).errors
    settings.forget()
    assert settings.load(MeteringSettings).fraction == "ceil"


def test_a_package_that_is_none_does_not_exist(admin: Browser):
    admin.open("/staff/settings?package=secrets", status=404)


def test_an_operator_changes_no_settings_and_sees_no_queues(admin: Browser):
    operator = admin.another()
    operator.sign_in_as(Staff.get(Staff.login == "operator"))
    operator.open(PAGE, status=403)
    operator.open("/staff/queues", status=403)


def test_requisites_must_pass_their_control_keys(admin: Browser):
    branch = Branch.get(Branch.code == "krd")
    address = f"/staff/branches/{branch.id}"
    page = admin.submit(address, {"bank_account": "40702810300000000002"}, status=422)
    assert "Счёт не подходит к БИК" in page.text
    assert Branch.get_by_id(branch.id).bank_account == branch.bank_account
    admin.open(address)
    page = admin.submit(address, {"hours": "Пн–Пт с 9:00 до 18:00"})
    assert (page.notice, Branch.get_by_id(branch.id).hours) == ("Филиал изменён.", "Пн–Пт с 9:00 до 18:00")


def test_a_dead_letter_is_seen_and_given_another_chance(admin: Browser):
    delivery = Delivery.select().order_by(Delivery.id.desc()).first()
    Delivery.update(done_at=None, dead_at=clock.now(), error="RuntimeError", attempts=8).where(
        Delivery.id == delivery.id
    ).execute()
    assert "RuntimeError" in admin.open("/staff/queues").text
    admin.submit("backoffice.queues.revive", delivery_id=delivery.id)
    revived = Delivery.get_by_id(delivery.id)
    assert (revived.dead_at, revived.attempts) == (None, 0)
    for again in ("deliveries", "messages"):
        for id in (delivery.id, 10**6):
            page = admin.post(
                f"/staff/queues/{again}/{id}/revival", {"csrf_token": admin.open("/staff/queues").csrf_token}
            )
            assert page.notice == "Повторять нечего: это уже сделано или удалено."
