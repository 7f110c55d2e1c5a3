"""Forms that change what is dear: «Текущий пароль», asked for when the last proof is over ten minutes old."""

from __future__ import annotations

from wtforms import PasswordField

from nesk.core.errors import Refused
from nesk.credentials import proof
from nesk.enrolment.passwords import chosen
from nesk.web.forms import DIFFERENT, Form
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
            asked = self.current_password.label.text.lower()
            raise Refused(f"Введите {asked}: так мы поймём, что это вы.", field="current_password")
        typed = self.current_password
        proof.prove(viewer().session, viewer().subject, typed.data, called=typed.label.text)


class PasswordChangeForm(ProvingForm):
    """A form by which whoever is signed in changes their password."""

    new_password = PasswordField("Новый пароль")
    new_password_again = PasswordField("Повторите новый пароль")

    def prove_new(self) -> str:
        """The stored form of the new password. It needs the current one, however fresh the last proof is. Raises Refused."""
        if self.new_password.data != self.new_password_again.data:
            raise Refused(DIFFERENT, field="new_password_again")
        self.prove(always=True)
        if self.new_password.data == self.current_password.data:
            raise Refused("Новый пароль совпадает с текущим. Придумайте другой.", field="new_password")
        return chosen(viewer().subject, self.new_password.data, field="new_password")
