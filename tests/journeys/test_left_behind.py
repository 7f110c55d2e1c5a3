"""What a browser keeps of a person: nothing while they are in, nothing after they have left."""

import pytest

from tests.journeys.people import sign_in_as_subscriber

pytestmark = pytest.mark.parametrize("stack", ["together"], indirect=True)

CANARIES = ("Ковальчук", "230000000017", "abonent@demo.nesk", "Ставропольская", "30115577")
DUMP = """async () => {
  const kept = [JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage})]
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) {
      kept.push(request.url)
      kept.push(await (await (await caches.open(name)).match(request)).text())
    }
  for (const {name} of await indexedDB.databases()) kept.push(name)
  return kept
}"""
PAGES = ("", "readings/", "payment/", "charges/", "receipts/", "services/", "notices/", "help/")


def test_a_walk_through_the_cabinet_leaves_no_word_about_the_person(stack, screen):
    """W6: caches, storages and databases of the browser hold the look of the pages only."""
    home = screen("phone")
    sign_in_as_subscriber(home)
    for page in PAGES:
        home.open(f"/cabinet/{page}")
    home.page.wait_for_function("navigator.serviceWorker.controller !== null")
    home.open("/cabinet/")
    kept = "\n".join(home.page.evaluate(DUMP))
    assert "/static/" in kept
    assert [word for word in CANARIES if word in kept] == []


def test_after_signing_out_back_shows_nothing_private(stack, screen):
    """W5, with the cache that brings pages back switched on, as people have it."""
    home = screen("phone")
    for _ in range(5):
        sign_in_as_subscriber(home)
        for page in PAGES[:4]:
            home.open(f"/cabinet/{page}")
        home.page.get_by_text("Ещё", exact=True).click()
        home.page.get_by_role("button", name="Выход").last.click()
        home.page.wait_for_url("**/login**")
        for _ in range(3):
            home.page.go_back()
            home.page.wait_for_load_state()
            seen = home.page.locator("body").inner_text()
            assert [word for word in CANARIES if word in seen] == []
