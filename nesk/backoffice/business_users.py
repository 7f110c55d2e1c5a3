"""Who signs in for a legal entity: issuing credentials with a letter, issuing them anew, blocking (S2-04)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, render_template, url_for
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired

from nesk.accounts.models import Organization
from nesk.accounts.queries import organization_for_branch
from nesk.core import clock, config
from nesk.core.errors import Refused
from nesk.credentials import issuing
from nesk.credentials.factors import protected_among
from nesk.credentials.issuing import Statement
from nesk.credentials.passwords import random_password
from nesk.documents.credentials_letter import CredentialsLetterFacts, credentials_letter_pdf
from nesk.people.permissions import Permission
from nesk.people.queries import business_user, business_users
from nesk.web.access import allowed, staff_branch
from nesk.web.downloads import made
from nesk.web.forms import AtMost, DayField, EmailField, Required
from nesk.web.htmx import go, page
from nesk.web.login import current_actor, viewer
from nesk.web.proof import ProvingForm

bp = Blueprint("business_users", __name__, url_prefix="/organizations/<int:organization_id>/users")

WAYS = [("hand", "Вручим в филиале под подпись"), ("post", "Отправим заказным письмом с уведомлением")]


class DeliveryForm(ProvingForm):
    way = RadioField("Как передадим письмо", choices=WAYS, default="hand", validate_choice=False)

    @property
    def by_post(self) -> bool:
        return bool(self.way.data == "post")


class NewUserForm(DeliveryForm):
    login = StringField("Логин", [Required("Введите логин."), AtMost(64)])
    name = StringField("ФИО", [Required("Введите ФИО того, кто будет входить."), AtMost(160)])
    email = EmailField("Электронная почта", [AtMost(254)])
    statement_number = StringField("Номер заявления", [Required("Введите номер заявления."), AtMost(40)])
    statement_on = DayField("Дата заявления", [InputRequired("Выберите дату заявления.")])


@bp.get("")
@allowed(Permission.ISSUE_CREDENTIALS)
def index(organization_id: int) -> Any:
    organization = _mine(organization_id)
    users = business_users(organization_id)
    return render_template(
        "backoffice/business_users/index.html",
        organization=organization,
        users=users,
        protected=protected_among("business", [user.id for user in users]),
        now=clock.now(),
    )


@bp.route("/new", methods=["GET", "POST"])
@allowed(Permission.ISSUE_CREDENTIALS)
def new(organization_id: int) -> Any:
    """The statement and the login; the answer is the letter, and the only place where the password stands."""
    organization = _mine(organization_id)
    form = NewUserForm()
    if form.validate_on_submit():
        try:
            form.prove()
            letter = _issued(organization, form)
        except Refused as refused:
            form.show(refused)
        else:
            flash("Доступ выдан. Письмо скачано: передайте его получателю.", "ok")
            return letter
    return page(
        "backoffice/business_users/new.html",
        "backoffice/business_users/_new.html",
        form=form,
        organization=organization,
    )


@bp.route("/<int:user_id>/password", methods=["GET", "POST"])
@allowed(Permission.ISSUE_CREDENTIALS)
def password(organization_id: int, user_id: int) -> Any:
    """Another password and another letter in place of a lost one."""
    organization = _mine(organization_id)
    user = business_user(organization_id, user_id)
    form = DeliveryForm()
    if form.validate_on_submit():
        secret, until = random_password(), issuing.good_until(by_post=form.by_post)
        try:
            form.prove()
            letter = _letter(organization, user.login, user.name, secret, until, by_post=form.by_post)
            issuing.issue_password(user, secret, until=until, by_post=form.by_post, by=current_actor())
        except Refused as refused:
            form.show(refused)
        else:
            flash("Новый пароль выдан. Письмо скачано: передайте его получателю.", "ok")
            return letter
    context = {"form": form, "organization": organization, "user": user}
    return page("backoffice/business_users/password.html", "backoffice/business_users/_password.html", **context)


@bp.post("/<int:user_id>/block")
@allowed(Permission.ISSUE_CREDENTIALS)
def block(organization_id: int, user_id: int) -> Any:
    _mine(organization_id)
    issuing.block(business_user(organization_id, user_id), by=current_actor())
    return go(url_for(".index", organization_id=organization_id), "Доступ заблокирован, сеансы завершены.")


@bp.post("/<int:user_id>/unblock")
@allowed(Permission.ISSUE_CREDENTIALS)
def unblock(organization_id: int, user_id: int) -> Any:
    _mine(organization_id)
    issuing.unblock(business_user(organization_id, user_id), by=current_actor())
    return go(url_for(".index", organization_id=organization_id), "Доступ снова открыт.")


def _mine(organization_id: int) -> Organization:
    """An organization of the viewer's branch. Raises NotFound."""
    return organization_for_branch(staff_branch(), organization_id)


def _issued(organization: Organization, form: NewUserForm) -> Response:
    """Draw the letter, then open the access: a letter that cannot be drawn leaves nothing behind."""
    secret, until = random_password(), issuing.good_until(by_post=form.by_post)
    login, name = form.login.data.strip().lower(), form.name.data.strip()
    statement = Statement(form.statement_number.data.strip(), form.statement_on.data)
    letter = _letter(organization, login, name, secret, until, by_post=form.by_post, statement=statement)
    issuing.open_business_access(
        organization.id,
        organization.branch,
        login=login,
        name=name,
        email=form.email.value or "",
        password=secret,
        until=until,
        by_post=form.by_post,
        statement=statement,
        by=current_actor(),
    )
    return letter


def _letter(
    organization: Organization,
    login: str,
    name: str,
    secret: str,
    until: datetime,
    *,
    by_post: bool,
    statement: Statement | None = None,
) -> Response:
    branch = organization.branch
    facts = CredentialsLetterFacts(
        made_on=clock.today(),
        supplier=branch.legal_name,
        branch=branch.name,
        branch_address=branch.address,
        branch_phone=branch.phone,
        branch_hours=branch.hours,
        organization=organization.name,
        inn=organization.inn,
        contract_number=organization.contract_number,
        holder=name,
        address=f"{config.current().base_url}/business/login",
        login=login,
        password=secret,
        until=until,
        statement_number=statement.number if statement else "",
        statement_on=statement.on if statement else None,
        by_post=by_post,
        issued_by=viewer().subject.name,
        demo=organization.is_demo,
    )
    return made(
        credentials_letter_pdf(facts), "application/pdf", f"Сопроводительное письмо {organization.contract_number}.pdf"
    )
