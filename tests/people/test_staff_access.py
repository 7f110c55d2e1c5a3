"""A11: who works here is let in by somebody else, with a password nobody keeps, and is shut out at once."""

import importlib.util
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from nesk.app import build
from nesk.branches.models import Branch
from nesk.commands import main
from nesk.consents.operations import install_documents
from nesk.core import clock, config, db
from nesk.core.actor import Actor, system
from nesk.core.errors import Refused
from nesk.core.events import EventRecord
from nesk.credentials import issuing
from nesk.credentials.passwords import random_password
from nesk.people import operations, passwords
from nesk.people.models import BusinessUser, Person, RolePermission, Session, Staff
from nesk.people.operations import authenticate, create_staff, install_roles
from nesk.people.queries import permissions_of, signed_in
from nesk.people.sessions import open_session
from tests.house.sources import ROOT, name, python, text

BY = system("test")
PASSWORD = "долгий пароль 12"


@pytest.fixture
def ivanova(database):
    install_roles()
    return create_staff("ivanova", "Иванова", PASSWORD, roles=("operator",), by=BY)


@contextmanager
def as_a_process_of_its_own():
    """What starts anew binds the models to a connection of its own; the test gets its own back."""
    before, settings = db.db.obj, config.current()
    try:
        yield replace(settings, database_url=database_url())
    finally:
        config.use(settings)
        db.close()
        if db.is_postgres() and db.db.obj is not before:
            db.db.obj.close_all()
        db.db.initialize(before)


def run(*words):
    """A command over the database of the test, as it prints."""
    with as_a_process_of_its_own() as inside:
        config.use(inside)
        return CliRunner().invoke(main, list(words))


def database_url():
    where = db.db.obj.database
    return where if "://" in where else f"sqlite:///{where}"


def test_a_disabled_employee_is_out_at_the_next_request(ivanova):
    """A11: sessions are dead now, not when they idle out."""
    token = open_session("staff", ivanova.id)
    assert signed_in("staff", token).subject.id == ivanova.id
    issuing.block(ivanova, by=BY)
    assert signed_in("staff", token) is None
    with pytest.raises(Refused) as refused:
        authenticate("staff", "ivanova", PASSWORD)
    assert refused.value.message == operations.WRONG
    assert [row.name for row in EventRecord.select().order_by(EventRecord.id)][-2:] == ["SessionEnded", "AccessBlocked"]


def test_a_row_that_says_inactive_is_enough_even_if_no_session_was_ended(ivanova):
    token = open_session("staff", ivanova.id)
    Staff.update(is_active=False).execute()
    assert signed_in("staff", token) is None
    assert Session.get().ended_at is None


def test_blocking_twice_and_blocking_oneself_are_refused(ivanova):
    with pytest.raises(Refused, match="Себя заблокировать нельзя"):
        issuing.block(ivanova, by=Actor("staff", ivanova.id))
    issuing.block(ivanova, by=BY)
    with pytest.raises(Refused, match="уже заблокирован"):
        issuing.block(ivanova, by=BY)
    issuing.unblock(ivanova, by=BY)
    assert authenticate("staff", "ivanova", PASSWORD).id == ivanova.id
    with pytest.raises(Refused, match="и так открыт"):
        issuing.unblock(ivanova, by=BY)


def test_an_issued_password_is_made_up_is_long_and_has_an_end(ivanova):
    """A11, ASVS 6.4.6: staff never choose for others."""
    with clock.stopped_at("2026-11-24 10:00"):
        token = open_session("staff", ivanova.id)
        secret = random_password()
        assert len(secret.replace("-", "")) == 16
        issuing.issue_password(ivanova, secret, until=issuing.good_until(), by=BY)
        assert signed_in("staff", token) is None
        kept = Staff.get_by_id(ivanova.id)
        assert passwords.matches(kept.password_hash, secret)
        assert kept.password_issued_until == clock.now() + timedelta(hours=72)
        authenticate("staff", "ivanova", secret)
        (event,) = EventRecord.select().where(EventRecord.name == "CredentialsIssued")
        assert secret not in str(event.facts)
    with clock.stopped_at("2026-11-27 10:00:01"), pytest.raises(Refused, match="истёк"):
        authenticate("staff", "ivanova", secret)


def test_a_letter_by_post_lives_longer_than_one_handed_over(database):
    with clock.stopped_at("2026-11-24 10:00"):
        assert (issuing.good_until() - clock.now()).total_seconds() == 72 * 3600
        assert (issuing.good_until(by_post=True) - clock.now()).days == 21


def test_nobody_is_there_by_default(database):
    """A11: what a new copy starts with — migrations, roles, documents — has no account of anybody."""
    install_roles()
    install_documents()
    assert [model.select().count() for model in (Person, Staff, BusinessUser)] == [0, 0, 0]


def test_accounts_are_made_by_the_command_the_pages_and_the_demo_alone():
    """A11: no self-registration of staff, no account or password in the code of a release."""
    makers = {
        name(path)
        for path in python("nesk")
        if any(verb in text(path) for verb in ("create_staff(", "create_business_user("))
    }
    assert makers == {
        "nesk/people/operations.py",
        "nesk/credentials/issuing.py",
        "nesk/commands/staff.py",
        "nesk/demo/build.py",
    }
    known = {name(p) for p in python("nesk") if "demo-2026" in text(p)}
    assert known <= {"nesk/demo/facts.py", "nesk/commands/processes.py", "nesk/credentials/rules.py"}
    assert not any("demo-2026" in text(p) or "password_hash=" in text(p) for p in (ROOT / "migrations").glob("*.py"))


def test_production_knows_nobody_of_the_demo(database):
    """A11: not even with the right password."""
    install_roles()
    create_staff("admin", "Демченко (демо)", "demo-2026", roles=("admin",), is_demo=True, by=BY)
    assert authenticate("staff", "admin", "demo-2026").login == "admin"
    config.use(replace(config.current(), env="production"))
    with pytest.raises(Refused) as refused:
        authenticate("staff", "admin", "demo-2026")
    assert refused.value.message == operations.WRONG


def test_production_does_not_start_with_people_of_the_demo(database):
    install_roles()
    create_staff("admin", "Демченко (демо)", "demo-2026", is_demo=True, by=BY)
    with as_a_process_of_its_own() as inside, pytest.raises(config.Incomplete, match="people of the demo"):
        build(replace(inside, env="production"))


def test_the_command_prints_a_password_once_and_it_must_be_changed(database):
    install_roles()
    told = run(
        "staff", "create", "petrova", "--name", "Петрова", "--role", "operator", "--email", "Petrova@NESK.example"
    )
    assert told.exit_code == 0, told.output
    secret = next(line.removeprefix("Пароль: ") for line in told.output.splitlines() if line.startswith("Пароль: "))
    who = Staff.get(Staff.login == "petrova")
    assert (who.email, who.is_demo, len(secret) >= 12) == ("petrova@nesk.example", False, True)
    assert who.password_issued_until is not None
    assert passwords.matches(who.password_hash, secret)
    again = run("staff", "create", "petrova", "--name", "Петрова")
    assert (again.exit_code, "Такой логин уже есть" in again.output) == (1, True)
    for verb, words in (("block", "заблокирован"), ("unblock", "открыт"), ("password", "Пароль: ")):
        done = run("staff", verb, "petrova")
        assert (done.exit_code, words in done.output) == (0, True), done.output
    assert run("staff", "reset-factor", "petrova").exit_code == 1
    assert run("staff", "block", "nobody").exit_code == 1


def test_roles_have_the_permissions_of_issuing(database):
    install_roles()
    held = {
        code: permissions_of(create_staff(code, code, PASSWORD, roles=(code,), by=BY).id)
        for code in ("operator", "dispatcher", "billing", "admin")
    }
    assert {code for code, all_of in held.items() if "issue_credentials" in all_of} == {"operator", "admin"}
    assert {code for code, all_of in held.items() if "manage_staff" in all_of} == {"admin"}


def test_a_copy_that_was_there_before_gets_the_permissions_too(database):
    """The migration gives them to the roles that there are, on both engines, and takes them back."""
    install_roles()
    spec = importlib.util.spec_from_file_location("m", ROOT / "migrations" / "0030_issued_access.py")
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    before = RolePermission.select().count()
    with db.transaction():
        migration.down(None, db.db.obj)
        assert RolePermission.select().count() == before - 3
        assert "issue_credentials" not in migration._allowed(db.db.obj)
        migration.up(None, db.db.obj)
    assert RolePermission.select().count() == before
    assert Branch.select().count() == 0
