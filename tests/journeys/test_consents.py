"""Consents, one's own data and the closing of a cabinet, as a person goes through them; and without scripts."""

from __future__ import annotations

import io
import re
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from tests.journeys.people import PHONE, SUBSCRIBER, sign_in, sign_in_as_subscriber

pytestmark = [pytest.mark.screens, pytest.mark.parametrize("stack", ["together"], indirect=True)]


def test_a_person_gives_withdraws_takes_their_data_and_leaves(stack, screen):
    phone = screen("phone")
    sign_in_as_subscriber(phone)
    page = phone.page
    page.get_by_role("navigation", name="Документы и согласия").get_by_role("link", name="Согласия").click()
    phone.check("consents")
    page.get_by_role("link", name="Прочитать и дать Согласие на рекламу").click()
    expect(page.get_by_label("Даю согласие")).not_to_be_checked()
    page.get_by_role("button", name="Дать согласие").click()
    expect(page.get_by_text("Отметьте, что даёте согласие").first).to_be_visible()
    phone.check("consent-refused")
    page.get_by_label("Даю согласие").check()
    page.get_by_role("button", name="Дать согласие").click()
    expect(page.get_by_text("Согласие дано.")).to_be_visible()
    page.get_by_role("button", name="Отозвать Согласие на рекламу").click()
    expect(page.get_by_text("Согласие отозвано. Рекламы больше не будет.")).to_be_visible()
    with page.expect_download() as paper:
        page.get_by_role("link", name=re.compile("^PDF записи")).first.click()
    assert paper.value.path().read_bytes().startswith(b"%PDF-")
    actions = "SELECT action FROM consents_consent WHERE purpose = 'advertising' ORDER BY id"
    assert stack.sql(actions) == [("given",), ("withdrawn",)]

    page = phone.open("/cabinet/my-data")
    phone.check("my-data")
    page.get_by_role("button", name="Подготовить архив").click()
    expect(page.get_by_text("Архив готов")).to_be_visible(timeout=40_000)
    phone.check("my-data-ready")
    with page.expect_download() as archive:
        page.get_by_role("link", name=re.compile("^Скачать, ")).click()
    with ZipFile(io.BytesIO(archive.value.path().read_bytes())) as packed:
        assert packed.testzip() is None
        assert SUBSCRIBER.encode() in packed.read("tables/contacts.csv")
    stack.wait_for_message(SUBSCRIBER, text="Ваши данные готовы")

    page.get_by_role("link", name="Закрыть кабинет").click()
    phone.check("closing")
    page.get_by_label("Почему вы уходите").select_option("unused")
    page.get_by_role("button", name="Закрыть личный кабинет").click()
    expect(page.get_by_text("Просьба закрыть кабинет принята")).to_be_visible()
    phone.check("closing-waits")
    stack.wait_for_message(SUBSCRIBER, text="Личный кабинет закроется")
    stack.wait_for_message(PHONE, text="кабинет закроется")
    page = phone.open("/cabinet/")
    page.get_by_role("button", name="Отменить закрытие").click()
    expect(page.get_by_text("Закрытие отменено")).to_be_visible()
    stack.wait_for_message(SUBSCRIBER, text="Закрытие личного кабинета отменено")
    assert stack.sql("SELECT closes_at FROM people_person WHERE id = 1") == [(None,)]
    assert stack.errors() == []


def test_the_same_without_scripts(stack, screen):
    phone = screen("phone", thorough=False, java_script_enabled=False)
    sign_in_as_subscriber(phone)
    page = phone.open("/cabinet/consents/advertising")
    page.get_by_label("Даю согласие").check()
    page.get_by_role("button", name="Дать согласие").click()
    expect(page.get_by_text("Согласие дано.")).to_be_visible()
    page.get_by_role("button", name="Отозвать Согласие на рекламу").click()
    expect(page.get_by_text("Согласие отозвано.")).to_be_visible()
    page = phone.open("/cabinet/my-data")
    page.get_by_role("button", name="Подготовить архив").click()
    stack.wait_for_message(SUBSCRIBER, text="Ваши данные готовы")
    page.reload()
    expect(page.get_by_role("link", name=re.compile("^Скачать, "))).to_be_visible()
    page = phone.open("/cabinet/closing")
    page.get_by_role("button", name="Закрыть личный кабинет").click()
    expect(page.get_by_text("Просьба закрыть кабинет принята")).to_be_visible()
    page.get_by_role("button", name="Отменить закрытие").click()
    expect(page.get_by_text("Закрытие отменено")).to_be_visible()


def test_staff_publish_a_version_and_note_what_was_signed(stack, screen):
    desk = screen("desktop")
    sign_in(desk, "/staff/login", "Логин", "admin")
    page = desk.page
    page.get_by_role("link", name="Документы", exact=True).first.click()
    desk.check("staff-documents")
    page.get_by_role("link", name=re.compile("^Согласие на рекламу")).click()
    text = page.get_by_label("Текст")
    text.fill(text.input_value() + "\n\nРедакция для проверки.")
    page.get_by_role("button", name="Посмотреть").click()
    expect(page.locator("ins")).to_have_text("Добавлено: Редакция для проверки.")
    desk.check("staff-document-preview")
    page.get_by_role("button", name="Опубликовать редакцию 2").click()
    expect(page.get_by_text("Опубликована редакция 2.")).to_be_visible()
    page = desk.open("/documents/advertising")
    expect(page.get_by_text("Редакция для проверки.")).to_be_visible()
    desk.check("document")
    page = desk.open("/staff/people/1/consents")
    page.get_by_label("Документ", exact=True).select_option("advertising")
    page.get_by_label("Подписанный документ у меня").check()
    page.get_by_role("button", name="Записать в журнал").click()
    expect(page.get_by_text("Записано в журнал.")).to_be_visible()
    desk.check("staff-consents")
    assert stack.sql("SELECT channel, purpose FROM consents_consent ORDER BY id DESC LIMIT 1") == [
        ("desk", "advertising")
    ]
