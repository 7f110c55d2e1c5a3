"""Binding an account by what only its holder knows, and ending it: S0-11…20, S1-08, S4-14, promises B1…B4.

Whatever is wrong, the answer is one, after the same queries and the same number of hashes: a stranger learns neither
which accounts exist nor what was wrong with their guess. Tries are counted in the database before they are looked at.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from nesk.accounts import ending
from nesk.accounts import operations as accounts
from nesk.accounts.models import Account, Binding
from nesk.accounts.receipt_delivery import mailboxes_of
from nesk.consents import operations as consents
from nesk.consents.models import Consent
from nesk.core import limits
from nesk.core.actor import Actor, system
from nesk.core.db import transaction
from nesk.core.errors import Refused, TooOften
from nesk.core.events import record
from nesk.core.money import parse_amount
from nesk.credentials.allowance import network
from nesk.enrolment import queries, rules
from nesk.enrolment.events import BindingAttacked, BindingRefused
from nesk.people import passwords
from nesk.people.models import Identity
from nesk.people.queries import identities

log = logging.getLogger(__name__)

BY = system("enrolment")
WRONG = "Лицевой счёт не найден или проверочные данные не совпадают. Проверьте номер и сумму (номер счётчика)."
"""One message for every cause (S0-15)."""
SHOWN = (
    "Этот счёт вам открывал его владелец, поэтому сумма и номер счётчика его не подтвердят. Привяжите счёт по его паролю "
    "или придите в отделение с паспортом."
)
ASK_WORD = "Введите слово на картинке и нажмите «Привязать» ещё раз."
WAYS = {"sum": "По сумме", "meter": "По номеру счетчика", "password": "По паролю лицевого счёта"}
EVIDENCE = {"sum": "sum", "meter": "serial", "password": "account_password"}
"""Way → the field of the form that holds its evidence."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says about an account that they call their own, as typed."""

    number: str
    way: str
    evidence: str
    branch_id: int | None = None
    consents: dict[str, int] | None = None
    """Purpose → version of the text that was shown and agreed to: «personal_data» must be there, «e_bill» may."""
    word_was_right: bool = False
    """The word on a picture was asked for and typed."""


def bind_account(person_id: int, claim: Claim, *, ip: str = "", device: str = "", by: Actor) -> Account:
    """Bind an account that the evidence proves. Gives it.

    Raises Refused with the field at fault for what cannot be right whatever the account is, with WRONG and no field for
    everything else; TooOften past the limits. Call it outside any transaction: a refused try stays counted.
    """
    if wrong := next(faults(person_id, claim), None):
        raise wrong
    number = rules.parse_account_number(claim.number)
    assert number is not None, "the form was checked just now"
    if _is_mine(person_id, number):
        raise Refused(accounts.ALREADY, field="number")
    if claim.way != "password" and queries.was_let_in(person_id, number):
        raise Refused(SHOWN, field="number")
    _demand_word(claim)
    counted = _count(person_id, number, ip)
    account, way = proved(number, claim)
    if account is None or not way:
        with transaction():
            record(BindingRefused(person_id, claim.way, account.id if account else None), by=by)
        raise Refused(WRONG)
    try:
        limits.count("binding_made", f"person:{person_id}", limit=rules.MOST_A_DAY, seconds=rules.DAY)
        _bind(person_id, account, way, claim, ip=ip, device=device, by=by)
    finally:  # proved: whatever came of it, it was no failure
        for limit in counted:
            limits.forgive(limit.name, limit.subject, seconds=limit.seconds)
    return account


def faults(person_id: int, claim: Claim) -> Iterator[Refused]:
    """Everything that is wrong with the form whatever the account is, each with its field."""
    if rules.parse_account_number(claim.number) is None:
        words = "Номер лицевого счёта не распознан. Введите цифры из квитанции: их от 9 до 13."
        yield Refused(words if claim.number.strip() else "Укажите номер лицевого счёта.", field="number")
    if claim.way not in WAYS:
        yield Refused("Выберите способ привязки.", field="way")
    elif words := _fault_of_evidence(claim):
        yield Refused(words, field=EVIDENCE[claim.way])
    agreed, current = claim.consents or {}, queries.consent_versions()
    if "personal_data" not in agreed:
        yield Refused("Без согласия привязать лицевой счёт нельзя. Прочитайте его и отметьте.", field="consent")
    for purpose, field in (("personal_data", "consent"), ("e_bill", "e_bill")):
        if purpose in agreed and agreed[purpose] != current.get(purpose):
            yield Refused("Текст согласия изменился. Откройте страницу заново, прочитайте его и отметьте.", field=field)
    if "e_bill" in agreed and not identities(person_id).get("email"):
        yield Refused(
            "Подтверждённой почты у вас нет. Добавьте её в настройках или снимите эту отметку.", field="e_bill"
        )


def _fault_of_evidence(claim: Claim) -> str:
    if claim.way == "sum":
        kop = parse_amount(claim.evidence)
        if kop is None:
            return "Введите сумму из квитанции: рубли и копейки цифрами, например 1284,56."
        if kop < rules.LEAST_SUM_KOP:
            return "Сумма меньше 10 ₽ не подойдёт. Возьмите другую квитанцию или номер счётчика."
    elif claim.way == "meter" and not rules.plain_serial(claim.evidence):
        return "Введите номер счётчика: он на табло и в квитанции, «Заводской номер»."
    elif claim.way == "password" and not claim.evidence:
        return "Введите пароль лицевого счёта."
    return ""


def _is_mine(person_id: int, number: str) -> bool:
    live = Binding.select(Binding.id).join(Account).where(Binding.person == person_id, Binding.ended_at.is_null())
    return live.where(Account.number == number, Binding.rights == "all").exists()  # type: ignore[no-any-return]


def _demand_word(claim: Claim) -> None:
    """While refusals pile up everybody is asked for the word on a picture, and whoever watches is told (B2)."""
    tries = queries.latest_tries()
    if not tries.are_attack:
        return
    try:
        limits.count("binding_attack_told", "", limit=1, seconds=int(rules.WATCHED.total_seconds()))
    except TooOften:
        pass
    else:
        log.error("binding is under attack: %s refused, %s bound in 15 minutes", tries.refused, tries.bound)
        with transaction():
            record(BindingAttacked(tries.refused, tries.bound), by=BY)
    if not claim.word_was_right:
        raise Refused(ASK_WORD, field="captcha")


def _count(person_id: int, number: str, ip: str) -> tuple[rules.Limit, ...]:
    """Count a try against everybody whom it may wear out. Gives what was counted."""
    wanted = rules.limits_of(person_id, network(ip), number)
    for limit in wanted:
        try:
            limits.count(limit.name, limit.subject, limit=limit.most, seconds=limit.seconds)
        except TooOften as often:
            raise TooOften(rules.wait_words(often.retry_after), retry_after=often.retry_after) from None
    return wanted


def proved(number: str, claim: Claim) -> tuple[Account | None, str]:
    """The account that is aimed at, and the way in which it is proved (empty: it is not). The evidence is asked of an
    account that does not exist as well, so that both take as long."""
    account = queries.account_to_bind(number, claim.branch_id)
    way = _PROOFS[claim.way](account.id if account else 0, number, claim.evidence)
    return account, way if account else ""


def _by_sum(account_id: int, number: str, typed: str) -> str:
    kop = parse_amount(typed)
    assert kop is not None, "the form was checked before"
    is_common, way = queries.is_common(kop), queries.sum_proves(account_id, kop)  # both are always asked (B1)
    return "" if is_common else way


def _by_serial(account_id: int, number: str, typed: str) -> str:
    wanted = rules.plain_serial(typed).encode()
    known = [rules.plain_serial(serial).encode() for serial in queries.serials_at(account_id)]
    return "meter" if any(hmac.compare_digest(wanted, serial) for serial in known) else ""


def _by_password(account_id: int, number: str, typed: str) -> str:
    """The account's own password (S4-14), looked at as a sign-in looks at it: nobody's password costs one hash too."""
    stored = queries.account_password(number if account_id else "")
    return "password" if passwords.matches(stored, typed) else ""


_PROOFS = {"sum": _by_sum, "meter": _by_serial, "password": _by_password}


def _bind(person_id: int, account: Account, way: str, claim: Claim, *, ip: str, device: str, by: Actor) -> None:
    with transaction():
        accounts.bind(person_id, account.id, way=way, by=by)
        for purpose, version in (claim.consents or {}).items():
            # An address that bills go to already is somebody's choice: a sum off a bill must not turn them away, and a
            # consent to what will not be done is none.
            if purpose == "e_bill" and not _send_bills_to(person_id, account):
                continue
            consents.give(person_id, purpose, version=version, account_id=account.id, ip=ip, device=device, by=by)


def _send_bills_to(person_id: int, account: Account) -> bool:
    """Bills by e-mail instead of paper from now on. False when they go to an address already."""
    address = identities(person_id)["email"]
    free = Account.update(receipt_email=address).where(Account.id == account.id, Account.receipt_email == "")
    return bool(free.execute())


def unbind_account(person_id: int, account_id: int, *, reason: str = "self", by: Actor) -> None:
    """End a binding, and the bills by e-mail that came with it; a guest's right ends as guests' rights do. Raises NotFound
    when there is none.

    Staff end what its holder did not know of: whoever registered by the account's number has no claim to it either.
    """
    with transaction():
        if ending.end_guest(person_id, account_id, reason="ended" if reason == "staff" else "left", by=by):
            return
        accounts.unbind(person_id, account_id, reason=reason, by=by)
        if reason == "staff":
            number = Account.select(Account.number).where(Account.id == account_id)
            Identity.delete().where(
                Identity.person == person_id, Identity.kind == "account", Identity.value == number
            ).execute()
        account = Account.get_by_id(account_id)
        if account.receipt_email and _asked_for_bills(person_id, account):
            Account.update(receipt_email="").where(Account.id == account_id).execute()


def _asked_for_bills(person_id: int, account: Account) -> bool:
    """Whether the address that bills go to is the person's, or the one they named."""
    if account.receipt_email in mailboxes_of(person_id):
        return True
    asked = Consent.select(Consent.person, Consent.action).where(
        Consent.purpose == "e_bill", Consent.account == account.id
    )
    last = asked.order_by(Consent.id.desc()).first()
    return last is not None and last.person_id == person_id and last.action == "given"


def end_password_bindings(person_id: int) -> int:
    """The password of a person's account has changed: whoever bound the account by it has to do so anew (S4-14).

    Gives how many bindings ended. Runs in the reaction's transaction.
    """
    own = Identity.select(Identity.value).where(Identity.person == person_id, Identity.kind == "account")
    proved = (
        Binding.select(Binding.person, Binding.account)
        .join(Account)
        .where(Account.number.in_(own), Binding.way == "password", Binding.ended_at.is_null())
        .where(Binding.person != person_id)
        .order_by(Binding.account, Binding.id)
    )
    ended = list(proved.tuples())
    for holder, account in ended:
        unbind_account(holder, account, reason="password", by=BY)
    return len(ended)
