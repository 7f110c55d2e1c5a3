"""Reactions of this package, and its modules with scheduled jobs, imported so that the clock knows them."""

from nesk.core.events import on
from nesk.credentials import captcha, challenges, factor_codes, factors, proof, remembering, sign_in
from nesk.credentials.factors import Holder
from nesk.people.events import PasswordChanged

__all__ = ["captcha", "challenges", "factors", "remembering"]


@on(PasswordChanged, prompt=True)
def forget_devices(kind: str, subject_id: int) -> None:
    """Whoever knew the old password is remembered nowhere (A5)."""
    if kind == "person":
        remembering.forget_before_password(subject_id)


@on(PasswordChanged, prompt=True)
def forget_failures(kind: str, subject_id: int) -> None:
    """Whoever guessed at the old password, at a door or behind it, or at the second step, holds nobody up any more."""
    sign_in.forget_failures(kind, subject_id)
    factor_codes.forget_tries(Holder(kind, subject_id))
    proof.forget_tries(kind, subject_id)
