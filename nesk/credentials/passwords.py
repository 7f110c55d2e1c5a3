"""Replacing a person's password: the old one, every session, remembered device, code and link die with it (A4, A5)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from nesk.core import clock, settings
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.events import record
from nesk.credentials import challenges, remembering
from nesk.credentials.events import PasswordIssued
from nesk.credentials.settings import CredentialSettings
from nesk.people import operations
from nesk.people.models import Person

ISSUED = "issued"
"""The purpose under which an issued password waits for its letter."""
SIGNS = "abcdefghkmnpqrstuvwxyz346789"
"""Small letters and digits that nobody takes for another on paper or by ear: sixteen of them are over 76 bits."""


def random_password() -> str:
    """A password that we make up, in four groups of four: easy to copy from a letter, an SMS or paper."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(4))


def replace(
    person: Person, stored: str, *, keep: int | None = None, issued_until: datetime | None = None, by: Actor
) -> None:
    """Put a hashed password in the place of the old one, in the caller's transaction if there is one.

    Of the sessions `keep` alone outlives it; the caller gives it a new token.
    """
    with transaction():
        operations.keep_password(person, stored, keep=keep, issued_until=issued_until, by=by)
        remembering.forget_before_password(person.id)
        challenges.end_all(person.id)


def issue(person: Person, password: str, stored: str, *, email: str, by: Actor) -> None:
    """Replace the password by one of ours and mail it: it is good for setting another one, and only for a time (S0-24)."""
    life = timedelta(hours=settings.load(CredentialSettings).issued_password_hours)
    with transaction():
        replace(person, stored, by=by, issued_until=clock.now() + life)
        kept = challenges.convey(ISSUED, email, password, life=life, person_id=person.id)
        record(PasswordIssued(kept.id), by=by)
