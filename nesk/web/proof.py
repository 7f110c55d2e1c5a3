"""The field «Текущий пароль» of forms that change what is dear: asked for when the last proof is over ten minutes old."""

from __future__ import annotations

from wtforms import PasswordField

from nesk.core.errors import Refused
from nesk.credentials import proof
from nesk.web.forms import Form
from nesk.web.login import viewer


class ProvingForm(Form):
    """A form that needs a fresh proof. The template shows `current_password` when `asks_for_password`; the view calls
    `prove` before the operation."""

    current_password = PasswordField("Текущий пароль")

    @property
    def asks_for_password(self) -> bool:
        return not proof.is_fresh(viewer().session)

    def prove(self, *, always: bool = False) -> None:
        """Take the password when it is asked for, or `always`. Raises Refused (field `current_password`)."""
        if not (always or self.asks_for_password):
            return
        if not self.current_password.data:
            raise Refused("Введите текущий пароль: так мы поймём, что это вы.", field="current_password")
        proof.prove(viewer().session, viewer().subject, self.current_password.data)
