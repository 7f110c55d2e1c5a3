"""Towns and streets found by their first letters, however they are typed, by an index and never by reading them all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.branches import rules
from nesk.branches.models import Branch, Place, Town
from nesk.branches.operations import know_streets
from nesk.branches.queries import suggested_addresses
from nesk.core import db as core_db
from tests.district import make_branch, make_home


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Краснодар", "краснодар"),
        ("г. Краснодар", "краснодар"),
        ("ул Одесская", "одесская"),
        ("УЛ.  ОДЕССКАЯ", "одесская"),
        ("улица им. Тургенева", "тургенева"),
        ("пр-кт Чекистов", "чекистов"),
        ("ул 40 лет Победы", "40 лет победы"),
        ("ст-ца Елизаветинская", "елизаветинская"),
        ("Берёзовый", "березовый"),
        ("Площадь", "площадь"),
        ("ул", "ул"),
        ("", ""),
        ("%\\'\"\x00", ""),
    ],
)
def test_a_place_is_found_by_its_own_name(typed, key):
    assert rules.place_key(typed) == key


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("о", None),
        ("од", ("", "од")),
        ("Краснодар, о", ("краснодар", "о")),
        ("Краснодар, ", None),
        ("Краснодар, Одесская, 4", None),
        (", од", ("", "од")),
        ("", None),
    ],
)
def test_what_is_asked_of_an_address_half_typed(typed, parts):
    assert rules.address_parts(typed) == parts


@given(st.text(max_size=400))
def test_any_text_has_a_key_that_is_its_own_key(text):
    key = rules.place_key(text)
    assert len(key) <= rules.LONGEST
    assert rules.place_key(key) in (key, rules.place_key(rules.place_key(key)))
    rules.address_parts(text)


@pytest.fixture
def places(database):
    branch = make_branch()
    other = Town.create(branch=branch, name="Красный", kind="х")
    Place.create(town=other, key="красный")
    krasnodar = Town.get(Town.name == "Краснодар").id
    know_streets(
        [(krasnodar, "ул Красная"), (krasnodar, "ул Одесская"), (krasnodar, "ул Ёлочная"), (other.id, "ул Одесская")]
    )
    know_streets([(krasnodar, "ул Одесская"), (krasnodar, "")])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("красн", ["г Краснодар, ул Красная", "г Краснодар", "х Красный"]),
        ("Одес", ["г Краснодар, ул Одесская", "х Красный, ул Одесская"]),
        ("г Краснодар, о", ["г Краснодар, ул Одесская"]),
        ("краснодар, ул. ОДЕС", ["г Краснодар, ул Одесская"]),
        ("красн, одес", ["г Краснодар, ул Одесская", "х Красный, ул Одесская"]),
        ("елочн", ["г Краснодар, ул Ёлочная"]),
        ("краснодар, ул", []),
        ("москва, тверская", []),
        ("%", []),
        ("к_асн", []),
        ("краснодар, %", []),
        ("о' OR 1=1", []),
        ("д" * 5000, []),
    ],
)
def test_suggestions(places, typed, found):
    assert suggested_addresses(typed) == found


def test_there_are_never_more_than_a_handful(places):
    krasnodar = Town.get(Town.name == "Краснодар").id
    know_streets((krasnodar, f"ул Садовая {number}") for number in range(30))
    assert len(suggested_addresses("сад")) == 8


def test_accounts_that_are_opened_make_their_streets_known(database):
    make_home(make_branch())
    assert suggested_addresses("одес") == ["г Краснодар, ул Одесская"]
    assert suggested_addresses("краснод") == ["г Краснодар"]


def test_the_beginning_of_a_name_is_a_stretch_of_an_index(places, engine):
    words, values = Place.select().where(Place.key >= "од", Place.key < "од\U0010ffff").order_by(Place.key).sql()
    if engine == "sqlite":
        plan = " ".join(str(row) for row in core_db.db.execute_sql(f"EXPLAIN QUERY PLAN {words}", values))
    else:
        with core_db.transaction():
            core_db.db.execute_sql("SET LOCAL enable_seqscan = off")
            core_db.db.execute_sql("SET LOCAL enable_bitmapscan = off")
            plan = " ".join(str(row) for row in core_db.db.execute_sql(f"EXPLAIN {words}", values))
        assert "Sort" not in plan
    assert "place_key" in plan
    assert Branch.select().count() == 1
