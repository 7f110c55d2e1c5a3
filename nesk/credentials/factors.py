"""Second factors (A11): an application's codes, passkeys, codes on paper. A code is accepted once, and tries are counted.

An application or a passkey protects; codes on paper only stand in for a lost one, so they go when the last of those goes.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import peewee
import pyotp

from nesk.core import clock, config, limits
from nesk.core.actor import Actor, Kind
from nesk.core.db import transaction
from nesk.core.errors import NotFound, Refused
from nesk.core.events import record
from nesk.core.schedule import scheduled
from nesk.core.sealing import mac, seal, unseal
from nesk.credentials.events import (
    FactorAdded,
    FactorPrepared,
    FactorRemoved,
    FactorsReset,
    PaperCodesIssued,
    PaperCodeUsed,
)
from nesk.credentials.models import Factor
from nesk.people.operations import end_sessions
from nesk.people.queries import SUBJECTS

STEP_SECONDS = 30
PREPARED_FOR = timedelta(minutes=30)
"""How long a new key waits for its first code."""
PAPER_CODES = 10
PAPER_SIGNS = "ACEHKMPRTXY34679"
"""Signs that nobody takes for another, in Latin or in Cyrillic: ten of them are forty bits."""
_TWINS = str.maketrans("АСЕНКМРТХУ", "ACEHKMPTXY")
_TRIES = ((5, 300), (30, 86_400))

WRONG = "Код не подошёл. Введите код, который приложение показывает сейчас, или ещё не использованный код с бумаги."
WRONG_FIRST = (
    "Код не подошёл. Проверьте, что часы телефона идут точно, и введите код, который приложение показывает сейчас."
)
NOT_PREPARED = "Ключ устарел. Начните подключение заново."
LAST = "Это последняя защита входа, а для сотрудников она обязательна. Сначала подключите другую."


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose factors they are: the kind of session and the row behind it."""

    kind: Kind
    id: int


@dataclass(frozen=True, slots=True)
class Protection:
    """What guards a holder's sign-in beside the password."""

    application: Factor | None
    passkeys: tuple[Factor, ...]
    papers_left: int

    @property
    def is_on(self) -> bool:
        return self.application is not None or bool(self.passkeys)


def obliged(kind: Kind, *, is_demo: bool) -> bool:
    """Whether a second factor is a must: for staff and crews, save the invented ones of a demo or a test."""
    return kind in ("staff", "crew") and not (is_demo and config.current().env in ("demo", "test"))


def is_protected(holder: Holder) -> bool:
    """Whether the password alone is not enough."""
    return bool(_live(holder).where(Factor.kind.in_(("totp", "passkey"))).exists())


def protection(holder: Holder) -> Protection:
    """Everything that guards the holder, in one query."""
    rows = list(_live(holder).order_by(Factor.id))
    return Protection(
        next((row for row in rows if row.kind == "totp"), None),
        tuple(row for row in rows if row.kind == "passkey"),
        sum(row.kind == "backup" for row in rows),
    )


def protected_among(kind: Kind, ids: list[int]) -> set[int]:
    """Which of these holders have a second factor."""
    rows = Factor.select(Factor.holder_id).where(Factor.holder_kind == kind, Factor.holder_id.in_(ids))
    live = rows.where(Factor.kind != "backup", Factor.confirmed_at.is_null(False), Factor.ended_at.is_null())
    return {row.holder_id for row in live}


def factor_of(holder: Holder, factor_id: int) -> Factor:
    """An application or a passkey of the holder. Raises NotFound."""
    row = _live(holder).where(Factor.id == factor_id, Factor.kind != "backup").first()
    if row is None:
        raise NotFound
    return row  # type: ignore[no-any-return]


def _live(holder: Holder) -> peewee.ModelSelect:
    return Factor.select().where(_of(holder), Factor.confirmed_at.is_null(False), Factor.ended_at.is_null())


def _of(holder: Holder) -> peewee.Expression:
    return (Factor.holder_kind == holder.kind) & (Factor.holder_id == holder.id)


def lock(holder: Holder) -> None:
    """Hold the holder's row: what they have is judged and changed by one at a time."""
    SUBJECTS[holder.kind].locked(holder.id)


# ---- the application


def prepare_application(holder: Holder, *, by: Actor) -> Factor:
    """A new key for an application with codes; it guards nothing until its first code has come."""
    now = clock.now()
    with transaction():
        lock(holder)
        _unconfirmed(holder).execute()
        factor = Factor.create(
            holder_kind=holder.kind,
            holder_id=holder.id,
            kind="totp",
            name="Приложение с кодами",
            secret=seal(pyotp.random_base32(), purpose="totp"),
            created_at=now,
        )
        record(FactorPrepared(holder.kind, holder.id, factor.id), by=by)
    return factor


def _unconfirmed(holder: Holder) -> peewee.ModelUpdate:
    waiting = (Factor.kind == "totp") & Factor.confirmed_at.is_null() & Factor.ended_at.is_null()
    return Factor.update(ended_at=clock.now(), secret="").where(_of(holder), waiting)


def prepared_application(holder: Holder) -> Factor | None:
    """The key that waits for its first code."""
    waiting = Factor.select().where(_of(holder), Factor.kind == "totp", Factor.confirmed_at.is_null())
    return waiting.where(Factor.ended_at.is_null(), Factor.created_at > clock.now() - PREPARED_FOR).first()


def key_of(factor: Factor) -> str:
    """The key as the application takes it: base32."""
    return unseal(factor.secret, purpose="totp")


def address_of(key: str, *, name: str) -> str:
    """The key as the QR carries it; `name` tells it from others in the application."""
    return pyotp.TOTP(key).provisioning_uri(name=name, issuer_name="НЭСК")


def accepted_step(key: str, typed: str, *, at: datetime, after: int) -> int | None:
    """The time step whose code was typed: this one or a neighbour, later than `after`; None when there is none."""
    totp, now, given = pyotp.TOTP(key), int(at.timestamp()) // STEP_SECONDS, typed.encode("utf-8", "replace")
    fitting = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(totp.generate_otp(step).encode(), given)]
    return next((step for step in fitting if step > after), None)


def confirm_application(holder: Holder, typed: str, *, by: Actor) -> list[str]:
    """The first code came: the application guards from now on, in place of an earlier one.

    Gives the codes on paper when there were none. The try is counted before the comparison and outlives a refusal, so call
    it outside any transaction. Raises Refused (field `code`), TooOften.
    """
    _count_try(holder)
    now = clock.now()
    with transaction():
        lock(holder)
        factor = prepared_application(holder)
        if factor is None:
            raise Refused(NOT_PREPARED)
        step = accepted_step(key_of(factor), _digits(typed), at=now, after=0)
        if step is None:
            raise Refused(WRONG_FIRST, field="code")
        earlier = _live(holder).where(Factor.kind == "totp")
        Factor.update(ended_at=now, secret="").where(Factor.id.in_([row.id for row in earlier])).execute()
        Factor.update(confirmed_at=now, last_step=step).where(Factor.id == factor.id).execute()
        codes = added(holder, factor.id, "totp", by=by)
    _forgive_try(holder)
    return codes


def added(holder: Holder, factor_id: int, kind: str, *, by: Actor) -> list[str]:
    """Note a new factor, in its transaction; gives codes on paper when the holder has none."""
    record(FactorAdded(holder.kind, holder.id, factor_id, kind), by=by)
    return [] if protection(holder).papers_left else _issue_papers(holder, is_first=True, by=by)


# ---- codes on paper


def issue_papers(holder: Holder, *, by: Actor) -> list[str]:
    """Ten new codes on paper in place of whatever is left; only their hashes stay. Raises Refused without protection."""
    with transaction():
        lock(holder)
        if not is_protected(holder):
            raise Refused("Сначала подключите приложение с кодами или ключ доступа.")
        return _issue_papers(holder, is_first=False, by=by)


def _issue_papers(holder: Holder, *, is_first: bool, by: Actor) -> list[str]:
    now = clock.now()
    codes = ["".join(secrets.choice(PAPER_SIGNS) for _ in range(10)) for _ in range(PAPER_CODES)]
    _end_papers(holder)
    Factor.insert_many(
        [
            {
                "holder_kind": holder.kind,
                "holder_id": holder.id,
                "kind": "backup",
                "secret": _paper_hash(holder, code),
                "created_at": now,
                "confirmed_at": now,
            }
            for code in codes
        ]
    ).execute()
    record(PaperCodesIssued(holder.kind, holder.id, is_first), by=by)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _end_papers(holder: Holder) -> None:
    Factor.update(ended_at=clock.now()).where(_of(holder), Factor.kind == "backup", Factor.ended_at.is_null()).execute()


def _paper_hash(holder: Holder, code: str) -> str:
    return mac(f"{holder.kind}:{holder.id}\0{code}", purpose="paper_code")


# ---- at sign-in


def accept_code(holder: Holder, typed: str) -> None:
    """Take a code of the application or one on paper for the second factor, once.

    The try is counted before the comparison and outlives a refusal, so call it outside any transaction. Raises Refused
    (field `code`), TooOften.
    """
    _count_try(holder)
    code = _digits(typed)
    accepted = _accept_application(holder, code) if code.isdigit() else _accept_paper(holder, code)
    if not accepted:
        raise Refused(WRONG, field="code")
    _forgive_try(holder)


def _digits(typed: str) -> str:
    return "".join(typed.split())


def _accept_application(holder: Holder, code: str) -> bool:
    factor = _live(holder).where(Factor.kind == "totp").first()
    if factor is None:
        return False
    now = clock.now()
    step = accepted_step(key_of(factor), code, at=now, after=factor.last_step)
    if step is None:
        return False
    taken = (
        Factor.update(last_step=step, used_at=now)
        .where(Factor.id == factor.id, Factor.ended_at.is_null(), Factor.last_step < step)
        .execute()
    )
    return bool(taken)


def _accept_paper(holder: Holder, code: str) -> bool:
    plain = code.upper().translate(_TWINS).replace("-", "").replace("—", "").replace("–", "")
    now = clock.now()
    with transaction():
        taken = (
            Factor.update(used_at=now, ended_at=now)
            .where(_of(holder), Factor.kind == "backup", Factor.secret == _paper_hash(holder, plain))
            .where(Factor.ended_at.is_null())
            .execute()
        )
        if taken:
            left = protection(holder).papers_left
            record(PaperCodeUsed(holder.kind, holder.id, left), by=Actor(holder.kind, holder.id))
    return bool(taken)


def _count_try(holder: Holder) -> None:
    for limit, seconds in _TRIES:
        limits.count("factor", f"{holder.kind}:{holder.id}", limit=limit, seconds=seconds)


def _forgive_try(holder: Holder) -> None:
    for _, seconds in _TRIES:
        limits.forgive("factor", f"{holder.kind}:{holder.id}", seconds=seconds)


# ---- taking away

KEPT_FOR = timedelta(days=365)
"""How long a factor that has ended stays as a trace (retention of access logs, §11)."""


def remove(holder: Holder, factor_id: int, *, is_obliged: bool, by: Actor) -> None:
    """End an application or a passkey, and the codes on paper with the last of them. Raises NotFound, Refused."""
    with transaction():
        lock(holder)
        factor = factor_of(holder, factor_id)
        others = _live(holder).where(Factor.kind != "backup", Factor.id != factor_id).exists()
        if not others and is_obliged:
            raise Refused(LAST)
        Factor.update(ended_at=clock.now(), secret="").where(Factor.id == factor_id).execute()
        if not others:
            _end_papers(holder)
        record(FactorRemoved(holder.kind, holder.id, factor_id, factor.kind), by=by)


def reset(holder: Holder, *, by: Actor) -> None:
    """End every factor and every session of somebody who has lost them. Raises Refused when there is nothing to end."""
    with transaction():
        lock(holder)
        if not is_protected(holder):
            raise Refused("Второй шаг входа не подключён, сбрасывать нечего.")
        Factor.update(ended_at=clock.now(), secret="").where(_of(holder), Factor.ended_at.is_null()).execute()
        end_sessions(holder.kind, holder.id, by=by)
        record(FactorsReset(holder.kind, holder.id), by=by)


@scheduled("credentials.forget_factors", daily=(3, 30))
def forget() -> int:
    """Delete factors that ended a year ago, and keys whose first code never came."""
    now = clock.now()
    unconfirmed = Factor.confirmed_at.is_null() & (Factor.created_at < now - PREPARED_FOR)
    return int(Factor.delete().where((Factor.ended_at < now - KEPT_FOR) | unconfirmed).execute())
