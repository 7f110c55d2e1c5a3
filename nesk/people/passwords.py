"""Passwords: argon2id, the same cost for an unknown login, and never more hashing at once than there are cores."""

from __future__ import annotations

import os
from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_cores = BoundedSemaphore(max(os.cpu_count() or 1, 1))


def hashed(password: str) -> str:
    """The stored form of a password, used exactly as typed."""
    with _cores:
        return _hasher.hash(password)


def matches(stored: str, password: str) -> bool:
    """Whether the password is right. An empty `stored` (nobody has that login) costs one hash too and is never right."""
    with _cores:
        try:
            return _hasher.verify(stored or _nobody(), password) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher.hash(os.urandom(16).hex())
