"""What the company may change about the ways in."""

from dataclasses import dataclass

from nesk.core.settings import number


@dataclass(frozen=True)
class CredentialSettings:
    register_by_phone: bool = True
    register_by_email: bool = True
    register_by_account: bool = True
    password_min: int = number(6, 6, 64)
    """Characters (S0-25); a company may ask for more."""
    code_minutes: int = number(10, 1, 60)
    code_tries: int = number(5, 1, 10)
    code_pause_seconds: int = number(60, 10, 3_600)
    codes_a_day: int = number(5, 1, 50)
    """To one number; the sixth asking looks the same and sends nothing."""
    codes_a_day_network: int = number(20, 1, 100_000)
    """Asked for from one /24 of addresses."""
    codes_a_day_in_all: int = number(20_000, 1, 1_000_000)
    """The cap on what codes may cost in a day, in messages."""
    activation_days: int = number(14, 1, 60)
    recovery_minutes: int = number(60, 10, 1_440)
    issued_password_hours: int = number(72, 1, 240)
    issued_letter_days: int = number(21, 1, 60)
    """The same in a letter by registered post, which travels longer (S2-04)."""
    remember_days: int = number(30, 1, 90)
    captcha_after: int = number(3, 0, 10)
    """Failures of a sign-in after which the word on the picture is asked for."""
    recovery_neutral: bool = False
    """Hide whether an address is registered; by default the words of S0-22 are shown, behind captcha and limits."""
