"""Running copies of the product and real browsers before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests import servers
from tests.journeys.live import KINDS, Kind, Stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.journeys.screen import Screen, Size
    from tests.town import Towns

Open = Callable[..., "Screen"]


@pytest.fixture(params=KINDS)
def stack(request: pytest.FixtureRequest, towns: Towns) -> Iterator[Stack]:
    """The demo town, running: first `together` on SQLite, then `apart` on PostgreSQL and Redis.

    A test that needs one kind only says `@pytest.mark.parametrize("stack", ["together"], indirect=True)`.
    """
    with running(request.param, towns) as one:
        yield one


@contextmanager
def running(kind: Kind, towns: Towns) -> Iterator[Stack]:
    """A copy of the product over a town of its own; skips the test where it cannot run."""
    broker = "memory://"
    try:
        if kind == "apart":
            broker = servers.redis().fresh()
        home, url = towns.copy("postgresql" if kind == "apart" else "sqlite")
    except servers.Missing as why:
        pytest.skip(f"the product cannot run {kind}: {why}")
    servers.used[f"with the product running {kind}"] += 1
    with Stack(kind, home, url, broker) as one:
        yield one


@pytest.fixture(scope="session")
def chrome(chromium: str) -> Iterator[Browser]:
    """One Chromium for the run; each screen is a profile of its own."""
    from playwright.sync_api import sync_playwright

    from tests.journeys.screen import launch

    with sync_playwright() as playwright:
        browser = launch(playwright, chromium)
        yield browser
        browser.close()


@pytest.fixture
def screen(stack: Stack, chrome: Browser) -> Iterator[Open]:
    """`screen("phone")` or `screen("desktop")`: a new person's device before the running copy.

    At the end none may have met an error of a script or of the content policy. axe and the photographs are for the
    `together` copy: the pages of the other are the same.
    """
    from tests.journeys.screen import Screen

    opened: list[Screen] = []

    def open_screen(size: Size = "phone", **options: object) -> Screen:
        options.setdefault("thorough", stack.kind == "together")
        opened.append(Screen(chrome, stack.url, size, **options))
        return opened[-1]

    yield open_screen
    for each in opened:
        each.close()
    for each in opened:
        each.assert_no_troubles()


@pytest.fixture
def phone(screen: Open) -> Screen:
    """A phone of 390×844."""
    return screen("phone")


@pytest.fixture
def desktop(screen: Open) -> Screen:
    """A desk of 1280×800."""
    return screen("desktop")
