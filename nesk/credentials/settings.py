"""What the company may change about the ways in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CredentialSettings:
    register_by_phone: bool = True
    register_by_email: bool = True
    register_by_account: bool = True
    password_min: int = 6
    """Characters (S0-25); a company may ask for more."""
    code_minutes: int = 10
    code_tries: int = 5
    code_pause_seconds: int = 60
    codes_a_day: int = 5
    """To one number; the sixth asking looks the same and sends nothing."""
    codes_a_day_network: int = 20
    """Asked for from one /24 of addresses."""
    codes_a_day_in_all: int = 20_000
    """The cap on what codes may cost in a day, in messages."""
    activation_days: int = 14
    recovery_minutes: int = 60
    issued_password_hours: int = 72
    issued_letter_days: int = 21
    """The same in a letter by registered post, which travels longer (S2-04)."""
    remember_days: int = 30
    captcha_after: int = 3
    """Failures of a sign-in after which the word on the picture is asked for."""
    recovery_neutral: bool = False
    """Hide whether an address is registered; by default the words of S0-22 are shown, behind captcha and limits."""
