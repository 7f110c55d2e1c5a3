"""What goes with a closed cabinet: remembered devices, second factors, open codes and links."""

from __future__ import annotations

from collections.abc import Iterable

from nesk.credentials.models import Challenge, Factor, Remembered


def erase(person_id: int, addresses: Iterable[str]) -> None:
    """Delete a person's ways in, in the transaction of the closing; `addresses` are their phones and e-mails."""
    Remembered.delete().where(Remembered.person == person_id).execute()
    Factor.delete().where(Factor.holder_kind == "person", Factor.holder_id == person_id).execute()
    theirs = (Challenge.person == person_id) | Challenge.recipient.in_(list(addresses))
    Challenge.delete().where(theirs).execute()
