"""What a password may be."""

from __future__ import annotations

LONGEST = 128


def password_refusal(password: str, *, least: int, personal: tuple[str, ...] = ()) -> str | None:
    """Why the password cannot be taken, in words for the person; None when it can (S0-25, A1).

    `personal`: phone, e-mail, names and the like, which a password must not be.
    """
    if len(password) < least:
        return f"Ошибка заполнения. Количество символов в поле Новый пароль должно быть не менее {least}."
    if len(password) > LONGEST:
        return f"Пароль слишком длинный. Оставьте не больше {LONGEST} символов."
    return None
