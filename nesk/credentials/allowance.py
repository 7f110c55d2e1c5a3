"""How many codes and links may be sent: each SMS costs money, and whoever pumps them is not told where the end is (A8)."""

from __future__ import annotations

import logging
from ipaddress import ip_address, ip_network

from nesk.core import limits, settings
from nesk.core.actor import system
from nesk.core.db import transaction
from nesk.core.errors import TooOften
from nesk.core.events import record
from nesk.core.phones import parse_phone
from nesk.credentials.events import CodesRanOut
from nesk.credentials.settings import CredentialSettings

log = logging.getLogger(__name__)

DAY = 86_400
LETTERS_A_DAY = 5
"""To one address from everybody together."""


def may_send(phone: str, ip: str) -> bool:
    """Count an SMS to this number asked for from this address; False when it must not go.

    The asker's network comes first: past its limit somebody takes nothing from the number they aim at. What everybody
    may send together comes last, so that only what would really go is counted.
    """
    chosen = settings.load(CredentialSettings)
    if parse_phone(phone, mobile=True) != phone:
        return False
    try:
        limits.count("code_network", network(ip), limit=chosen.codes_a_day_network, seconds=DAY)
        if chosen.code_pause_seconds > 0:
            limits.pause("code_pause", phone, seconds=chosen.code_pause_seconds)
        limits.count("code_day", phone, limit=chosen.codes_a_day, seconds=DAY)
    except TooOften:
        return False
    return _is_within_the_cap(chosen.codes_a_day_in_all)


def count_letter(email: str) -> None:
    """Count a letter with a link to this address, whoever asks for it and for whatever. Raises TooOften past five a day."""
    limits.count("letters_to", email, limit=LETTERS_A_DAY, seconds=DAY)


def may_write_to(email: str) -> bool:
    """The same for a page that looks alike past the limit: False when no letter must go."""
    try:
        count_letter(email)
    except TooOften:
        return False
    return True


def heed_pause(phone: str) -> None:
    """Raises TooOften (field `phone`) while the last code to the number is less than its minute old."""
    try:
        limits.heed("code_pause", phone)
    except TooOften as often:
        raise TooOften(often.message, retry_after=often.retry_after, field="phone") from None


def _is_within_the_cap(cap: int) -> bool:
    try:
        limits.count("code_all", "", limit=cap, seconds=DAY)
    except TooOften:
        _raise_alarm(cap)
        return False
    return True


def _raise_alarm(cap: int) -> None:
    """Once a day: everybody's codes have stopped, which is either an attack or a cap too low."""
    try:
        limits.count("code_alarm", "", limit=1, seconds=DAY)
    except TooOften:
        return
    log.error("the cap of %s codes a day is reached: no more are sent until tomorrow", cap)
    with transaction():
        record(CodesRanOut(cap), by=system("credentials"))


def network(ip: str) -> str:
    """The /24 (or /48) that an address belongs to; itself when it is none."""
    return _around(ip, 24, 48)


def host(ip: str) -> str:
    """Whose address it is: of IPv6 everybody has a whole /64, so that within it all are one; itself when it is none."""
    return _around(ip, 32, 64)


def _around(ip: str, bits: int, bits_of_six: int) -> str:
    try:
        known = ip_address(ip)
    except ValueError:
        return ip
    known = getattr(known, "ipv4_mapped", None) or known
    return str(ip_network(f"{known}/{bits if known.version == 4 else bits_of_six}", strict=False))
