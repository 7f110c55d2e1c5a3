"""How pages are shown: the cookie takes what makes sense, and the way back stays ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.web.display import Display
from tests.browser import Browser

WISHES = st.dictionaries(
    st.sampled_from(["theme", "vision", "size", "spacing", "images", "next", "x"]), st.text(max_size=8)
)


@given(WISHES)
def test_only_wishes_that_make_sense_change_anything(wishes):
    changed = Display().changed(wishes)
    assert changed.vision in ("", "bw", "wb", "blue")
    assert changed.size in "123"
    assert changed.images in ("on", "off")
    assert changed.changed(wishes) == changed


def attributes(browser: Browser, path: str = "/login") -> dict[str, str]:
    html = browser.open(path).find("html")[0]
    return {name: html.get(f"data-{name}", "") for name in ("vision", "size", "spacing", "images")}


def test_a_wish_is_kept_in_the_cookie_and_shown_on_every_page(browser: Browser):
    browser.open("/display?vision=wb&size=3&spacing=2&images=off&next=/documents/")
    assert browser.page.path == "/documents/"
    for path in ("/login", "/", "/staff/login", "/crew/login"):
        assert attributes(browser, path) == {"vision": "wb", "size": "3", "spacing": "2", "images": "off"}
    browser.open("/display?vision=&next=/login")
    assert attributes(browser) == {"vision": "", "size": "", "spacing": "", "images": ""}


@pytest.mark.parametrize("cookie", ["", "vision=evil&size=9", "%00%ff", "vision=bw&vision=<script>", "a" * 4000])
def test_nonsense_in_the_cookie_is_no_wish(browser: Browser, cookie):
    browser.client.set_cookie("display", cookie)
    assert browser.open("/login").status == 200


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil", "javascript:alert(1)", ""])
def test_nobody_is_led_elsewhere(browser: Browser, target):
    reply = browser.client.get("/display", query_string={"vision": "bw", "next": target})
    assert (reply.status_code, reply.headers["Location"]) == (303, "/")


def test_the_bar_is_found_open_again_after_a_press_in_it(browser: Browser):
    where = {"vision": "bw", "size": "2", "bar": "", "next": "/login?by=email#old"}
    assert browser.client.get("/display", query_string=where).headers["Location"] == "/login?by=email#visionbar"
    del where["bar"]
    assert browser.client.get("/display", query_string=where).headers["Location"] == "/login?by=email#old"
