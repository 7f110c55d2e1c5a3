"""Passwords: argon2id, the same cost for an unknown login, and never more hashing at once than there are cores.

Hashes of the previous cabinet are kept as `legacy$<scheme>$<salt>$<hex>`; one that is met in a sign-in is replaced.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from nesk.core import config
from nesk.core.errors import Unavailable

WAIT_SECONDS = 2
"""How long a sign-in waits for its turn at a core before it is asked to come again (A3)."""

LEGACY = "legacy"
LEGACY_SCHEMES: dict[str, Callable[[bytes], str]] = {
    "md5": lambda salted: hashlib.md5(salted, usedforsecurity=False).hexdigest(),
    "sha1": lambda salted: hashlib.sha1(salted, usedforsecurity=False).hexdigest(),
    "sha256": lambda salted: hashlib.sha256(salted).hexdigest(),
}
"""How the previous cabinet hashed the salt with the password behind it (S0-08)."""

SALT_LONGEST = 100

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hashed(password: str) -> str:
    """The stored form of a password, used exactly as typed. Raises Unavailable when every core hashes already."""
    with _turn():
        return _hasher.hash(password)


def matches(stored: str, password: str) -> bool:
    """Whether the password is right. An empty `stored` (nobody has that login) costs one hash too and is never right.

    Raises Unavailable when every core hashes already.
    """
    is_ours = bool(stored) and not stored.startswith(f"{LEGACY}$")
    with _turn():
        try:
            is_right = _hasher.verify(stored if is_ours else _nobody(), password) and is_ours
        except (VerificationError, InvalidHashError):
            is_right = False
    return is_right or (bool(stored) and not is_ours and _matches_legacy(stored, password))


def is_outdated(stored: str) -> bool:
    """Whether a right password should be hashed anew."""
    return stored.startswith(f"{LEGACY}$") or _hasher.check_needs_rehash(stored)


def legacy(scheme: str, salt: str, digest: str) -> str:
    """The stored form of a hash of the previous cabinet. Raises ValueError for what no scheme of ours can have made."""
    if scheme not in LEGACY_SCHEMES:
        raise ValueError("scheme")
    if len(digest) != len(LEGACY_SCHEMES[scheme](b"")) or set(digest.lower()) - set("0123456789abcdef"):
        raise ValueError("hash")
    if len(salt) > SALT_LONGEST:
        raise ValueError("salt")
    return f"{LEGACY}${scheme}${salt}${digest.lower()}"


def _matches_legacy(stored: str, password: str) -> bool:
    _, scheme, rest = stored.split("$", 2)
    salt, _, digest = rest.rpartition("$")
    return hmac.compare_digest(LEGACY_SCHEMES[scheme](f"{salt}{password}".encode()), digest)


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns().acquire(timeout=WAIT_SECONDS):
        raise Unavailable
    try:
        yield
    finally:
        _turns().release()


@lru_cache(maxsize=1)
def _turns() -> BoundedSemaphore:
    """As many as there are cores, shared out among the web processes of this machine."""
    return BoundedSemaphore(max((os.cpu_count() or 1) // config.current().web_processes, 1))


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher.hash(os.urandom(16).hex())
