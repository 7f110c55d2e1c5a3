"""«Мои лицевые счета»: what is bound, binding another, its own name, ending it (S0-10…20, S1-07, S1-08, S4-14)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from wtforms import BooleanField, HiddenField, PasswordField, SelectField, StringField

from nesk.accounts import operations
from nesk.accounts.models import Binding
from nesk.accounts.queries import binding_of, bindings_of
from nesk.branches.queries import branches_with_offices
from nesk.core import settings
from nesk.core.errors import Refused
from nesk.enrolment import binding, queries
from nesk.enrolment.settings import EnrolmentSettings
from nesk.people.queries import branches
from nesk.web.access import current_card, my_accounts
from nesk.web.captcha import CaptchaForm
from nesk.web.forms import AtMost, Form, number_of
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, device, viewer
from nesk.web.proof import ProvingForm

bp = Blueprint("accounts", __name__, url_prefix="/accounts")

CAPTCHA = "binding"
UNBOUND = "Привязка лицевого счёта успешно удалена"
WAY_WORDS = {
    "sum": "по сумме",
    "payment": "по сумме",
    "meter": "по номеру счетчика",
    "password": "по паролю лицевого счёта",
    "staff": "сотрудником",
    "account": "при регистрации",
    "invitation": "по приглашению",
}


class BindingForm(CaptchaForm):
    """«Добавить лицевой счет». A field of evidence for each way; the one that was chosen counts."""

    number = StringField("Номер лицевого счёта", [AtMost(40)])
    way = SelectField("Способ привязки", validate_choice=False)
    sum = StringField("Сумма из квитанции", [AtMost(40)])
    serial = StringField("Номер счетчика", [AtMost(60)])
    account_password = PasswordField("Пароль лицевого счёта", [AtMost(128)])
    branch = SelectField("Филиал", validate_choice=False)
    consent = BooleanField("Согласие на обработку персональных данных")
    e_bill = BooleanField("Я согласен получать счета по e-mail и отказываюсь от получения бумажных счетов.")
    consent_version, e_bill_version = HiddenField(), HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.way.choices = [("", "Выберите способ привязки"), *binding.WAYS.items()]
        self.branch.choices = [("", "Выбрать"), *((str(branch.id), branch.name) for branch in branches())]

    def claim(self, *, word_was_right: bool = False) -> binding.Claim:
        """What the form says; nonsense among the choices and versions is for the rules to refuse."""
        way = self.way.data or ""
        agreed = {"personal_data": self.consent_version} if self.consent.data else {}
        if self.e_bill.data:
            agreed["e_bill"] = self.e_bill_version
        return binding.Claim(
            number=self.number.data or "",
            way=way,
            evidence=self[binding.EVIDENCE[way]].data or "" if way in binding.WAYS else "",
            branch_id=number_of(self.branch.data) if self.branch.data else None,
            consents={purpose: number_of(version.data) for purpose, version in agreed.items()},
            word_was_right=word_was_right,
        )


class TitleForm(Form):
    title = StringField("Название", [AtMost(operations.LONGEST_TITLE)])


class UnbindingForm(ProvingForm):
    """Nothing but the proof that it is the holder who asks (S5)."""


@bp.get("/")
def index() -> Any:
    """«Текущие привязки», the form beside them, and what was bound before."""
    current_card()  # `?ls=` chooses an account here as everywhere
    return render_template("cabinet/accounts/index.html", **_adding(BindingForm(formdata=None)), **_bindings())


@bp.route("/new", methods=["GET", "POST"])
def new() -> Any:
    form = BindingForm()
    if form.validate_on_submit() and _is_whole(form):
        try:
            claim = form.claim(word_was_right=_took_word(form))
            ip, browser = device()
            bound = binding.bind_account(viewer().subject.id, claim, ip=ip, device=browser, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            # `bound` is the account as it was before: an address in it is one that was chosen earlier.
            kept = (
                " Счета по нему уже приходят на почту, указанную раньше."
                if form.e_bill.data and bound.receipt_email
                else ""
            )
            return go(url_for(".index", ls=bound.number), f"Лицевой счёт привязан.{kept}")
    return page("cabinet/accounts/new.html", "cabinet/accounts/_form.html", **_adding(form))


def _is_whole(form: BindingForm) -> bool:
    """Hold the form to its rules before any account is looked at, so that all that is wrong with it is told at once."""
    wrong = list(binding.faults(viewer().subject.id, form.claim()))
    for each in wrong:
        form.show(each)
    return not wrong


@bp.get("/contract")
def contract() -> str:
    """«Заключить договор» (S1-07): which papers, and where to send or bring them."""
    return render_template("cabinet/accounts/contract.html", branches=branches_with_offices())


@bp.route("/<int:binding_id>/title", methods=["GET", "POST"])
def rename(binding_id: int) -> Any:
    """The holder's own name for an account; a dialog for htmx, a page otherwise."""
    bound = binding_of(viewer().subject.id, binding_id)
    form = TitleForm(title=bound.title)
    if form.validate_on_submit():
        try:
            operations.rename(viewer().subject.id, bound.id, form.title.data or "", by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".index"), "Название сохранено.")
    fragment = "cabinet/accounts/_rename.html" if form.is_submitted() else "cabinet/accounts/_rename_dialog.html"
    return page("cabinet/accounts/rename.html", fragment, form=form, bound=bound)


@bp.route("/<int:binding_id>/unbinding", methods=["GET", "POST"])
def unbind(binding_id: int) -> Any:
    """Asks before it ends a binding, and for the password when that was shown too long ago (S0-20, S5)."""
    bound = binding_of(viewer().subject.id, binding_id)
    form = UnbindingForm()
    if form.validate_on_submit():
        try:
            form.prove()
            binding.unbind_account(viewer().subject.id, bound.account_id, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".index"), UNBOUND)
    fragment = "cabinet/accounts/_unbind.html" if form.is_submitted() else "cabinet/accounts/_unbind_dialog.html"
    return page("cabinet/accounts/unbind.html", fragment, form=form, bound=bound)


def _took_word(form: BindingForm) -> bool:
    """Whether the word on a picture was asked for and is right. Raises Refused for a wrong one."""
    if not form.captcha_id.data or not queries.latest_tries().are_attack:
        return False
    form.check_captcha(CAPTCHA)
    return True


def _adding(form: BindingForm) -> dict[str, Any]:
    """What the form is shown with: the word on a picture only while refusals pile up (B2)."""
    if queries.latest_tries().are_attack:
        form.fresh_captcha(CAPTCHA)
    else:
        form.captcha_id.data = ""
    versions = queries.consent_versions()
    form.consent_version.data = str(versions.get("personal_data", 0))
    form.e_bill_version.data = str(versions.get("e_bill", 0))
    return {"form": form, "words": settings.load(EnrolmentSettings)}


def _bindings() -> dict[str, Any]:
    """Live bindings with their cards, and the ended ones."""
    cards = {card.id: card for card in my_accounts()}
    everything: list[Binding] = bindings_of(viewer().subject.id)
    live = [(row, cards[row.account_id]) for row in everything if row.ended_at is None and row.account_id in cards]
    return {
        "bound": live,
        "debt_kop": sum(max(card.debt_kop, 0) for _, card in live),
        "ended": [row for row in everything if row.ended_at is not None][:50],
        "way_words": WAY_WORDS,
    }
