"""Named places where a process may be killed on purpose, so that a test can ask what is left after each of them.

A test writes the name of a place into the file `fault` of the home folder; whoever comes to that place first takes the
file away and dies of SIGKILL. In production the places do nothing.
"""

from __future__ import annotations

import os
import signal

from nesk.core import config

PLACES = (
    "pay.intended",
    "pay.registered",
    "pay.posting",
    "pay.posted",
    "close.writing",
    "close.written",
    "message.sending",
    "message.sent",
    "link.writing",
    "recover.asked",
    "recover.changing",
    "recover.changed",
    "privacy.half_closed",
    "privacy.archive_announced",
    "privacy.archive_stored",
)
"""Every place there is; a test goes through them all."""


def fault(place: str) -> None:
    """Die here if a test has asked for it."""
    settings = config.current()
    if settings.env == "production":
        return
    order = settings.home / "fault"
    try:
        if order.read_text() != place:
            return
        order.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
