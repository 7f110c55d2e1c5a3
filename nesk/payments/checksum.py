"""The checksum by which the bank's callbacks are told from anybody else's (symmetric variant, HMAC-SHA256)."""

import hashlib
import hmac
from collections.abc import Mapping

UNSIGNED = frozenset({"checksum", "sign_alias"})
"""What accompanies the checksum; every other parameter takes part in it, unknown ones too."""


def checksum(params: Mapping[str, str], key: str) -> str:
    """What the bank writes in `checksum`: capital hex of an HMAC over `name;value;…`, sorted by the bytes of the name.

    Raises ValueError without a key: everybody knows the checksum of an empty one.
    """
    if not key:
        raise ValueError("the callback key is not set")
    signed = sorted((name.encode(), value.encode()) for name, value in params.items() if name not in UNSIGNED)
    text = b"".join(b"%b;%b;" % pair for pair in signed)
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest().upper()


def verify(params: Mapping[str, str], key: str) -> bool:
    """Whether the callback is the bank's. Compared in constant time; False when anything is missing or malformed.

    The signed text does not tell «a=1;b;2» from «a=1, b=2», so even a true callback is only a hint to ask the bank for
    the order's status. Names with the separator in them are refused. Raises ValueError without a key.
    """
    given = params.get("checksum", "")
    if any(";" in name or not isinstance(value, str) for name, value in params.items()):
        return False
    try:
        return hmac.compare_digest(checksum(params, key).encode(), given.encode())
    except UnicodeEncodeError:  # lone surrogates come through some form parsers
        return False
