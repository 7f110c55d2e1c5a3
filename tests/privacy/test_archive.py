"""«Скачать мои данные»: everything of one person, nothing of another, for a day."""

import csv
import io
import json
import signal
from zipfile import ZipFile

import pytest

from nesk.accounts.models import Account, Binding
from nesk.consents import operations as consents
from nesk.core import clock, config, events, files
from nesk.core.actor import Actor
from nesk.core.db import db, transaction
from nesk.core.errors import NotFound, TooOften
from nesk.core.events import EventRecord, record
from nesk.core.files import File
from nesk.fieldwork.models import Order, OrderFile, OrderMessage, Service
from nesk.notifications.models import Message
from nesk.payments.models import Payment
from nesk.people import operations as people
from nesk.people import sessions
from nesk.people.events import SubscriberCardSeen
from nesk.people.models import Session
from nesk.privacy import operations, queries
from nesk.privacy.bundle import bundle
from nesk.privacy.models import Archive
from nesk.privacy.sections import PARTS
from tests.district import BY, make_home
from tests.papers import words_of
from tests.privacy.killing import run_and_kill

ASKED = "2026-11-24 10:00"


@pytest.fixture
def home(district):
    consents.install_documents()
    return district.home


def unpacked(person_id: int) -> ZipFile:
    return ZipFile(io.BytesIO(bundle(person_id)))


def rows(archive: ZipFile, name: str) -> list[dict[str, str]]:
    text = archive.read(f"tables/{name}.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def seen(kind: str, subject_id: int, staff_id: int) -> None:
    with transaction():
        record(SubscriberCardSeen(kind, subject_id), by=Actor("staff", staff_id))


def make_order(home, *, person, comment: str = "", number: str = "З-2026-000001") -> Order:
    return Order.create(
        number=number, service=Service.get(), branch=home.account.branch, account=home.account, person=person,
        contact_name=f"Заявитель {number}", contact_phone="+79180001428", address="ул Одесская, д.1", comment=comment,
        created_at=clock.now(),
    )  # fmt: skip


def test_every_part_is_there_as_a_table_and_in_the_whole(home):
    with unpacked(home.person.id) as archive:
        assert {f"tables/{name}.csv" for name, *_ in PARTS} | {"data.json", "README.txt"} <= set(archive.namelist())
        told = json.loads(archive.read("data.json"))
        assert list(told) == [title for _, title, *_ in PARTS]
        assert {row["Сведение"]: row["Значение"] for row in told["Профиль"]}["Фамилия"] == "Ковальчук"
        assert rows(archive, "contacts")[1]["Значение"] == home.email
        assert rows(archive, "bindings")[0]["Лицевой счёт"] == home.account.number
        assert rows(archive, "readings")[0]["Т1"] == "1200"


def test_consents_lie_there_as_papers_with_what_was_shown(home):
    given = consents.give(home.person.id, "advertising", ip="127.0.0.1", by=home.actor)
    consents.withdraw(home.person.id, "advertising", by=home.actor)
    with unpacked(home.person.id) as archive:
        papers = sorted(name for name in archive.namelist() if name.startswith("consents/"))
        assert papers == [
            f"consents/2026-11-24-advertising-given-{given.id}.pdf",
            f"consents/2026-11-24-advertising-withdrawn-{given.id + 1}.pdf",
        ]
        words = " ".join(words_of(archive.read(papers[0])).split())
        assert "Согласие на рекламу" in words
        assert "Согласие дано" in words
        assert given.sha256 in words.replace(" ", "")
        assert [row["Действие"] for row in rows(archive, "consents")] == ["дано", "отозвано"]


def test_not_a_byte_of_another_person_is_in_it(district, home):
    """D4, Z1: another holder of the same account, and the holder of an account that was only opened for looking."""
    relative = make_home(district.branch, 7)
    lender = make_home(district.branch, 8)
    Binding.create(person=relative.person, account=home.account, way="sum", bound_at=clock.now())
    Binding.create(person=home.person, account=lender.account, way="invitation", rights="view", bound_at=clock.now())
    order = make_order(home, person=relative.person, comment="Чужая просьба", number="З-2026-000777")
    OrderMessage.create(order=order, text="Чужие слова", is_ours=False, at=clock.now(), by=str(relative.actor))
    Payment.create(
        account=home.account, person=relative.person, channel="card", source="Интернет", principal_kop=100,
        receipt_email=relative.email, created_at=clock.now(), by=str(relative.actor),
    )  # fmt: skip
    Message.create(
        channel="email", recipient=relative.email, person=relative.person, template="order_placed", text="Чужое письмо",
        created_at=clock.now(),
    )  # fmt: skip
    consents.give(relative.person.id, "advertising", by=relative.actor)
    sessions.open_session("person", relative.person.id, ip="10.9.8.7")
    events.drain(reraise=False)
    with unpacked(home.person.id) as archive:
        whole = b"\n".join(archive.read(name) for name in archive.namelist())
    foreign = (
        "З-2026-000777",
        "Чужая просьба",
        "Чужие слова",
        "Чужое письмо",
        relative.email,
        "(900) 000-00-07",
        "10.9.8.7",
        "41000008",
        "advertising",
    )
    assert [word for word in foreign if word.encode() in whole] == []
    assert home.email.encode() in whole
    assert lender.account.number.encode() in whole  # of their right to see it, and of nothing that is seen there


def test_formulas_are_words_and_names_of_files_lead_nowhere(home):
    """F5: what somebody wrote into an order opens in a spreadsheet as text."""
    order = make_order(home, person=home.person, comment='=HYPERLINK("http://evil.example")')
    file = files.store(b"a picture", "image/jpeg", "../../etc/passwd", by=home.actor)
    OrderFile.create(order=order, file=file, purpose="attachment")
    with unpacked(home.person.id) as archive:
        assert rows(archive, "orders")[0]["Комментарий"].startswith("'=HYPERLINK")
        (name,) = [name for name in archive.namelist() if name.startswith("orders/")]
        assert archive.read(name) == b"a picture"
        assert ".." not in name
        assert name.count("/") == 2


def test_who_of_the_staff_opened_the_card_is_told_by_role_and_branch_without_a_name(home):
    """D4, Z7."""
    people.install_roles()
    staff = people.create_staff(
        "operator", "Иванова Ольга Петровна", "long enough 12", roles=("operator",), branch=home.account.branch, by=BY
    )
    seen("account", home.account.id, staff.id)
    seen("person", home.person.id, staff.id)
    seen("person", home.person.id + 1000, staff.id)
    seen("account", home.account.id + 1000, staff.id)
    found = queries.sightings(home.person.id)
    assert [(each.role, each.branch, each.card) for each in found] == [
        ("Оператор", "Краснодарэнергосбыт", "Карточка абонента"),
        ("Оператор", "Краснодарэнергосбыт", f"Лицевой счёт {home.account.number}"),
    ]
    with unpacked(home.person.id) as archive:
        assert len(rows(archive, "seen_by_staff")) == 2
        assert not any("Иванова".encode() in archive.read(name) for name in archive.namelist())


def test_it_is_prepared_by_a_worker_told_of_and_deleted_after_its_day(home):
    with clock.stopped_at(ASKED):
        archive = operations.ask_archive(home.person.id, by=home.actor)
        assert queries.state_of(queries.latest_archive(home.person.id)) == "preparing"
        assert operations.ask_archive(home.person.id, by=home.actor) == archive
        events.drain(reraise=False)
        ready = queries.archive_of(home.person.id, archive.id)
        assert files.read(ready.file).startswith(b"PK")
        with pytest.raises(NotFound):
            queries.archive_of(home.person.id + 1, archive.id)
        assert Message.select().where(Message.template == "archive_ready").count() == 2
    with clock.stopped_at("2026-11-25 09:59:59"):
        assert operations.delete_archives() == 0
        with pytest.raises(TooOften):
            operations.ask_archive(home.person.id, by=home.actor)
    with clock.stopped_at("2026-11-25 10:00"):
        with pytest.raises(NotFound):
            queries.archive_of(home.person.id, archive.id)
        assert (operations.delete_archives(), operations.delete_archives()) == (1, 0)
        assert (files.remove_forgotten(), File.select().count()) == (1, 0)
        with pytest.raises(NotFound):
            files.read(ready.file)
        assert operations.ask_archive(home.person.id, by=home.actor).id != archive.id


def test_prepared_twice_it_is_one_archive(home):
    archive = operations.ask_archive(home.person.id, by=home.actor)
    operations.prepare(archive.id)
    kept = Archive.get_by_id(archive.id).file_id
    operations.prepare(archive.id)
    assert Archive.get_by_id(archive.id).file_id == kept
    assert EventRecord.select().where(EventRecord.name == "ArchiveReady").count() == 1


@pytest.mark.parametrize("place", ["privacy.archive_announced", "privacy.archive_stored"])
def test_a_worker_killed_while_preparing_leaves_nothing_that_nobody_would_find(home, place):
    """kill -9 before the bytes and after them: the next attempt gives one archive, and the store holds its bytes alone."""
    before = stored()
    archive = operations.ask_archive(home.person.id, by=home.actor)
    assert run_and_kill(f"operations.prepare({archive.id})", place, at=ASKED) == -signal.SIGKILL
    assert queries.state_of(Archive.get()) == "preparing"
    with clock.stopped_at(ASKED):
        operations.prepare(archive.id)
        assert files.remove_forgotten() == 1
        ready = queries.archive_of(home.person.id, archive.id)
    assert stored() - before <= {ready.file.sha256}
    assert ready.file.sha256 in stored()


def test_one_that_nobody_finishes_is_let_go(home):
    before = stored()
    archive = operations.ask_archive(home.person.id, by=home.actor)
    assert run_and_kill(f"operations.prepare({archive.id})", "privacy.archive_stored", at=ASKED) == -signal.SIGKILL
    with clock.stopped_at("2026-11-24 10:30"):
        assert operations.delete_archives() == 1
        assert (files.remove_forgotten(), stored() - before) == (1, set())


def stored() -> set[str]:
    """What lies in the folder of files, by its hash."""
    folder = config.current().home / "files"
    return {path.name for path in folder.rglob("*") if path.is_file() and len(path.name) == 64}


def test_one_that_could_not_be_prepared_does_not_count(home):
    with clock.stopped_at(ASKED):
        lost = operations.ask_archive(home.person.id, by=home.actor)
    with clock.stopped_at("2026-11-24 10:30"):
        assert queries.state_of(queries.latest_archive(home.person.id)) == "late"
        assert operations.ask_archive(home.person.id, by=home.actor).id != lost.id


def test_a_file_that_somebody_else_has_too_keeps_its_bytes(home):
    one, two = (files.store(b"the same", "image/png", name, by=BY) for name in ("a.png", "b.png"))
    files.forget(one.id)
    assert files.remove_forgotten() == 1
    assert files.read(two) == b"the same"
    order = make_order(home, person=home.person)
    OrderFile.create(order=order, file=two, purpose="attachment")
    files.forget(two.id)
    assert (files.remove_forgotten(), File.select().count()) == (0, 1)
    assert Session.select().count() == 0
    assert Account.select().count() == 1


def test_who_saw_whom_is_found_by_an_index(home, engine, monkeypatch):
    """D4: among ten million events the question must not read them all."""
    if engine != "postgresql":
        assert queries.sightings(home.person.id) == []
        return
    asked = []
    execute = type(db.obj).execute_sql
    monkeypatch.setattr(
        type(db.obj),
        "execute_sql",
        lambda self, sql, params=None: asked.append((sql, params)) or execute(self, sql, params),
    )
    queries.sightings(home.person.id)
    (sql, params) = next(each for each in asked if "core_event" in each[0])
    with transaction():
        db.execute_sql("SET LOCAL enable_seqscan = off")
        db.execute_sql("SET LOCAL enable_indexscan = off")
        plan = " ".join(row[0] for row in db.execute_sql(f"EXPLAIN {sql}", params).fetchall())
    assert "core_event_seen" in plan
