"""Second factors (A11): a code is accepted once, one step of drift and no more, tries are counted, losing is survivable."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.core import clock, config, db
from nesk.core.actor import Actor
from nesk.core.errors import NotFound, Refused, TooOften
from nesk.core.events import EventRecord
from nesk.credentials import factor_codes, factors
from nesk.credentials.factor_codes import accepted_step
from nesk.credentials.factors import Holder
from nesk.credentials.models import Factor
from nesk.people.models import Person
from nesk.people.queries import signed_in
from nesk.people.sessions import open_session

NOW = "2026-11-24 10:00:10"
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEPS = st.integers(min_value=1_000_000, max_value=90_000_000)


@pytest.fixture
def holder(database):
    return Holder("person", Person.create(surname="Ковальчук", name="Марина", created_at=clock.now()).id)


@pytest.fixture
def me(holder):
    return Actor("person", holder.id)


def code_of(key, moment=None):
    return pyotp.TOTP(key).at(moment or clock.now())


def connect(holder, me):
    """An application whose first code was shown a while ago; gives its key and the codes on paper."""
    with clock.stopped_at(clock.now() - timedelta(hours=1)):
        key = factor_codes.key_of(factor_codes.prepare_application(holder, by=me))
        codes = factor_codes.confirm_application(holder, code_of(key), by=me)
    return key, codes


def told():
    return [row.name for row in EventRecord.select().order_by(EventRecord.id)]


def live():
    return Factor.select().where(Factor.ended_at.is_null()).count()


# ---- the rule of steps


def moment(step, second=0):
    return datetime.fromtimestamp(step * 30 + second, tz=UTC)


@given(step=STEPS, drift=st.integers(min_value=-4, max_value=4), second=st.integers(min_value=0, max_value=29))
def test_a_clock_may_be_one_step_off_and_no_more(step, drift, second):
    typed = pyotp.TOTP(KEY).generate_otp(step + drift)
    taken = accepted_step(KEY, typed, at=moment(step, second), after=0)
    neighbours = {pyotp.TOTP(KEY).generate_otp(step + each): step + each for each in (1, 0, -1)}
    assert taken == neighbours.get(typed)
    assert (taken is not None) == (abs(drift) <= 1) or typed in neighbours


@given(step=STEPS, uses=st.lists(st.integers(min_value=-1, max_value=1), min_size=2, max_size=8))
def test_of_any_codes_shown_in_any_order_each_is_taken_once_and_none_goes_back(step, uses):
    totp, last, taken = pyotp.TOTP(KEY), 0, []
    for each in uses:
        got = accepted_step(KEY, totp.generate_otp(step + each), at=moment(step), after=last)
        if got is not None:
            taken.append(got)
            last = got
    assert taken == sorted(set(taken))


@given(typed=st.text(max_size=40))
def test_no_other_text_is_a_code(typed):
    codes = {pyotp.TOTP(KEY).generate_otp(step) for step in (999, 1000, 1001)}
    assert (accepted_step(KEY, typed, at=moment(1000), after=0) is None) == (typed not in codes)


# ---- the application


def test_a_key_guards_nothing_until_its_first_code_and_its_secret_is_sealed(holder, me):
    with clock.stopped_at(NOW):
        factor = factor_codes.prepare_application(holder, by=me)
        key = factor_codes.key_of(factor)
        assert len(key) == 32
        assert key not in Factor.get_by_id(factor.id).secret
        assert not factors.is_protected(holder)
        codes = factor_codes.confirm_application(holder, code_of(key), by=me)
        assert factors.is_protected(holder)
        assert len(set(codes)) == 10
        assert factors.protection(holder).papers_left == 10
    assert told() == ["FactorPrepared", "FactorAdded", "PaperCodesIssued"]
    assert {row.by for row in EventRecord.select()} == {f"person:{holder.id}"}


def test_a_wrong_first_code_leaves_the_holder_without_protection(holder, me):
    with clock.stopped_at(NOW):
        factor_codes.prepare_application(holder, by=me)
        with pytest.raises(Refused) as refused:
            factor_codes.confirm_application(holder, "000000", by=me)
        assert (refused.value.field, refused.value.message) == ("code", factor_codes.WRONG_FIRST)
        assert not factors.is_protected(holder)
    assert told() == ["FactorPrepared"]


def test_a_prepared_key_waits_half_an_hour(holder, me):
    with clock.stopped_at(NOW):
        key = factor_codes.key_of(factor_codes.prepare_application(holder, by=me))
    with clock.stopped_at("2026-11-24 10:30:11"):
        assert factor_codes.prepared_application(holder) is None
        with pytest.raises(Refused, match="Начните подключение заново"):
            factor_codes.confirm_application(holder, code_of(key), by=me)


def test_a_new_application_takes_the_place_of_the_old_one_and_leaves_the_papers(holder, me):
    with clock.stopped_at(NOW):
        old, codes = connect(holder, me)
        new = factor_codes.key_of(factor_codes.prepare_application(holder, by=me))
        assert factor_codes.confirm_application(holder, code_of(new), by=me) == []
        assert factors.protection(holder).papers_left == len(codes)
        with pytest.raises(Refused):
            factor_codes.accept_code(holder, code_of(old))
    assert Factor.select().where(Factor.kind == "totp", Factor.ended_at.is_null()).count() == 1


def test_a_code_is_accepted_once_even_the_one_that_confirmed_the_application(holder, me):
    with clock.stopped_at(NOW):
        key, _ = connect(holder, me)
        factor_codes.accept_code(holder, f" {code_of(key)[:3]} {code_of(key)[3:]} ")
        with pytest.raises(Refused) as refused:
            factor_codes.accept_code(holder, code_of(key))
        assert (refused.value.field, refused.value.message) == ("code", factor_codes.WRONG)
    with clock.stopped_at("2026-11-24 10:00:40"):
        factor_codes.accept_code(holder, code_of(key))


def test_the_confirming_code_does_not_sign_in(holder, me):
    with clock.stopped_at(NOW):
        key = factor_codes.key_of(factor_codes.prepare_application(holder, by=me))
        factor_codes.confirm_application(holder, code_of(key), by=me)
        with pytest.raises(Refused):
            factor_codes.accept_code(holder, code_of(key))


def test_the_sixth_try_in_five_minutes_is_not_compared_at_all(holder, me):
    """A11, counted before comparing: even the right code waits."""
    with clock.stopped_at(NOW):
        key, _ = connect(holder, me)
        for _ in range(5):
            with pytest.raises(Refused):
                factor_codes.accept_code(holder, "000000")
        with pytest.raises(TooOften):
            factor_codes.accept_code(holder, code_of(key))
    with clock.stopped_at("2026-11-24 10:05:00"):
        factor_codes.accept_code(holder, code_of(key))


def test_whoever_owns_the_password_is_told_once_a_day_that_somebody_guesses_the_second_step(holder, me):
    for at in ("2026-11-24 10:00", "2026-11-24 11:00", "2026-11-25 10:00"):
        with clock.stopped_at(at):
            if at.endswith("24 10:00"):
                connect(holder, me)
            before = guessed()
            for tries in range(5):
                assert guessed() == before, tries
                with pytest.raises(Refused):
                    factor_codes.accept_code(holder, "000000")
            assert guessed() - before == (0 if at.endswith("11:00") else 1)


def guessed() -> int:
    return EventRecord.select().where(EventRecord.name == "SecondStepGuessed").count()


def test_successes_are_not_counted_and_one_holder_does_not_lock_another(holder, me):
    with clock.stopped_at(NOW):
        _, codes = connect(holder, me)
        for code in codes[:7]:
            factor_codes.accept_code(holder, code)
        other = Holder("staff", holder.id)
        for _ in range(5):
            with pytest.raises(Refused):
                factor_codes.accept_code(other, "000000")
        with pytest.raises(TooOften):
            factor_codes.accept_code(other, "000000")
        factor_codes.accept_code(holder, codes[7])


def test_a_code_shown_to_many_at_once_lets_one_in(holder, me):
    """Atomic: what has been read is judged again where it is written."""
    with clock.stopped_at(NOW):
        key, _ = connect(holder, me)
        code, said = code_of(key), []

    def attempt():
        with clock.stopped_at(NOW), db.connection():
            try:
                factor_codes.accept_code(holder, code)
            except Refused as refused:
                said.append(type(refused).__name__)
            else:
                said.append("in")

    threads = [Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said).count("in") == 1
    assert len(said) == 8


# ---- codes on paper


def test_a_paper_code_works_once_however_it_is_typed(holder, me):
    with clock.stopped_at(NOW):
        _, codes = connect(holder, me)
        cyrillic = codes[0].lower().translate(str.maketrans("acehkmptxy", "асенкмртху"))
        factor_codes.accept_code(holder, f" {cyrillic.replace('-', ' ')} ")
        with pytest.raises(Refused):
            factor_codes.accept_code(holder, codes[0])
        assert factors.protection(holder).papers_left == 9
    (used,) = EventRecord.select().where(EventRecord.name == "PaperCodeUsed")
    assert used.facts == {"holder_kind": "person", "holder_id": holder.id, "left": 9}


def test_papers_are_kept_as_hashes_that_belong_to_their_holder(holder, me):
    with clock.stopped_at(NOW):
        _, codes = connect(holder, me)
        kept = " ".join(row.secret for row in Factor.select().where(Factor.kind == "backup"))
        assert not any(code.replace("-", "") in kept for code in codes)
        stranger = Holder("person", Person.create(surname="Чужой", created_at=clock.now()).id)
        connect(stranger, Actor("person", stranger.id))
        with pytest.raises(Refused):
            factor_codes.accept_code(stranger, codes[0])
        factor_codes.accept_code(holder, codes[0])


def test_new_papers_put_an_end_to_the_old_ones(holder, me):
    with clock.stopped_at(NOW):
        _, old = connect(holder, me)
        new = factor_codes.issue_papers(holder, by=me)
        assert not set(old) & set(new)
        with pytest.raises(Refused):
            factor_codes.accept_code(holder, old[3])
        factor_codes.accept_code(holder, new[3])


def test_there_are_no_papers_without_something_that_they_stand_in_for(holder, me):
    with pytest.raises(Refused, match="Сначала подключите"):
        factor_codes.issue_papers(holder, by=me)
    assert Factor.select().count() == 0


# ---- taking away


def test_the_last_factor_takes_the_papers_with_it_and_then_the_password_is_enough(holder, me):
    with clock.stopped_at(NOW):
        connect(holder, me)
        factors.remove(holder, factors.protection(holder).application.id, is_obliged=False, by=me)
        assert not factors.is_protected(holder)
    assert live() == 0
    assert told()[-1] == "FactorRemoved"


def test_staff_keep_their_last_factor(holder, me):
    with clock.stopped_at(NOW):
        connect(holder, me)
        with pytest.raises(Refused) as refused:
            factors.remove(holder, factors.protection(holder).application.id, is_obliged=True, by=me)
        assert refused.value.message == factors.LAST
        assert factors.is_protected(holder)
    assert live() == 11


def test_nobody_removes_what_is_not_theirs(holder, me):
    with clock.stopped_at(NOW):
        connect(holder, me)
        mine = factors.protection(holder).application.id
        stranger = Holder("person", Person.create(surname="Чужой", created_at=clock.now()).id)
        with pytest.raises(NotFound):
            factors.remove(stranger, mine, is_obliged=False, by=Actor("person", stranger.id))
        paper = Factor.get(Factor.kind == "backup").id
        with pytest.raises(NotFound):
            factors.remove(holder, paper, is_obliged=False, by=me)
    assert live() == 11


def test_a_reset_ends_factors_and_sessions_and_says_by_whom(holder, me):
    with clock.stopped_at(NOW):
        connect(holder, me)
        token = open_session("person", holder.id)
        factors.reset(holder, by=Actor("staff", 7))
        assert not factors.is_protected(holder)
        assert signed_in("person", token) is None
        with pytest.raises(Refused, match="сбрасывать нечего"):
            factors.reset(holder, by=Actor("staff", 7))
    assert live() == 0
    (event,) = EventRecord.select().where(EventRecord.name == "FactorsReset")
    assert event.by == "staff:7"


@pytest.mark.parametrize(
    ("kind", "is_demo", "env", "must"),
    [
        ("staff", False, "test", True),
        ("crew", False, "test", True),
        ("staff", True, "test", False),
        ("staff", True, "demo", False),
        ("staff", True, "production", True),
        ("person", False, "production", False),
        ("business", False, "production", False),
    ],
)
def test_a_second_factor_is_a_must_for_staff_save_the_invented_ones(kind, is_demo, env, must):
    """A11."""
    config.use(replace(config.current(), env=env))
    assert factors.obliged(kind, is_demo=is_demo) is must


def test_no_secret_stands_in_an_event(holder, me):
    with clock.stopped_at(NOW):
        key, codes = connect(holder, me)
        factor_codes.accept_code(holder, codes[0])
        facts = " ".join(str(row.facts) for row in EventRecord.select())
    assert key not in facts
    assert not any(code in facts for code in codes)


def test_what_ended_long_ago_and_what_was_never_confirmed_is_deleted(holder, me):
    with clock.stopped_at("2025-11-01 10:00:10"):
        connect(holder, me)
        factors.remove(holder, factors.protection(holder).application.id, is_obliged=False, by=me)
    with clock.stopped_at("2026-11-24 09:00:10"):
        connect(holder, me)
        factor_codes.prepare_application(holder, by=me)
        assert factors.forget() == 11
        assert Factor.select().count() == 12
    with clock.stopped_at("2026-11-24 09:31:00"):
        assert factors.forget() == 1
        assert factors.protection(holder).papers_left == 10
