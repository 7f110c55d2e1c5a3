"""Whose a password is, new passwords, and the making of people who sign in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

import peewee

from nesk.branches.models import Branch
from nesk.core import clock, config
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.people import passwords
from nesk.people.events import (
    BusinessUserCreated,
    PasswordChanged,
    PersonRegistered,
    RegistrationWithdrawn,
    StaffCreated,
)
from nesk.people.models import BusinessUser, Identity, Person, Role, RolePermission, Staff, StaffRole
from nesk.people.permissions import ROLES
from nesk.people.queries import person_by_login, staff_by_login
from nesk.people.sessions import end_sessions

Subject = TypeVar("Subject", Staff, BusinessUser)

WRONG = "Логин или пароль не подошли. Проверьте раскладку и Caps Lock и введите их ещё раз."
"""One sentence for every reason: it must not tell which logins exist."""
WRONG_BUSINESS = "Логин, пароль или филиал не подошли. Проверьте раскладку, Caps Lock и филиал и введите их ещё раз."

TAKEN = "Такой телефон или почта уже зарегистрированы. Войдите или восстановите пароль."

USED_PASSWORD_LIVES = timedelta(minutes=30)

ASK_FOR_ANOTHER = {
    "person": "Получите новый по ссылке «Забыли пароль?».",
    "business": "Получите новый в филиале, который обслуживает договор.",
    "staff": "Получите новый у администратора.",
    "crew": "Получите новый у диспетчера.",
}
"""Where another password is issued, by kind of session."""


def authenticate(kind: str, login: str, password: str, *, identity: str = "") -> Person | Staff | BusinessUser:
    """Whose login and password these are.

    `login` is a normalised phone, e-mail or account number (`identity` says which) for a person, a login for the others;
    for a legal entity `identity` is the branch that was chosen (S2-06).
    Raises Refused with one sentence for every wrong pair. It counts no tries: pages go through `credentials.sign_in`.
    """
    subject = _subject(kind, login, identity)
    usable = subject is not None and getattr(subject, "is_active", True) and not _is_unreal(subject)
    if not passwords.matches(subject.password_hash if subject and usable else "", password):
        raise Refused(WRONG_BUSINESS if kind == "business" else WRONG, field="password")
    assert subject is not None
    if subject.password_issued_until is not None:
        _use_issued_password(kind, subject)
    if passwords.is_outdated(subject.password_hash):
        _hash_anew(subject, password)
    return subject


def _use_issued_password(kind: str, subject: Person | Staff | BusinessUser) -> None:
    """A password that we issued is good until its time; a subscriber's, which travelled by mail or SMS, for half an hour
    after its first use (§3): long enough to choose another one, even if the page of it was closed."""
    now = clock.now()
    if subject.password_issued_until <= now:
        raise Refused(f"Срок выданного пароля истёк или он уже использован. {ASK_FOR_ANOTHER[kind]}", field="password")
    if kind == "person":
        model, until = type(subject), now + USED_PASSWORD_LIVES
        model.update(password_issued_until=until).where(
            model.id == subject.id, model.password_hash == subject.password_hash, model.password_issued_until > until
        ).execute()


def _hash_anew(subject: Person | Staff | BusinessUser, password: str) -> None:
    """The password of the previous cabinet, or one hashed more cheaply than is right today (S0-08)."""
    model, before = type(subject), subject.password_hash
    subject.password_hash = passwords.hashed(password)
    model.update(password_hash=subject.password_hash).where(
        model.id == subject.id, model.password_hash == before
    ).execute()


def _subject(kind: str, login: str, identity: str) -> Person | Staff | BusinessUser | None:
    login = login.replace("\0", "\ufffd")  # PostgreSQL refuses a NUL even in a question
    if kind == "person":
        return person_by_login(identity, login)
    if kind == "business":
        user = BusinessUser.select().where(BusinessUser.login == login).first()
        return user if user and identity in ("", str(user.branch_id)) else None
    return staff_by_login("crew" if kind == "crew" else "office", login)


def _is_unreal(subject: Person | Staff | BusinessUser) -> bool:
    """People of the demo have a password that everybody knows: where the work is real there are none of them (A11)."""
    return bool(subject.is_demo) and config.current().env == "production"


def set_password(
    subject: Person | Staff | BusinessUser,
    password: str,
    *,
    by: Actor,
    keep: int | None = None,
    issued_until: datetime | None = None,
) -> None:
    """Give a subject a new password; with the old one end all their sessions but `keep` (A5).

    With `issued_until` it is one that we issued: good until then, and only for choosing another.
    """
    keep_password(subject, passwords.hashed(password), by=by, keep=keep, issued_until=issued_until)


def keep_password(
    subject: Person | Staff | BusinessUser,
    stored: str,
    *,
    by: Actor,
    keep: int | None = None,
    issued_until: datetime | None = None,
) -> None:
    """The same with a password that is hashed already: hashing takes long, and no transaction waits for it."""
    with transaction():
        subject.password_hash, subject.password_issued_until = stored, issued_until
        subject.save(only=["password_hash", "password_issued_until"])
        if isinstance(subject, Person):
            Person.update(password_changed_at=clock.now()).where(Person.id == subject.id).execute()
        end_sessions(kind_of(subject), subject.id, by=by, keep=keep)
        record(PasswordChanged(kind_of(subject), subject.id), by=by)


def kind_of(subject: Person | Staff | BusinessUser) -> str:
    """The kind of the subject's sessions."""
    if isinstance(subject, Staff):
        return "crew" if subject.kind == "crew" else "staff"
    return "person" if isinstance(subject, Person) else "business"


def register_person(
    *,
    surname: str = "",
    name: str = "",
    patronymic: str = "",
    phone: str = "",
    email: str = "",
    account: str = "",
    password: str = "",
    password_hash: str = "",
    issued_until: datetime | None = None,
    by: Actor,
    is_demo: bool = False,
) -> Person:
    """A person who signs in by a confirmed phone or e-mail, or by the number of an account.

    `password_hash` stands for a password that was hashed before; with `issued_until` we made it up ourselves. Raises
    Refused when a login belongs to somebody else.
    """
    stored = password_hash or passwords.hashed(password)
    now = clock.now()
    logins = [(kind, value) for kind, value in (("phone", phone), ("email", email), ("account", account)) if value]
    try:
        with transaction():
            person = Person.create(
                surname=surname,
                name=name,
                patronymic=patronymic,
                password_hash=stored,
                password_changed_at=None if issued_until else now,
                password_issued_until=issued_until,
                is_demo=is_demo,
                created_at=now,
                search=" ".join(filter(None, (surname, name, patronymic, phone, email))).lower(),
            )
            for kind, value in logins:
                _give_login(person, kind, value)
            record(PersonRegistered(person.id), by=by)
    except peewee.IntegrityError as taken:
        raise Refused(TAKEN) from taken
    return person


def add_login(person_id: int, kind: str, value: str) -> None:
    """Give a person a phone or an e-mail that has been proved to be theirs, in the transaction of the proof. Raises
    Refused when it is somebody else's."""
    person = Person.locked(person_id)
    _give_login(person, kind, value)
    person.search = f"{person.search} {value}".strip()[:300]
    person.save(only=["search"])


def _give_login(person: Person, kind: str, value: str) -> None:
    same = (Identity.kind == kind) & (Identity.value == value)
    # What somebody only typed and never confirmed belongs to whoever has it.
    Identity.delete().where(same, Identity.confirmed_at.is_null()).execute()
    if Identity.select().where(same).exists():
        raise Refused(TAKEN, field=kind)
    Identity.create(person=person, kind=kind, value=value, confirmed_at=clock.now())


def withdraw_registration(person_id: int, *, by: Actor) -> None:
    """Take back a registration that nobody has used: its logins and whatever it says of somebody go, the row stays."""
    with transaction():
        Person.locked(person_id)
        end_sessions("person", person_id, by=by)
        Identity.delete().where(Identity.person == person_id).execute()
        empty = dict.fromkeys(("surname", "name", "patronymic", "password_hash", "search"), "")
        Person.update(**empty, password_issued_until=None, closed_at=clock.now()).where(
            Person.id == person_id
        ).execute()
        record(RegistrationWithdrawn(person_id), by=by)


def create_staff(
    login: str,
    name: str,
    password: str,
    *,
    roles: tuple[str, ...] = (),
    branch: Branch | None = None,
    kind: str = "office",
    position: str = "",
    email: str = "",
    issued_until: datetime | None = None,
    is_demo: bool = False,
    by: Actor,
) -> Staff:
    """An employee with roles by code. Raises Refused when the login is taken or, outside the demo, the password is short.

    With `issued_until` the password is one that we issued: good until then, and only for choosing another.
    """
    if not is_demo and len(password) < 12:
        raise Refused("Пароль сотрудника должен быть не короче 12 символов.", field="password")
    stored = passwords.hashed(password)
    with transaction():
        staff = _created(
            Staff,
            login=login,
            kind=kind,
            name=name,
            position=position,
            email=email,
            branch=branch,
            password_hash=stored,
            password_issued_until=issued_until,
            is_demo=is_demo,
            created_at=clock.now(),
        )
        for code in roles:
            StaffRole.create(staff=staff, role=Role.get(Role.code == code))
        record(StaffCreated(staff.id), by=by)
    return staff


def create_business_user(
    login: str,
    name: str,
    password: str = "",
    *,
    branch: Branch,
    organization_id: int,
    password_hash: str = "",
    email: str = "",
    issued_until: datetime | None = None,
    is_demo: bool = False,
    by: Actor,
) -> BusinessUser:
    """A user of a legal entity: they never register by themselves (S2-04). Raises Refused when the login is taken.

    `password_hash` stands for a password that was hashed before: hashing takes long, and no transaction waits for it.
    """
    stored = password_hash or passwords.hashed(password)
    with transaction():
        user = _created(
            BusinessUser,
            login=login,
            name=name,
            email=email,
            branch=branch,
            organization_id=organization_id,
            password_hash=stored,
            password_issued_until=issued_until,
            is_demo=is_demo,
            created_at=clock.now(),
        )
        record(BusinessUserCreated(user.id, organization_id), by=by)
    return user


def _created(model: type[Subject], **columns: Any) -> Subject:
    """A new row of somebody with a login. Of two who take one login at once, one is refused as whoever comes later is."""
    try:
        with transaction():
            return model.create(**columns)  # type: ignore[no-any-return]
    except peewee.IntegrityError as taken:
        raise Refused("Такой логин уже есть. Придумайте другой.", field="login") from taken


def install_roles() -> None:
    """Make the roles a new copy starts with; what staff have changed since stays."""
    with transaction():
        for code, (title, permissions) in ROLES.items():
            role, is_new = Role.get_or_create(code=code, defaults={"title": title})
            if is_new:
                RolePermission.insert_many(
                    [{"role": role.id, "permission": permission} for permission in sorted(permissions)]
                ).execute()
