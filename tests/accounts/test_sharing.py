"""Letting others in: an invitation is one person's, once, for a week; a guest has that right and no other, and gives none."""

from datetime import date, timedelta

import pytest

from nesk.accounts import ending, rules, sharing
from nesk.accounts import shared as reading
from nesk.accounts.models import Binding, Invitation
from nesk.accounts.operations import unbind
from nesk.accounts.queries import people_bound_to, rights_of
from nesk.accounts.rules import Deed
from nesk.core import clock
from nesk.core.errors import Forbidden, NotFound, Refused, TooOften
from nesk.core.events import EventRecord, drain
from nesk.core.limits import Counter
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from tests.accounts.conftest import acting, in_days
from tests.district import make_home, make_person
from tests.fieldwork.orders import at_once

pytestmark = pytest.mark.usefixtures("district")

COVERED = {
    "all": {"see", "readings", "pay", "order", "manage"},
    "pay": {"see", "pay"},
    "readings": {"see", "readings"},
    "view": {"see"},
}


def counted() -> tuple[int, int, int]:
    return Invitation.select().count(), Binding.select().count(), EventRecord.select().count()


def events(name: str) -> list[dict]:
    return [row.facts for row in EventRecord.select().where(EventRecord.name == name).order_by(EventRecord.id)]


# --- rules


@pytest.mark.parametrize("rights", COVERED)
def test_a_right_covers_its_deeds_and_no_others(rights):
    assert {str(deed) for deed in Deed if rules.may(rights, deed)} == COVERED[rights]


@pytest.mark.parametrize(
    ("days", "whom", "said"),
    [
        (None, "relative", None),
        (None, "tenant", "Укажите, до какого дня открыть доступ: для арендатора он нужен."),
        (0, "tenant", None),
        (-1, "relative", "Этот день уже прошёл. Укажите сегодняшний или более поздний."),
        (5 * 365 + 1, "relative", None),
        (5 * 366, "relative", "Доступ можно открыть не больше чем на 5 лет. Укажите более ранний день."),
    ],
)
def test_the_end_of_an_invitation_is_judged(days, whom, said):
    today = date(2026, 11, 24)
    until = None if days is None else today + timedelta(days=days)
    assert rules.guest_end_refusal(until, whom=whom, today=today) == said


def test_five_years_from_a_leap_day_end_on_the_last_of_february():
    leap = date(2028, 2, 29)
    assert rules.guest_end_refusal(date(2033, 2, 28), whom="relative", today=leap) is None
    assert rules.guest_end_refusal(date(2033, 3, 1), whom="relative", today=leap) is not None


@pytest.mark.parametrize(
    ("given", "masked"),
    [("doch@demo.nesk", "d•••@demo.nesk"), ("+79000000001", "•••-00-01"), ("", "")],
)
def test_a_recipient_is_known_to_the_author_only(given, masked):
    assert rules.masked_recipient(given) == masked


@pytest.mark.parametrize(
    ("surname", "name", "masked"), [("Ковальчук", "Марина", "Марина К."), ("", "Марина", "Марина"), ("", "", "")]
)
def test_a_holder_is_named_without_the_surname(surname, name, masked):
    assert rules.masked_holder(surname, name) == masked
    assert rules.masked_number("230000000017") == "•••• 0017"


# --- inviting


def test_an_invitation_is_kept_by_the_hash_of_its_token(shared):
    invited = shared.invite(until_on=in_days(30))
    kept = Invitation.get_by_id(invited.invitation.id)
    assert (kept.rights, kept.title, kept.until_on, kept.sealed, kept.recipient) == (
        "readings",
        "Дочь",
        in_days(30),
        "",
        "",
    )
    assert kept.expires_at == clock.now() + timedelta(days=7)
    assert invited.token not in str(kept.__data__)
    assert len(invited.token) >= 43
    assert events("InvitationMade") == [{"invitation_id": kept.id, "account_id": shared.account, "rights": "readings"}]


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"rights": "all"}, "rights", "Выберите, что можно будет делать."),
        ({"rights": ""}, "rights", "Выберите, что можно будет делать."),
        ({"title": "  "}, "title", "Напишите, для кого доступ, например «Дочь»."),
        ({"whom": "tenant"}, "until_on", "Укажите, до какого дня открыть доступ: для арендатора он нужен."),
        (
            {"until_on": date(2026, 11, 23)},
            "until_on",
            "Этот день уже прошёл. Укажите сегодняшний или более поздний.",
        ),
    ],
)
def test_what_cannot_be_given_is_refused_and_nothing_is_made(shared, changes, field, said):
    moved = counted()
    with pytest.raises(Refused) as refused:
        shared.invite(**changes)
    assert (refused.value.field, refused.value.message) == (field, said)
    assert counted() == moved


def test_the_same_form_sent_twice_makes_one_invitation(shared):
    shared.invite(key="form-1")
    moved = counted()
    with pytest.raises(Refused, match="Это приглашение уже создано"):
        shared.invite(key="form-1")
    assert counted() == moved


def test_a_guest_invites_nobody_and_a_stranger_does_not_know_of_the_account(shared):
    guest, stranger = shared.let_in(rights="pay")[0], make_person(22)[0]
    moved = counted()
    for person, refusal in ((guest, Forbidden), (stranger, NotFound)):
        with pytest.raises(refusal):
            sharing.invite(
                shared.account,
                person.id,
                rights="view",
                title="Подруга",
                whom="relative",
                until_on=None,
                by=acting(person),
            )
    assert counted() == moved


def test_ten_invitations_may_wait_at_once(shared):
    for _ in range(rules.MOST_OPEN_INVITATIONS):
        shared.invite()
    with pytest.raises(Refused, match="Слишком много приглашений ждут ответа"):
        shared.invite()
    ending.end_invitation(shared.account, reading.waiting_invitations(shared.account)[0].id, by=shared.home.actor)
    assert shared.invite().token


def test_the_link_is_sent_to_the_address_once_and_forgotten(shared):
    with recording_only():
        invited = shared.invite(recipient="doch@demo.nesk")
        assert Invitation.get_by_id(invited.invitation.id).sealed not in ("", invited.token)
        drain()
        (letter,) = Message.select().where(Message.template == "invitation")
        assert (letter.channel, letter.recipient, letter.link) == ("email", "doch@demo.nesk", "")
        assert f"/invitation/{invited.token}" in letter.text
        assert "Ковальчук" not in letter.text
        assert shared.home.account.number not in letter.text
        shared.invite(recipient="+79000000077")
        drain()
        assert Message.get(Message.channel == "sms", Message.template == "invitation").recipient == "+79000000077"
    kept = Invitation.get_by_id(invited.invitation.id)
    assert (kept.sealed, kept.recipient) == ("", "doch@demo.nesk")
    assert sharing.token_to_send(kept.id) is None
    sharing.accept(invited.token, make_person(23)[0].id, by=shared.home.actor)
    assert Invitation.get_by_id(kept.id).recipient == ""


def test_an_invitation_that_was_taken_back_is_not_sent(shared):
    with recording_only():
        invited = shared.invite(recipient="doch@demo.nesk")
        ending.end_invitation(shared.account, invited.invitation.id, by=shared.home.actor)
        drain()
    assert Message.select().where(Message.template == "invitation").count() == 0


def test_one_address_is_written_to_three_times_a_day_and_a_person_invites_twenty_times(shared):
    for _ in range(3):
        shared.invite(recipient="doch@demo.nesk")
    moved = counted()
    with pytest.raises(TooOften):
        shared.invite(recipient="doch@demo.nesk")
    assert counted() == moved
    Invitation.update(ended_at=clock.now()).execute()
    Counter.update(count=20).execute()
    with pytest.raises(TooOften):
        shared.invite()


# --- accepting


def test_accepting_gives_exactly_what_was_offered_and_tells_the_holder(shared):
    with recording_only():
        person, binding = shared.let_in(until_on=in_days(30))
        drain()
    assert (binding.rights, binding.until_on, binding.way, binding.person_id) == (
        "readings",
        in_days(30),
        "invitation",
        person.id,
    )
    assert rights_of(person.id, shared.account) == "readings"
    assert people_bound_to(shared.account) == [shared.home.person.id]
    told = Message.select().where(Message.template == "invitation_accepted")
    assert {(row.channel, row.recipient) for row in told} == {
        ("email", shared.home.email),
        ("cabinet", f"person:{shared.home.person.id}"),
    }


def test_a_link_is_one_persons_and_their_second_press_finds_the_first(shared):
    invited, first, second = shared.invite(), make_person(21)[0], make_person(22)[0]
    binding = sharing.accept(invited.token, first.id, by=acting(first))
    moved = counted()
    assert sharing.accept(invited.token, first.id, by=acting(first)).id == binding.id
    with pytest.raises(NotFound):
        sharing.accept(invited.token, second.id, by=acting(second))
    assert counted() == moved


def test_of_many_who_accept_at_once_one_gets_in(shared):
    invited, people = shared.invite(), [make_person(40 + number)[0] for number in range(8)]

    def take(number):
        try:
            return sharing.accept(invited.token, people[number].id, by=acting(people[number])).id
        except NotFound:
            return "nothing"

    got = at_once(take, count=8)
    assert sorted(map(str, got)).count("nothing") == 7
    (binding,) = Binding.select().where(Binding.invitation == invited.invitation)
    assert binding.id in got
    assert len(events("InvitationAccepted")) == 1


def _late(shared, invited):
    return clock.stopped_at(clock.now() + timedelta(days=7))


def _taken_back(shared, invited):
    ending.end_invitation(shared.account, invited.invitation.id, by=shared.home.actor)


def _last_day_over(shared, invited):
    Invitation.update(until_on=in_days(-1)).execute()


def _holder_gone(shared, invited):
    unbind(shared.home.person.id, shared.account, by=shared.home.actor)


@pytest.mark.parametrize("spoil", [_late, _taken_back, _last_day_over, _holder_gone])
def test_a_dead_link_gives_nothing(shared, spoil):
    invited, person = shared.invite(until_on=in_days(30)), make_person(21)[0]
    with spoil(shared, invited) or clock.stopped_at(clock.now()):
        moved = counted()
        with pytest.raises(NotFound):
            sharing.accept(invited.token, person.id, by=acting(person))
        assert counted() == moved
    assert rights_of(person.id, shared.account) is None


@pytest.mark.parametrize("token", ["", "x", "17", "\0", "a" * 500, "Ё" * 43])
def test_an_invented_token_is_nothing(shared, token):
    shared.invite()
    with pytest.raises(NotFound):
        sharing.accept(token, make_person(21)[0].id, by=shared.home.actor)


def test_a_holder_needs_no_invitation(shared):
    invited = shared.invite()
    with pytest.raises(Refused, match="У вас уже есть полный доступ"):
        sharing.accept(invited.token, shared.home.person.id, by=shared.home.actor)
    assert Invitation.get_by_id(invited.invitation.id).accepted_at is None


def test_a_newer_invitation_takes_the_place_of_the_older_right(shared):
    person, older = shared.let_in(rights="view")
    newer = sharing.accept(shared.invite(rights="pay").token, person.id, by=acting(person))
    assert rights_of(person.id, shared.account) == "pay"
    assert Binding.get_by_id(older.id).ended_at is not None
    assert [each["reason"] for each in events("AccessEnded")] == ["replaced"]
    assert newer.id != older.id


def test_no_event_carries_a_secret_or_a_person(shared):
    with recording_only():
        invited = shared.invite(recipient="doch@demo.nesk")
        person = make_person(21)[0]
        binding = sharing.accept(invited.token, person.id, by=acting(person))
        ending.end_access(shared.account, binding.id, by=shared.home.actor)
        drain()
    ours = EventRecord.select().where(EventRecord.name.in_(("InvitationMade", "InvitationAccepted", "AccessEnded")))
    said = " ".join(str(row.facts) for row in ours)
    assert len(ours) == 3
    for secret in (invited.token, "doch", "Дочь", "Ковальчук", shared.home.account.number):
        assert secret not in said
    assert all(isinstance(value, int | str) for row in ours for value in row.facts.values())


def test_an_invitation_is_of_one_account_only(shared, district):
    neighbour = make_home(district.branch, 2)
    invited = shared.invite()
    with pytest.raises(NotFound):
        ending.end_invitation(neighbour.account.id, invited.invitation.id, by=neighbour.actor)
    assert reading.waiting_invitation(shared.account, invited.invitation.id).id == invited.invitation.id
