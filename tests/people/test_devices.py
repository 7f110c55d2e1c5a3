"""Browsers by what they say of themselves."""

import pytest

from nesk.people.devices import device_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
KNOWN = {
    f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36": "Chrome, Android",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 YaBrowser/25.10 Safari/537.36": (
        "Яндекс Браузер, Windows"
    ),
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0": "Edge, Windows",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1": (
        "Safari, iPhone"
    ),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 CriOS/142.0 Safari/604.1": (
        "Chrome, iPhone"
    ),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15": "Safari, macOS",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0": "Firefox, Linux",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/142.0.0.0 Safari/537.36": "Chrome, Linux",
    "curl/8.5.0": "Неизвестный браузер",
    "": "Неизвестный браузер",
    "<script>alert(1)</script> Android": "Неизвестный браузер, Android",
}


@pytest.mark.parametrize(("said", "words"), KNOWN.items(), ids=list(KNOWN.values()))
def test_a_browser_is_known_by_its_own_words(said, words):
    assert device_of(said).words == words


def test_only_phones_and_tablets_are_on_the_move():
    assert [words for said, words in KNOWN.items() if device_of(said).is_mobile] == [
        "Chrome, Android",
        "Safari, iPhone",
        "Chrome, iPhone",
        "Неизвестный браузер, Android",
    ]
