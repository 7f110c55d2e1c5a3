"""The word on a picture in forms: a field for it, its picture, its digits read aloud, another one in its place."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import Any

from captcha.image import ImageCaptcha
from flask import Blueprint, Response, render_template, request
from PIL import ImageOps
from PIL.Image import Image
from PIL.ImageFilter import SMOOTH
from wtforms import StringField

from nesk.core.errors import NotFound
from nesk.credentials import captcha, speech
from nesk.web.browser_mark import browser_hash
from nesk.web.forms import Form, visible
from nesk.web.login import safe_next

bp = Blueprint("captcha", __name__, url_prefix="/captcha")

_FORM = re.compile(r"[a-z_]{1,32}")


class CaptchaForm(Form):
    """A form that asks for the word on a picture. The view calls `check_captcha` before anything else that costs, and
    `fresh_captcha` whenever the form is shown. The template shows both fields by the macro `captcha`."""

    captcha_id = StringField()
    captcha = StringField("Введите слово на картинке", filters=[visible])
    captcha_form = ""

    def check_captcha(self, form: str) -> None:
        """Take the answer for the form of that name. Raises Refused (field `captcha`)."""
        captcha.check(form, self.captcha_id.data or "", self.captcha.data or "", browser=browser_hash())

    def fresh_captcha(self, form: str) -> None:
        """Put a new word before the person, for an answer is taken once. One that has not been taken yet stays, with what
        was typed: another field was at fault."""
        self.captcha_form = form
        if captcha.is_open(form, self.captcha_id.data or "", browser=browser_hash()):
            return
        self.captcha_id.data = captcha.ask(form, browser=browser_hash()).id
        self.captcha.data = ""


@bp.get("/<captcha_id>.png")
def picture(captcha_id: str) -> Response:
    """The word as a picture, for the browser that was asked."""
    drawn = io.BytesIO()
    _painter().draw(_shown(captcha_id).answer).save(drawn, "PNG")
    return Response(drawn.getvalue(), mimetype="image/png")


@bp.get("/<captcha_id>.wav")
def sound(captcha_id: str) -> Response:
    """The digits that may be typed in place of the word, for the browser that was asked."""
    wav = speech.spoken(captcha_id, _shown(captcha_id).spoken)
    response = Response(wav, mimetype="audio/wav")
    # A browser that opens the sound as a page plays it by a page of its own, under our policy.
    response.headers["Content-Security-Policy"] = "default-src 'none'; media-src 'self'"
    return response.make_conditional(request, accept_ranges=True, complete_length=len(wav))  # type: ignore[return-value]


def _shown(captcha_id: str) -> Any:
    shown = captcha.shown_to(captcha_id, browser=browser_hash())
    if shown is None:
        raise NotFound
    return shown


@bp.post("/<form>/another")
def another(form: str) -> str:
    """Another word for a form that is filled in already: only the picture is replaced."""
    if not _FORM.fullmatch(form):
        raise NotFound
    asked = captcha.ask(form, browser=browser_hash())
    here = safe_next(request.args.get("here"), "/")
    return render_template("components/_captcha.html", form_name=form, captcha_id=asked.id, here=here)


class _Painter(ImageCaptcha):
    """Dark letters on light, large and turned a little: what weak eyes can read. What disturbs machines is paler."""

    character_rotate = (-18, 18)
    character_warp_dx = (0.05, 0.2)
    character_warp_dy = (0.1, 0.2)
    word_space_probability = 1.0
    word_offset_dx = 0.0

    INK, PALE, PAPER = (11, 31, 74), (120, 146, 205), (232, 238, 252)

    def draw(self, word: str) -> Image:
        # The library lays letters on as strongly as they are light: so white on black first, then our colours.
        white_on_black = self.create_captcha_image(word, (255, 255, 255, 255), (0, 0, 0)).convert("L")
        drawn = ImageOps.colorize(white_on_black, self.PAPER, self.INK)
        for _ in range(3):
            self.create_noise_curve(drawn, self.PALE)
        return self.create_noise_dots(drawn, self.PALE, width=3, number=40).filter(SMOOTH)


@lru_cache(maxsize=1)
def _painter() -> _Painter:
    return _Painter(width=220, height=80, font_sizes=(56, 60, 64))
