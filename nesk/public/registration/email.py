"""By e-mail: address, password twice and the word on the picture, then the link of the letter (S1-04)."""

from __future__ import annotations

from typing import Any

from flask import after_this_request, redirect, render_template, request, url_for
from flask_login import current_user

from nesk.core.errors import Refused
from nesk.credentials import challenges
from nesk.enrolment import registration
from nesk.enrolment.registration import EMAIL
from nesk.public.registration.forms import LetterCodeForm, LinkForm, RegisterByEmailForm
from nesk.public.registration.ways import DONE, HOME, agreement, back, bp, frame, of_way, open_names
from nesk.web.browser_mark import browser_hash
from nesk.web.entry import enter
from nesk.web.htmx import go, page
from nesk.web.secret_links import keep_to_oneself, way_back

CAPTCHA = "register_email"
GONE = 410


@bp.route("/email", methods=["GET", "POST"])
@of_way("email")
def email() -> Any:
    form = RegisterByEmailForm()
    if form.validate_on_submit():
        try:
            form.check_captcha(CAPTCHA)
            challenge = registration.ask_email(
                form.email.value, form.password.data, agreement=agreement(form.messages.data), browser=browser_hash()
            )
        except Refused as refused:
            form.show(refused)
        else:
            return go(url_for(".letter", challenge_id=challenge.id))
    form.fresh_captcha(CAPTCHA)
    return page("public/registration/email.html", "public/registration/_email.html", form=form, **frame("email"))


@bp.route("/email/<int:challenge_id>", methods=["GET", "POST"])
@of_way("email")
def letter(challenge_id: int) -> Any:
    """The letter is on its way: its link, or its digits typed here, finish the registration (S2-03)."""
    challenge = challenges.of_browser(EMAIL, challenge_id, browser=browser_hash())
    form = LetterCodeForm()
    if form.validate_on_submit():
        try:
            person = registration.activate_by_code(challenge_id, form.code.data, browser=browser_hash())
        except Refused as refused:
            form.show(refused)
        else:
            return enter("person", person, to=way_back(HOME), said=DONE)
    wait = challenges.seconds_to_wait(challenge)
    context = {"form": form, "challenge": challenge, "wait": wait, **frame("email")}
    return page("public/registration/letter.html", "public/registration/_letter.html", **context)


@bp.post("/email/<int:challenge_id>/again")
@of_way("email")
def letter_again(challenge_id: int) -> Any:
    challenge = challenges.of_browser(EMAIL, challenge_id, browser=browser_hash())
    try:
        newer = registration.ask_email_again(challenge)
    except Refused as refused:
        return back(url_for(".letter", challenge_id=challenge_id), refused)
    return go(
        url_for(".letter", challenge_id=newer.id), "Отправили письмо ещё раз. Ссылка из прежнего больше не подойдёт."
    )


@bp.route("/link/<token>", methods=["GET", "POST"])
def link(token: str) -> Any:
    """The link of the letter. In the browser that registered its form sends itself; opening it changes nothing."""
    after_this_request(keep_to_oneself)
    form, by_email = LinkForm(), "email" in open_names()
    try:
        challenge = challenges.of_token(EMAIL, token)
    except Refused as dead:
        if request.method == "POST":  # it died while its page was open
            return go(request.path)
        if current_user.is_authenticated:
            return redirect(HOME, 303)
        return render_template("public/registration/link_dead.html", message=dead.message, by_email=by_email), GONE
    is_mine = registration.is_of_browser(challenge, browser_hash())
    if form.validate_on_submit():
        try:
            person = registration.activate(token, browser=browser_hash(), password=form.password.data or "")
        except Refused as refused:
            form.show(refused)
        else:
            return enter("person", person, to=way_back(HOME), said=DONE)
    context = {"form": form, "token": token, "email": challenge.recipient, "is_mine": is_mine, "by_email": by_email}
    return page("public/registration/link.html", "public/registration/_link.html", **context)
