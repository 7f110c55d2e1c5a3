"""A real browser before a running copy: what a person sees, and what every screen is held to."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect

Size = Literal["phone", "desktop"]
SIZES: dict[Size, tuple[int, int]] = {"phone": (390, 844), "desktop": (1280, 800)}

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
PATIENCE = 15_000
"""Milliseconds that a page may take on a busy machine; a whole one is there in a tenth of a second."""
expect.set_options(timeout=PATIENCE)

REFUSALS = ("409", "422", "429")
"""Statuses of a refused form: the browser's console calls them failures, a person reads a sentence."""


def launch(playwright: Playwright, path: str) -> Browser:
    """Chromium as people have it: with the cache that brings pages back, which the driver would switch off."""
    return playwright.chromium.launch(
        executable_path=path, args=list(QUIET), ignore_default_args=["--disable-back-forward-cache"]
    )


class Screen:
    """One person's device. `thorough` screens are looked at by axe and photographed; on others only faults count."""

    def __init__(self, browser: Browser, url: str, size: Size, *, thorough: bool = True, **options: Any) -> None:
        width, height = SIZES[size]
        self.size, self.url, self.thorough = size, url, thorough
        self.context: BrowserContext = browser.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            has_touch=size == "phone",
            is_mobile=size == "phone",
            locale="ru-RU",
            timezone_id="Europe/Moscow",
            reduced_motion="reduce",
            accept_downloads=True,
            **options,
        )
        self.context.set_default_timeout(PATIENCE)
        self.is_offline = False
        """Whether it has been without a network: what could not be fetched then is no trouble of the page."""
        self.refusals = REFUSALS
        """What the server may answer here; a test that walks into missing pages adds «404» before it does."""
        self.troubles: list[str] = []
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.troubles.append(f"script: {error.error}"))
        self.context.on("dialog", lambda dialog: dialog.accept())
        self.page: Page = self.context.new_page()

    def open(self, path: str) -> Page:
        reply = self.page.goto(path)
        assert reply is not None
        assert reply.status == 200, f"{path}: {reply.status}"
        return self.page

    def lose_network(self) -> None:
        self.is_offline = True
        self.context.set_offline(True)

    def find_network(self) -> None:
        self.context.set_offline(False)

    def check(self, name: str) -> None:
        """Hold what is on the screen to the rules of all screens; photograph it as docs/screens/<name>-<size>.png."""
        self.page.wait_for_load_state()  # a press may have led to a page that has only begun to arrive
        self.assert_no_troubles()
        assert_no_sideways_scroll(self.page)
        if self.thorough:
            assert_accessible(self.page)
            self.photograph(name)

    def assert_no_troubles(self) -> None:
        """Neither an error in the console nor anything that the content policy had to block."""
        assert self.troubles == [], f"{self.page.url}: {self.troubles}"

    def photograph(self, name: str) -> None:
        """A picture of the whole page, where NESK_SCREENS names a folder for them (`make screens`)."""
        if folder := os.environ.get("NESK_SCREENS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            taken = Image.open(io.BytesIO(self.page.screenshot(full_page=True, animations="disabled")))
            # A page has few colours: with a palette of them the picture takes a quarter of the room.
            taken.convert("RGB").quantize(96).save(Path(folder) / f"{name}-{self.size}.png", optimize=True)
            # The photographer leaves empty style attributes behind; htmx would carry them over, against the policy.
            self.page.evaluate("document.querySelectorAll('[style=\"\"]').forEach(e => e.removeAttribute('style'))")

    def close(self) -> None:
        with suppress(Exception):  # the browser may have gone with the test
            self.context.close()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        if message.text.startswith("Failed to load resource") and any(
            f"status of {code}" in message.text for code in self.refusals
        ):
            return
        if self.is_offline and message.text.startswith("Failed to load resource"):
            return
        self.troubles.append(f"{message.text} ({message.location.get('url', '')})")


def assert_accessible(page: Page) -> None:
    """axe finds nothing, its best practices included."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    lines = [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n"
        + "\n".join(f"    {node['target']}: {node['html'][:160]}" for node in rule["nodes"][:6])
        for rule in found
    ]
    assert not found, f"axe on {page.url}:\n" + "\n".join(lines)


WIDER = """() => {
  const room = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= room) return []
  return [...document.querySelectorAll('body *')]
    .filter(each => each.getBoundingClientRect().right > room + 1 && getComputedStyle(each).position !== 'fixed')
    .slice(0, 8).map(each => each.outerHTML.slice(0, 120))
}"""


def assert_no_sideways_scroll(page: Page) -> None:
    """The page is no wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, (
        f"{page.url} is wider than the screen: {page.evaluate(WIDER)}"
    )
