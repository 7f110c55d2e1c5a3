"""Codes and links: asked for within limits, proved by whoever asked, consumed once beside the effect.

A challenge goes through three moments: it is asked for (a message goes out), proved (`used_at`: the code was typed or the
link opened) and consumed (`ended_at`, in the transaction of what it allows). A newer one of the same purpose and recipient
ends the older ones. Whoever asks past the limits gets a challenge that nothing was sent for: it looks the same.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from math import ceil
from typing import Any

from nesk.core import clock, settings
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.errors import NotFound, Refused
from nesk.core.events import record
from nesk.core.schedule import scheduled
from nesk.core.sealing import mac, seal, unseal
from nesk.credentials.allowance import may_send
from nesk.credentials.events import CodeAsked, LinkAsked
from nesk.credentials.models import Challenge
from nesk.credentials.settings import CredentialSettings

DEAD_LINK = "Ссылка уже использована или устарела. Запросите новую."
DEAD_CODE = "Код устарел. Запросите новый."
BY = system("credentials")
PROVED_FOR = timedelta(minutes=30)
"""How long after the code the next step (a password) may take."""
KEPT_FOR = timedelta(days=1)


def ask_code(
    purpose: str,
    phone: str,
    *,
    browser: str,
    person_id: int | None = None,
    facts: dict[str, Any] | None = None,
    ip: str = "",
    instead: object | None = None,
    is_sent: bool = True,
    by: Actor = BY,
) -> Challenge:
    """Send a six-digit code to a mobile phone for a purpose of this browser (`browser` is its hash).

    Past the limits of SMS (A8), or with `is_sent=False`, nothing is sent and the answer looks the same, and takes as long.
    So it does with `instead`, an event that takes the place of the code: its reaction tells the owner of the number what
    the asker must not learn.
    """
    code = f"{secrets.randbelow(1_000_000):06}"
    chosen = settings.load(CredentialSettings)
    is_within = may_send(phone, ip)
    kept = None if is_within else _live(purpose, phone, browser)
    if kept is not None:  # the code that has gone out before stays good, though it looks as if another one went
        kept.created_at, kept.facts = clock.now(), facts or {}
        kept.save(only=["created_at", "facts"])
        return kept
    goes_out = is_within and is_sent and instead is None
    # What went to nobody is known by nobody: guesses at it are weighed like any other and never right (A7).
    known_by = _of_code(purpose, phone, browser, code if goes_out else secrets.token_urlsafe(32))
    with transaction():
        challenge = _ask(
            purpose,
            "sms",
            phone,
            secret=code,
            known_by=known_by,
            life=timedelta(minutes=chosen.code_minutes),
            browser=browser,
            person_id=person_id,
            facts=facts or {},
            is_sent=goes_out,
        )
        if is_within:
            record(instead or CodeAsked(challenge.id), by=by)
    return challenge


def ask_link(
    purpose: str,
    email: str,
    *,
    life: timedelta,
    browser: str = "",
    person_id: int | None = None,
    facts: dict[str, Any] | None = None,
    has_code: bool = False,
    is_sent: bool = True,
    instead: object | None = None,
    by: Actor = BY,
) -> Challenge:
    """Send a link with a random token to an address; `is_sent=False` only looks as if (its asker is past a limit), and so
    does `instead`, an event that takes the place of the link.

    With `has_code` six digits beside it do the same in the browser that asked, for whoever reads their letters on another
    device (S2-03).
    """
    token = secrets.token_urlsafe(32)
    kept = dict(facts or {})
    if has_code:  # to digits that went to nobody none is equal (A7)
        digits = code_beside(token) if is_sent and instead is None else secrets.token_urlsafe(32)
        kept["code"] = _of_code(purpose, email, browser, digits)
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
            facts=kept,
            is_sent=is_sent and instead is None,
        )
        if is_sent:
            record(instead or LinkAsked(challenge.id), by=by)
    return challenge


def convey(
    purpose: str,
    recipient: str,
    secret: str,
    *,
    person_id: int,
    life: timedelta,
    facts: dict[str, Any] | None = None,
) -> Challenge:
    """A secret of ours on its way to a person: sealed until the message that carries it is written, good for no proof.

    Called in the transaction that records the event whose reaction writes the message.
    """
    return _ask(
        purpose,
        "email" if "@" in recipient else "sms",
        recipient,
        secret=secret,
        known_by=_of_token(purpose, secrets.token_urlsafe(32)),
        life=life,
        browser="",
        person_id=person_id,
        facts=facts or {},
        is_sent=True,
    )


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
    # A stranger's asking must not kill somebody's code, though it names the same person: a code is of its browser. A link
    # comes to the person's mailbox, and of those the newest alone is good.
    is_of_person = person_id is not None and channel == "email"
    same &= (Challenge.person == person_id) if is_of_person else (Challenge.browser_hash == browser)
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


def secret_of(challenge_id: int) -> str | None:
    """The secret of a live challenge for the message that carries it, given out once; None afterwards."""
    with transaction():
        challenge = Challenge.locked(challenge_id)
        if not challenge.sealed or challenge.ended_at is not None:
            return None
        Challenge.update(sealed="").where(Challenge.id == challenge_id).execute()
        return unseal(challenge.sealed, purpose="challenge")


def recipient_of(challenge_id: int) -> str:
    """Whom a challenge was for; empty when it is gone."""
    return Challenge.select(Challenge.recipient).where(Challenge.id == challenge_id).scalar() or ""


def prove_code(purpose: str, recipient: str, code: str, *, browser: str) -> Challenge:
    """The challenge that this code answers. Raises Refused (field `code`) with what is left to do.

    The try is counted before the comparison and outlives a refusal, so call it outside any transaction (A7).
    """
    chosen = settings.load(CredentialSettings)
    challenge = _live(purpose, recipient, browser)
    if challenge is None:
        raise Refused(DEAD_CODE, field="code")
    counted = list(
        Challenge.update(tries=Challenge.tries + 1)
        .where(Challenge.id == challenge.id, Challenge.tries < chosen.code_tries, Challenge.used_at.is_null())
        .returning(Challenge.tries)
        .execute()
    )
    if not counted:
        raise Refused("Попытки закончились. Запросите новый код.", field="code")
    expected = _of_code(purpose, recipient, browser, "".join(code.split()))
    is_mail = challenge.channel == "email"
    if not hmac.compare_digest(challenge.facts["code"] if is_mail else challenge.secret_hash, expected):
        left = chosen.code_tries - counted[0].tries  # as counted just now: others may have tried since it was read
        raise Refused(
            f"Код не подошёл. Проверьте последнее {'письмо' if is_mail else 'SMS'}: осталось попыток: {left}."
            if left > 0
            else "Попытки закончились. Запросите новый код.",
            field="code",
        )
    Challenge.update(used_at=clock.now()).where(Challenge.id == challenge.id, Challenge.used_at.is_null()).execute()
    return Challenge.get_by_id(challenge.id)


def _live(purpose: str, recipient: str, browser: str) -> Challenge | None:
    return (
        Challenge.select()
        .where(Challenge.purpose == purpose, Challenge.recipient == recipient, Challenge.browser_hash == browser)
        .where(Challenge.ended_at.is_null(), Challenge.used_at.is_null(), Challenge.expires_at > clock.now())
        .order_by(Challenge.id.desc())
        .first()
    )


def of_browser(purpose: str, challenge_id: int, *, browser: str) -> Challenge:
    """What this browser asked for, whatever has become of it since. Raises NotFound."""
    mine = (Challenge.purpose == purpose) & (Challenge.browser_hash == browser)
    row = Challenge.get_or_none(Challenge.id == challenge_id, mine)
    if row is None:
        raise NotFound
    return row


def seconds_to_wait(challenge: Challenge) -> int:
    """How long this browser has to wait before it asks for the same once more; 0 when it need not."""
    asked = Challenge.select(Challenge.created_at).where(
        Challenge.purpose == challenge.purpose,
        Challenge.recipient == challenge.recipient,
        Challenge.browser_hash == challenge.browser_hash,
    )
    pause = timedelta(seconds=settings.load(CredentialSettings).code_pause_seconds)
    last = asked.order_by(Challenge.id.desc()).limit(1).scalar() or challenge.created_at
    return max(ceil((last + pause - clock.now()).total_seconds()), 0)


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
    if challenge is None or not is_proved(challenge):
        raise Refused(DEAD_CODE)
    return challenge


def is_proved(challenge: Challenge) -> bool:
    """Whether its code was typed lately and nothing has come of it yet."""
    used_at = challenge.used_at
    return challenge.ended_at is None and used_at is not None and used_at > clock.now() - PROVED_FOR


def consume(challenge: Challenge) -> None:
    """Note in the transaction of its effect that the challenge is spent. Raises Refused when it was before."""
    spent = (
        Challenge.update(ended_at=clock.now(), sealed="")
        .where(Challenge.id == challenge.id, Challenge.ended_at.is_null())
        .execute()
    )
    if not spent:
        raise Refused(DEAD_LINK if challenge.channel == "email" else DEAD_CODE)


def end_all(person_id: int, *purposes: str, but: tuple[str, str] | None = None) -> None:
    """Kill a person's open codes and links of these purposes, or of all of them when none is named; of those to one
    recipient for one browser, `but`, none."""
    open_ones = (Challenge.person == person_id) & Challenge.ended_at.is_null()
    if purposes:
        open_ones &= Challenge.purpose.in_(purposes)
    if but:
        open_ones &= ~((Challenge.recipient == but[0]) & (Challenge.browser_hash == but[1]))
    Challenge.update(ended_at=clock.now(), sealed="").where(open_ones).execute()


def code_beside(token: str) -> str:
    """The six digits that stand beside a link."""
    return f"{int(mac(token, purpose='code beside a link'), 16) % 1_000_000:06}"


def _of_code(purpose: str, recipient: str, browser: str, code: str) -> str:
    return mac(f"{recipient}\0{browser}\0{code}", purpose=f"code:{purpose}")


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
