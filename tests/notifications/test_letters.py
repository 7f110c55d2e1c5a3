"""The words of every message, held against what stands in `letters.txt` beside this file."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import html5lib
import pytest

from nesk.core import clock, config
from nesk.core.period import Month
from nesk.core.rendering import TEMPLATES
from nesk.notifications.channels import sms_parts
from nesk.notifications.letters import KINDS
from nesk.notifications.mailing import Bill
from nesk.notifications.operations import in_words
from tests.district import NOW

WORDS = Path(__file__).with_name("letters.txt")
IN_LETTERS = [name for name, kind in KINDS.items() if set(kind.channels) - {"sms"}]
HOSTILE = "<script>alert(1)</script>\r\nBcc: x@evil.example {{ 7 * 7 }}"
FACTS = {
    "number": "З-2026-000123",
    "service": "Проверка схемы подключения электросчетчика с целью опломбировки",
    "address": "г Краснодар, ул Одесская, д.48, кв.17",
    "visit_on": date(2026, 11, 25),
    "slot": "12:00–15:00",
    "crew": "Бригада 1",
    "reason": "Дверь не открыли",
    "act_number": "А-2026-000123",
    "new_serial": "77000001",
    "words": "Пришлите фото щитка со счётчиком.",
    "amount_kop": 132_820,
    "account_number": "230000000017",
    "month": Month(2026, 10),
    "lines": [("день", 1350), ("ночь", 700)],
    "used": 182,
    "code": "048213",
    "site": "lc.nesk.ru",
    "change": "Подключено приложение с кодами",
    "left": 9,
    "way": "email",
    "cards": 1,
    "until": clock.at(date(2026, 11, 25), 10),
    "contact": "email",
    "is_on": True,
    "device": "Chrome, Android",
    "place": "Краснодар",
    "at": clock.at(date(2026, 11, 24), 9, 5),
    "login": "230000000017",
    "password": "k7wq2mzt9hx4pc",
    "due": datetime(2026, 12, 24, 7, 0, tzinfo=UTC),
    "who": "Б***** В. И.",
    "ended_by": "self",
    "charged_kop": 132_820,
    "title": "Дочь",
    "guest": "Анна Ковальчук",
    "holder": "Марина К.",
    "masked_number": "•••• 0017",
    "street": "ул Одесская",
    "rights": "просмотр и показания",
    "why": "Доступ закрыл владелец счёта.",
    "until_on": date(2026, 12, 31),
    "bills": [Bill("230000000017", "Одесская, 48, кв. 17", 132_820), Bill("230000000025", "", -31_240)],
}


def said(kind, **changes):
    with clock.stopped_at(NOW):
        return in_words(kind, "/cabinet/", **FACTS | changes)


def test_every_message_says_what_was_agreed():
    texts = []
    for kind in KINDS:
        words = said(kind)
        sms = words.get("sms", {}).get("text", "—")
        letter = words.get("email", {"subject": "—", "text": "—\n"})
        texts.append(f"== {kind}\n{letter['subject']}\n\n{letter['text']}\nSMS: {sms}\n")
    assert "\n".join(texts).replace("\u00a0", " ") == WORDS.read_text()


def test_every_kind_has_its_templates_and_every_template_its_kind():
    kinds = set(IN_LETTERS)
    assert {path.stem for path in (TEMPLATES / "email").glob("*.txt")} - {"_foot"} == kinds
    assert {path.stem for path in (TEMPLATES / "email").glob("*.html")} - {"layout"} == kinds
    by_sms = {name for name, kind in KINDS.items() if "sms" in kind.channels}
    assert {path.stem for path in (TEMPLATES / "sms").glob("*.txt")} == by_sms


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if "sms" in kind.channels])
def test_an_sms_takes_two_parts_at_most_and_leads_nowhere(kind):
    text = said(kind)["sms"]["text"]
    assert sms_parts(text) <= 2
    if kind != "invitation":  # the link is what it is for, sent at a holder's wish and within limits
        words = text.removesuffix(f"\n@{FACTS['site']} #{FACTS['code']}") if kind == "code" else text  # read by phones
        assert not re.search(r"https?:|www\.|\.ru\b", words)
    assert text.startswith("Код НЭСК: " if kind == "code" else "НЭСК: ")


@pytest.mark.parametrize("kind", IN_LETTERS)
def test_a_letter_is_a_page_that_reads_well_and_takes_nothing_from_elsewhere(kind):
    words = said(kind)["email"]
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(words["html"])
    assert page.get("lang") == "ru"
    (heading,) = page.iter("h1")
    assert unescape("".join(heading.itertext())) == page.findtext("head/title") == words["subject"]
    links = [each.get("href") for each in page.iter("a")]
    assert links == ["http://127.0.0.1:8000/cabinet/"]
    assert not list(page.iter("img")) + list(page.iter("script")) + list(page.iter("style"))
    assert all(table.get("role") == "presentation" for table in page.iter("table"))
    assert "http://127.0.0.1:8000/cabinet/" in words["text"]


@pytest.mark.parametrize("kind", IN_LETTERS)
def test_what_people_write_is_shown_as_they_wrote_it_and_does_nothing(kind):
    hostile = dict.fromkeys(
        ("service", "address", "reason", "words", "new_serial", "crew", "title", "guest", "why"), HOSTILE
    )
    words = said(kind, **hostile)
    assert "<script" not in words["email"]["html"]
    assert "\n" not in words["email"]["subject"]
    assert "\n" not in words.get("sms", {}).get("text", "")


def test_a_letter_of_the_demo_says_so_and_a_real_one_does_not():
    assert "демо" in said("order_placed")["email"]["html"]
    config.use(replace(config.current(), env="production", base_url="https://lk.nesk.example"))
    real = said("order_placed")["email"]
    assert "демо" not in (real["html"] + real["text"]).lower()
    assert "https://lk.nesk.example/cabinet/" in real["text"]
