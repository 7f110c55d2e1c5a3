"""Where a network address is, in words for its owner: a town or a country where a database of addresses is at hand."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any

import maxminddb

from nesk.core import config

HERE = "этот компьютер"


def place_of(ip: str) -> str:
    """«Краснодар», «Россия», or the network alone («сеть 95.24.17.*»); empty for what is no address."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return HERE
    return _named(str(address)) or _network(address)


def _named(ip: str) -> str:
    path = config.current().geo_database
    found: Any = _database(path).get(ip) if path else None
    for part in ("city", "country", "registered_country"):
        names = ((found or {}).get(part) or {}).get("names") or {}
        if name := names.get("ru") or names.get("en"):
            return str(name)[:100]
    return ""


@lru_cache(maxsize=1)
def _database(path: str) -> maxminddb.Reader:
    """Read once a process: a renewed file is met after a restart."""
    return maxminddb.open_database(path)


def _network(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Enough to tell one's home from a stranger's, and no more."""
    if address.version == 4:
        return f"сеть {str(address).rpartition('.')[0]}.*"
    return f"сеть {':'.join(address.exploded.split(':')[:3])}:*"
