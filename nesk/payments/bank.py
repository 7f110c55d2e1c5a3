"""The client of the configured bank, one for the process."""

from __future__ import annotations

from functools import lru_cache

from nesk.core import config
from nesk.core.config import Config
from nesk.core.outbound import Outbound
from nesk.payments.gateway import Bank


def bank() -> Bank:
    """The acquiring bank this copy is connected to."""
    return _client(config.current())


@lru_cache(maxsize=2)
def _client(settings: Config) -> Bank:
    outbound = Outbound([settings.bank_url], loopback_allowed=settings.outside_is_sandbox)
    dialect = "legacy" if settings.bank_dialect == "legacy" else "ecom"
    return Bank(settings.bank_url, settings.bank_user, settings.bank_password, client=outbound, dialect=dialect)
