"""Codes of an application and codes on paper (A11): each is accepted once, and tries are counted."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import peewee
import pyotp

from nesk.core import clock, limits
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.events import record
from nesk.core.sealing import mac, seal, unseal
from nesk.credentials.events import FactorAdded, FactorPrepared, PaperCodesIssued, PaperCodeUsed, SecondStepGuessed
from nesk.credentials.factors import PREPARED_FOR, Holder, end_papers, is_protected, live, lock, of, protection
from nesk.credentials.models import Factor

STEP_SECONDS = 30
PAPER_CODES = 10
PAPER_SIGNS = "ACEHKMPRTXY34679"
"""Signs that nobody takes for another, in Latin or in Cyrillic: ten of them are forty bits."""
_TWINS = str.maketrans("АСЕНКМРТХУ", "ACEHKMPTXY")
DAY = 86_400
_TRIES = ((5, 300), (30, DAY))

WRONG = "Код не подошёл. Введите код, который приложение показывает сейчас, или ещё не использованный код с бумаги."
WRONG_FIRST = (
    "Код не подошёл. Проверьте, что часы телефона идут точно, и введите код, который приложение показывает сейчас."
)
NOT_PREPARED = "Ключ устарел. Начните подключение заново."


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
    return Factor.update(ended_at=clock.now(), secret="").where(of(holder), waiting)


def prepared_application(holder: Holder) -> Factor | None:
    """The key that waits for its first code."""
    waiting = Factor.select().where(of(holder), Factor.kind == "totp", Factor.confirmed_at.is_null())
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
        earlier = live(holder).where(Factor.kind == "totp")
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
    end_papers(holder)
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
        _note_guessing(holder)
        raise Refused(WRONG, field="code")
    _forgive_try(holder)


def _digits(typed: str) -> str:
    return "".join(typed.split())


def _accept_application(holder: Holder, code: str) -> bool:
    factor = live(holder).where(Factor.kind == "totp").first()
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
            .where(of(holder), Factor.kind == "backup", Factor.secret == _paper_hash(holder, plain))
            .where(Factor.ended_at.is_null())
            .execute()
        )
        if taken:
            left = protection(holder).papers_left
            record(PaperCodeUsed(holder.kind, holder.id, left), by=Actor(holder.kind, holder.id))
    return bool(taken)


def _whose(holder: Holder) -> str:
    """By what name a holder's tries are counted."""
    return f"{holder.kind}:{holder.id}"


def _count_try(holder: Holder) -> None:
    for limit, seconds in _TRIES:
        limits.count("factor", _whose(holder), limit=limit, seconds=seconds)


def forget_tries(holder: Holder) -> None:
    """Begin the tries at the second step anew: the password before it is another."""
    limits.forget("factor", _whose(holder), *(seconds for _, seconds in _TRIES))


def _note_guessing(holder: Holder) -> None:
    """The last free try, at once or in a day, was wrong, and the password before it was right: its owner has to know."""
    subject = _whose(holder)
    tried = limits.counted(*(("factor", subject, seconds) for _, seconds in _TRIES))
    are_used_up = any(tries >= most for tries, (most, _) in zip(tried, _TRIES, strict=True))
    if are_used_up and limits.add("factor_told", subject, seconds=DAY) == 1:
        with transaction():
            record(SecondStepGuessed(holder.kind, holder.id), by=system("sign_in"))


def _forgive_try(holder: Holder) -> None:
    for _, seconds in _TRIES:
        limits.forgive("factor", _whose(holder), seconds=seconds)
