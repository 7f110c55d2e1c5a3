"""Second factors (A11): what guards a holder's sign-in beside the password, how it is taken away.

An application or a passkey protects; codes on paper only stand in for a lost one, so they go when the last of those goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import peewee

from nesk.core import clock, config
from nesk.core.actor import Actor, Kind
from nesk.core.db import transaction
from nesk.core.errors import NotFound, Refused
from nesk.core.events import record
from nesk.core.schedule import scheduled
from nesk.credentials import remembering
from nesk.credentials.events import FactorRemoved, FactorsReset
from nesk.credentials.models import Factor
from nesk.people.queries import SUBJECTS

PREPARED_FOR = timedelta(minutes=30)
"""How long a new key waits for its first code."""
KEPT_FOR = timedelta(days=365)
"""How long a factor that has ended stays as a trace (retention of access logs, §11)."""
LAST = "Это последняя защита входа, а для сотрудников она обязательна. Сначала подключите другую."


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose factors they are: the kind of session and the row behind it."""

    kind: Kind
    id: int


@dataclass(frozen=True, slots=True)
class Protection:
    """What guards a holder's sign-in beside the password."""

    application: Factor | None
    passkeys: tuple[Factor, ...]
    papers_left: int

    @property
    def is_on(self) -> bool:
        return self.application is not None or bool(self.passkeys)


def obliged(kind: Kind, *, is_demo: bool) -> bool:
    """Whether a second factor is a must: for staff and crews, save the invented ones of a demo or a test."""
    return kind in ("staff", "crew") and not (is_demo and config.current().env in ("demo", "test"))


def is_protected(holder: Holder) -> bool:
    """Whether the password alone is not enough."""
    return bool(live(holder).where(Factor.kind.in_(("totp", "passkey"))).exists())


def protection(holder: Holder) -> Protection:
    """Everything that guards the holder, in one query."""
    rows = list(live(holder).order_by(Factor.id))
    return Protection(
        next((row for row in rows if row.kind == "totp"), None),
        tuple(row for row in rows if row.kind == "passkey"),
        sum(row.kind == "backup" for row in rows),
    )


def protected_among(kind: Kind, ids: list[int]) -> set[int]:
    """Which of these holders have a second factor."""
    rows = Factor.select(Factor.holder_id).where(Factor.holder_kind == kind, Factor.holder_id.in_(ids))
    live = rows.where(Factor.kind != "backup", Factor.confirmed_at.is_null(False), Factor.ended_at.is_null())
    return {row.holder_id for row in live}


def factor_of(holder: Holder, factor_id: int) -> Factor:
    """An application or a passkey of the holder. Raises NotFound."""
    row = live(holder).where(Factor.id == factor_id, Factor.kind != "backup").first()
    if row is None:
        raise NotFound
    return row  # type: ignore[no-any-return]


def live(holder: Holder) -> peewee.ModelSelect:
    return Factor.select().where(of(holder), Factor.confirmed_at.is_null(False), Factor.ended_at.is_null())


def of(holder: Holder) -> peewee.Expression:
    return (Factor.holder_kind == holder.kind) & (Factor.holder_id == holder.id)


def lock(holder: Holder) -> None:
    """Hold the holder's row: what they have is judged and changed by one at a time."""
    SUBJECTS[holder.kind].locked(holder.id)


def remove(holder: Holder, factor_id: int, *, is_obliged: bool, by: Actor) -> None:
    """End an application or a passkey, and the codes on paper with the last of them. Raises NotFound, Refused."""
    with transaction():
        lock(holder)
        factor = factor_of(holder, factor_id)
        others = live(holder).where(Factor.kind != "backup", Factor.id != factor_id).exists()
        if not others and is_obliged:
            raise Refused(LAST)
        Factor.update(ended_at=clock.now(), secret="").where(Factor.id == factor_id).execute()
        if not others:
            end_papers(holder)
        record(FactorRemoved(holder.kind, holder.id, factor_id, factor.kind), by=by)


def end_papers(holder: Holder) -> None:
    Factor.update(ended_at=clock.now()).where(of(holder), Factor.kind == "backup", Factor.ended_at.is_null()).execute()


def reset(holder: Holder, *, by: Actor) -> None:
    """End every factor, every session and every remembered device of somebody who has lost them. Raises Refused when there is nothing to end."""
    with transaction():
        lock(holder)
        if not is_protected(holder):
            raise Refused("Второй шаг входа не подключён, сбрасывать нечего.")
        Factor.update(ended_at=clock.now(), secret="").where(of(holder), Factor.ended_at.is_null()).execute()
        remembering.forget_devices(holder.kind, holder.id, by=by)
        record(FactorsReset(holder.kind, holder.id), by=by)


@scheduled("credentials.forget_factors", daily=(3, 30))
def forget() -> int:
    """Delete factors that ended a year ago, and keys whose first code never came."""
    now = clock.now()
    unconfirmed = Factor.confirmed_at.is_null() & (Factor.created_at < now - PREPARED_FOR)
    return int(Factor.delete().where((Factor.ended_at < now - KEPT_FOR) | unconfirmed).execute())
