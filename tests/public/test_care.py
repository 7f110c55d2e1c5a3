"""The pages of care links: each does its one thing without a session and tells nothing that it does not need."""

import pytest
from playhouse.test_utils import count_queries

from nesk.accounts import care
from nesk.accounts.models import CareLink
from nesk.accounts.shared import care_token
from nesk.billing.models import Balance
from nesk.billing.queries import balance
from nesk.core import clock
from nesk.core.actor import Actor
from nesk.core.events import EventRecord, drain
from nesk.core.limits import Counter
from nesk.metering.models import Installation, Reading
from nesk.metering.queries import last_reading
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.payments.models import Attempt, Payment
from nesk.people.queries import person_by_identity
from tests.browser import Browser

DEAD = "Ссылка не работает: её срок прошёл или её отключили."
SECRET = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
RIGHTS = ("readings", "pay", "view")


@pytest.fixture(autouse=True)
def nobody_is_written_to(town):
    with recording_only():
        yield


@pytest.fixture
def make(account):
    holder = person_by_identity("email", "abonent@demo.nesk")

    def made(rights: str) -> tuple[CareLink, str]:
        link = care.make_care_link(
            account.id,
            holder.id,
            rights=rights,
            title="Мама",
            until_on=clock.today(),
            by=Actor("person", holder.id),
        )
        return link, f"/care/{care_token(link)}"

    return made


@pytest.fixture
def installation(account):
    return Installation.get(Installation.account == account, Installation.removed_on.is_null())


@pytest.fixture
def before(installation):
    return last_reading(installation.id).values[0]


def counted() -> tuple[int, int, int]:
    return Reading.select().count(), Payment.select().count(), Attempt.select().count()


# --- what is told, and to whom


@pytest.mark.parametrize("rights", RIGHTS)
def test_nothing_personal_beyond_what_the_right_needs(nobody: Browser, make, account, installation, rights):
    _, path = make(rights)
    page = nobody.open(path)
    place, kept = account.premises, Balance.get(Balance.account == account)
    hidden = [account.number, "Ковальчук", "Марина", place.address, f"{place.street}, {place.house}", "Мама"]
    hidden += [installation.meter.serial, "abonent@demo.nesk", "900 000"]
    if rights == "readings":
        assert f"…{installation.meter.serial[-4:]}" in page.text
        hidden += ["₽", str(last_reading(installation.id).values[0])]
    else:
        assert kept.principal_kop > 0
        hidden.append(installation.meter.serial[-4:])
    assert [word for word in hidden if word in page.body] == []
    assert {name: page.headers[name] for name in SECRET} == SECRET
    assert page.find("meta", name="robots")[0].get("content") == "noindex"


@pytest.mark.parametrize("token", ["1", "1-", "-", "x", "999-" + "0" * 32, "%00", "1-%F0%9F%98%80"])
def test_an_invented_token_is_one_sentence(nobody: Browser, make, token):
    make("view")
    page = nobody.open(f"/care/{token}", status=404)
    assert DEAD in page.text
    assert "8 (800) 600-02-20" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_an_ended_link_and_an_invented_one_are_one_answer(nobody: Browser, make, account):
    link, path = make("readings")
    care.end_care_link(account.id, link.id, by=care.care_actor(link))
    said = {nobody.open(where, status=404).text for where in (path, "/care/1-00")}
    assert len(said) == 1


def test_each_link_does_its_one_thing_and_no_other(nobody: Browser, make, installation, before):
    moved = counted()
    for rights in RIGHTS:
        _, path = make(rights)
        nobody.open(path)
        if rights != "readings":
            reading = {"t1": str(before + 10), "action": "confirm", "seen": "y"}
            nobody.post(f"{path}/readings/{installation.id}", reading, status=404)
        if rights != "pay":
            nobody.post(path, {"seen": "100"}, status=404)
            nobody.open(f"{path}/payments/1", status=404)
    assert counted() == moved


def test_a_foreign_meter_is_not_there(nobody: Browser, make, account, before):
    _, path = make("readings")
    nobody.open(path)
    foreign = Installation.select().where(Installation.account != account, Installation.removed_on.is_null()).first()
    moved = counted()
    nobody.post(f"{path}/readings/{foreign.id}", {"t1": "99999", "action": "confirm", "seen": "y"}, status=404)
    assert counted() == moved


# --- a reading


def test_a_reading_is_checked_confirmed_counted_and_told_to_the_holder(nobody: Browser, make, installation, before):
    link, path = make("readings")
    where = f"{path}/readings/{installation.id}"
    nobody.open(path)
    page = nobody.submit(where, {"t1": str(before + 60)}, button="Проверить")
    assert "Расход 60 кВт·ч" in page.text
    assert "₽" not in page.text
    page = nobody.submit(where, button="Подтвердить")
    assert (page.path, page.notice) == (path, "Спасибо. Ваши показания занесены без ошибок.")
    kept = last_reading(installation.id)
    assert (kept.values, kept.source, kept.accepted_by) == ((before + 60,), "internet", f"system:care:{link.id}")
    assert CareLink.get_by_id(link.id).used_count == 1
    used = EventRecord.select().where(EventRecord.name == "CareLinkUsed")
    assert [row.by for row in used] == [f"system:care:{link.id}"]
    drain()
    letter = Message.get(
        Message.template == "reading_accepted", Message.channel == "email", Message.account.is_null(False)
    )
    assert letter.recipient == "abonent@demo.nesk"


def test_with_scripts_only_the_meter_comes_back(nobody: Browser, make, installation, before):
    _, path = make("readings")
    nobody.open(path)
    page = nobody.submit(f"{path}/readings/{installation.id}", {"t1": str(before + 60)}, htmx=True)
    assert [each.get("id") for each in page.find("section")] == [f"meter-{installation.id}"]


@pytest.mark.parametrize("typed", ["", "много", "-1", "1e5", "1", "9" * 40, "\0", "<script>"])
def test_what_is_no_reading_is_refused_and_kept(nobody: Browser, make, installation, typed):
    _, path = make("readings")
    nobody.open(path)
    moved = counted()
    page = nobody.submit(f"{path}/readings/{installation.id}", {"t1": typed}, status=422)
    assert page.errors
    assert page.find("input", name="t1")[0].get("aria-invalid") == "true"
    assert counted() == moved
    assert nobody.open(f"{path}/readings/{installation.id}").path == path


def test_a_mistake_is_taken_back_by_the_same_link_only(nobody: Browser, make, installation, before):
    _, path = make("readings")
    _, other = make("readings")
    nobody.open(path)
    where = f"{path}/readings/{installation.id}"
    nobody.submit(where, {"t1": str(before + 60)}, button="Проверить")
    nobody.submit(where, button="Подтвердить")
    kept = last_reading(installation.id)
    page = nobody.open(other)
    assert str(before + 60) not in page.text.replace("\u00a0", "").replace(" ", "")
    assert "Показание за" in page.text
    nobody.post(f"{other}/readings/{installation.id}/withdrawal/{kept.id}", status=404)
    nobody.open(path)
    page = nobody.submit(f"{where}/withdrawal/{kept.id}")
    assert page.notice == "Показание удалено."
    assert last_reading(installation.id).values == (before,)


def test_forty_tries_a_day_by_one_link(nobody: Browser, make, installation):
    _, path = make("readings")
    nobody.open(path)
    where = f"{path}/readings/{installation.id}"
    for _ in range(40):
        nobody.post(where, {"t1": "x"}, status=422)
    nobody.post(where, {"t1": "x"}, status=429)
    _, other = make("readings")
    nobody.post(f"{other}/readings/{installation.id}", {"t1": "x"}, status=422)


def test_one_address_asks_so_often_and_no_more(nobody: Browser, make):
    _, path = make("view")
    nobody.open(path)
    Counter.update(count=240).execute()
    nobody.open(path, status=429)
    nobody.open("/care/1-00", status=429)


# --- a payment


def test_exactly_what_is_owed_goes_to_the_bank(nobody: Browser, make, account):
    link, path = make("pay")
    owed = balance(account)
    page = nobody.open(path)
    assert f"{owed.due_kop // 100}" in page.text.replace(" ", "")
    payments, attempts = counted()[1:]
    page = nobody.submit(path, {"email": "sosed@demo.nesk"}, status=422)  # no bank answers in this test
    assert "Банк сейчас не отвечает. Деньги не списаны." in page.text
    assert counted()[1:] == (payments + 1, attempts + 1)
    kept = Payment.select().order_by(Payment.id.desc()).first()
    assert (kept.principal_kop, kept.penalty_kop) == (max(owed.principal_kop, 0), max(owed.penalty_kop, 0))
    assert (kept.person_id, kept.by, kept.receipt_email) == (None, f"system:care:{link.id}", "sosed@demo.nesk")
    assert "Ждём ответа банка" in nobody.open(f"{path}/payments/{kept.id}").text
    _, other = make("pay")
    nobody.open(f"{other}/payments/{kept.id}", status=404)


@pytest.mark.parametrize("seen", ["1", "", "0", "-5", "99999999999999"])
def test_a_sum_that_has_changed_is_shown_again_and_not_taken(nobody: Browser, make, seen):
    _, path = make("pay")
    nobody.open(path)
    moved = counted()
    page = nobody.post(path, {"seen": seen, "key": "k"}, status=409)
    assert "Сумма изменилась: теперь к оплате" in page.text
    assert counted() == moved


def test_nothing_owed_is_nothing_to_pay(nobody: Browser, make, account):
    from nesk.billing.operations import post_payment

    owed = balance(account)
    post_payment(
        10**6,
        account.id,
        principal_kop=max(owed.principal_kop, 1),
        penalty_kop=max(owed.penalty_kop, 0),
        paid_on=clock.today(),
        by=Actor("system", "test"),
    )
    _, path = make("pay")
    page = nobody.open(path)
    assert "Сейчас платить не нужно" in page.text
    moved = counted()
    nobody.post(path, {"seen": "0", "key": "k"}, status=422)
    assert counted() == moved


def test_whoever_comes_back_from_the_bank_without_a_link_learns_nothing(nobody: Browser):
    reply = nobody.client.get("/care/return?orderId=nobody-knows-it")
    assert (reply.status_code, reply.headers["Location"]) == (303, "/payments/return?orderId=nobody-knows-it")


# --- the bill


def test_the_latest_bill_is_shown_and_the_looking_noted_once_an_hour(nobody: Browser, make):
    link, path = make("view")
    page = nobody.open(path)
    assert page.h1 == "Последний счёт"
    assert "К оплате" in page.text
    nobody.open(path)
    assert nobody.client.head(path).status_code == 200
    assert CareLink.get_by_id(link.id).used_count == 1


def test_a_preview_is_no_looking(nobody: Browser, make):
    link, path = make("view")
    assert nobody.client.head(path).status_code == 200
    assert CareLink.get_by_id(link.id).used_count == 0


def test_opening_the_page_of_readings_or_of_payment_writes_nothing(nobody: Browser, make):
    """W3"""
    for rights in ("readings", "pay"):
        link, path = make(rights)
        events = EventRecord.select().count()
        nobody.open(path)
        assert (EventRecord.select().count(), CareLink.get_by_id(link.id).used_count) == (events, 0)


def test_a_page_of_a_link_asks_the_database_few_things(nobody: Browser, make):
    _, path = make("readings")
    nobody.open(path)
    with count_queries() as counter:
        nobody.open(path)
    assert counter.count <= 8
