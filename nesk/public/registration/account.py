"""By the number of an account: the holder's name or the meter prove it, or the whole address (S3-03, S4-02)."""

from __future__ import annotations

from typing import Any

from flask import url_for

from nesk.branches.queries import branches_with_offices
from nesk.core.errors import Refused
from nesk.enrolment import by_account
from nesk.public.registration.forms import ContactsForm, RegisterByAccountForm, RegisterByAddressForm
from nesk.public.registration.ways import DONE, agreement, back, bp, frame, of_way
from nesk.web.browser_mark import browser_hash
from nesk.web.htmx import go, page

CAPTCHA, ADDRESS_CAPTCHA = "register_account", "register_address"
SENT = f"{DONE}. Логин и пароль отправили: войдите с ними и придумайте свой пароль."
SIGN_IN = "/login?by=account"


@bp.route("/account", methods=["GET", "POST"])
@of_way("account")
def account() -> Any:
    form = RegisterByAccountForm()
    if form.validate_on_submit():
        try:
            form.check_captcha(CAPTCHA)
            proved = by_account.prove(
                form.number.value, form.name.data, form.serial.data, agreement=agreement(form.messages.data)
            )
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".contacts", ticket=by_account.ticket(proved, browser=browser_hash())))
    form.fresh_captcha(CAPTCHA)
    context = {"form": form, "branches": branches_with_offices(), **frame("account")}
    return page("public/registration/account.html", "public/registration/_account.html", **context)


@bp.route("/account/<ticket>/contacts", methods=["GET", "POST"])
@of_way("account")
def contacts(ticket: str) -> Any:
    form = ContactsForm()
    try:
        proved = by_account.of_ticket(ticket, browser=browser_hash())
    except Refused as late:
        return back(url_for(".account"), late)
    if form.validate_on_submit():
        try:
            by_account.register_by_account(proved, phone=form.phone.value, email=form.email.value or "")
        except Refused as refused:
            form.show(refused)
        else:
            return go(SIGN_IN, SENT)
    context = {"form": form, "ticket": ticket, "branches": branches_with_offices(), **frame("account")}
    return page("public/registration/contacts.html", "public/registration/_contacts.html", **context)


@bp.route("/account/address", methods=["GET", "POST"])
@of_way("account")
def address() -> Any:
    form = RegisterByAddressForm()
    if form.validate_on_submit():
        try:
            form.check_captcha(ADDRESS_CAPTCHA)
            proved = by_account.prove_place(form.number.value, form.place(), agreement=agreement(form.messages.data))
            by_account.register_by_account(proved, phone=form.phone.value, email=form.email.value)
        except Refused as refused:
            form.show(refused)
        else:
            return go(SIGN_IN, SENT)
    form.fresh_captcha(ADDRESS_CAPTCHA)
    context = {"form": form, "branches": form.branches, **frame("account")}
    return page("public/registration/address.html", "public/registration/_address.html", **context)
