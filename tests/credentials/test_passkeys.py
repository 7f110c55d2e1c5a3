"""Passkeys: good for our site alone, each answer is taken once, and a counter never goes back."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.core import clock, config
from nesk.core.actor import Actor
from nesk.core.errors import Refused
from nesk.core.events import EventRecord
from nesk.credentials import factors, passkeys
from nesk.credentials.factors import Holder
from nesk.credentials.models import Factor
from nesk.people.models import Person
from tests.authenticator import Authenticator

ORIGIN = "http://localhost:8000"


@pytest.fixture
def holder(database):
    return Holder("person", Person.create(surname="Ковальчук", created_at=clock.now()).id)


def register(holder, device, name="Телефон"):
    challenge = passkeys.question()
    options = passkeys.creation_options(holder, login="abonent@demo.nesk", challenge=challenge)
    by = Actor(holder.kind, holder.id)
    return passkeys.register(holder, device.create(options), challenge=challenge, name=name, by=by)


def asked(holder):
    """A question and what the browser is told."""
    challenge = passkeys.question()
    return challenge, passkeys.request_options(holder, challenge=challenge)


def use(holder, answer, challenge, asked_at=None):
    passkeys.accept(holder, answer, challenge=challenge, asked_at=asked_at or clock.now())


@pytest.mark.parametrize(
    ("base_url", "rp_id", "origin"),
    [
        ("https://lk.nesk.example", "lk.nesk.example", "https://lk.nesk.example"),
        ("https://lk.nesk.example:8443", "lk.nesk.example", "https://lk.nesk.example:8443"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
        ("http://10.1.2.3", "10.1.2.3", "http://10.1.2.3"),
    ],
)
def test_the_site_is_what_base_url_says(base_url, rp_id, origin):
    config.use(replace(config.current(), base_url=base_url))
    assert passkeys.site() == (rp_id, origin)
    assert passkeys.is_here(origin.partition("://")[2])
    assert not passkeys.is_here("evil.example")


def test_a_passkey_protects_and_lets_in(holder):
    device = Authenticator(ORIGIN)
    codes = register(holder, device)
    assert len(codes) == 10
    assert factors.is_protected(holder)
    (kept,) = factors.protection(holder).passkeys
    assert (kept.name, kept.sign_count, kept.used_at) == ("Телефон", 0, None)
    challenge, options = asked(holder)
    use(holder, device.get(options), challenge)
    kept = Factor.get_by_id(kept.id)
    assert kept.sign_count == 1
    assert kept.used_at is not None
    assert [row.name for row in EventRecord.select().order_by(EventRecord.id)] == ["FactorAdded", "PaperCodesIssued"]


def test_several_have_names_and_a_second_one_brings_no_new_papers(holder):
    first, second = Authenticator(ORIGIN), Authenticator(ORIGIN)
    register(holder, first)
    assert register(holder, second, "  ") == []
    assert [each.name for each in factors.protection(holder).passkeys] == ["Телефон", "Ключ доступа"]
    for device in (second, first):
        challenge, options = asked(holder)
        assert len(json.loads(options)["allowCredentials"]) == 2
        use(holder, device.get(options), challenge)


def test_the_browser_is_told_not_to_make_a_second_one_on_the_same_device(holder):
    device = Authenticator(ORIGIN)
    register(holder, device)
    told = json.loads(passkeys.creation_options(holder, login="a", challenge=passkeys.question()))
    assert len(told["excludeCredentials"]) == 1
    assert (told["rp"]["id"], told["attestation"]) == ("localhost", "none")
    with pytest.raises(Refused, match="уже подключён"):
        register(holder, device)
    assert len(factors.protection(holder).passkeys) == 1


@pytest.mark.parametrize("counts", [True, False], ids=["with a counter", "without"])
def test_an_answer_is_taken_once(holder, counts):
    device = Authenticator(ORIGIN, counts=counts)
    register(holder, device)
    challenge, options = asked(holder)
    asked_at, answer = clock.now(), device.get(options)
    use(holder, answer, challenge, asked_at)
    with pytest.raises(Refused) as refused:
        use(holder, answer, challenge, asked_at)
    assert refused.value.message == passkeys.NOT_TAKEN


def test_a_question_asked_before_the_last_use_is_out_of_date(holder):
    device = Authenticator(ORIGIN, counts=False)
    register(holder, device)
    old, new = asked(holder), asked(holder)
    asked_at = clock.now()
    use(holder, device.get(new[1]), new[0], asked_at)
    with pytest.raises(Refused):
        use(holder, device.get(old[1]), old[0], asked_at)
    with clock.stopped_at(clock.now() + timedelta(seconds=1)):
        again = asked(holder)
        use(holder, device.get(again[1]), again[0])


def test_a_counter_that_went_back_is_a_copied_device(holder):
    device = Authenticator(ORIGIN)
    register(holder, device)
    for _ in range(3):
        challenge, options = asked(holder)
        use(holder, device.get(options), challenge)
    device.uses = 1
    challenge, options = asked(holder)
    with pytest.raises(Refused):
        use(holder, device.get(options), challenge)
    assert factors.protection(holder).passkeys[0].sign_count == 3


WRONGS = {
    "another site": {"origin": "https://evil.example"},
    "another port": {"origin": "http://localhost:8001"},
    "another name": {"rp_id": "evil.example"},
    "another question": {"challenge": passkeys.question()},
    "an answer of creation": {"type": "webauthn.create"},
}


@pytest.mark.parametrize("changes", WRONGS.values(), ids=WRONGS)
def test_an_answer_for_anything_else_is_none(holder, changes):
    device = Authenticator(ORIGIN)
    register(holder, device)
    challenge, options = asked(holder)
    with pytest.raises(Refused) as refused:
        use(holder, device.get(options, **changes), challenge)
    assert refused.value.message == passkeys.NOT_TAKEN
    assert factors.protection(holder).passkeys[0].used_at is None


@pytest.mark.parametrize("changes", [WRONGS["another site"], WRONGS["another name"], WRONGS["another question"]])
def test_a_passkey_of_another_site_is_not_kept(holder, changes):
    challenge = passkeys.question()
    options = passkeys.creation_options(holder, login="a", challenge=challenge)
    answer = Authenticator(ORIGIN).create(options, **changes)
    with pytest.raises(Refused) as refused:
        passkeys.register(holder, answer, challenge=challenge, name="", by=Actor("person", holder.id))
    assert refused.value.message == passkeys.NOT_MADE
    assert Factor.select().count() == 0


def test_a_strangers_a_removed_and_a_forged_passkey_let_nobody_in(holder):
    device, other = Authenticator(ORIGIN), Authenticator(ORIGIN)
    stranger = Holder("person", Person.create(surname="Чужой", created_at=clock.now()).id)
    register(holder, device)
    register(stranger, other)
    challenge, options = asked(holder)
    forged = Authenticator(ORIGIN)
    forged.id = device.id
    for answer in (other.get(options), forged.get(options)):
        with pytest.raises(Refused):
            use(holder, answer, challenge)
    spare = Authenticator(ORIGIN)
    register(holder, spare, "Запасной")
    gone = factors.protection(holder).passkeys[0]
    factors.remove(holder, gone.id, is_obliged=False, by=Actor("person", holder.id))
    challenge, options = asked(holder)
    with pytest.raises(Refused):
        use(holder, device.get(options), challenge)
    use(holder, spare.get(options), challenge)


def test_ten_are_enough(holder):
    for number in range(passkeys.MOST):
        register(holder, Authenticator(ORIGIN), f"Ключ {number}")
    with pytest.raises(Refused, match="Больше 10"):
        register(holder, Authenticator(ORIGIN))
    assert len(factors.protection(holder).passkeys) == 10


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner),
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text(max_size=20),
        "rawId": st.text(max_size=20),
        "type": st.sampled_from(["public-key", "", 1]),
        "response": st.dictionaries(
            st.sampled_from(["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]),
            JSONS,
        ),
    },
)


@given(answer=st.text(max_size=200) | st.builds(json.dumps, JSONS) | st.builds(json.dumps, ANSWERS))
def test_whatever_else_is_sent_is_refused_in_words(answer):
    nobody = Holder("person", 0)
    with pytest.raises(Refused):
        passkeys.register(nobody, answer, challenge=passkeys.question(), name="", by=Actor("person", 0))


@pytest.mark.parametrize("answer", ["", "null", "[" * 15_000, "{" * 15_000, "x" * 20_000, '{"id": "\\ud800"}'])
def test_hostile_answers_are_refused_at_sign_in_too(holder, answer):
    device = Authenticator(ORIGIN)
    register(holder, device)
    challenge, options = asked(holder)
    for hostile in (answer, json.dumps(json.loads(device.get(options)) | {"response": {"userHandle": answer[:50]}})):
        with pytest.raises(Refused):
            use(holder, hostile, challenge)
