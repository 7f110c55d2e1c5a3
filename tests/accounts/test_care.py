"""Care links: a signature under the row's number, one narrow right, off at once; no token can be made or changed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.accounts import care, rules
from nesk.accounts import shared as reading
from nesk.accounts.models import Account, CareLink
from nesk.accounts.operations import unbind
from nesk.core import clock
from nesk.core.errors import Forbidden, NotFound, Refused, TooOften
from nesk.core.events import EventRecord
from tests.accounts.conftest import acting, in_days
from tests.district import make_home, make_person

pytestmark = pytest.mark.usefixtures("district")


def make(shared, **changes):
    facts = {"rights": "readings", "title": "Мама", "until_on": in_days(30), "by": shared.home.actor} | changes
    return care.make_care_link(shared.account, shared.home.person.id, **facts)


def test_a_link_leads_to_its_account_and_right(shared):
    link = make(shared)
    token = reading.care_token(link)
    found = reading.care_link_of_token(token)
    assert (found.id, found.account.number, found.rights) == (link.id, shared.home.account.number, "readings")
    assert reading.care_token(CareLink.get_by_id(link.id)) == token
    assert len(token) <= 43
    assert shared.home.account.number not in token


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"rights": "all"}, "rights", "Выберите, для чего ссылка."),
        ({"title": ""}, "title", "Напишите, для кого ссылка, например «Мама»."),
        ({"until_on": None}, "until_on", "Укажите, до какого дня ссылка будет работать."),
    ],
)
def test_what_cannot_be_given_is_refused_and_nothing_is_made(shared, changes, field, said):
    with pytest.raises(Refused) as refused:
        make(shared, **changes)
    assert (refused.value.field, refused.value.message) == (field, said)
    assert CareLink.select().count() == 0


def test_a_link_ends_today_at_the_earliest_and_in_a_year_at_the_latest(shared):
    assert rules.care_end_refusal(in_days(0), today=clock.today()) is None
    assert rules.care_end_refusal(in_days(366), today=clock.today()) is None
    assert rules.care_end_refusal(in_days(-1), today=clock.today()) == (
        "Этот день уже прошёл. Укажите сегодняшний или более поздний."
    )
    assert rules.care_end_refusal(in_days(367), today=clock.today()) == (
        "Ссылка работает не дольше года. Укажите более ранний день."
    )


def test_a_guest_makes_no_link_and_a_stranger_does_not_know_of_the_account(shared):
    guest, stranger = shared.let_in(rights="pay")[0], make_person(22)[0]
    for person, refusal in ((guest, Forbidden), (stranger, NotFound)):
        with pytest.raises(refusal):
            care.make_care_link(
                shared.account, person.id, rights="view", title="Я", until_on=in_days(1), by=acting(person)
            )
    assert CareLink.select().count() == 0


def test_ten_links_work_at_once_and_twenty_are_made_in_a_day(shared):
    links = [make(shared) for _ in range(rules.MOST_CARE_LINKS)]
    with pytest.raises(Refused, match="Слишком много ссылок"):
        make(shared)
    for link in links:
        care.end_care_link(shared.account, link.id, by=shared.home.actor)
    for _ in range(9):
        make(shared)
    with pytest.raises(TooOften):
        make(shared)


def _ended(shared, link):
    care.end_care_link(shared.account, link.id, by=shared.home.actor)


def _late(shared, link):
    return clock.stopped_at(clock.at(in_days(31)))


def _holder_gone(shared, link):
    unbind(shared.home.person.id, shared.account, by=shared.home.actor)


def _account_closed(shared, link):
    Account.update(closed_on=clock.today()).where(Account.id == shared.account).execute()


@pytest.mark.both_engines
@pytest.mark.parametrize("spoil", [_ended, _late, _holder_gone, _account_closed])
def test_a_link_that_is_over_is_not_there(shared, spoil):
    link = make(shared)
    token = reading.care_token(link)
    with spoil(shared, link) or clock.stopped_at(clock.now()), pytest.raises(NotFound):
        reading.care_link_of_token(token)


def test_the_last_day_itself_still_counts(shared):
    token = reading.care_token(make(shared))
    with clock.stopped_at(clock.at(in_days(30), 23, 59)):
        assert reading.care_link_of_token(token).rights == "readings"


def test_only_links_of_the_account_are_ended_and_twice_is_once(shared, district):
    neighbour = make_home(district.branch, 2)
    link = make(shared)
    with pytest.raises(NotFound):
        care.end_care_link(neighbour.account.id, link.id, by=neighbour.actor)
    care.end_care_link(shared.account, link.id, by=shared.home.actor)
    care.end_care_link(shared.account, link.id, by=shared.home.actor)
    ended = EventRecord.select().where(EventRecord.name == "CareLinkEnded")
    assert [row.facts for row in ended] == [{"care_link_id": link.id, "account_id": shared.account, "reason": "ended"}]


def test_uses_are_counted_and_lookings_once_an_hour(shared):
    link = make(shared, rights="view")
    care.note_opening(link)
    care.note_opening(CareLink.get_by_id(link.id))
    assert CareLink.get_by_id(link.id).used_count == 1
    with clock.stopped_at(clock.now() + timedelta(minutes=61)):
        care.note_opening(CareLink.get_by_id(link.id))
    kept = CareLink.get_by_id(link.id)
    assert kept.used_count == 2
    used = EventRecord.select().where(EventRecord.name == "CareLinkUsed")
    assert [row.by for row in used] == [f"system:care:{link.id}"] * 2


# --- tokens


ANY = st.text(max_size=60) | st.from_regex(r"\A[0-9]{1,12}-[0-9a-f]{0,40}\Z")


def test_no_invented_token_opens_anything(shared):
    own = {reading.care_token(make(shared)), reading.care_token(make(shared, rights="pay"))}

    @given(ANY)
    def invented(token):
        if token not in own:
            with pytest.raises(NotFound):
                reading.care_link_of_token(token)

    invented()


def test_no_token_survives_a_change(shared):
    links = [make(shared), make(shared, rights="pay")]
    tokens = [reading.care_token(link) for link in links]

    @given(st.data())
    def changed(data):
        token = data.draw(st.sampled_from(tokens))
        place = data.draw(st.integers(0, len(token) - 1))
        sign = data.draw(st.sampled_from("0123456789abcdefABCDEF-+ ٣\0"))
        way = data.draw(st.sampled_from(("replace", "insert", "delete")))
        rest = token[place + (way != "insert") :]
        spoiled = token[:place] + ("" if way == "delete" else sign) + rest
        if spoiled not in tokens:
            with pytest.raises(NotFound):
                reading.care_link_of_token(spoiled)

    changed()


def test_the_signature_of_one_link_is_worth_nothing_under_another(shared):
    first, second = (reading.care_token(make(shared)) for _ in range(2))
    swapped = f"{second.partition('-')[0]}-{first.partition('-')[2]}"
    for token in (swapped, f"0{first}", f" {first}", f"{first} ", first.upper() if first != first.upper() else "-"):
        with pytest.raises(NotFound):
            reading.care_link_of_token(token)
