"""The words of the user's documents stand on the pages: id of the document's point → page → its words."""

import pytest

from nesk.core.actor import system
from nesk.notifications.operations import recording_only
from nesk.people.operations import register_person
from nesk.people.queries import person_by_identity
from tests.browser import Browser
from tests.house import deeds
from tests.house.words import AFTER, IVAN, MARINA, NEWCOMER, NOBODY, POINTS, WORDS

pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture
def walks(app) -> dict[str, Browser]:
    """Everybody the table speaks of, signed in."""
    newcomer = register_person(
        surname="Новый", email="newcomer@demo.nesk", password="demo-2026", is_demo=True, by=system("test")
    )
    found = {who: Browser(app) for who in (NOBODY, MARINA, IVAN, NEWCOMER)}
    found[MARINA].sign_in_as(person_by_identity("email", deeds.MARINA))
    found[IVAN].sign_in_as(person_by_identity("email", deeds.IVAN))
    found[NEWCOMER].sign_in_as(newcomer)
    return found


def plain(text: str) -> str:
    """As a reader takes it: е is ё, Р is ₽, every space is one."""
    return " ".join(text.replace("ё", "е").replace("Ё", "Е").replace("₽", "Р").split()).lower()


def test_the_words_of_the_documents_stand_on_the_pages(walks):
    missing = []
    for point, (who, path, words) in WORDS.items():
        text = plain(deeds.told(walks[who].open(path)))
        missing += [(point, path, each) for each in words if plain(each) not in text]
    assert missing == []


def test_every_point_about_the_ways_in_has_its_words():
    assert POINTS - set(WORDS) - set(AFTER) == set()


@pytest.mark.parametrize("point", AFTER)
def test_the_words_of_the_documents_stand_where_a_deed_leads(walks, point):
    deed, who, words = AFTER[point]
    with recording_only():
        text = plain(deed(walks[who]))
    assert [each for each in words if plain(each) not in text] == []
