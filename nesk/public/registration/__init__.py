"""«Регистрация»: by phone, by e-mail, by the number of an account (S0-09, S1-01…S1-05, S2-03, S3-03, S3-09, S4-02)."""

from nesk.public.registration import account, email, index, phone
from nesk.public.registration.ways import bp

__all__ = ["account", "bp", "email", "index", "phone"]
