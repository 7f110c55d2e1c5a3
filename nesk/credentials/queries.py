"""Looking codes and links up."""

from __future__ import annotations

from nesk.core import clock
from nesk.credentials.models import Challenge


def open_challenge(person_id: int, purpose: str) -> Challenge | None:
    """The newest code or link of a person for a purpose that is neither spent nor late, typed or opened or not."""
    return next(iter(open_challenges(person_id, purpose)), None)


def open_challenges(person_id: int, purpose: str) -> list[Challenge]:
    """All of them, the newest first."""
    mine = Challenge.select().where(Challenge.person == person_id, Challenge.purpose == purpose)
    open_ones = mine.where(Challenge.ended_at.is_null(), Challenge.expires_at > clock.now())
    return list(open_ones.order_by(Challenge.id.desc()))
