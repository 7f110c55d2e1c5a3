"""Secrets of the product's own: sealed when they must be read again, hashed with a key when they need only be recognised."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from nesk.core import config


def seal(text: str, *, purpose: str) -> str:
    """The text encrypted and signed; only `unseal` with the same purpose reads it."""
    return _cipher(config.current().secret_key, purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """What was sealed. Raises ValueError for anything that this copy did not seal for this purpose."""
    try:
        return _cipher(config.current().secret_key, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise ValueError("not sealed here for this purpose") from None


def mac(text: str, *, purpose: str) -> str:
    """A hash that nobody can compute without the key of this copy: six digits could be guessed from a plain one."""
    return hmac.new(_key(config.current().secret_key, f"mac:{purpose}"), text.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=64)
def _cipher(secret: str, purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(_key(secret, f"seal:{purpose}")))


@lru_cache(maxsize=64)
def _key(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"nesk:{purpose}".encode()).derive(secret.encode())
