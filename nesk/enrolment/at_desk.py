"""Binding in an office: the holder has come with a passport, and an employee opens the account to their cabinet.

It is the way for those whom no evidence from a bill can prove: a guest has seen the bills already, a newcomer has none.
"""

from __future__ import annotations

from nesk.accounts import operations as accounts
from nesk.accounts.models import Account, Binding
from nesk.consents import operations as consents
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import Refused
from nesk.people.models import Person
from nesk.people.queries import person_by_confirmed

NO_CABINET = (
    "Кабинета с таким телефоном или почтой нет. Проверьте их или попросите человека сначала зарегистрироваться."
)
ALREADY = "Этот лицевой счёт уже привязан к этому кабинету."
CLOSED = "Лицевой счёт закрыт, привязать его нельзя."
OF_COMPANY = "Это счёт юридического лица. Доступ к нему выдают на странице организации."


def cabinet_of(kind: str, value: str) -> Person:
    """The cabinet whose confirmed phone or e-mail (normalised) this is. Raises Refused."""
    person = person_by_confirmed(kind, value)
    if person is None:
        raise Refused(NO_CABINET, field="contact")
    return person


def bind_at_desk(person_id: int, account: Account, *, by: Actor) -> Binding:
    """Bind an account by the word of an employee who has seen the passport and the consent signed on paper.

    The person and the account's earlier holders are told (B4). Raises Refused for an account of a legal entity, for a closed
    one, and for one that is bound already.
    """
    if account.organization_id is not None:
        raise Refused(OF_COMPANY)
    if account.closed_on is not None:
        raise Refused(CLOSED)
    with transaction():
        try:
            binding = accounts.bind(person_id, account.id, way="staff", by=by)
        except Refused:
            raise Refused(ALREADY, field="contact") from None
        consents.give(person_id, "personal_data", account_id=account.id, channel="desk", by=by)
    return binding
