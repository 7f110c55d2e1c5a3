"""What a browser says of itself, in words that its owner knows it by: «Chrome, Android»."""

from __future__ import annotations

from dataclasses import dataclass

BROWSERS = (
    ("YaBrowser/", "Яндекс Браузер"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("MiuiBrowser/", "Браузер Xiaomi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""What stands in the text → what it means; the first that fits counts, for browsers name those they are like as well."""

ON_THE_MOVE = {"Android", "iPhone", "iPad"}
UNKNOWN = "Неизвестный браузер"


@dataclass(frozen=True, slots=True)
class Device:
    """A browser and the system under it; either may be unknown."""

    browser: str
    system: str

    @property
    def words(self) -> str:
        return ", ".join(filter(None, (self.browser or UNKNOWN, self.system)))

    @property
    def is_mobile(self) -> bool:
        return self.system in ON_THE_MOVE


def device_of(user_agent: str) -> Device:
    """The device behind a User-Agent; versions are left out, for they change by themselves."""
    return Device(_first(BROWSERS, user_agent), _first(SYSTEMS, user_agent))


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for sign, name in table if sign in text), "")
