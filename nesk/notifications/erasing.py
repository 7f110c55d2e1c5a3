"""What messages keep and for how long: the words of a closed cabinet go, addresses that belong to nobody go in a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import peewee

from nesk.accounts.models import Binding
from nesk.core import clock
from nesk.core.schedule import scheduled
from nesk.notifications.models import Message

GONE = "Сообщение удалено"
BARE_KEPT_FOR = timedelta(days=1)
FINAL = ("sent", "failed", "recorded")


def erase(person_id: int, addresses: Iterable[str]) -> int:
    """Leave nothing of the messages to a person but that they were; what still waits is not sent. Gives how many.

    Letters with a bill name the account and not the person: those that went to their addresses go too.
    """
    accounts = Binding.select(Binding.account).where(Binding.person == person_id)
    theirs = Message.person == person_id
    theirs |= Message.account.in_(accounts) & Message.recipient.in_(list(addresses))
    waiting = theirs & Message.state.not_in(FINAL)
    Message.update(state="failed", error="Кабинет закрыт").where(waiting).execute()
    return _strip(theirs)


def _strip(which: peewee.Expression) -> int:
    # The id keeps (event, channel, recipient) unique once the addresses are gone.
    nobody = peewee.Value("erased:").concat(Message.id.cast("TEXT"))
    stripped = Message.update(subject=GONE, text=GONE, html="", link="", recipient=nobody).where(which)
    return int(stripped.execute())


@scheduled("notifications.forget_addresses", every=3600)
def forget_addresses() -> int:
    """Strip what went to a bare address over a day ago: a code, a link, the farewell of a closed cabinet (§11).

    Letters about an account keep their address: it is the account's own.
    """
    old = Message.created_at < clock.now() - BARE_KEPT_FOR
    bare = Message.person.is_null() & Message.account.is_null() & Message.state.in_(FINAL)
    return _strip(old & bare & (Message.channel != "cabinet") & (Message.subject != GONE))
