"""By phone: the number and the word on the picture, the code of the SMS, a password twice (S1-03)."""

from __future__ import annotations

from typing import Any

from flask import url_for

from nesk.core.errors import Refused
from nesk.credentials import challenges
from nesk.enrolment import registration
from nesk.enrolment.registration import PHONE
from nesk.public.registration.forms import ChosenPasswords, CodeForm, RegisterByPhoneForm
from nesk.public.registration.ways import DONE, HOME, agreement, back, bp, frame, of_way
from nesk.web.browser_mark import browser_hash
from nesk.web.entry import enter
from nesk.web.htmx import go, page
from nesk.web.secret_links import way_back

CAPTCHA = "register_phone"


@bp.route("/phone", methods=["GET", "POST"])
@of_way("phone")
def phone() -> Any:
    form = RegisterByPhoneForm()
    if form.validate_on_submit():
        try:
            form.check_captcha(CAPTCHA)
            challenge = registration.ask_phone(
                form.phone.value, agreement=agreement(form.messages.data), browser=browser_hash()
            )
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".code", challenge_id=challenge.id))
    form.fresh_captcha(CAPTCHA)
    return page("public/registration/phone.html", "public/registration/_phone.html", form=form, **frame("phone"))


@bp.route("/phone/<int:challenge_id>/code", methods=["GET", "POST"])
@of_way("phone")
def code(challenge_id: int) -> Any:
    challenge = challenges.of_browser(PHONE, challenge_id, browser=browser_hash())
    if challenges.is_proved(challenge):
        return go(url_for(".password", challenge_id=challenge_id))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            proved = challenges.prove_code(PHONE, challenge.recipient, form.code.data, browser=browser_hash())
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".password", challenge_id=proved.id))
    wait = challenges.seconds_to_wait(challenge)
    context = {"form": form, "challenge": challenge, "wait": wait, **frame("phone")}
    return page("public/registration/code.html", "public/registration/_code.html", **context)


@bp.post("/phone/<int:challenge_id>/code/again")
@of_way("phone")
def code_again(challenge_id: int) -> Any:
    challenge = challenges.of_browser(PHONE, challenge_id, browser=browser_hash())
    try:
        newer = registration.ask_phone_again(challenge)
    except Refused as soon:
        return back(url_for(".code", challenge_id=challenge_id), soon)
    return go(url_for(".code", challenge_id=newer.id), "Отправили код ещё раз. Предыдущий больше не подойдёт.")


@bp.route("/phone/<int:challenge_id>/password", methods=["GET", "POST"])
@of_way("phone")
def password(challenge_id: int) -> Any:
    form = ChosenPasswords()
    try:
        challenge = challenges.proved(PHONE, challenge_id, browser=browser_hash())
    except Refused as late:
        challenges.of_browser(PHONE, challenge_id, browser=browser_hash())  # a stranger's is not there at all
        return back(url_for(".phone"), late)
    if form.validate_on_submit():
        try:
            person = registration.register_by_phone(challenge_id, form.password.data, browser=browser_hash())
        except Refused as refused:
            form.show(refused)
        else:
            return enter("person", person, to=way_back(HOME), said=DONE)
    context = {"form": form, "challenge": challenge, **frame("phone")}
    return page("public/registration/password.html", "public/registration/_password.html", **context)
