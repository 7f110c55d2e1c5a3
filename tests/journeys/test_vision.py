"""«Версия для слабовидящих»: every page that a person can come to, twice as large on a phone, in all three schemes (S0-03).

The list of pages is what links lead to, one page for each view, so that a new page is looked at from its first day.
"""

from __future__ import annotations

from collections import deque
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.exceptions import HTTPException

from tests.journeys.people import sign_in, sign_in_as_subscriber
from tests.journeys.screen import Screen, assert_accessible, assert_no_sideways_scroll

pytestmark = pytest.mark.parametrize("stack", ["together"], indirect=True)

SCHEMES = ("bw", "wb", "blue")
STARTS = {
    "nobody": ("/", "/login", "/business/login", "/staff/login", "/crew/login", "/register", "/recover", "/nowhere"),
    "subscriber": ("/cabinet/", "/cabinet/settings", "/cabinet/accounts/"),
    "crew": ("/crew/",),
    "business": ("/business/",),
    "admin": ("/staff/",),
    "dispatcher": ("/staff/dispatch/",),
}
"""Where each begins; a door that this copy does not have shows the page of an error, which is looked at too."""
AS_PRESSED = "document.documentElement.dataset.vision = '{}'"
"""A scheme is an attribute of the page: the server prints it, and nothing else of the page differs."""


def enter(screen: Screen, who: str) -> None:
    if who == "subscriber":
        sign_in_as_subscriber(screen)
    elif who == "crew":
        sign_in(screen, "/crew/login", "Логин", "crew")
    elif who == "business":
        sign_in(screen, "/business/login", "Логин", "romashka")
    elif who != "nobody":
        sign_in(screen, "/staff/login", "Логин", who)
    screen.page.goto("/display?vision=bw&size=3&spacing=3&next=/offline")


@pytest.mark.parametrize(
    "who",
    [
        "nobody",
        "subscriber",
        "crew",
        "business",
        *(pytest.param(who, marks=pytest.mark.soak) for who in ("admin", "dispatcher")),
    ],
)
def test_every_page_fits_a_phone_at_double_size_in_every_scheme(stack, screen, app, who):
    phone = screen("phone", thorough=False)
    phone.refusals += ("404",)
    enter(phone, who)
    assert walk(phone, app, STARTS[who]) >= len(STARTS[who])


def walk(phone: Screen, app: Flask, starts: tuple[str, ...]) -> int:
    """Open a page of every view that links lead to, and hold it to the rules. Gives how many there were."""
    adapter = app.url_map.bind("127.0.0.1")

    def view(address: str) -> object:
        parts = urlsplit(address)
        try:
            endpoint = adapter.match(parts.path)[0]
        except HTTPException:
            endpoint = "nowhere"
        return endpoint, frozenset(word.partition("=")[0] for word in parts.query.split("&"))

    waiting, seen, opened = deque(starts), set(map(view, starts)), 0
    while waiting:
        phone.page.goto(waiting.popleft())
        hold(phone.page, SCHEMES[opened % len(SCHEMES)])
        opened += 1
        for address in links(phone.page):
            if view(address) not in seen:
                seen.add(view(address))
                waiting.append(address)
    return opened


def hold(page: Page, scheme: str) -> None:
    """Nothing to scroll sideways and nothing that axe finds; of the other schemes only the colours can differ."""
    assert page.locator("html").get_attribute("data-size") == "3", page.url
    page.evaluate(AS_PRESSED.format(scheme))
    assert_accessible(page)
    for other in SCHEMES:
        page.evaluate(AS_PRESSED.format(other))
        assert_no_sideways_scroll(page)
        if other != scheme:
            faint = page.evaluate("axe.run({runOnly: ['color-contrast'], resultTypes: ['violations']})")["violations"]
            assert faint == [], f"{page.url} in {other}"


def links(page: Page) -> list[str]:
    """Addresses of ours that the page leads to, files left out."""
    found = page.eval_on_selector_all("a[href]:not([download])", "all => all.map(each => each.getAttribute('href'))")
    whole = (urlsplit(urljoin(page.url, href)) for href in found)
    here = urlsplit(page.url).netloc
    kept = (parts for parts in whole if parts.netloc == here and not parts.path.startswith(("/sandbox", "/display")))
    return [
        parts._replace(scheme="", netloc="", fragment="").geturl()
        for parts in kept
        if "." not in parts.path.rpartition("/")[2] and not {"files", "export"} & set(parts.path.split("/"))
    ]


PICTURED = {
    "subscriber": ("/cabinet/", "/cabinet/readings/", "/cabinet/payment/", "/cabinet/services/"),
    "crew": ("/crew/",),
}
"""Pages that are made of pictures more than others."""


@pytest.mark.parametrize("who", PICTURED)
def test_without_pictures_words_stand_in_their_place_and_fit(stack, screen, who):
    phone = screen("phone", thorough=False)
    enter(phone, who)
    phone.page.goto("/display?images=off&next=/offline")
    for path in PICTURED[who]:
        page = phone.open(path)
        assert page.locator("svg.i:visible, .ico:visible, img:visible").count() == 0, path
        assert_no_sideways_scroll(page)
        assert_accessible(page)
    words = page.get_by_title("Уведомления" if who == "subscriber" else "Выход").locator(".sr").first
    assert words.bounding_box()["width"] > 40


def test_the_bar_is_used_by_keyboard_alone_and_is_remembered(stack, screen):
    desk = screen("desktop")
    page = desk.open("/login")
    page.get_by_role("link", name="Версия для слабовидящих").focus()
    page.keyboard.press("Enter")
    bar = page.get_by_role("form", name="Версия для слабовидящих")
    expect(bar).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Tab")
    expect(bar.get_by_text("Настройки показа")).to_be_focused()
    page.keyboard.press("Enter")
    desk.check("vision-bar")
    bar.get_by_role("button", name="Вдвое крупнее").focus()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-size", "3")
    expect(bar.get_by_role("button", name="Вдвое крупнее")).to_have_attribute("aria-pressed", "true")
    expect(bar.get_by_role("button", name="Вдвое крупнее")).to_be_focused()  # the bar stays open where it was left
    bar.get_by_role("button", name="Синим по голубому").press("Enter")
    expect(page.locator("html")).to_have_attribute("data-vision", "blue")
    bar.get_by_role("button", name="Скрыть").press("Enter")
    expect(page.locator("html")).to_have_attribute("data-images", "off")
    page = desk.open("/documents/")
    assert page.evaluate("({...document.documentElement.dataset})") == {
        "vision": "blue", "size": "3", "spacing": "1", "images": "off",
    }  # fmt: skip
    page.get_by_role("button", name="Обычная версия").press("Enter")
    assert page.evaluate("Object.keys(document.documentElement.dataset)") == []


def test_the_bar_needs_no_scripts(stack, screen):
    phone = screen("phone", thorough=False, java_script_enabled=False)
    page = phone.open("/login")
    page.get_by_role("link", name="Версия для слабовидящих").click()
    page.get_by_text("Настройки показа").click()
    page.get_by_role("button", name="В полтора раза крупнее").click()
    page.get_by_text("Настройки показа").click()
    page.get_by_role("button", name="Большой").click()
    html = page.locator("html")
    assert [html.get_attribute(f"data-{name}") for name in ("vision", "size", "spacing")] == ["bw", "2", "3"]
    assert urlsplit(page.url).path == "/login"
    page.get_by_role("button", name="Обычная версия").click()
    assert html.get_attribute("data-vision") is None


def test_the_way_to_it_is_on_pages_of_every_surface(stack, screen):
    phone = screen("phone", thorough=False)
    phone.refusals += ("404",)
    for door in ("/staff/login", "/crew/login", "/business/login", "/documents/privacy", "/nowhere"):
        phone.page.goto(door)
        phone.page.get_by_role("link", name="Версия для слабовидящих").first.click()
        expect(phone.page.locator("html")).to_have_attribute("data-vision", "bw")
        assert urlsplit(phone.page.url).path == door
        phone.page.get_by_role("button", name="Обычная версия").click()
