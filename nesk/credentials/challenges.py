"""Codes and links: asked for within limits, proved by whoever asked, consumed once beside the effect.

A challenge goes through three moments: it is asked for (a message goes out), proved (`used_at`: the code was typed or the
link opened) and consumed (`ended_at`, in the transaction of what it allows). A newer one of the same purpose and recipient
ends the older ones. Whoever asks past the limits gets a challenge that nothing was sent for: it looks the same.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

from nesk.core import clock, limits, settings
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.errors import Refused, TooOften
from nesk.core.events import record
from nesk.core.schedule import scheduled
from nesk.core.sealing import mac, seal, unseal
from nesk.credentials.events import CodeAsked, LinkAsked
from nesk.credentials.models import Challenge
from nesk.credentials.settings import CredentialSettings

DEAD_LINK = "Ссылка уже использована или устарела. Запросите новую."
DEAD_CODE = "Код устарел. Запросите новый."
BY = system("credentials")
PROVED_FOR = timedelta(minutes=30)
"""How long after the code the next step (a password) may take."""
KEPT_FOR = timedelta(days=1)
_DAY = 86_400


def ask_code(
    purpose: str,
    phone: str,
    *,
    browser: str,
    person_id: int | None = None,
    facts: dict[str, Any] | None = None,
    ip: str = "",
    is_sent: bool = True,
    by: Actor = BY,
) -> Challenge:
    """Send a six-digit code to a mobile phone for a purpose of this browser (`browser` is its hash).

    Past the limits of SMS (A8), or with `is_sent=False`, nothing is sent and the answer looks the same, and takes as long.
    """
    code = f"{secrets.randbelow(1_000_000):06}"
    chosen = settings.load(CredentialSettings)
    may_send = _within_limits(phone, ip, chosen)
    with transaction():
        challenge = _ask(
            purpose,
            "sms",
            phone,
            secret=code,
            known_by=_of_code(purpose, phone, browser, code),
            life=timedelta(minutes=chosen.code_minutes),
            browser=browser,
            person_id=person_id,
            facts=facts or {},
            is_sent=may_send and is_sent,
        )
        if may_send:
            record(CodeAsked(challenge.id), by=by)
    return challenge


def ask_link(
    purpose: str,
    email: str,
    *,
    life: timedelta,
    browser: str = "",
    person_id: int | None = None,
    facts: dict[str, Any] | None = None,
    is_sent: bool = True,
    by: Actor = BY,
) -> Challenge:
    """Send a link with a random token to an address; `is_sent=False` only looks as if (its asker is past a limit)."""
    token = secrets.token_urlsafe(32)
    with transaction():
        challenge = _ask(
            purpose,
            "email",
            email,
            secret=token,
            known_by=_of_token(purpose, token),
            life=life,
            browser=browser,
            person_id=person_id,
            facts=facts or {},
            is_sent=is_sent,
        )
        if is_sent:
            record(LinkAsked(challenge.id), by=by)
    return challenge


def _ask(
    purpose: str,
    channel: str,
    recipient: str,
    *,
    secret: str,
    known_by: str,
    life: timedelta,
    browser: str,
    person_id: int | None,
    facts: dict[str, Any],
    is_sent: bool,
) -> Challenge:
    now = clock.now()
    same = (Challenge.purpose == purpose) & (Challenge.recipient == recipient) & Challenge.ended_at.is_null()
    # Only what the same person or browser asked for: a stranger's asking must not kill somebody's code.
    same &= (Challenge.person == person_id) if person_id else (Challenge.browser_hash == browser)
    Challenge.update(ended_at=now, sealed="").where(same).execute()
    return Challenge.create(
        purpose=purpose,
        channel=channel,
        recipient=recipient,
        person=person_id,
        browser_hash=browser,
        secret_hash=known_by,
        sealed=seal(secret, purpose="challenge") if is_sent else "",
        facts=facts,
        created_at=now,
        expires_at=now + life,
    )


def _within_limits(phone: str, ip: str, chosen: CredentialSettings) -> bool:
    """Whether an SMS may go: per number, per network of the asker, and for everybody together."""
    try:
        limits.count("code_pause", phone, limit=1, seconds=max(chosen.code_pause_seconds, 1))
        limits.count("code_day", phone, limit=chosen.codes_a_day, seconds=_DAY)
        limits.count("code_network", network(ip), limit=chosen.codes_a_day_network, seconds=_DAY)
        limits.count("code_all", "", limit=chosen.codes_a_day_in_all, seconds=_DAY)
    except TooOften:
        return False
    return True


def network(ip: str) -> str:
    """The /24 (or /48) that an address belongs to; itself when it is none."""
    try:
        return str(ip_network(f"{ip}/{48 if ':' in ip else 24}", strict=False))
    except ValueError:
        return ip


def keep_secret(purpose: str, email: str, secret: str, *, life: timedelta, person_id: int) -> Challenge:
    """Keep a secret of ours sealed until the letter that carries it is written: a password that we issue."""
    with transaction():
        return _ask(
            purpose,
            "email",
            email,
            secret=secret,
            known_by=_of_token(purpose, secret),
            life=life,
            browser="",
            person_id=person_id,
            facts={},
            is_sent=True,
        )


def secret_of(challenge_id: int) -> str | None:
    """The secret of a live challenge for the message that carries it, given out once; None afterwards."""
    with transaction():
        challenge = Challenge.locked(challenge_id)
        if not challenge.sealed or challenge.ended_at is not None:
            return None
        Challenge.update(sealed="").where(Challenge.id == challenge_id).execute()
        return unseal(challenge.sealed, purpose="challenge")


def prove_code(purpose: str, phone: str, code: str, *, browser: str) -> Challenge:
    """The challenge that this code answers. Raises Refused (field `code`) with what is left to do.

    The try is counted before the comparison and outlives a refusal, so call it outside any transaction (A7).
    """
    chosen = settings.load(CredentialSettings)
    challenge = _live(purpose, phone, browser)
    if challenge is None:
        raise Refused(DEAD_CODE, field="code")
    counted = (
        Challenge.update(tries=Challenge.tries + 1)
        .where(Challenge.id == challenge.id, Challenge.tries < chosen.code_tries, Challenge.used_at.is_null())
        .execute()
    )
    if not counted:
        raise Refused("Попытки закончились. Запросите новый код.", field="code")
    expected = _of_code(purpose, phone, browser, "".join(code.split()))
    if not hmac.compare_digest(challenge.secret_hash, expected):
        left = chosen.code_tries - challenge.tries - 1
        raise Refused(
            f"Код не подошёл. Проверьте последнее SMS: осталось попыток: {left}."
            if left > 0
            else "Попытки закончились. Запросите новый код.",
            field="code",
        )
    Challenge.update(used_at=clock.now()).where(Challenge.id == challenge.id, Challenge.used_at.is_null()).execute()
    return Challenge.get_by_id(challenge.id)


def _live(purpose: str, phone: str, browser: str) -> Challenge | None:
    return (
        Challenge.select()
        .where(Challenge.purpose == purpose, Challenge.recipient == phone, Challenge.browser_hash == browser)
        .where(Challenge.ended_at.is_null(), Challenge.used_at.is_null(), Challenge.expires_at > clock.now())
        .order_by(Challenge.id.desc())
        .first()
    )


def of_token(purpose: str, token: str) -> Challenge:
    """The live challenge of a link. Raises Refused with one sentence for a used, late, foreign or invented one."""
    challenge = (
        Challenge.select()
        .where(Challenge.purpose == purpose, Challenge.secret_hash == _of_token(purpose, token))
        .where(Challenge.ended_at.is_null(), Challenge.expires_at > clock.now())
        .first()
    )
    if challenge is None:
        raise Refused(DEAD_LINK)
    return challenge


def proved(purpose: str, challenge_id: int, *, browser: str) -> Challenge:
    """A challenge whose code was typed in this browser lately and that nothing came of yet. Raises Refused."""
    challenge = Challenge.get_or_none(
        Challenge.id == challenge_id, Challenge.purpose == purpose, Challenge.browser_hash == browser
    )
    if challenge is None or challenge.ended_at is not None or not _is_fresh(challenge.used_at):
        raise Refused(DEAD_CODE)
    return challenge


def _is_fresh(used_at: datetime | None) -> bool:
    return used_at is not None and used_at > clock.now() - PROVED_FOR


def consume(challenge: Challenge) -> None:
    """Note in the transaction of its effect that the challenge is spent. Raises Refused when it was before."""
    spent = (
        Challenge.update(ended_at=clock.now(), sealed="")
        .where(Challenge.id == challenge.id, Challenge.ended_at.is_null())
        .execute()
    )
    if not spent:
        raise Refused(DEAD_LINK if challenge.channel == "email" else DEAD_CODE)


def end_all(person_id: int, *purposes: str) -> None:
    """Kill a person's open codes and links of these purposes, or of all of them when none is named."""
    open_ones = (Challenge.person == person_id) & Challenge.ended_at.is_null()
    if purposes:
        open_ones &= Challenge.purpose.in_(purposes)
    Challenge.update(ended_at=clock.now(), sealed="").where(open_ones).execute()


def _of_code(purpose: str, phone: str, browser: str, code: str) -> str:
    return mac(f"{phone}\0{browser}\0{code}", purpose=f"code:{purpose}")


def _of_token(purpose: str, token: str) -> str:
    return mac(token, purpose=f"link:{purpose}")


@scheduled("credentials.forget_challenges", every=3600)
def forget() -> int:
    """Delete codes and links a day after their end or their time: unconfirmed registrations leave nothing (S3-03, A10)."""
    now = clock.now()
    over = (Challenge.expires_at < now) & (Challenge.channel == "email")
    over |= Challenge.expires_at < now - KEPT_FOR
    over |= Challenge.ended_at < now - KEPT_FOR
    return int(Challenge.delete().where(over).execute())
