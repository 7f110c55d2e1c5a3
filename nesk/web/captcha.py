"""The word on a picture in forms: a field for it, its picture, its digits read aloud."""

from __future__ import annotations

import io
from functools import lru_cache

from captcha.image import ImageCaptcha
from flask import Blueprint, Response
from wtforms import HiddenField, StringField

from nesk.core.errors import NotFound
from nesk.credentials import captcha
from nesk.web.browser_mark import browser_hash
from nesk.web.forms import Form

bp = Blueprint("captcha", __name__, url_prefix="/captcha")


class CaptchaForm(Form):
    """A form that asks for the word on a picture. The view calls `check_captcha` before anything else that costs, and
    `fresh_captcha` whenever the form is shown, for an answer is taken once."""

    captcha_id = HiddenField()
    captcha = StringField("Введите слово на картинке")

    def check_captcha(self, form: str) -> None:
        """Take the answer for the form of that name. Raises Refused (field `captcha`)."""
        captcha.check(form, self.captcha_id.data or "", self.captcha.data or "", browser=browser_hash())

    def fresh_captcha(self, form: str) -> None:
        """Put a new word before the person."""
        self.captcha_id.data = captcha.ask(form, browser=browser_hash()).id
        self.captcha.data = ""


@bp.get("/<captcha_id>.png")
def picture(captcha_id: str) -> Response:
    """The word as a picture, for the browser that was asked."""
    shown = captcha.shown_to(captcha_id, browser=browser_hash())
    if shown is None:
        raise NotFound
    drawn = io.BytesIO()
    _painter().write(shown.answer, drawn)
    return Response(drawn.getvalue(), mimetype="image/png")


@lru_cache(maxsize=1)
def _painter() -> ImageCaptcha:
    return ImageCaptcha(width=180, height=60, font_sizes=(38, 42, 46))
