"""Registering by phone and e-mail: nobody until it is proved, one person in the end, and no word about others (A6, A10)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from playhouse.test_utils import count_queries

from nesk.consents.models import Consent
from nesk.consents.operations import publish
from nesk.core import clock, db
from nesk.core.actor import system
from nesk.core.errors import NotFound, Refused, TooOften
from nesk.core.events import EventRecord
from nesk.credentials import challenges
from nesk.credentials.models import Challenge
from nesk.enrolment import registration
from nesk.enrolment.registration import EMAIL, PHONE, Agreement
from nesk.notifications.models import Message
from nesk.people import passwords
from nesk.people.models import Identity, Person
from nesk.people.operations import authenticate
from tests.enrolment.conftest import react

pytestmark = pytest.mark.usefixtures("documents")

NEW_PHONE, NEW_EMAIL = "+79180000101", "new@demo.nesk"
HERE, ELSEWHERE = "a" * 64, "b" * 64
PASSWORD = "осенний трамвай 9"
FROM = Agreement(ip="203.0.113.7", device="Chromium")


def after(**more):
    return clock.stopped_at(clock.now() + timedelta(**more))


def people() -> int:
    return Person.select().count()


def by_phone(phone=NEW_PHONE, *, browser=HERE, agreement=FROM) -> Challenge:
    return registration.ask_phone(phone, agreement=agreement, browser=browser)


def prove(challenge) -> Challenge:
    code = challenges.secret_of(challenge.id)
    return challenges.prove_code(PHONE, challenge.recipient, code, browser=challenge.browser_hash)


def by_email(email=NEW_EMAIL, *, password=PASSWORD, browser=HERE, agreement=FROM) -> Challenge:
    return registration.ask_email(email, password, agreement=agreement, browser=browser)


def token_of(challenge) -> str:
    return challenges.secret_of(challenge.id) or ""


# --- by phone


def test_a_phone_makes_nobody_until_its_code_is_typed_and_a_password_chosen():
    before = people()
    challenge = by_phone()
    assert people() == before
    prove(challenge)
    assert people() == before
    person = registration.register_by_phone(challenge.id, PASSWORD, browser=HERE)
    assert people() == before + 1
    assert [(i.kind, i.value, i.is_login) for i in person.identities] == [("phone", NEW_PHONE, True)]
    assert authenticate("person", NEW_PHONE, PASSWORD, identity="phone").id == person.id
    assert person.password_issued_until is None


def test_a_proved_phone_is_used_once():
    challenge = by_phone()
    prove(challenge)
    registration.register_by_phone(challenge.id, PASSWORD, browser=HERE)
    before = people()
    with pytest.raises(Refused, match="Код устарел"):
        registration.register_by_phone(challenge.id, PASSWORD, browser=HERE)
    assert people() == before


def test_an_unproved_or_foreign_challenge_makes_nobody():
    challenge, before = by_phone(), people()
    with pytest.raises(Refused, match="Код устарел"):
        registration.register_by_phone(challenge.id, PASSWORD, browser=HERE)
    prove(challenge)
    with pytest.raises(NotFound):
        registration.register_by_phone(challenge.id, PASSWORD, browser=ELSEWHERE)
    assert people() == before


def test_a_short_password_is_refused_and_the_phone_stays_proved():
    challenge = by_phone()
    prove(challenge)
    with pytest.raises(Refused, match="не менее 6") as refused:
        registration.register_by_phone(challenge.id, "12345", browser=HERE)
    assert refused.value.field == "password"
    assert registration.register_by_phone(challenge.id, PASSWORD, browser=HERE)


def test_of_two_who_prove_one_phone_at_once_one_is_registered():
    mine, theirs = by_phone(), None
    prove(mine)
    with after(seconds=61):
        theirs = by_phone(browser=ELSEWHERE)
        prove(theirs)
    now, before = clock.now() + timedelta(seconds=62), people()

    def finish(challenge) -> bool:
        with clock.stopped_at(now), db.connection():
            try:
                registration.register_by_phone(challenge.id, PASSWORD, browser=challenge.browser_hash)
            except Refused:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(finish, [mine, theirs, mine, theirs])) == 1
    assert people() == before + 1
    assert Identity.select().where(Identity.value == NEW_PHONE).count() == 1


def test_a_taken_phone_takes_the_same_way_and_its_owner_is_told(district):
    """A6: the asker sees no difference; the owner gets an SMS and a notice, and nobody gets a code."""
    taken = by_phone(district.home.phone)
    free = by_phone(browser=ELSEWHERE)
    for one, other in zip(seen(taken), seen(free), strict=True):
        assert one == other
    react()
    told = {(m.channel, m.recipient): m.text for m in Message.select().where(Message.person == district.home.person)}
    assert set(told) == {("sms", district.home.phone), ("cabinet", f"person:{district.home.person.id}")}
    assert "уже зарегистрирован" in told["sms", district.home.phone]
    codes = [m.recipient for m in Message.select().where(Message.template == "code")]
    assert codes == [NEW_PHONE]
    with pytest.raises(Refused, match="Код не подошёл"):
        challenges.prove_code(PHONE, district.home.phone, "000000", browser=HERE)


def seen(challenge) -> tuple[object, ...]:
    """What of a challenge reaches the page."""
    return challenge.channel, challenge.expires_at - challenge.created_at, challenges.seconds_to_wait(challenge)


def test_a_taken_and_a_free_contact_cost_the_same_questions(district):
    """A6: no difference by the clock either."""
    by_phone("+79180000999")  # what a process reads once, it has read
    asked = []
    for phone, browser in ((district.home.phone, HERE), (NEW_PHONE, ELSEWHERE)):
        with count_queries() as counter:
            by_phone(phone, browser=browser)
        asked.append(counter.count)
    for email, browser in ((district.home.email, HERE), (NEW_EMAIL, ELSEWHERE)):
        with count_queries() as counter:
            by_email(email, browser=browser)
        asked.append(counter.count)
    assert asked[0] == asked[1]
    assert asked[2] == asked[3]


def test_a_phone_that_was_taken_meanwhile_is_refused_at_the_end(district):
    challenge = by_phone()
    prove(challenge)
    Identity.update(value=NEW_PHONE).where(Identity.value == district.home.phone).execute()
    before = people()
    with pytest.raises(Refused, match="уже зарегистрированы"):
        registration.register_by_phone(challenge.id, PASSWORD, browser=HERE)
    assert people() == before
    assert Challenge.get_by_id(challenge.id).ended_at is None


def test_another_code_may_be_asked_for_after_a_minute():
    challenge = by_phone()
    with pytest.raises(TooOften, match="через 60 с"):
        registration.ask_phone_again(challenge)
    with after(seconds=60):
        newer = registration.ask_phone_again(challenge)
        assert newer.id != challenge.id
        assert newer.facts == challenge.facts
        assert challenges.secret_of(challenge.id) is None
        assert prove(newer)


def test_what_was_only_typed_and_never_confirmed_belongs_to_whoever_proves_it(district):
    Identity.create(person=district.home.person, kind="phone", value=NEW_PHONE, confirmed_at=None)
    challenge = registration._ask_phone(NEW_PHONE, FROM.facts(), HERE)
    assert Challenge.get_by_id(challenge.id).recipient == NEW_PHONE


# --- consents


def test_consent_is_written_with_the_person_as_it_was_shown():
    challenge = by_phone(agreement=Agreement(notices=True, ip="203.0.113.7", device="Chromium"))
    publish("personal_data", "Согласие", "Новый текст", by=system("test"))
    prove(challenge)
    assert Consent.select().count() == 0
    person = registration.register_by_phone(challenge.id, PASSWORD, browser=HERE)
    given = {c.purpose: c for c in Consent.select().where(Consent.person == person)}
    assert set(given) == {"personal_data", "notices"}
    assert given["personal_data"].document.version == 1
    assert given["personal_data"].sha256 == given["personal_data"].document.sha256
    assert (given["notices"].ip, given["notices"].device) == ("203.0.113.7", "Chromium")
    assert given["notices"].challenge_id == challenge.id


def test_notices_are_agreed_to_only_when_ticked():
    challenge = by_phone()
    prove(challenge)
    person = registration.register_by_phone(challenge.id, PASSWORD, browser=HERE)
    assert [c.purpose for c in Consent.select().where(Consent.person == person)] == ["personal_data"]


# --- by e-mail


def test_an_email_makes_nobody_until_its_link_is_opened():
    before = people()
    token = token_of(by_email())
    assert people() == before
    person = registration.activate(token, browser=HERE)
    assert people() == before + 1
    assert [(i.kind, i.value) for i in person.identities] == [("email", NEW_EMAIL)]
    assert authenticate("person", NEW_EMAIL, PASSWORD, identity="email").id == person.id
    assert [c.purpose for c in Consent.select().where(Consent.person == person)] == ["personal_data"]


def test_a_link_is_good_once():
    token = token_of(by_email())
    registration.activate(token, browser=HERE)
    before = people()
    with pytest.raises(Refused, match="уже использована или устарела"):
        registration.activate(token, browser=HERE)
    assert people() == before


def test_in_another_browser_the_password_of_the_registration_is_asked_for():
    """Nobody finishes what a stranger began with their address."""
    token, before = token_of(by_email()), people()
    for typed in ("", "другой пароль 7"):
        with pytest.raises(Refused) as refused:
            registration.activate(token, browser=ELSEWHERE, password=typed)
        assert refused.value.field == "password"
    assert people() == before
    assert registration.activate(token, browser=ELSEWHERE, password=PASSWORD)


def test_passwords_are_tried_at_a_link_ten_times_an_hour():
    token = token_of(by_email())
    for _ in range(10):
        with pytest.raises(Refused, match="Пароль не подошёл"):
            registration.activate(token, browser=ELSEWHERE, password="не тот")
    with pytest.raises(TooOften):
        registration.activate(token, browser=ELSEWHERE, password=PASSWORD)
    assert registration.activate(token, browser=HERE)


def test_the_password_is_kept_only_as_a_hash():
    challenge = by_email()
    assert PASSWORD not in str(challenge.__data__)
    assert passwords.matches(challenge.facts["password"], PASSWORD)


def test_a_taken_email_takes_the_same_way_and_its_owner_is_told(district):
    """A6."""
    taken, free = by_email(district.home.email), by_email(browser=ELSEWHERE)
    assert seen(taken) == seen(free)
    assert challenges.secret_of(taken.id) is None
    react()
    told = [(m.channel, m.template) for m in Message.select().where(Message.person == district.home.person)]
    assert sorted(told) == [("cabinet", "contact_tried"), ("email", "contact_tried")]
    letters = [(m.recipient, m.template) for m in Message.select().where(Message.channel == "email")]
    assert sorted(letters) == [(district.home.email, "contact_tried"), (NEW_EMAIL, "activation")]


def test_one_address_gets_a_letter_a_minute_and_five_a_day():
    challenge = by_email()
    with pytest.raises(TooOften, match="только что отправлено"):
        registration.ask_email_again(challenge)
    assert Challenge.get_by_id(challenge.id).ended_at is None
    for number in range(1, 5):
        with after(minutes=2 * number):
            challenge = registration.ask_email_again(challenge)
    with after(minutes=10), pytest.raises(TooOften):
        registration.ask_email_again(challenge)
    assert Challenge.get_by_id(challenge.id).ended_at is None
    assert EventRecord.select().where(EventRecord.name == "LinkAsked").count() == 5


def test_the_letter_sent_again_carries_the_link_that_is_good():
    first = by_email()
    old = token_of(first)
    with after(minutes=2):
        new = token_of(registration.ask_email_again(first))
        with pytest.raises(Refused, match="уже использована"):
            registration.activate(old, browser=HERE)
        assert registration.activate(new, browser=HERE)


def test_a_spent_registration_sends_nothing_again():
    challenge = by_email()
    registration.activate(token_of(challenge), browser=HERE)
    with after(minutes=2), pytest.raises(Refused, match="уже использована"):
        registration.ask_email_again(Challenge.get_by_id(challenge.id))


def test_fourteen_days_less_a_second_and_the_link_opens():
    """A10: the near edge."""
    token = token_of(by_email())
    with after(days=14, seconds=-1):
        assert challenges.forget() == 0
        assert registration.activate(token, browser=HERE)


def test_fourteen_days_and_a_second_and_nothing_is_left():
    """A10: the far edge; what was never confirmed leaves no trace of anybody."""
    before = people(), Identity.select().count(), Consent.select().count()
    token = token_of(by_email())
    with after(days=14, seconds=1):
        assert challenges.forget() == 1
        with pytest.raises(Refused, match="уже использована или устарела"):
            registration.activate(token, browser=HERE)
    assert Challenge.select().where(Challenge.purpose == EMAIL).count() == 0
    assert (people(), Identity.select().count(), Consent.select().count()) == before
    facts = [str(row.facts) for row in EventRecord.select()]
    assert not [fact for fact in facts if NEW_EMAIL in fact or "203.0.113.7" in fact]
