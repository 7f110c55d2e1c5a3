"""A part of a page that htmx has replaced is ready in the very moment it is there."""

import pytest

pytestmark = pytest.mark.parametrize("stack", ["together"], indirect=True)

WATCH = """() => {
  window.focusedWith = new Promise(tell => new MutationObserver((_, watch) => {
    const summary = document.querySelector('[data-error-summary]');
    if (!summary) return;
    watch.disconnect();
    tell(document.activeElement === summary);
  }).observe(document.body, { childList: true, subtree: true }));
}"""


def test_the_focus_does_not_jump_away_from_one_who_types_at_once(stack, screen):
    """It is on the summary of errors when the errors come to be seen, not a blink later, when somebody may be typing already."""
    phone = screen("phone", thorough=False)
    page = phone.open("/login?by=email")
    page.evaluate(WATCH)
    page.get_by_label("Электронная почта").fill("nobody@nesk.example")
    page.get_by_label("Пароль", exact=True).fill("wrong")
    page.get_by_role("button", name="Войти").click()
    assert page.evaluate("window.focusedWith") is True
