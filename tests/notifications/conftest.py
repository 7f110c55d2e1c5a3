"""The district whose people are told, and gateways on loopback that say what a test tells them to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest

from nesk.core import config
from tests.district import district
from tests.notifications.test_channels import Postman, mail_server
from tests.wire import answer, http_server

__all__ = ["district"]
TAKEN = answer({"id": 1, "cnt": 1})


@pytest.fixture
def outside(configuration: config.Config) -> Iterator[SimpleNamespace]:
    """A mail server and an SMS centre: `postman.letters` and `sms.seen` are what they were given."""
    postman = Postman()
    with mail_server(postman) as mail, http_server(TAKEN) as sms:
        config.use(
            replace(
                config.current(),
                smtp_url=f"smtp://127.0.0.1:{mail.port}",
                sms_url=sms.url.replace("//", "//nesk:nesk@") + "/sys/send.php",
                base_url="https://lk.nesk.example",
            )
        )
        yield SimpleNamespace(postman=postman, sms=sms)
