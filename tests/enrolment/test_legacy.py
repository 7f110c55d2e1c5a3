"""Subscribers of the previous cabinet, taken over from a file line by line (S0-08)."""

import hashlib

import pytest
from click.testing import CliRunner

from nesk.accounts.models import Binding
from nesk.commands import main
from nesk.core import config
from nesk.core import db as core_db
from nesk.core.errors import Refused
from nesk.core.events import EventRecord
from nesk.enrolment.legacy import COLUMNS, read_lines, take_people
from nesk.people.models import Identity, Person
from nesk.people.operations import authenticate
from tests.district import BY, district, make_home

__all__ = ["district"]

pytestmark = pytest.mark.usefixtures("district")
HEADING = ";".join(COLUMNS)
MD5 = hashlib.md5("s1пароль-1".encode(), usedforsecurity=False).hexdigest()
SHA256 = hashlib.sha256("s2пароль-2".encode()).hexdigest()
GOOD = [
    f"phone;8 (918) 000-14-28;Шевченко Пётр Ильич;md5;s1;{MD5};230000000001",
    f"email;Petr@Example.ru;Шевченко Пётр;SHA256;s2;{SHA256.upper()};",
    f"account;230000000002;;md5;s1;{MD5};230000000001 230000000002",
]
BAD = {
    f"fax;1;;md5;s;{MD5};": "вид входа — не phone, email или account",
    f"phone;12;;md5;s;{MD5};": "логин не распознан",
    f"email;nobody;;md5;s;{MD5};": "логин не распознан",
    f"account;23-1;;md5;s;{MD5};": "логин не распознан",
    f"email;a@b.ru;;bcrypt;s;{MD5};": "схема не из числа md5, sha1, sha256",
    f"email;a@b.ru;;sha1;s;{MD5};": "хеш не подходит к схеме",
    f"email;a@b.ru;;md5;{'s' * 101};{MD5};": "соль слишком длинная",
    f"email;a@b.ru;;md5;s;{MD5};230000000001 999999999999": "нет лицевого счёта 999999999999",
}


def table(*lines, encoding="utf-8"):
    return "\r\n".join([HEADING, *lines]).encode(encoding)


def take(content):
    return [(v.number, v.state, v.reason) for step in take_people(read_lines(content), by=BY) for v in step]


def people():
    return Person.select().count()


def test_each_line_becomes_somebody_who_signs_in_with_the_old_password(district):
    make_home(district.branch, 2)
    before, bound = people(), Binding.select().count()
    assert take(table(*GOOD)) == [(2, "taken", ""), (3, "taken", ""), (4, "taken", "")]
    assert people() == before + 3
    petr = authenticate("person", "+79180001428", "пароль-1", identity="phone")
    assert (petr.full_name, petr.search) == ("Шевченко Пётр Ильич", "шевченко пётр ильич +79180001428")
    assert [binding.account.number for binding in petr.bindings] == ["230000000001"]
    assert authenticate("person", "petr@example.ru", "пароль-2", identity="email").full_name == "Шевченко Пётр"
    assert authenticate("person", "230000000002", "пароль-1", identity="account").full_name == "Абонент"
    assert Binding.select().count() == bound + 3
    (event,) = EventRecord.select().where(EventRecord.name == "PeopleImported")
    assert event.facts["people"] == 3


def test_the_same_file_again_changes_nothing(district):
    take(table(GOOD[0]))
    authenticate("person", "+79180001428", "пароль-1", identity="phone")
    before, hash = people(), Person.select().order_by(Person.id.desc()).get().password_hash
    assert take(table(GOOD[0], GOOD[0])) == [(2, "known", ""), (3, "known", "")]
    assert (people(), Person.select().order_by(Person.id.desc()).get().password_hash) == (before, hash)
    assert hash.startswith("$argon2id$")


@pytest.mark.parametrize(("line", "reason"), BAD.items(), ids=BAD.values())
def test_a_faulty_line_is_named_and_leaves_no_trace_and_the_others_are_taken(district, line, reason):
    before = people()
    assert take(table(line, GOOD[1])) == [(2, "refused", reason), (3, "taken", "")]
    assert people() == before + 1
    assert not Identity.select().where(Identity.value == "a@b.ru").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_the_usual_encodings_and_separators_are_read(district, encoding):
    lines = read_lines(table(GOOD[0], "", encoding=encoding))
    assert [line.cells["name"] for line in lines] == ["Шевченко Пётр Ильич"]
    assert read_lines(table(GOOD[0], encoding=encoding).replace(b";", b","))[0].cells == lines[0].cells


@pytest.mark.parametrize("content", [b"", b"phone;1\n", "логин;пароль\n1;2".encode(), b"\xff\xfe\x98"])
def test_what_is_no_such_table_is_refused_whole(district, content):
    before = people()
    with pytest.raises(Refused):
        take(content)
    assert people() == before


def test_the_command_tells_what_became_of_each_line_and_fails_when_one_was_refused(district, tmp_path, monkeypatch):
    monkeypatch.setattr(core_db, "init", lambda url: core_db.db.obj)
    file = tmp_path / "people.csv"
    file.write_bytes(table(GOOD[0], next(iter(BAD))))
    told = CliRunner().invoke(main, ["import", "people", str(file)])
    assert told.exit_code == 1
    assert "Принято: 1, уже были: 0, отклонено: 1" in told.output
    assert "строка 3: вид входа — не phone, email или account" in told.output
    assert "Абоненты: 2 из 2" in told.output
    file.write_bytes(table(GOOD[0]))
    told = CliRunner().invoke(main, ["import", "people", str(file)])
    assert (told.exit_code, told.output.splitlines()[-1]) == (0, "Принято: 0, уже были: 1, отклонено: 0")
    assert config.current().env == "test"
