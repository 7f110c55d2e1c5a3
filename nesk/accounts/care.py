"""Care links: a signed address, on paper as a QR code, by which one narrow thing is done for an account without signing in."""

from __future__ import annotations

from datetime import date, timedelta

from nesk.accounts import rules
from nesk.accounts.events import CareLinkEnded, CareLinkMade, CareLinkUsed
from nesk.accounts.models import Account, CareLink
from nesk.accounts.shared import care_links, lock_own
from nesk.core import clock, limits
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.errors import NotFound, Refused
from nesk.core.events import record


def make_care_link(
    account_id: int, person_id: int, *, rights: str, title: str, until_on: date | None, by: Actor
) -> CareLink:
    """A link by which one narrow thing may be done for an account without signing in.

    Raises Refused with the field at fault (rights, title, until_on), TooOften, Forbidden for somebody who is no holder.
    """
    title = title.strip()
    if rights not in rules.CARE_NAMES:
        raise Refused("Выберите, для чего ссылка.", field="rights")
    if not title:
        raise Refused("Напишите, для кого ссылка, например «Мама».", field="title")
    if words := rules.care_end_refusal(until_on, today=clock.today()):
        raise Refused(words, field="until_on")
    limits.count("care_made", str(person_id), limit=rules.MADE_A_DAY, seconds=86_400)
    with transaction():
        lock_own(account_id, person_id)
        if len(care_links(account_id)) >= rules.MOST_CARE_LINKS:
            raise Refused("Слишком много ссылок. Отключите ненужные и создайте новую.")
        link = CareLink.create(
            account=account_id,
            person=person_id,
            rights=rights,
            title=title,
            until_on=until_on,
            created_at=clock.now(),
        )
        record(CareLinkMade(link.id, account_id, rights), by=by)
    return link  # type: ignore[no-any-return]


def end_care_link(account_id: int, link_id: int, *, by: Actor) -> None:
    """Switch a care link off from now on. Raises NotFound; one that is off stays so."""
    with transaction():
        Account.locked(account_id)
        link = CareLink.get_or_none(CareLink.id == link_id, CareLink.account == account_id)
        if link is None:
            raise NotFound
        if link.ended_at is None:
            end_with_reason(link, "ended", by=by)


def end_with_reason(link: CareLink, reason: str, *, by: Actor) -> None:
    """Switch a link off within the transaction of what ends it."""
    CareLink.update(ended_at=clock.now()).where(CareLink.id == link.id).execute()
    record(CareLinkEnded(link.id, link.account_id, reason), by=by)


def care_actor(link: CareLink) -> Actor:
    """Who does what is done by a care link: the link itself, for whoever holds it is known to nobody."""
    return system(f"care:{link.id}")


def note_use(link: CareLink) -> None:
    """Count one use of a care link."""
    with transaction():
        used = {"used_count": CareLink.used_count + 1, "used_at": clock.now()}
        CareLink.update(used).where(CareLink.id == link.id).execute()
        record(CareLinkUsed(link.id, link.account_id), by=care_actor(link))


def note_opening(link: CareLink) -> None:
    """Count that the bill was looked at by a link for that, once an hour at most: who saw what belongs in the journal,
    and a page that reloads itself does not."""
    if link.used_at is None or link.used_at < clock.now() - timedelta(hours=1):
        note_use(link)
