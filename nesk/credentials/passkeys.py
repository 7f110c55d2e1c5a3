"""Passkeys (WebAuthn): a device proves by a key of its own that it is there; the key is good for our site alone.

The site is what BASE_URL says, never what a request says of itself. An answer is taken once: it must be to a question asked
after the passkey's last use, and a counter, where the device keeps one, must have grown.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
)

from nesk.core import clock, config, limits
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.core.sealing import mac
from nesk.credentials.factor_codes import added
from nesk.credentials.factors import Holder, lock, protection
from nesk.credentials.models import Factor

MOST = 10
LONGEST_ANSWER = 16_000
LONGEST_ID = 400
NOT_TAKEN = "Ключ доступа не подошёл. Нажмите кнопку ещё раз или войдите по коду."
NOT_MADE = "Ключ доступа не создан. Попробуйте ещё раз или возьмите другое устройство."
MALFORMED = (WebAuthnException, ValueError, TypeError, KeyError, RecursionError)
"""What the library and the decoders below it raise for answers that no device gives."""


def site() -> tuple[str, str]:
    """The name that passkeys are made for, and the origin they are used from.

    A browser knows no passkeys of a bare IP address: a demo on this machine has them at «localhost».
    """
    parts = urlsplit(config.current().base_url)
    host = parts.hostname or ""
    try:
        is_loopback = ip_address(host).is_loopback
    except ValueError:
        return host, f"{parts.scheme}://{parts.netloc}"
    name = "localhost" if is_loopback else host
    return name, f"{parts.scheme}://{name}{f':{parts.port}' if parts.port else ''}"


def is_here(host: str) -> bool:
    """Whether a page opened at this host may use passkeys of our site."""
    return host == urlsplit(site()[1]).netloc


def question() -> str:
    """A new challenge, as the session keeps it."""
    return bytes_to_base64url(secrets.token_bytes(32))


def creation_options(holder: Holder, *, login: str, challenge: str) -> str:
    """What the browser is told to make a passkey, as JSON. `login` is what the device will call it."""
    options = webauthn.generate_registration_options(
        rp_id=site()[0],
        rp_name="НЭСК",
        user_id=mac(f"{holder.kind}:{holder.id}", purpose="passkey_holder").encode()[:64],
        user_name=login,
        challenge=webauthn.base64url_to_bytes(challenge),
        authenticator_selection=AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.PREFERRED),
        exclude_credentials=_known(holder),
    )
    return webauthn.options_to_json(options)


def request_options(holder: Holder, *, challenge: str) -> str:
    """What the browser is told to use a passkey of the holder, as JSON; empty when there is none."""
    known = _known(holder)
    if not known:
        return ""
    options = webauthn.generate_authentication_options(
        rp_id=site()[0], challenge=webauthn.base64url_to_bytes(challenge), allow_credentials=known
    )
    return webauthn.options_to_json(options)


def _known(holder: Holder) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(row.credential_id))
        for row in protection(holder).passkeys
    ]


def register(holder: Holder, answer: str, *, challenge: str, name: str, by: Actor) -> list[str]:
    """Keep the passkey that a device has just made. Gives codes on paper when there were none. Raises Refused."""
    rp_id, origin = site()
    try:
        made = webauthn.verify_registration_response(
            credential=_parsed(answer),
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=rp_id,
            expected_origin=origin,
        )
    except MALFORMED as wrong:
        raise Refused(NOT_MADE) from wrong
    credential_id = bytes_to_base64url(made.credential_id)
    if len(credential_id) > LONGEST_ID:
        raise Refused(NOT_MADE)
    now = clock.now()
    with transaction():
        lock(holder)
        if len(protection(holder).passkeys) >= MOST:
            raise Refused(f"Больше {MOST} ключей доступа подключить нельзя. Удалите ненужные.")
        if Factor.select().where(Factor.credential_id == credential_id).exists():
            raise Refused("Этот ключ доступа уже подключён. Возьмите другое устройство.")
        factor = Factor.create(
            holder_kind=holder.kind,
            holder_id=holder.id,
            kind="passkey",
            name=name.strip() or "Ключ доступа",
            credential_id=credential_id,
            public_key=bytes_to_base64url(made.credential_public_key),
            sign_count=made.sign_count,
            created_at=now,
            confirmed_at=now,
        )
        return added(holder, factor.id, "passkey", by=by)


def accept(holder: Holder, answer: str, *, challenge: str, asked_at: datetime) -> None:
    """Take a passkey's answer to a question of `asked_at` for the second factor, once. Raises Refused, TooOften."""
    limits.count("passkey", f"{holder.kind}:{holder.id}", limit=20, seconds=300)
    rp_id, origin = site()
    try:
        parsed = _parsed(answer)
        factor = next((row for row in protection(holder).passkeys if row.credential_id == parsed.get("id")), None)
        if factor is None:
            raise Refused(NOT_TAKEN)
        shown = webauthn.verify_authentication_response(
            credential=parsed,
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=rp_id,
            expected_origin=origin,
            credential_public_key=webauthn.base64url_to_bytes(factor.public_key),
            credential_current_sign_count=factor.sign_count,
        )
    except MALFORMED as wrong:
        raise Refused(NOT_TAKEN) from wrong
    unused = Factor.used_at.is_null() | (Factor.used_at < asked_at)
    taken = (
        Factor.update(sign_count=shown.new_sign_count, used_at=clock.now())
        .where(Factor.id == factor.id, Factor.ended_at.is_null(), Factor.sign_count == factor.sign_count, unused)
        .execute()
    )
    if not taken:
        raise Refused(NOT_TAKEN)


def _parsed(answer: str) -> dict[str, object]:
    """The answer as JSON. Raises ValueError for anything that is no object."""
    parsed = json.loads(answer) if len(answer) <= LONGEST_ANSWER else None
    if not isinstance(parsed, dict):
        raise ValueError("no answer of a passkey")
    return parsed
